//! Other hosts over SSH, and the engines on them.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures_util::future::BoxFuture;
use swarmmanager_engine::{Connect, Engine, EngineError, Node, Stream};
use swarmmanager_ssh::{
    Credentials, HostKeys, KeyError, NewHostKeys, OwnKey, ParseTargetError, Session, SshError, Target,
};

/// On a node: how it is reached, as `user@host:port`.
pub(crate) const ADDRESS: &str = "swarmmanager.ssh";
/// On a node whose engine listens elsewhere than usual: where.
pub(crate) const ENGINE_SOCKET: &str = "swarmmanager.engine-socket";
/// Where Docker Engine listens unless told otherwise.
pub(crate) const USUAL_SOCKET: &str = "/var/run/docker.sock";

/// Below the state folder.
const FOLDER: &str = "ssh";
const KNOWN_HOSTS: &str = "known_hosts";

/// Why a node is not reached.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RemoteError {
    /// It did not join over SSH.
    #[error(
        "how it is reached over SSH is not known; 'swarm-manager swarm join' or 'swarm-manager node add' makes it known"
    )]
    NoAddress,
    /// Somebody wrote something else there.
    #[error("its label {ADDRESS} is {given:?}")]
    Address {
        /// What is there.
        given: String,
        /// What is wrong with it.
        source: ParseTargetError,
    },
    /// The way to it fails.
    #[error(transparent)]
    Ssh(#[from] SshError),
    /// Its engine fails.
    #[error("its Docker Engine did not do it")]
    Engine(#[from] EngineError),
}

/// What this host reaches others with. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Remote {
    pub(crate) host_keys: HostKeys,
    pub(crate) own_key: OwnKey,
    folder: Arc<Path>,
}

impl Remote {
    /// Opens the own key and the known hosts in the state folder; makes the key where there is none.
    pub(crate) fn open(state_dir: &Path) -> Result<Self, KeyError> {
        let folder = state_dir.join(FOLDER);
        let own_key = OwnKey::load_or_make(&folder)?;
        let home = std::env::var_os("HOME").map_or_else(|| PathBuf::from("/root"), PathBuf::from);
        let others = vec![home.join(".ssh").join(KNOWN_HOSTS), PathBuf::from("/etc/ssh/ssh_known_hosts")];
        let host_keys = HostKeys::new(folder.join(KNOWN_HOSTS), others);
        Ok(Self { host_keys, own_key, folder: folder.into() })
    }

    /// Where the key and the known hosts are.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// A session on a node of the Swarm, with the own key.
    pub(crate) async fn session(&self, node: &Node) -> Result<Arc<Session>, RemoteError> {
        let target = address_of(node)?;
        let credentials = Credentials { own_key: Some(self.own_key.clone()), ..Credentials::default() };
        let session = Session::open(&target, &credentials, &self.host_keys, &NewHostKeys::Refuse).await?;
        Ok(Arc::new(session))
    }

    /// The engine of a node of the Swarm.
    pub(crate) async fn engine(&self, node: &Node) -> Result<Engine, RemoteError> {
        let target = address_of(node)?;
        let socket = node.labels.get(ENGINE_SOCKET).map_or(USUAL_SOCKET, String::as_str);
        let session = self.session(node).await?;
        Ok(reach_engine(&session, &target, socket).await?)
    }

    /// Has a node leave the Swarm; gives the session, for what is to be done there afterwards.
    pub(crate) async fn have_leave(&self, node: &Node) -> Result<Arc<Session>, RemoteError> {
        let target = address_of(node)?;
        let socket = node.labels.get(ENGINE_SOCKET).map_or(USUAL_SOCKET, String::as_str);
        let session = self.session(node).await?;
        let engine = reach_engine(&session, &target, socket).await?;
        engine.swarm_leave(true).await?;
        Ok(session)
    }

    /// Takes the own key off a node that is done with. Last of all: without it there is no second try.
    pub(crate) async fn forget(&self, session: &Session, hostname: &str) {
        if let Err(error) = super::joining::forget_key(session, &self.own_key).await {
            tracing::warn!(node = hostname, %error, "the manager's key stays on the node");
        }
    }
}

/// How a node is reached over SSH.
pub(crate) fn address_of(node: &Node) -> Result<Target, RemoteError> {
    let given = node.labels.get(ADDRESS).ok_or(RemoteError::NoAddress)?;
    given.parse().map_err(|source| RemoteError::Address { given: given.clone(), source })
}

/// The engine behind a session, by the first way that works: straight to its socket, or through the `docker` program
/// there, as the user or as root.
pub(crate) async fn reach_engine(
    session: &Arc<Session>,
    target: &Target,
    socket: &str,
) -> Result<Engine, EngineError> {
    // What a label says must not be taken for more of a command.
    let quoted = shlex::try_quote(socket).unwrap_or_default();
    let dial = format!("docker --host unix://{quoted} system dial-stdio");
    let ways =
        [Way::Socket(socket.to_owned()), Way::Command(dial.clone()), Way::Command(format!("sudo -n {dial}"))];
    let mut first_error = None;
    for way in ways {
        let over = OverSsh { session: Arc::clone(session), target: target.to_string(), way };
        let engine = Engine::over(Arc::new(over));
        match engine.ping().await {
            Ok(()) => return Ok(engine),
            Err(error) => drop(first_error.get_or_insert(error)),
        }
    }
    Err(first_error.unwrap_or_else(|| EngineError::NotAnEngine { socket: socket.into() }))
}

/// How an engine is reached from the host that it runs on.
#[derive(Debug, Clone)]
enum Way {
    Socket(String),
    Command(String),
}

struct OverSsh {
    session: Arc<Session>,
    target: String,
    way: Way,
}

impl std::fmt::Debug for OverSsh {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OverSsh")
            .field("target", &self.target)
            .field("way", &self.way)
            .finish_non_exhaustive()
    }
}

impl Connect for OverSsh {
    fn connect(&self) -> BoxFuture<'_, io::Result<Box<dyn Stream>>> {
        Box::pin(async {
            let stream = match &self.way {
                Way::Socket(path) => self.session.unix_stream(path).await,
                Way::Command(command) => self.session.stream(command).await,
            };
            stream.map(|stream| Box::new(stream) as Box<dyn Stream>).map_err(io::Error::other)
        })
    }

    fn name(&self) -> String {
        self.target.clone()
    }
}
