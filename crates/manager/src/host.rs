//! What lives as long as the process, whatever Swarm its host's engine is in.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;

use swarmmanager_access::Sessions;
use swarmmanager_api::SwarmState;
use swarmmanager_engine::{Engine, EngineInfo, LocalNodeState};
use tokio::sync::watch;

use crate::access::Threshold;
use crate::audit::Audit;
use crate::clock::unix_ms;
use crate::front_door::Announcement;
use crate::jobs::Jobs;
use crate::journal::Journal;
use crate::serve::ServeError;
use crate::swarm::Remote;

/// The host's engine and what is kept beside it. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Host {
    pub(crate) engine: Engine,
    pub(crate) hostname: Arc<str>,
    pub(crate) journal: Journal,
    pub(crate) audit: Audit,
    pub(crate) sessions: Sessions,
    pub(crate) jobs: Jobs,
    /// What other hosts are reached with.
    pub(crate) remote: Remote,
    /// The agent's image as a file, where there is one.
    pub(crate) agent_archive: Option<Arc<Path>>,
    /// What this process was told that holds for managers on other nodes as well, as words of a command line.
    pub(crate) options: Arc<[String]>,
    /// The link that makes the first account outlives the start of a Swarm.
    pub(crate) threshold: Threshold,
    /// How people find the console, where it is served.
    pub(crate) shown: Option<Announcement>,
    pub(crate) started_unix_ms: i64,
    /// What is served now.
    pub(crate) serving: watch::Sender<Serving>,
}

/// What a host is opened with.
pub(crate) struct Kept<'a> {
    pub(crate) state_dir: &'a Path,
    pub(crate) shown: Option<Announcement>,
    pub(crate) agent_archive: Option<Arc<Path>>,
    pub(crate) options: Vec<String>,
}

/// What a process serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Serving {
    /// Not much: its host's engine is no manager of a Swarm.
    Waiting,
    /// A Swarm, of whose state it has read something.
    Swarm,
}

impl Host {
    /// Opens what is kept in the state folder.
    pub(crate) fn open(engine: Engine, hostname: &str, kept: Kept<'_>) -> Result<Self, ServeError> {
        let Kept { state_dir, shown, agent_archive, options } = kept;
        let journal_file = state_dir.join("journal.db");
        Ok(Self {
            engine,
            hostname: hostname.into(),
            journal: Journal::open(&journal_file)?,
            audit: Audit::open(&journal_file)?,
            sessions: Sessions::open(&state_dir.join("sessions.db"))?,
            jobs: Jobs::new(),
            remote: Remote::open(state_dir)?,
            agent_archive,
            options: options.into(),
            threshold: Threshold::default(),
            shown,
            started_unix_ms: unix_ms(),
            serving: watch::Sender::new(Serving::Waiting),
        })
    }

    /// Where the console is, as far as the manager knows: `https://10.0.0.1:6602`.
    pub(crate) fn url(&self) -> Option<&str> {
        self.shown.as_ref().map(|shown| &*shown.url)
    }

    /// Waits until a Swarm is served.
    pub(crate) async fn serves_swarm(&self) {
        // The sender is in this very value, so the wait does not fail.
        let _ = self.serving.subscribe().wait_for(|serving| *serving == Serving::Swarm).await;
    }
}

/// How a host stands in its Swarm, as its engine says.
pub(crate) fn standing(info: &EngineInfo) -> SwarmState {
    match info.swarm.state {
        LocalNodeState::Inactive => SwarmState::Inactive,
        LocalNodeState::Pending => SwarmState::Pending,
        LocalNodeState::Active if info.swarm.control_available => SwarmState::Manager,
        LocalNodeState::Active => SwarmState::Worker,
        LocalNodeState::Locked => SwarmState::Locked,
        LocalNodeState::Error => SwarmState::Error,
    }
}

/// What a host that is no manager waits for, in words.
pub(crate) fn in_the_way(state: SwarmState) -> &'static str {
    match state {
        SwarmState::Inactive => {
            "this host's Docker Engine is in no Swarm; start one with 'swarm-manager swarm init', or join one"
        }
        SwarmState::Pending => "this host's Docker Engine is on its way into a Swarm",
        SwarmState::Worker => {
            "this host is a worker of its Swarm: ask one of the managers, or make this one a manager with \
             'swarm-manager node promote' there"
        }
        SwarmState::Locked => "this host's Swarm is locked; unlock it with 'docker swarm unlock'",
        SwarmState::Error => {
            "this host's Docker Engine failed to join its Swarm; 'docker info' says why, and 'swarm-manager swarm \
             leave --force' gives it up"
        }
        SwarmState::Manager => "this host's Swarm is about to be served",
    }
}

/// Makes a folder that only root may look into.
pub(crate) fn make_private_folder(path: &Path) -> Result<(), ServeError> {
    fs::create_dir_all(path)
        .and_then(|()| fs::set_permissions(path, Permissions::from_mode(0o700)))
        .map_err(|source| ServeError::StateDir { path: path.to_owned(), source })
}
