//! In which order nodes and containers stand.

use std::cmp::Ordering;

use swarmmanager_api::{ContainerUsage, Node, Reading};

/// By what it is sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SortKey {
    Name,
    Cpu,
    Memory,
    /// Disk of a node, block I/O of a container.
    Disk,
    Network,
    /// Instances on a node, writable layer of a container.
    Instances,
}

impl SortKey {
    const ALL: [Self; 6] = [Self::Name, Self::Cpu, Self::Memory, Self::Disk, Self::Network, Self::Instances];

    /// The key that a letter stands for.
    pub(super) fn of_letter(letter: char) -> Option<Self> {
        Self::ALL.into_iter().find(|key| key.letter() == letter)
    }

    /// Its letter.
    pub(super) fn letter(self) -> char {
        match self {
            Self::Name => 'a',
            Self::Cpu => 'c',
            Self::Memory => 'm',
            Self::Disk => 'd',
            Self::Network => 'n',
            Self::Instances => 'i',
        }
    }

    /// What it is called where nodes are sorted.
    pub(super) fn of_nodes(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Cpu => "CPU",
            Self::Memory => "memory",
            Self::Disk => "disk",
            Self::Network => "network",
            Self::Instances => "instances",
        }
    }

    /// What it is called where containers are sorted.
    pub(super) fn of_containers(self) -> &'static str {
        match self {
            Self::Disk => "block I/O",
            Self::Instances => "layer",
            other => other.of_nodes(),
        }
    }

    fn next(self) -> Self {
        let position = Self::ALL.iter().position(|key| *key == self).unwrap_or_default();
        Self::ALL[(position + 1) % Self::ALL.len()]
    }
}

/// By what it is sorted, and which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Order {
    pub(super) key: SortKey,
    pub(super) reversed: bool,
}

impl Order {
    /// The usual way round: names from a to z, amounts from the largest down.
    pub(super) const fn by(key: SortKey) -> Self {
        Self { key, reversed: false }
    }

    /// By the next key.
    pub(super) fn next(self) -> Self {
        Self::by(self.key.next())
    }

    /// What stands beside the title of a column: which way it is sorted, if it is.
    pub(super) fn mark(self, key: SortKey) -> &'static str {
        let upwards = (key == SortKey::Name) != self.reversed;
        match (self.key == key, upwards) {
            (false, _) => "",
            (true, true) => "▲",
            (true, false) => "▼",
        }
    }

    /// Sorts nodes; equals stand by name.
    pub(super) fn nodes(self, nodes: &mut [Node]) {
        nodes.sort_by(|a, b| {
            let by_key = self.turned(match self.key {
                SortKey::Name => Ordering::Equal,
                key => node_amount(key, b).total_cmp(&node_amount(key, a)),
            });
            let by_name = natord::compare(&a.hostname, &b.hostname).then_with(|| a.id.cmp(&b.id));
            by_key.then(if self.key == SortKey::Name { self.turned(by_name) } else { by_name })
        });
    }

    /// Sorts containers; equals stand by name.
    pub(super) fn containers(self, containers: &mut [ContainerUsage]) {
        containers.sort_by(|a, b| {
            let by_key = self.turned(match self.key {
                SortKey::Name => Ordering::Equal,
                key => container_amount(key, b).total_cmp(&container_amount(key, a)),
            });
            let by_name = match (&a.task, &b.task) {
                (Some(a), Some(b)) => natord::compare(a, b),
                (a, b) => a.is_none().cmp(&b.is_none()),
            };
            let by_name = by_name.then_with(|| a.id.cmp(&b.id));
            by_key.then(if self.key == SortKey::Name { self.turned(by_name) } else { by_name })
        });
    }

    fn turned(self, ordering: Ordering) -> Ordering {
        if self.reversed { ordering.reverse() } else { ordering }
    }
}

/// The share in use; nodes without a reading stand last.
fn node_amount(key: SortKey, node: &Node) -> f64 {
    if key == SortKey::Instances {
        return f64::from(node.instances);
    }
    let amount = |reading: &Reading| match key {
        SortKey::Cpu => reading.cpu_used_mhz / reading.cpu_capacity_mhz.max(1.0),
        SortKey::Memory => reading.memory_used_bytes as f64 / reading.memory_total_bytes.max(1) as f64,
        SortKey::Disk => reading.disk_used_bytes as f64 / reading.disk_total_bytes.max(1) as f64,
        _ => reading.network_rx_bytes_per_s + reading.network_tx_bytes_per_s,
    };
    node.reading.as_ref().map_or(-1.0, amount)
}

fn container_amount(key: SortKey, container: &ContainerUsage) -> f64 {
    match key {
        SortKey::Name | SortKey::Cpu => container.cpu_used_mhz,
        SortKey::Memory => container.memory_working_set_bytes as f64,
        SortKey::Disk => container.block_read_bytes_per_s + container.block_write_bytes_per_s,
        SortKey::Network => container.network_rx_bytes_per_s + container.network_tx_bytes_per_s,
        SortKey::Instances => container.writable_layer_bytes.map_or(-1.0, |bytes| bytes as f64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::node::samples::three_nodes;

    #[test]
    fn amounts_stand_from_the_largest_down_and_what_is_unknown_last() {
        let sorted = |order: Order| {
            let mut nodes = three_nodes();
            order.nodes(&mut nodes);
            nodes.into_iter().map(|node| node.hostname).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(sorted(Order::by(SortKey::Name)), "ap1 ap2 ap3");
        assert_eq!(sorted(Order { reversed: true, ..Order::by(SortKey::Name) }), "ap3 ap2 ap1");
        assert_eq!(sorted(Order::by(SortKey::Cpu)), "ap2 ap1 ap3");
        assert_eq!(sorted(Order::by(SortKey::Memory)), "ap2 ap1 ap3");
        assert_eq!(sorted(Order::by(SortKey::Disk)), "ap1 ap2 ap3");
        assert_eq!(sorted(Order::by(SortKey::Instances)), "ap1 ap2 ap3");
        assert_eq!(sorted(Order { reversed: true, ..Order::by(SortKey::Cpu) }), "ap3 ap1 ap2");
    }

    #[test]
    fn numbers_in_names_count() {
        let mut nodes = three_nodes();
        for (node, hostname) in nodes.iter_mut().zip(["ap10", "ap9", "ap1"]) {
            node.hostname = hostname.to_owned();
        }
        Order::by(SortKey::Name).nodes(&mut nodes);
        let sorted: Vec<_> = nodes.iter().map(|node| node.hostname.as_str()).collect();
        assert_eq!(sorted, ["ap1", "ap9", "ap10"]);
    }

    #[test]
    fn every_key_has_a_letter_of_its_own_and_comes_round() {
        let mut order = Order::by(SortKey::Name);
        for key in SortKey::ALL {
            assert_eq!(SortKey::of_letter(key.letter()), Some(key));
            assert_eq!(order.key, key);
            order = order.next();
        }
        assert_eq!(order.key, SortKey::Name);
    }
}
