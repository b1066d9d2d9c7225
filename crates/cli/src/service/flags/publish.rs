//! `--publish`.

use std::ops::RangeInclusive;
use std::str::FromStr;

use swarmmanager_api::{Protocol, PublishMode, PublishedPort};

use super::fields::{fields, value};

/// The ports of one flag: one, or a range of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PublishFlag(pub(super) Vec<PublishedPort>);

impl FromStr for PublishFlag {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.contains('=') { long(text) } else { short(text) }
    }
}

/// `[PUBLISHED:]TARGET[/PROTOCOL]`, where both ports may be ranges of the same length.
fn short(text: &str) -> Result<PublishFlag, String> {
    let (ports, word) = text.split_once('/').unwrap_or((text, "tcp"));
    let (published, targets) = match ports.split_once(':') {
        Some((_, rest)) if rest.contains(':') => {
            return Err(format!(
                "'{text}' names an address of the node, on which services cannot be published"
            ));
        }
        Some((published, targets)) => (Some(range(published)?), range(targets)?),
        None => (None, range(ports)?),
    };
    ports_of(targets, published, protocol(word)?, PublishMode::Ingress)
}

/// `published=8080,target=80,protocol=tcp,mode=host`.
fn long(text: &str) -> Result<PublishFlag, String> {
    let (mut targets, mut published) = (None, None);
    let (mut transport, mut mode) = (Protocol::Tcp, PublishMode::Ingress);
    for (key, field) in fields(text)? {
        let value = value(&key, field)?;
        match key.as_str() {
            "target" => targets = Some(range(&value)?),
            "published" => published = Some(range(&value)?),
            "protocol" => transport = protocol(&value)?,
            "mode" => mode = publish_mode(&value)?,
            _ => {
                return Err(format!(
                    "unexpected key '{key}'; there are published, target, protocol and mode"
                ));
            }
        }
    }
    ports_of(targets.ok_or("missing mandatory field 'target'")?, published, transport, mode)
}

fn ports_of(
    targets: RangeInclusive<u16>,
    published: Option<RangeInclusive<u16>>,
    protocol: Protocol,
    mode: PublishMode,
) -> Result<PublishFlag, String> {
    let port = |target, published| PublishedPort { target, published, protocol, mode };
    let Some(published) = published else {
        return Ok(PublishFlag(targets.map(|target| port(target, None)).collect()));
    };
    if published.len() != targets.len() {
        return Err("the ranges of published ports and of targets differ in length".into());
    }
    Ok(PublishFlag(targets.zip(published).map(|(target, published)| port(target, Some(published))).collect()))
}

fn range(text: &str) -> Result<RangeInclusive<u16>, String> {
    let number = |text: &str| {
        let port = text.parse::<u16>().ok().filter(|port| *port > 0);
        port.ok_or_else(|| format!("invalid port '{text}'; ports are 1 to 65535"))
    };
    match text.split_once('-') {
        None => number(text).map(|port| port..=port),
        Some((first, last)) => {
            let range = number(first)?..=number(last)?;
            if range.is_empty() { Err(format!("invalid range of ports '{text}'")) } else { Ok(range) }
        }
    }
}

fn protocol(word: &str) -> Result<Protocol, String> {
    match word.to_ascii_lowercase().as_str() {
        "tcp" => Ok(Protocol::Tcp),
        "udp" => Ok(Protocol::Udp),
        "sctp" => Ok(Protocol::Sctp),
        _ => Err(format!("invalid protocol '{word}'; there are tcp, udp and sctp")),
    }
}

fn publish_mode(word: &str) -> Result<PublishMode, String> {
    match word {
        "ingress" => Ok(PublishMode::Ingress),
        "host" => Ok(PublishMode::Host),
        _ => Err(format!("invalid publish mode '{word}'; there are ingress and host")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Protocol::{Sctp, Tcp, Udp};
    use PublishMode::{Host, Ingress};

    #[test]
    fn ports_are_read_as_docker_reads_them() {
        for (text, expected) in [
            ("80", vec![(80, None, Tcp, Ingress)]),
            ("8080:80", vec![(80, Some(8080), Tcp, Ingress)]),
            ("53:5353/udp", vec![(5353, Some(53), Udp, Ingress)]),
            ("8000-8001:80-81", vec![(80, Some(8000), Tcp, Ingress), (81, Some(8001), Tcp, Ingress)]),
            ("target=80", vec![(80, None, Tcp, Ingress)]),
            ("published=8080,target=80,protocol=sctp,mode=host", vec![(80, Some(8080), Sctp, Host)]),
            ("mode=ingress,target=80-81", vec![(80, None, Tcp, Ingress), (81, None, Tcp, Ingress)]),
        ] {
            let ports = expected.into_iter().map(|(target, published, protocol, mode)| PublishedPort {
                target,
                published,
                protocol,
                mode,
            });
            assert_eq!(text.parse(), Ok(PublishFlag(ports.collect())), "{text}");
        }
    }

    #[test]
    fn what_is_no_port_is_refused_with_the_reason() {
        for (text, reason) in [
            ("", "1 to 65535"),
            ("0", "1 to 65535"),
            ("99999:80", "1 to 65535"),
            ("80/http", "tcp, udp and sctp"),
            ("127.0.0.1:80:80", "address of the node"),
            ("80-81:80", "differ in length"),
            ("82-81:80-81", "invalid range"),
            ("published=80", "'target'"),
            ("target=80,mode=mesh", "ingress and host"),
            ("target=80,port=1", "unexpected key 'port'"),
        ] {
            let error = text.parse::<PublishFlag>().unwrap_err();
            assert!(error.contains(reason), "{text}: {error}");
        }
    }
}
