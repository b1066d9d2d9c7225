//! What a lab is to be: its nodes and their sizes.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use swarmmanager_units::{Bytes, CpuDemand, Megahertz};

use crate::SpecError;
use crate::frequency::Cores;
use crate::link::Link;

/// A lab's subnet has room for more; its machine does not.
const MOST_NODES: usize = 20;
/// Paths of Unix sockets hold 107 bytes, and these names are part of them.
const LONGEST_NAME: usize = 20;
const LEAST_CPU: Megahertz = Megahertz::new(50.0);
const LEAST_MEMORY: Bytes = Bytes::from_mib(16);
const LEAST_DISK: Bytes = Bytes::from_mib(64);

/// A node of a lab and its size.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NodeSpec {
    /// Its name, which is its hostname too.
    pub name: String,
    /// What its containers may use together: an amount, or a number of this machine's cores.
    pub cpu: CpuDemand,
    /// What its containers may use together.
    pub memory: Bytes,
    /// The size of the disk at `/var/lib/docker`.
    pub disk: Bytes,
    /// Its role when it joins the Swarm.
    pub role: Role,
    /// Its link to the other nodes.
    #[serde(default)]
    pub link: Link,
    /// Whether its engine is in the lab's Swarm, rather than in none.
    #[serde(default = "yes")]
    pub in_swarm: bool,
    /// Whether it has a Docker Engine. Without one it can be signed in to, and an engine be installed; that takes some
    /// 400 MiB of its disk.
    #[serde(default = "yes")]
    pub engine: bool,
}

fn yes() -> bool {
    true
}

/// A node's role when it joins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Keeps the Swarm's state.
    Manager,
    /// Runs tasks only.
    Worker,
}

impl Role {
    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Manager => "manager",
            Self::Worker => "worker",
        }
    }
}

impl NodeSpec {
    /// A worker of 1000 MHz, 256 MiB and a disk of 1 GiB.
    pub fn worker(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            cpu: CpuDemand::Megahertz(Megahertz::new(1000.0)),
            memory: Bytes::from_mib(256),
            disk: Bytes::from_mib(1024),
            role: Role::Worker,
            link: Link::default(),
            in_swarm: true,
            engine: true,
        }
    }

    /// The same as a manager.
    pub fn manager(name: impl Into<String>) -> Self {
        Self { role: Role::Manager, ..Self::worker(name) }
    }

    /// Without an engine, and so in no Swarm.
    #[must_use]
    pub fn without_engine(mut self) -> Self {
        self.engine = false;
        self.bare()
    }

    /// With another amount of processing power, in megahertz.
    #[must_use]
    pub fn mhz(mut self, mhz: f64) -> Self {
        self.cpu = CpuDemand::Megahertz(Megahertz::new(mhz));
        self
    }

    /// With another amount of memory, in mebibytes.
    #[must_use]
    pub fn memory_mib(mut self, mib: u64) -> Self {
        self.memory = Bytes::from_mib(mib);
        self
    }

    /// With a disk of another size, in mebibytes.
    #[must_use]
    pub fn disk_mib(mut self, mib: u64) -> Self {
        self.disk = Bytes::from_mib(mib);
        self
    }

    /// With an engine that is in no Swarm.
    #[must_use]
    pub fn bare(mut self) -> Self {
        self.in_swarm = false;
        self
    }

    /// With another link.
    #[must_use]
    pub fn link(mut self, link: Link) -> Self {
        self.link = link;
        self
    }
}

/// The nodes of a lab that nobody described: the first ones differ and shrink, further ones are as the smallest.
pub fn default_nodes(count: usize) -> Vec<NodeSpec> {
    let most = Cores::of_this_machine().total();
    let size = |index: usize| match index {
        0 => (2000.0, 512, 2048),
        1 => (1000.0, 256, 1024),
        _ => (600.0, 128, 1024),
    };
    let node = |index: usize| {
        let (mhz, memory, disk) = size(index);
        let name = format!("ap{}", index + 1);
        let node = if index == 0 { NodeSpec::manager(name) } else { NodeSpec::worker(name) };
        node.mhz(most.get().min(mhz)).memory_mib(memory).disk_mib(disk)
    };
    (0..count).map(node).collect()
}

