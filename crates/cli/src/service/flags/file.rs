//! `--secret` and `--config`.

use swarmmanager_api::FileReference;

use super::fields::{fields, value};

/// Reads a name, or `source=…,target=…,uid=…,gid=…,mode=0444`.
pub(super) fn parse(text: &str) -> Result<FileReference, String> {
    let mut file = FileReference { source: String::new(), target: None, uid: None, gid: None, mode: None };
    let fields = fields(text)?;
    if let [(_, None)] = fields.as_slice() {
        file.source = text.to_owned();
        return Ok(file);
    }
    for (key, field) in fields {
        let value = value(&key, field)?;
        match key.as_str() {
            "source" | "src" => file.source = value,
            "target" => file.target = Some(value),
            "uid" => file.uid = Some(value),
            "gid" => file.gid = Some(value),
            "mode" => file.mode = Some(mode(&value)?),
            _ => {
                return Err(format!("unexpected key '{key}'; there are source, target, uid, gid and mode"));
            }
        }
    }
    if file.source.is_empty() { Err("source is required".into()) } else { Ok(file) }
}

/// Permission bits; octal where they begin with 0, as everybody writes them.
fn mode(text: &str) -> Result<u32, String> {
    let (digits, radix) = match text.strip_prefix('0') {
        Some(rest) if !rest.is_empty() => (rest.trim_start_matches('o'), 8),
        _ => (text, 10),
    };
    let mode = u32::from_str_radix(digits, radix).ok().filter(|mode| *mode <= 0o7777);
    mode.ok_or_else(|| format!("invalid mode specified: {text}; write octal digits, such as 0444"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_read_in_both_ways() {
        let short = parse("site.key").unwrap();
        assert_eq!((short.source.as_str(), short.target), ("site.key", None));
        let long = parse("source=site,target=/etc/site.conf,uid=33,gid=34,mode=0440").unwrap();
        assert_eq!(long.source, "site");
        assert_eq!(long.target.as_deref(), Some("/etc/site.conf"));
        assert_eq!((long.uid.as_deref(), long.gid.as_deref()), (Some("33"), Some("34")));
        assert_eq!(long.mode, Some(0o440));
        assert_eq!(parse("src=a,mode=292").unwrap().mode, Some(0o444));
        assert_eq!(parse("src=a,mode=0o400").unwrap().mode, Some(0o400));
    }

    #[test]
    fn what_is_no_file_is_refused_with_the_reason() {
        for (text, reason) in [
            ("", "empty"),
            ("target=a", "source is required"),
            ("source=a,mode=0888", "octal"),
            ("source=a,mode=99999", "octal"),
            ("source=a,path=b", "unexpected key 'path'"),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.contains(reason), "{text}: {error}");
        }
    }
}
