//! Traffic over the node's own interfaces, from `/proc/net/dev`.
//!
//! Which interfaces are the node's own:
//! 1. those that the operator named, if any; otherwise
//! 2. those with hardware behind them (`/sys/class/net/<name>/device` is there); otherwise, where no interface
//!    has any (LXC, the lab: the uplink is one end of a virtual cable),
//! 3. all whose names are not those of bridges, tunnels and containers' cables.
//!
//! A bridge, bond or VLAN on top of hardware carries the same bytes again and is not counted.
//! `/sys/class/net` shows the network of whoever mounted `/sys`. A container on the host's network has a `/sys` of
//! its own that shows the host's; the one that is handed in from outside may show another's.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::kernel_file::{KernelFile, ReadBuffer};
use crate::rate::Rate;
use crate::text::{fields, lines, number, split_once};

/// Names that start like this belong to no uplink.
const VIRTUAL: [&str; 22] = [
    "br", "bond", "cali", "cilium", "cni", "docker", "dummy", "erspan", "flannel", "gre", "ifb", "ip6",
    "ip_vti", "lxc", "lxd", "sit", "tap", "tun", "veth", "virbr", "vx", "wg",
];

/// Bytes received and sent since an interface came up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Traffic {
    pub(crate) received: u64,
    pub(crate) sent: u64,
}

/// The interfaces that a `net/dev` file lists, without the loopback.
pub(crate) fn interfaces(text: &[u8]) -> impl Iterator<Item = (&[u8], Traffic)> {
    lines(text).filter_map(|line| {
        let (name, counters) = split_once(line, b':')?;
        let mut counters = fields(counters);
        let received = number(counters.next()?)?;
        let sent = number(counters.nth(7)?)?;
        let name = name.trim_ascii();
        (name != b"lo").then_some((name, Traffic { received, sent }))
    })
}

/// Which interfaces count as the node's own.
#[derive(Debug, Clone)]
pub(crate) enum InterfaceRule {
    /// The named ones only.
    Named(Vec<String>),
    /// Those with hardware, by this `/sys`; see the module's text.
    Hardware(PathBuf),
}

impl InterfaceRule {
    /// Says for each name whether it counts.
    fn decide(&self, names: &[Box<[u8]>]) -> Vec<bool> {
        match self {
            Self::Named(wanted) => {
                names.iter().map(|name| wanted.iter().any(|wanted| wanted.as_bytes() == &**name)).collect()
            }
            Self::Hardware(sys) => {
                let hardware: Vec<bool> = names.iter().map(|name| has_hardware(sys, name)).collect();
                if hardware.contains(&true) {
                    return hardware;
                }
                names.iter().map(|name| !has_virtual_name(name)).collect()
            }
        }
    }
}

fn has_hardware(sys: &Path, name: &[u8]) -> bool {
    std::str::from_utf8(name).is_ok_and(|name| sys.join("class/net").join(name).join("device").exists())
}

fn has_virtual_name(name: &[u8]) -> bool {
    VIRTUAL.iter().any(|prefix| name.starts_with(prefix.as_bytes())) || name.contains(&b'.')
}

/// The node's `net/dev`, kept open, and what was last read from it.
#[derive(Debug)]
pub(crate) struct NetworkProbe {
    file: KernelFile,
    rule: InterfaceRule,
    known: Vec<Interface>,
}

#[derive(Debug)]
struct Interface {
    name: Box<[u8]>,
    counted: bool,
    received: Rate,
    sent: Rate,
}

impl NetworkProbe {
    /// `proc/net` is the network of the process that opens it: this agent runs in its node's.
    pub(crate) fn open(proc: &Path, rule: InterfaceRule) -> io::Result<Self> {
        Ok(Self { file: KernelFile::open(&proc.join("net/dev"))?, rule, known: Vec::new() })
    }

    /// Bytes per second received and sent; an interface counts from its second reading on.
    pub(crate) fn sample(&mut self, now: Instant, buffer: &mut ReadBuffer) -> io::Result<(f64, f64)> {
        let text = self.file.read(buffer)?;
        let unchanged =
            interfaces(text).map(|(name, _)| name).eq(self.known.iter().map(|known| &*known.name));
        if !unchanged {
            self.relist(text);
        }
        let (mut received, mut sent) = (0.0, 0.0);
        for (interface, (_, traffic)) in self.known.iter_mut().zip(interfaces(text)) {
            if interface.counted {
                received += interface.received.advance(traffic.received, now).unwrap_or(0.0);
                sent += interface.sent.advance(traffic.sent, now).unwrap_or(0.0);
            }
        }
        Ok((received, sent))
    }

