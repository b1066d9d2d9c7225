//! The switch that joins a lab's nodes: a bridge in a namespace of its own, so that the machine's own links, addresses
//! and firewall have no part in it.

use std::collections::BTreeMap;
use std::fmt;
use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};

use crate::LabError;
use crate::link::Link;
use crate::place::Place;
use crate::program;

const BRIDGE: &str = "br0";
/// A node's own end of its link.
const NODE_END: &str = "eth0";
/// How much of an address all simulated nodes of a lab share.
const CROWD_BITS: u8 = 22;
/// The kernel's word for a socket that listens.
const LISTEN: &str = "0A";

/// A lab's subnet, 10.77.N.0/24: beside Docker's own networks (172.16.0.0/12, 192.168.0.0/16 and, in a Swarm,
/// 10.0.0.0/16 upwards).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Subnet(u8);

impl Subnet {
    /// The first one that is not taken.
    pub(crate) fn free(taken: &[Self]) -> Option<Self> {
        (0..=u8::MAX).map(Self).find(|subnet| !taken.contains(subnet))
    }

    /// The switch's address, where the registry is.
    pub(crate) fn switch(self) -> Ipv4Addr {
        Ipv4Addr::new(10, 77, self.0, 1)
    }

    /// The address of the node that is the `index`th from zero.
    pub(crate) fn node(self, index: usize) -> Ipv4Addr {
        Ipv4Addr::new(10, 77, self.0, 11_u8.saturating_add(u8::try_from(index).unwrap_or(u8::MAX)))
    }

    /// The address before the first one of simulated nodes, which have 10.80.0.0/14 to themselves: a thousand each lab.
    pub(crate) fn crowd(self) -> Ipv4Addr {
        Ipv4Addr::new(10, 80 + self.0 / 64, self.0 % 64 * 4, 0)
    }

    /// Shows a node of the lab where simulated nodes are.
    pub(crate) fn lead_to_crowd(self, node: i32) -> Result<(), LabError> {
        batch(node, &[format!("route replace {}/{CROWD_BITS} via {}", self.crowd(), self.switch())])
    }
}

/// The switch's end of a node's link.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Port(String);

impl Port {
    pub(crate) fn of(index: usize) -> Self {
        Self(format!("node{}", index + 1))
    }
}

impl fmt::Display for Port {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[derive(Deserialize)]
struct Interface {
    ifname: String,
    master: Option<String>,
}

/// The switch, by the process that keeps its namespaces.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Switch {
    pub(crate) holder: i32,
}

impl Switch {
    /// Sets up the bridge where it is not.
    pub(crate) fn set_up(self, subnet: Subnet) -> Result<(), LabError> {
        let mut lines = vec!["link set lo up".to_owned()];
        if !self.interfaces()?.contains_key(BRIDGE) {
            lines.push(format!("link add {BRIDGE} type bridge"));
        }
        // Left alone, a bridge takes another address with every node that comes or goes.
        lines.push(format!("link set {BRIDGE} address {}", hardware_address(subnet.switch())));
        lines.push(format!("addr replace {}/24 dev {BRIDGE}", subnet.switch()));
        lines.push(format!("link set {BRIDGE} up"));
        batch(self.holder, &lines)
    }

    /// Joins a node where it is not joined.
    pub(crate) fn join(self, port: &Port, node: i32, address: Ipv4Addr) -> Result<(), LabError> {
        if !self.interfaces()?.contains_key(&port.0) {
            let node_end = format!("name {NODE_END} address {} netns {node}", hardware_address(address));
            batch(self.holder, &[format!("link add {port} type veth peer {node_end}")])?;
        }
        self.connect(port)?;
        let lines = [
            "link set lo up".to_owned(),
            format!("addr replace {address}/24 dev {NODE_END}"),
            format!("link set {NODE_END} up"),
        ];
        batch(node, &lines)
    }

    /// Shapes a node's link as it is to be, in both directions.
    pub(crate) fn shape(self, port: &Port, node: i32, link: &Link) -> Result<(), LabError> {
        let Some(queue) = link.queue() else { return Ok(()) };
        for (holder, end) in [(self.holder, port.0.as_str()), (node, NODE_END)] {
            let mut tc = Place::network_command(holder, "tc");
            program::run(tc.args(["qdisc", "replace", "dev", end, "root"]).args(&queue))?;
        }
        Ok(())
    }

    /// Lets a node's packets through.
    pub(crate) fn connect(self, port: &Port) -> Result<(), LabError> {
        batch(self.holder, &[format!("link set {port} master {BRIDGE}"), format!("link set {port} up")])
    }

    /// Lets none of a node's packets through.
    pub(crate) fn disconnect(self, port: &Port) -> Result<(), LabError> {
        batch(self.holder, &[format!("link set {port} nomaster")])
    }

