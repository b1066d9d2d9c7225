//! How much is kept open at once, by what the system lets this process open.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// More than the nodes of the largest Swarm that one manager serves.
const MOST_CONNECTIONS: u64 = 20_000;
/// Connections in handshake.
const MOST_HANDSHAKES: u64 = 1024;
/// Descriptors that are left to the rest of the process.
const RESERVED: u64 = 256;

/// The most that is kept open at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Limits {
    /// Connections in all.
    pub(crate) connections: u64,
    /// Of these in handshake: few enough that agents keep their places whoever else knocks.
    pub(crate) handshakes: usize,
}

impl Limits {
    /// Lets this process open as many files as the system allows it to, and divides them.
    pub(crate) fn raise() -> Self {
        let limit = getrlimit(Resource::Nofile);
        // Where it is refused, the process goes on with what it has.
        let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum });
        Self::within(getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX))
    }

    fn within(files: u64) -> Self {
        let ours = files.saturating_sub(RESERVED).max(files / 2);
        let handshakes = MOST_HANDSHAKES.min(ours / 4);
        Self {
            connections: MOST_CONNECTIONS.min(ours),
            handshakes: usize::try_from(handshakes).unwrap_or(usize::MAX).max(1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn something_is_left_to_the_rest_of_the_process() {
        assert_eq!(Limits::within(1 << 20), Limits { connections: 20_000, handshakes: 1024 });
        assert_eq!(Limits::within(1024), Limits { connections: 768, handshakes: 192 });
        assert_eq!(Limits::within(64), Limits { connections: 32, handshakes: 8 });
        assert_eq!(Limits::within(0).handshakes, 1);
    }
}
