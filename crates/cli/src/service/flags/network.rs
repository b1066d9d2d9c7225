//! `--network`.

use std::collections::BTreeMap;

use swarmmanager_api::NetworkAttachment;

use super::fields::{fields, value};

/// Reads a network's name, or `name=…,alias=…,driver-opt=KEY=VALUE`.
pub(super) fn parse(text: &str) -> Result<NetworkAttachment, String> {
    let mut network =
        NetworkAttachment { name: String::new(), aliases: Vec::new(), driver_opts: BTreeMap::new() };
    if text.contains('=') {
        for (key, field) in fields(text)? {
            let value = value(&key, field)?;
            match key.as_str() {
                "name" => network.name = value,
                "alias" => network.aliases.push(value),
                "driver-opt" => {
                    let (option, value) =
                        value.split_once('=').ok_or("invalid driver-opt: must be KEY=VALUE")?;
                    network.driver_opts.insert(option.to_owned(), value.to_owned());
                }
                _ => {
                    return Err(format!("unexpected key '{key}'; there are name, alias and driver-opt"));
                }
            }
        }
    } else {
        network.name = text.to_owned();
    }
    if network.name.is_empty() { Err("the network has no name".into()) } else { Ok(network) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_are_read_in_both_ways() {
        assert_eq!(parse("mesh").unwrap().name, "mesh");
        let long = parse("name=mesh,alias=api,alias=www,driver-opt=com.example.mtu=1400").unwrap();
        assert_eq!(long.name, "mesh");
        assert_eq!(long.aliases, ["api", "www"]);
        assert_eq!(long.driver_opts["com.example.mtu"], "1400");
    }

    #[test]
    fn what_is_no_network_is_refused_with_the_reason() {
        for (text, reason) in [
            ("", "no name"),
            ("alias=api", "no name"),
            ("name=a,ip=1.2.3.4", "unexpected key 'ip'"),
            ("name=a,driver-opt=x", "KEY=VALUE"),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.contains(reason), "{text}: {error}");
        }
    }
}
