//! The accounts, kept as a config of the Swarm: the same at every manager, and there for any that comes after.
//!
//! A config never changes, so each version is a new one whose name holds its number. Swarm takes a name once: of two
//! managers that change the accounts at the same time, one is refused and begins again from what the other wrote.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use swarmmanager_access::{Accounts, AccountsError};
use swarmmanager_engine::{Config, Engine, EngineError, Filters};
use swarmmanager_units::NodeId;
use tokio::sync::{Mutex, watch};
use tokio::time::{MissedTickBehavior, interval, timeout};

use crate::cluster::ClusterWatch;

/// Marks the config; its value is the version. Its name begins so as well.
const LABEL: &str = "swarmmanager.access";
/// How soon a change at one manager is known at the others.
pub(super) const READ_EVERY: Duration = Duration::from_secs(2);
/// Swarm's calls hang while there is no leader.
const READ_TIMEOUT: Duration = Duration::from_secs(5);
/// More managers than would ever change accounts at once.
const ATTEMPTS: u32 = 5;

/// Why the accounts were not changed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StoreError {
    /// They were not read yet.
    #[error("the accounts have not been read from the Swarm yet")]
    NotRead,
    /// Another manager leads.
    #[error("this manager does not lead the Swarm and changes nothing{}", leader.as_ref().map_or_else(String::new, |leader| format!("; the one on {leader} does")))]
    NotLeading {
        /// The leader's hostname.
        leader: Option<String>,
    },
    /// The change makes no sense.
    #[error(transparent)]
    Refused(#[from] AccountsError),
    /// Swarm cannot be asked.
    #[error("the accounts cannot be read from the Swarm")]
    Read(#[source] EngineError),
    /// Swarm does not answer.
    #[error("the Swarm does not answer; it may have no leader")]
    TimedOut,
    /// Swarm did not take them.
    #[error("the accounts cannot be written into the Swarm")]
    Write(#[source] EngineError),
    /// Others were always faster.
    #[error("other managers change the accounts all the time; try again")]
    Contended,
}

/// The accounts as last read.
pub(crate) type Known = Option<Arc<Accounts>>;

/// Reads and writes the accounts. Cheap to clone.
#[derive(Clone)]
pub(crate) struct AccountStore {
    engine: Engine,
    node: NodeId,
    cluster: ClusterWatch,
    known: watch::Sender<Known>,
    changing: Arc<Mutex<()>>,
}

impl AccountStore {
    pub(crate) fn new(engine: Engine, node: NodeId, cluster: ClusterWatch) -> Self {
        Self { engine, node, cluster, known: watch::Sender::new(None), changing: Arc::default() }
    }

    /// The accounts as last read; nothing before the first reading.
    pub(crate) fn latest(&self) -> Known {
        self.known.borrow().clone()
    }

    /// Tells of every change.
    pub(crate) fn follow(&self) -> watch::Receiver<Known> {
        self.known.subscribe()
    }

    /// Whether this manager may change them.
    pub(crate) async fn is_leading(&self) -> bool {
        matches!(timeout(READ_TIMEOUT, self.engine.is_leader(&self.node)).await, Ok(Ok(true)))
    }

    /// Keeps reading until dropped.
    pub(crate) async fn keep_fresh(&self) {
        let mut ticks = interval(READ_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut last_error = None;
        loop {
            ticks.tick().await;
            let error = match self.read().await {
                Ok((_, accounts)) => {
                    self.publish(accounts);
                    None
                }
                Err(error) => Some(error),
            };
            let words = error.as_ref().map(ToString::to_string);
            if let (Some(error), true) = (&error, words != last_error) {
                let source = std::error::Error::source(error).map(ToString::to_string);
                tracing::warn!(%error, source, "the accounts cannot be read; the last ones are kept");
            }
            last_error = words;
        }
    }

    /// Changes the accounts; the change is made anew where another manager was faster.
    pub(crate) async fn change<T>(
        &self,
        mut change: impl FnMut(&mut Accounts) -> Result<T, AccountsError>,
    ) -> Result<T, StoreError> {
        let _one_at_a_time = self.changing.lock().await;
        for _ in 0..ATTEMPTS {
            self.check_leading().await?;
            let (version, mut accounts) = self.read().await?;
            let result = change(&mut accounts)?;
            match self.write(version + 1, &accounts).await {
                Ok(()) => {
                    self.publish(accounts);
                    self.forget_before(version + 1).await;
                    return Ok(result);
                }
                Err(EngineError::NameConflict { .. }) => {}
                Err(source) => return Err(StoreError::Write(source)),
            }
        }
        Err(StoreError::Contended)
    }

    async fn check_leading(&self) -> Result<(), StoreError> {
        match timeout(READ_TIMEOUT, self.engine.is_leader(&self.node)).await {
            Ok(Ok(true)) => Ok(()),
            Ok(Ok(false)) => Err(StoreError::NotLeading { leader: self.cluster.latest().leader_hostname() }),
            Ok(Err(source)) => Err(StoreError::Read(source)),
            Err(_) => Err(StoreError::TimedOut),
        }
    }

    /// The newest version and what is in it; version 0 and nobody where there is none.
    async fn read(&self) -> Result<(u64, Accounts), StoreError> {
        match self.configs().await?.into_iter().max_by_key(version_of) {
            None => Ok((0, Accounts::default())),
            Some(newest) => Ok((version_of(&newest), Accounts::from_json(&newest.data)?)),
        }
    }

    async fn configs(&self) -> Result<Vec<Config>, StoreError> {
        let filters = Filters::new().label(LABEL);
        timeout(READ_TIMEOUT, self.engine.configs_matching(&filters))
            .await
            .map_err(|_| StoreError::TimedOut)?
            .map_err(StoreError::Read)
    }

    async fn write(&self, version: u64, accounts: &Accounts) -> Result<(), EngineError> {
        let labels = BTreeMap::from([(LABEL.to_owned(), version.to_string())]);
        let name = format!("{LABEL}.{version}");
        self.engine.config_create(&name, &labels, &accounts.to_json()).await.map(drop)
    }

    /// Removes what is older. What stays because of a fault goes with the next change.
    async fn forget_before(&self, version: u64) {
        let Ok(configs) = self.configs().await else { return };
        for old in configs.iter().filter(|config| version_of(config) < version) {
            if let Err(error) = self.engine.config_remove(&old.id).await {
                tracing::warn!(%error, config = old.name, "an old version of the accounts cannot be removed yet");
            }
        }
    }

    /// As if they had been read from a Swarm.
    #[cfg(test)]
    pub(crate) fn read_as(&self, accounts: Accounts) {
        self.publish(accounts);
    }

    fn publish(&self, accounts: Accounts) {
        self.known.send_if_modified(|known| {
            let is_new = known.as_deref() != Some(&accounts);
            if is_new {
                *known = Some(Arc::new(accounts));
            }
            is_new
        });
    }
}

/// Whether a config of that name holds accounts: none that a service may mount.
pub(crate) fn holds_accounts(config: &str) -> bool {
    config.strip_prefix(LABEL).is_some_and(|version| version.starts_with('.'))
}

fn version_of(config: &Config) -> u64 {
    config.labels.get(LABEL).and_then(|version| version.parse().ok()).unwrap_or(0)
}
