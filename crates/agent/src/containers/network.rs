//! A container's own network, read through one of its processes.
//!
//! Every network namespace has a `net/dev` file of its own, with an inode of its own. A container whose file is the
//! node's, or another container's, shares their network and has no traffic of its own to tell.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::kernel_file::{KernelFile, ReadBuffer};
use crate::node::interfaces;
use crate::rate::Rate;

/// A container's first process may still be in the node's network, so what looks shared is looked at again, after
/// these pauses.
const PAUSES: [Duration; 3] = [Duration::from_secs(1), Duration::from_secs(3), Duration::from_secs(10)];

/// What is known of a container's network.
#[derive(Debug)]
pub(crate) enum ContainerNetwork {
    /// Not found yet.
    Unknown {
        /// How often it was looked for.
        attempts: usize,
        /// When it is looked for again.
        due: Instant,
    },
    /// Found. The open file keeps the network alive, so it has to be closed as soon as the container is gone.
    Own {
        /// The container's `net/dev`.
        file: KernelFile,
        /// What tells it from others'.
        inode: u64,
        /// Bytes received.
        received: Rate,
        /// Bytes sent.
        sent: Rate,
    },
    /// The container has no network of its own.
    Shared,
}

impl ContainerNetwork {
    pub(crate) fn unknown(now: Instant) -> Self {
        Self::Unknown { attempts: 0, due: now }
    }

    /// Whether it is time to look for the network.
    pub(crate) fn is_wanted(&self, now: Instant) -> bool {
        matches!(self, Self::Unknown { due, .. } if now >= *due)
    }

    /// The inode of the container's own `net/dev`.
    pub(crate) fn inode(&self) -> Option<u64> {
        match self {
            Self::Own { inode, .. } => Some(*inode),
            Self::Unknown { .. } | Self::Shared => None,
        }
    }

    /// Takes the network of `process`, the directory of one of the container's processes, unless it is one of
    /// `taken`.
    pub(crate) fn settle(&mut self, process: Option<&Path>, taken: &[u64], now: Instant) {
        let Self::Unknown { attempts, .. } = *self else { return };
        let file = process.and_then(|process| KernelFile::open(&process.join("net/dev")).ok());
        let own =
            file.and_then(|file| Some((file.inode().ok().filter(|inode| !taken.contains(inode))?, file)));
        *self = match (own, PAUSES.get(attempts)) {
            (Some((inode, file)), _) => {
                Self::Own { file, inode, received: Rate::default(), sent: Rate::default() }
            }
            (None, Some(pause)) => Self::Unknown { attempts: attempts + 1, due: now + *pause },
            (None, None) => Self::Shared,
        };
    }

    /// Bytes received and sent per second over all of the container's interfaces.
    pub(crate) fn rates(&mut self, now: Instant, buffer: &mut ReadBuffer) -> (f64, f64) {
        let Self::Own { file, received, sent, .. } = self else { return (0.0, 0.0) };
        let Ok(text) = file.read(buffer) else { return (0.0, 0.0) };
        let (mut bytes_received, mut bytes_sent) = (0_u64, 0_u64);
        for (_, traffic) in interfaces(text) {
            bytes_received = bytes_received.saturating_add(traffic.received);
            bytes_sent = bytes_sent.saturating_add(traffic.sent);
        }
        (received.advance(bytes_received, now).unwrap_or(0.0), sent.advance(bytes_sent, now).unwrap_or(0.0))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn process(received: u64, sent: u64) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("net")).unwrap();
        write(&dir, received, sent);
        dir
    }

    fn write(process: &tempfile::TempDir, received: u64, sent: u64) {
        let text = format!(
            "lo: 77 0 0 0 0 0 0 0 77 0 0 0 0 0 0 0\neth0: {received} 0 0 0 0 0 0 0 {sent} 0 0 0 0 0 0 0\n"
        );
        fs::write(process.path().join("net/dev"), text).unwrap();
    }

    #[test]
    fn an_own_network_is_found_once_and_read_from_then_on() {
        let (start, mut buffer) = (Instant::now(), ReadBuffer::new());
        let process = process(100, 200);
        let mut network = ContainerNetwork::unknown(start);
        assert!(network.is_wanted(start));
        network.settle(Some(process.path()), &[], start);
        assert!(!network.is_wanted(start + Duration::from_secs(100)));
        assert_eq!(network.rates(start, &mut buffer), (0.0, 0.0));
        write(&process, 150, 210);
        assert_eq!(network.rates(start + Duration::from_secs(1), &mut buffer), (50.0, 10.0));
    }

    #[test]
    fn what_looks_shared_is_looked_at_again_a_few_times_and_then_left() {
        let (process, mut now) = (process(1, 1), Instant::now());
        let node = KernelFile::open(&process.path().join("net/dev")).unwrap().inode().unwrap();
        let mut network = ContainerNetwork::unknown(now);
        let mut attempts = 0;
        for _ in 0..100 {
            if network.is_wanted(now) {
                attempts += 1;
                network.settle(Some(process.path()), &[node], now);
            }
            now += Duration::from_secs(1);
        }
        assert_eq!(attempts, PAUSES.len() + 1);
        assert!(matches!(network, ContainerNetwork::Shared));
        assert_eq!(network.rates(now, &mut ReadBuffer::new()), (0.0, 0.0));
    }

    #[test]
    fn a_container_without_a_process_yet_is_looked_for_again() {
        let (process, start) = (process(1, 1), Instant::now());
        let mut network = ContainerNetwork::unknown(start);
        network.settle(None, &[], start);
        assert!(!network.is_wanted(start));
        let later = start + PAUSES[0];
        assert!(network.is_wanted(later));
        network.settle(Some(process.path()), &[], later);
        assert!(network.inode().is_some());
    }
}
