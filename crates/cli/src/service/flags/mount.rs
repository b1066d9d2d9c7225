//! `--mount`.

use swarmmanager_api::{Mount, MountKind};

use super::fields::{fields, switch, value};

/// Reads Docker's `type=…,source=…,target=…`.
pub(super) fn parse(text: &str) -> Result<Mount, String> {
    let mut mount = Mount {
        kind: MountKind::Volume,
        source: None,
        target: String::new(),
        read_only: false,
        tmpfs_size: None,
        bind_propagation: None,
        volume_driver: None,
    };
    for (key, field) in fields(text)? {
        match key.as_str() {
            "type" => mount.kind = kind(&value(&key, field)?)?,
            "source" | "src" => mount.source = Some(value(&key, field)?),
            "target" | "dst" | "destination" => mount.target = value(&key, field)?,
            "readonly" | "ro" => mount.read_only = switch(&key, field)?,
            "bind-propagation" => mount.bind_propagation = Some(value(&key, field)?),
            "volume-driver" => mount.volume_driver = Some(value(&key, field)?),
            "tmpfs-size" => {
                let size = value(&key, field)?;
                mount.tmpfs_size = Some(size.parse().map_err(|error| format!("invalid {key}: {error}"))?);
            }
            _ => {
                return Err(format!(
                    "unexpected key '{key}'; there are type, source, target, readonly, bind-propagation, \
                     volume-driver and tmpfs-size"
                ));
            }
        }
    }
    check(&mount)?;
    Ok(mount)
}

fn kind(text: &str) -> Result<MountKind, String> {
    match text.to_ascii_lowercase().as_str() {
        "volume" => Ok(MountKind::Volume),
        "bind" => Ok(MountKind::Bind),
        "tmpfs" => Ok(MountKind::Tmpfs),
        _ => Err(format!("invalid mount type '{text}'; there are volume, bind and tmpfs")),
    }
}

/// Refuses options of another kind of mount, which would be without effect.
fn check(mount: &Mount) -> Result<(), String> {
    if mount.target.is_empty() {
        return Err("target is required".into());
    }
    for (name, given, kind) in [
        ("bind-propagation", mount.bind_propagation.is_some(), MountKind::Bind),
        ("volume-driver", mount.volume_driver.is_some(), MountKind::Volume),
        ("tmpfs-size", mount.tmpfs_size.is_some(), MountKind::Tmpfs),
    ] {
        if given && mount.kind != kind {
            return Err(format!("cannot mix '{name}' with this type of mount"));
        }
    }
    if mount.kind == MountKind::Bind && mount.source.is_none() {
        return Err("source is required for a bind mount".into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use swarmmanager_units::Bytes;

    fn mount(kind: MountKind, source: Option<&str>, target: &str) -> Mount {
        Mount {
            kind,
            source: source.map(str::to_owned),
            target: target.into(),
            read_only: false,
            tmpfs_size: None,
            bind_propagation: None,
            volume_driver: None,
        }
    }

    #[test]
    fn mounts_are_read_as_docker_reads_them() {
        use MountKind::{Bind, Tmpfs, Volume};
        for (text, expected) in [
            ("target=/data", mount(Volume, None, "/data")),
            ("type=volume,source=db,target=/data", mount(Volume, Some("db"), "/data")),
            (
                "type=bind,src=/srv,dst=/srv,ro",
                Mount { read_only: true, ..mount(Bind, Some("/srv"), "/srv") },
            ),
            ("type=bind,src=/srv,destination=/srv,readonly=false", mount(Bind, Some("/srv"), "/srv")),
            (
                "type=bind,src=/srv,dst=/srv,bind-propagation=rslave",
                Mount { bind_propagation: Some("rslave".into()), ..mount(Bind, Some("/srv"), "/srv") },
            ),
            (
                "type=tmpfs,dst=/tmp,tmpfs-size=8m",
                Mount { tmpfs_size: Some(Bytes::from_mib(8)), ..mount(Tmpfs, None, "/tmp") },
            ),
            (
                "src=db,dst=/d,volume-driver=nfs",
                Mount { volume_driver: Some("nfs".into()), ..mount(Volume, Some("db"), "/d") },
            ),
        ] {
            assert_eq!(parse(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_mount_is_refused_with_the_reason() {
        for (text, reason) in [
            ("", "empty"),
            ("type=volume", "target is required"),
            ("type=disk,target=/d", "volume, bind and tmpfs"),
            ("type=bind,target=/d", "source is required"),
            ("target", "must be target=VALUE"),
            ("target=/d,readonly=maybe", "true or false"),
            ("target=/d,tmpfs-size=8m", "cannot mix 'tmpfs-size'"),
            ("type=tmpfs,target=/d,tmpfs-size=8x", "unit is unknown"),
            ("target=/d,volume-opt=a=b", "unexpected key 'volume-opt'"),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.contains(reason), "{text}: {error}");
        }
    }
}