/// Refuses what cannot be made on a machine of such cores.
pub(crate) fn check(nodes: &[NodeSpec], cores: Cores) -> Result<(), SpecError> {
    if nodes.is_empty() || nodes.len() > MOST_NODES {
        return Err(SpecError::Count { count: nodes.len(), most: MOST_NODES });
    }
    let mut names = BTreeSet::new();
    for node in nodes {
        check_name("node", &node.name, "ap1")?;
        if !names.insert(&node.name) {
            return Err(SpecError::Twice(node.name.clone()));
        }
        check_size(node, cores)?;
    }
    let mut members = nodes.iter().filter(|node| node.in_swarm).peekable();
    if members.peek().is_some() && members.all(|node| node.role == Role::Worker) {
        return Err(SpecError::NoManager);
    }
    Ok(())
}

/// Refuses names that cannot be a folder's, a cgroup's and a hostname.
pub(crate) fn check_name(kind: &'static str, name: &str, example: &'static str) -> Result<(), SpecError> {
    let is_inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let is_good = (1..=LONGEST_NAME).contains(&name.len())
        && name.chars().all(is_inner)
        && !name.starts_with('-')
        && !name.ends_with('-');
    if is_good {
        return Ok(());
    }
    Err(SpecError::Name { kind, name: name.to_owned(), longest: LONGEST_NAME, example })
}

fn check_size(node: &NodeSpec, cores: Cores) -> Result<(), SpecError> {
    let refused = |field, value: String, what, bound: String| {
        Err(SpecError::Size { node: node.name.clone(), field, value, what, bound })
    };
    let cpu = node.cpu.on(cores.each);
    if cpu < LEAST_CPU {
        return refused("cpu", cpu.to_string(), "small", LEAST_CPU.to_string());
    }
    if cpu > cores.total() {
        return refused("cpu", cpu.to_string(), "large", format!("this machine gives {}", cores.total()));
    }
    if node.memory < LEAST_MEMORY {
        return refused("memory", node.memory.to_string(), "small", LEAST_MEMORY.to_string());
    }
    if node.disk < LEAST_DISK {
        return refused("disk", node.disk.to_string(), "small", LEAST_DISK.to_string());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use swarmmanager_units::Megahertz;

    use super::{NodeSpec, check, check_name, default_nodes};
    use crate::frequency::Cores;

    const CORES: Cores = Cores { count: 2, each: Megahertz::new(2000.0) };

    fn refusal(nodes: &[NodeSpec]) -> String {
        check(nodes, CORES).unwrap_err().to_string()
    }

    #[test]
    fn what_cannot_be_made_is_refused_with_what_would_be_right() {
        let manager = || NodeSpec::manager("ap1");
        assert_eq!(refusal(&[]), "a lab has 1 to 20 nodes, not 0");
        assert_eq!(refusal(&[manager(), manager()]), "two nodes are named ap1");
        assert_eq!(
            refusal(&[NodeSpec::worker("ap1")]),
            "no node is a manager; give at least one role = \"manager\"",
        );
        assert_eq!(
            refusal(&[manager().mhz(4001.0)]),
            "node ap1: cpu of 4001MHz is too large: this machine gives 4000MHz at the most",
        );
        assert_eq!(
            refusal(&[manager().memory_mib(8)]),
            "node ap1: memory of 8MiB is too small: 16MiB at the least",
        );
        assert!(refusal(&[manager().mhz(10.0)]).contains("too small"));
        assert!(refusal(&[manager().disk_mib(10)]).contains("too small"));
    }

    #[test]
    fn names_are_good_for_folders_cgroups_and_hosts() {
        for good in ["a", "ap1", "access-point-1"] {
            check_name("node", good, "ap1").unwrap();
        }
        for bad in ["", "-a", "a-", "AP1", "a.b", "a/b", "..", "a b", "ä", "a23456789012345678901"] {
            check_name("node", bad, "ap1").unwrap_err();
        }
    }

    #[test]
    fn default_nodes_are_a_manager_and_ever_smaller_workers() {
        let nodes = default_nodes(5);
        check(&nodes, Cores::of_this_machine()).unwrap();
        assert_eq!(
            nodes.iter().map(|node| node.name.as_str()).collect::<Vec<_>>(),
            ["ap1", "ap2", "ap3", "ap4", "ap5"]
        );
        assert!(nodes.windows(2).all(|pair| pair[0].memory >= pair[1].memory));
    }
}
