//! Names of labs that belong to a process.

use std::fmt;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

/// `t<process id>-<number>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OwnName {
    process: u32,
    number: u32,
}

impl OwnName {
    /// Another one of this process.
    pub(crate) fn next() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        Self { process: std::process::id(), number: COUNT.fetch_add(1, Ordering::Relaxed) }
    }

    pub(crate) fn read(name: &str) -> Option<Self> {
        let (process, number) = name.strip_prefix('t')?.split_once('-')?;
        Some(Self { process: process.parse().ok()?, number: number.parse().ok()? })
    }

    /// Whether the process that owned the lab is gone.
    pub(crate) fn is_abandoned(self) -> bool {
        !Path::new("/proc").join(self.process.to_string()).exists()
    }
}

impl fmt::Display for OwnName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "t{}-{}", self.process, self.number)
    }
}

#[cfg(test)]
mod tests {
    use super::OwnName;

    #[test]
    fn names_tell_whose_they_are() {
        let name = OwnName::next();
        assert_ne!(name, OwnName::next());
        assert_eq!(OwnName::read(&name.to_string()), Some(name));
        assert!(!name.is_abandoned());
        let nobody = OwnName::read("t4294967295-0").unwrap();
        assert!(nobody.is_abandoned());
        for other in ["demo", "test-1", "t12", "t-1", "t1-x"] {
            assert_eq!(OwnName::read(other), None, "{other}");
        }
    }
}
