//! `lab.toml`.

use std::fs;
use std::path::Path;

use serde::Deserialize;
use swarmmanager_units::{Bytes, CpuDemand};

use crate::SpecError;
use crate::link::Link;
use crate::spec::{NodeSpec, Role};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    #[serde(default = "yes")]
    swarm: bool,
    node: Vec<Node>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Node {
    name: String,
    role: Option<Role>,
    cpu: CpuDemand,
    memory: Bytes,
    disk: Option<Bytes>,
    #[serde(default = "yes")]
    swarm: bool,
    #[serde(default = "yes")]
    engine: bool,
    #[serde(default)]
    link: Link,
}

fn yes() -> bool {
    true
}

/// Reads the nodes that a file describes. The first one is the manager where no role is given.
pub fn read(path: &Path) -> Result<Vec<NodeSpec>, SpecError> {
    let text =
        fs::read_to_string(path).map_err(|source| SpecError::Read { path: path.to_owned(), source })?;
    parse(&text).map_err(|source| SpecError::Toml { path: path.to_owned(), source: Box::new(source) })
}

fn parse(text: &str) -> Result<Vec<NodeSpec>, toml::de::Error> {
    let config: Config = toml::from_str(text)?;
    let roles_given = config.node.iter().any(|node| node.role.is_some());
    let spec = |(index, node): (usize, Node)| {
        let first = if index == 0 && !roles_given { Role::Manager } else { Role::Worker };
        let template = NodeSpec::worker(node.name);
        NodeSpec {
            cpu: node.cpu,
            memory: node.memory,
            disk: node.disk.unwrap_or(template.disk),
            role: node.role.unwrap_or(first),
            link: node.link,
            in_swarm: config.swarm && node.swarm && node.engine,
            engine: node.engine,
            ..template
        }
    };
    Ok(config.node.into_iter().enumerate().map(spec).collect())
}

#[cfg(test)]
mod tests {
    use swarmmanager_units::{Bytes, CpuDemand};

    use super::parse;
    use crate::link::{Delay, Link, Loss, Rate};
    use crate::spec::{NodeSpec, Role};

    #[test]
    fn nodes_are_read_with_all_that_can_be_said_of_them() {
        let nodes = parse(
            r#"
            [[node]]
            name = "ap1"
            cpu = "2000MHz"
            memory = "512MiB"
            disk = "2GiB"

            [[node]]
            name = "ap2"
            cpu = "0.5"
            memory = "128m"
            link = { rate = "20mbit", delay = "5ms", loss = "0.5%" }
            "#,
        );
        let first = NodeSpec::manager("ap1").mhz(2000.0).memory_mib(512).disk_mib(2048);
        let link = Link { rate: Some(Rate(20_000_000)), delay: Some(Delay(5000)), loss: Some(Loss(0.005)) };
        let mut second = NodeSpec::worker("ap2").memory_mib(128).link(link);
        second.cpu = CpuDemand::Cores(0.5);
        assert_eq!(nodes.unwrap(), [first, second]);
    }

    #[test]
    fn given_roles_are_taken() {
        let text = "[[node]]\nname='a'\ncpu='1'\nmemory='64m'\n[[node]]\nname='b'\ncpu='1'\nmemory=67108864\nrole='manager'";
        let nodes = parse(text).unwrap();
        assert_eq!((nodes[0].role, nodes[1].role), (Role::Worker, Role::Manager));
        assert_eq!(nodes[1].memory, Bytes::from_mib(64));
    }

    #[test]
    fn nodes_are_outside_of_the_swarm_where_that_is_said() {
        let node =
            |name: &str, more: &str| format!("[[node]]\nname='{name}'\ncpu='1'\nmemory='64m'\n{more}\n");
        let text = node("a", "") + &node("b", "swarm = false") + &node("c", "engine = false");
        let told = |text: &str| {
            let nodes = parse(text).unwrap();
            nodes.iter().map(|node| (node.in_swarm, node.engine)).collect::<Vec<_>>()
        };
        assert_eq!(told(&text), [(true, true), (false, true), (false, false)]);
        assert_eq!(told(&format!("swarm = false\n{text}")), [(false, true), (false, true), (false, false)]);
    }

    #[test]
    fn what_is_not_understood_is_refused_with_its_place() {
        for (text, part) in [
            ("[[node]]\nname = 'a'\ncpu = '1'\nmemory = '64m'\nram = 1", "unknown field `ram`"),
            ("[[node]]\nname = 'a'\ncpu = '1'\nmemory = '64x'", "such as 64m"),
            ("[[node]]\nname = 'a'\ncpu = 'fast'\nmemory = '64m'", "such as 500MHz"),
            ("[[node]]\nname = 'a'\ncpu = '1'\nmemory = '64m'\nrole = 'boss'", "unknown variant `boss`"),
            ("[[node]]\nname = 'a'\nmemory = '64m'", "missing field `cpu`"),
            ("[[node]]\nname = 'a'\ncpu = '1'\nmemory = '64m'\nlink = { rate = 'fast' }", "such as 500kbit"),
            ("nodes = 3", "unknown field `nodes`"),
        ] {
            let error = parse(text).unwrap_err().to_string();
            assert!(error.contains(part) && error.contains("line"), "{error}");
        }
    }
}