    /// Removes a node's link where there is one.
    pub(crate) fn remove(self, port: &Port) -> Result<(), LabError> {
        if !self.interfaces()?.contains_key(&port.0) {
            return Ok(());
        }
        batch(self.holder, &[format!("link del {port}")])
    }

    /// Makes this the place of all the addresses that simulated nodes have.
    pub(crate) fn take_crowd(self, subnet: Subnet) -> Result<(), LabError> {
        batch(
            self.holder,
            &[
                "link set lo up".to_owned(),
                format!("route replace local {}/{CROWD_BITS} dev lo", subnet.crowd()),
            ],
        )
    }

    /// Whether a node is joined: `None` where it has no link.
    pub(crate) fn is_connected(self, port: &Port) -> Result<Option<bool>, LabError> {
        Ok(self.interfaces()?.get(&port.0).map(|master| master.as_deref() == Some(BRIDGE)))
    }

    fn interfaces(self) -> Result<BTreeMap<String, Option<String>>, LabError> {
        let mut command = Place::network_command(self.holder, "ip");
        let text = program::output(command.args(["-json", "link", "show"]))?;
        let interfaces: Vec<Interface> = serde_json::from_str(&text)
            .map_err(|source| LabError::Answer { command: program::line(&command), source })?;
        Ok(interfaces.into_iter().map(|interface| (interface.ifname, interface.master)).collect())
    }
}

/// The hardware address of a node or the switch, which stays the same when that comes back: others would send to the
/// old one for half a minute.
fn hardware_address(address: Ipv4Addr) -> String {
    let [a, b, c, d] = address.octets();
    format!("02:00:{a:02x}:{b:02x}:{c:02x}:{d:02x}")
}

fn batch(holder: i32, lines: &[String]) -> Result<(), LabError> {
    let mut ip = Place::network_command(holder, "ip");
    program::output_with_input(ip.args(["-batch", "-"]), &(lines.join("\n") + "\n")).map(drop)
}

/// Where a registry of a lab is, such as `10.77.0.1:5000`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RegistryAddress {
    address: Ipv4Addr,
    pub(crate) port: u16,
}

impl RegistryAddress {
    /// The registry that lets everybody in.
    pub(crate) fn open(address: Ipv4Addr) -> Self {
        Self { address, port: 5000 }
    }

    /// The one beside it that asks for a password.
    pub(crate) fn private(self) -> Self {
        Self { port: 5001, ..self }
    }
}

impl fmt::Display for RegistryAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.address, self.port)
    }
}

/// Whether a process's network namespace has a socket that listens on a TCP port.
pub(crate) fn listens(proc_net_tcp: &str, port: u16) -> bool {
    proc_net_tcp.lines().skip(1).any(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let [_, local, _, state, ..] = fields.as_slice() else { return false };
        let local = local.rsplit_once(':').and_then(|(_, port)| u16::from_str_radix(port, 16).ok());
        local == Some(port) && *state == LISTEN
    })
}

#[cfg(test)]
mod tests {
    use super::{Port, Subnet, hardware_address, listens};

    #[test]
    fn the_first_free_subnet_is_taken() {
        assert_eq!(Subnet::free(&[]), Some(Subnet(0)));
        assert_eq!(Subnet::free(&[Subnet(0), Subnet(2), Subnet(1)]), Some(Subnet(3)));
        let all: Vec<Subnet> = (0..=255).map(Subnet).collect();
        assert_eq!(Subnet::free(&all), None);
    }

    #[test]
    fn addresses_and_ports_differ_for_twenty_nodes() {
        let subnet = Subnet(7);
        assert_eq!(subnet.switch().to_string(), "10.77.7.1");
        assert_eq!(subnet.node(0).to_string(), "10.77.7.11");
        assert_eq!(subnet.node(19).to_string(), "10.77.7.30");
        assert_eq!(hardware_address(subnet.node(19)), "02:00:0a:4d:07:1e");
        assert_eq!(Port::of(19).to_string(), "node20");
    }

    #[test]
    fn simulated_nodes_of_two_labs_have_addresses_of_their_own() {
        assert_eq!(Subnet(0).crowd().to_string(), "10.80.0.0");
        assert_eq!(Subnet(1).crowd().to_string(), "10.80.4.0");
        assert_eq!(Subnet(255).crowd().to_string(), "10.83.252.0");
    }

    #[test]
    fn a_listening_port_is_found_in_the_kernels_table() {
        let table = "  sl  local_address rem_address   st tx_queue\n   \
            0: 01004D0A:1388 00000000:0000 0A 00000000:00000000\n   \
            1: 01004D0A:0050 00000000:0000 01 00000000:00000000\n";
        assert!(listens(table, 5000));
        assert!(!listens(table, 80) && !listens(table, 0) && !listens("", 5000));
    }
}
