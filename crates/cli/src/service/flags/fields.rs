//! Docker's long syntax: `key=value,key=value`, written as a line of CSV, so that a value may hold commas.

/// The fields of one flag; a key may stand alone.
pub(super) fn fields(text: &str) -> Result<Vec<(String, Option<String>)>, String> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let record = match reader.records().next() {
        Some(Ok(record)) => record,
        Some(Err(error)) => return Err(error.to_string()),
        None => return Err("it is empty".into()),
    };
    Ok(record.iter().map(field).collect())
}

fn field(text: &str) -> (String, Option<String>) {
    match text.split_once('=') {
        Some((key, value)) => (key.trim().to_ascii_lowercase(), Some(value.to_owned())),
        None => (text.trim().to_ascii_lowercase(), None),
    }
}

/// The value of a field that cannot do without.
pub(super) fn value(key: &str, value: Option<String>) -> Result<String, String> {
    match value {
        Some(value) if !value.is_empty() => Ok(value),
        _ => Err(format!("invalid field '{key}': must be {key}=VALUE")),
    }
}

/// The value of a field that is a switch: alone it is on.
pub(super) fn switch(key: &str, value: Option<String>) -> Result<bool, String> {
    match value.as_deref() {
        None | Some("true" | "1") => Ok(true),
        Some("false" | "0") => Ok(false),
        Some(other) => Err(format!("invalid value for {key}: {other}; write true or false")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_may_hold_commas_in_quotation_marks() {
        let found = fields(r#"type=bind,"source=/a,b",readonly"#).unwrap();
        let pair = |key: &str, value: Option<&str>| (key.to_owned(), value.map(str::to_owned));
        assert_eq!(found, [pair("type", Some("bind")), pair("source", Some("/a,b")), pair("readonly", None)]);
        assert!(fields("").is_err());
    }
}
