//! The programs that the demo runs, told which lab and which manager they are about.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::{LAB, manager};

/// The folder of the built programs.
pub(super) struct Programs {
    folder: PathBuf,
}

impl Programs {
    pub(super) fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The agent's path.
    pub(super) fn agent(&self) -> PathBuf {
        self.folder.join("swarm-agent")
    }

    /// `swarm-lab` for the demo's lab.
    pub(super) fn lab(&self) -> Command {
        let mut lab = Command::new(self.folder.join("swarm-lab"));
        lab.args(["--name", LAB]);
        lab
    }

    /// `swarm-manager` as a client of the demo's manager.
    pub(super) fn client(&self) -> Command {
        let mut client = Command::new(self.manager());
        client.args(["--host", &manager::address()]);
        client
    }

    /// The manager's path.
    pub(super) fn manager(&self) -> PathBuf {
        self.folder.join("swarm-manager")
    }
}