    /// Takes over the interfaces of `text` in their order and decides about each of them anew.
    fn relist(&mut self, text: &[u8]) {
        let names: Vec<Box<[u8]>> = interfaces(text).map(|(name, _)| name.into()).collect();
        let counted = self.rule.decide(&names);
        let mut before = std::mem::take(&mut self.known);
        self.known = names
            .into_iter()
            .zip(counted)
            .map(|(name, counted)| match before.iter().position(|known| known.name == name) {
                Some(at) => Interface { counted, ..before.swap_remove(at) },
                None => Interface { name, counted, received: Rate::default(), sent: Rate::default() },
            })
            .collect();
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::time::Duration;

    use proptest::prelude::*;
    use tempfile::TempDir;

    use super::*;

    const HEAD: &str = "Inter-|   Receive                                                |  Transmit\n \
        face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed\n";

    fn net_dev(lines: &[(&str, u64, u64)]) -> String {
        let lines = lines.iter().map(|(name, received, sent)| {
            format!("{name:>6}: {received:>7} 9 0 0 0 0 0 0 {sent:>8} 9 0 0 0 0 0 0\n")
        });
        HEAD.chars().chain(lines.collect::<String>().chars()).collect()
    }

    fn write(dir: &TempDir, lines: &[(&str, u64, u64)]) {
        fs::create_dir_all(dir.path().join("net")).unwrap();
        fs::write(dir.path().join("net/dev"), net_dev(lines)).unwrap();
    }

    fn probe(dir: &TempDir) -> NetworkProbe {
        NetworkProbe::open(dir.path(), InterfaceRule::Hardware(dir.path().to_owned())).unwrap()
    }

    fn second(probe: &mut NetworkProbe, dir: &TempDir, lines: [&[(&str, u64, u64)]; 2]) -> (f64, f64) {
        let (start, mut buffer) = (Instant::now(), ReadBuffer::new());
        write(dir, lines[0]);
        probe.sample(start, &mut buffer).unwrap();
        write(dir, lines[1]);
        probe.sample(start + Duration::from_secs(1), &mut buffer).unwrap()
    }

    #[test]
    fn only_interfaces_with_hardware_count_where_there_are_any() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join("class/net/wlan0/device")).unwrap();
        fs::create_dir_all(dir.path().join("class/net/eth9/queues")).unwrap();
        write(&dir, &[]);
        let lines: [&[_]; 2] = [
            &[("lo", 0, 0), ("wlan0", 100, 10), ("eth9", 0, 0), ("br-lan", 0, 0)],
            &[("lo", 5, 5), ("wlan0", 150, 17), ("eth9", 9, 9), ("br-lan", 50, 7)],
        ];
        assert_eq!(second(&mut probe(&dir), &dir, lines), (50.0, 7.0));
    }

    #[test]
    fn a_cable_s_end_counts_where_no_interface_has_hardware() {
        let dir = tempfile::tempdir().unwrap();
        write(&dir, &[]);
        let lines: [&[_]; 2] = [
            &[("lo", 0, 0), ("eth0", 0, 0), ("docker0", 0, 0), ("docker_gwbridge", 0, 0), ("veth1a2b", 0, 0)],
            &[("lo", 9, 9), ("eth0", 3, 4), ("docker0", 9, 9), ("docker_gwbridge", 9, 9), ("veth1a2b", 9, 9)],
        ];
        assert_eq!(second(&mut probe(&dir), &dir, lines), (3.0, 4.0));
    }

    #[test]
    fn the_operator_s_choice_counts_whatever_it_is() {
        let dir = tempfile::tempdir().unwrap();
        write(&dir, &[]);
        let named = InterfaceRule::Named(vec!["wg0".to_owned()]);
        let mut probe = NetworkProbe::open(dir.path(), named).unwrap();
        let lines: [&[_]; 2] = [&[("eth0", 0, 0), ("wg0", 1, 1)], &[("eth0", 9, 9), ("wg0", 2, 3)]];
        assert_eq!(second(&mut probe, &dir, lines), (1.0, 2.0));
    }

    #[test]
    fn an_interface_that_appears_with_old_counters_makes_no_jump() {
        let dir = tempfile::tempdir().unwrap();
        write(&dir, &[]);
        let lines: [&[_]; 2] = [&[("eth0", 100, 100)], &[("eth1", 1 << 40, 1 << 40), ("eth0", 107, 101)]];
        assert_eq!(second(&mut probe(&dir), &dir, lines), (7.0, 1.0));
    }

    #[test]
    fn counters_may_stand_right_after_the_colon() {
        let text =
            b"eth0:252293894   12695    0    0    0     0          0         0  1005811    8586    0    0";
        let all: Vec<_> = interfaces(text).collect();
        assert_eq!(all, [(&b"eth0"[..], Traffic { received: 252293894, sent: 1005811 })]);
    }

    proptest! {
        #[test]
        fn no_input_makes_it_fail(text in "(\\PC{0,9}:? ?[0-9 ]{0,40}\n?){0,4}") {
            let _ = interfaces(text.as_bytes()).count();
        }
    }
}
