//! Starts all of a manager's parts and keeps them running.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use swarmmanager_access::{Sessions, SessionsError};
use swarmmanager_collector::{Collector, CollectorError};
use swarmmanager_engine::{Engine, EngineError, EngineInfo, LocalNodeState};
use swarmmanager_placement::Availability;
use swarmmanager_units::NodeId;
use tokio::net::UnixListener;

use crate::access::{Access, AccountStore};
use crate::audit::Audit;
use crate::clock::unix_ms;
use crate::cluster::watch_cluster;
use crate::config::{AgentDeployment, Init, ServeConfig};
use crate::executor::Executor;
use crate::front_door::{FrontDoorError, OpenDoor};
use crate::http;
use crate::jobs::Jobs;
use crate::journal::{Journal, JournalError};
use crate::live::Live;
use crate::measurements::Measurements;
use crate::membership;
use crate::reconciler::{self, AgentKeeper};
use crate::state::Manager;
use crate::{agent_image, agent_image::AgentImageError};

/// Why a manager could not start, or had to stop.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The engine does not answer.
    #[error("Docker Engine at {socket} cannot be asked; is it running, and are you root?")]
    Engine {
        /// Its socket.
        socket: PathBuf,
        /// What it or the system said.
        source: EngineError,
    },
    /// The engine is in no Swarm.
    #[error(
        "this host's Docker Engine is in no Swarm; start one with --init, or join one with 'docker swarm join'"
    )]
    NotInSwarm,
    /// The engine's Swarm is locked.
    #[error("this host's Swarm is locked; unlock it with 'docker swarm unlock'")]
    Locked,
    /// The engine is a worker.
    #[error(
        "this host is a worker of its Swarm; run 'swarm-manager serve' on a manager node, or make this one a manager with 'docker node promote'"
    )]
    NotAManager,
    /// The Swarm could not be started.
    #[error("the Swarm could not be started")]
    Init(#[source] EngineError),
    /// The agent's image could not be brought in.
    #[error(transparent)]
    AgentImage(#[from] AgentImageError),
    /// The state folder cannot be used.
    #[error("the state folder {path} cannot be used")]
    StateDir {
        /// The folder.
        path: PathBuf,
        /// The system's word.
        source: io::Error,
    },
    /// The journal cannot be used.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The sessions cannot be used.
    #[error(transparent)]
    Sessions(#[from] SessionsError),
    /// The TCP port cannot be opened.
    #[error("the console cannot be served")]
    FrontDoor(#[from] FrontDoorError),
    /// The collector could not start, or stopped.
    #[error("the collector of agents' reports stopped")]
    Collector(#[source] CollectorError),
    /// Another process serves the socket.
    #[error("another swarm-manager serves {path} already")]
    SocketInUse {
        /// The socket.
        path: PathBuf,
    },
    /// The socket cannot be made.
    #[error("the socket {path} cannot be made")]
    Socket {
        /// The socket.
        path: PathBuf,
        /// The system's word.
        source: io::Error,
    },
    /// The API stopped.
    #[error("the API stopped")]
    Api(#[source] io::Error),
}

/// Runs a manager until the process is told to stop.
pub async fn serve(config: ServeConfig) -> Result<(), ServeError> {
    let engine = Engine::unix(&config.docker_socket);
    let info = join_or_init(&engine, &config).await?;
    let agent_image = agent_image::provide(&engine, &config.agent).await?;

    make_private_folder(&config.state_dir)?;
    let journal_file = config.state_dir.join("journal.db");
    let (journal, audit) = (Journal::open(&journal_file)?, Audit::open(&journal_file)?);
    let sessions = Sessions::open(&config.state_dir.join("sessions.db"))?;
    let listener = listen(&config.socket).await?;
    let door = match &config.front_door {
        Some(door) => {
            Some(OpenDoor::open(door, &config.state_dir, &info.hostname, &info.swarm.node_addr).await?)
        }
        None => None,
    };

    let node = NodeId::from(info.swarm.node_id.as_str());
    let certificates = Path::new(&info.docker_root_dir).join("swarm/certificates");
    let collector = Collector::bind(config.collector, &certificates).await.map_err(ServeError::Collector)?;
    let measurements = Measurements::new(collector.fleet(), collector.clock());
    let members = collector.members();

    let (cluster, keep_fresh) = watch_cluster(engine.clone());
    let policy = Arc::new(Availability);
    let executor = Executor::new(
        engine.clone(),
        node.clone(),
        cluster.clone(),
        measurements.clone(),
        journal.clone(),
        policy,
    );
    let store = AccountStore::new(engine.clone(), node.clone(), cluster.clone());
    let manager = Manager {
        audit,
        access: Access::new(store, sessions),
        url: door.as_ref().map(OpenDoor::url),
        node,
        swarm_id: info.swarm.cluster_id.clone().unwrap_or_default().into(),
        started_unix_ms: unix_ms(),
        cluster,
        measurements,
        journal,
        executor: Arc::new(executor),
        live: Live::new(),
        jobs: Jobs::new(),
        collector: collector.stats(),
    };
    let agent = AgentKeeper {
        engine,
        deployment: AgentDeployment { image: agent_image, ..config.agent },
        manager_port: config.collector.port(),
        docker_root: info.docker_root_dir,
    };
    tracing::info!(socket = %config.socket.display(), collector = %config.collector, "serving");
    tokio::select! {
        () = collector.run() => Ok(()),
        result = axum::serve(listener, http::router_for_root(manager.clone())).into_future() => result.map_err(ServeError::Api),
        () = serve_door(door, manager.clone()) => Ok(()),
        () = keep_accounts(manager.access.clone()) => Ok(()),
        () = keep_fresh => Ok(()),
        () = manager.live.clone().run(manager.clone()) => Ok(()),
        () = membership::follow(manager.cluster.clone(), manager.measurements.clone(), members) => Ok(()),
        () = reconciler::run(manager, agent) => Ok(()),
    }
}

/// Serves over TCP, where that is wanted.
async fn serve_door(door: Option<OpenDoor>, manager: Manager) {
    match door {
        Some(door) => door.serve(http::router(manager.clone()), manager.access).await,
        None => std::future::pending().await,
    }
}

/// Keeps the accounts as they are in the Swarm.
async fn keep_accounts(access: Access) {
    access.store.keep_fresh().await;
}

/// Makes sure that this host is a manager of a Swarm.
async fn join_or_init(engine: &Engine, config: &ServeConfig) -> Result<EngineInfo, ServeError> {
    let unreachable = |source| ServeError::Engine { socket: config.docker_socket.clone(), source };
    let info = engine.info().await.map_err(unreachable)?;
    match (info.swarm.state, &config.init) {
        (LocalNodeState::Active, _) if info.swarm.control_available => Ok(info),
        (LocalNodeState::Active, _) => Err(ServeError::NotAManager),
        (LocalNodeState::Locked, _) => Err(ServeError::Locked),
        (_, None) => Err(ServeError::NotInSwarm),
        (_, Some(Init { advertise_addr })) => {
            engine.swarm_init(advertise_addr.as_deref(), None).await.map_err(ServeError::Init)?;
            tracing::info!("started a Swarm");
            engine.info().await.map_err(unreachable)
        }
    }
}

fn make_private_folder(path: &Path) -> Result<(), ServeError> {
    fs::create_dir_all(path)
        .and_then(|()| fs::set_permissions(path, Permissions::from_mode(0o700)))
        .map_err(|source| ServeError::StateDir { path: path.to_owned(), source })
}

/// Listens on a socket that only root can use; takes the place of one that nobody serves any more.
async fn listen(path: &Path) -> Result<UnixListener, ServeError> {
    let failed = |source| ServeError::Socket { path: path.to_owned(), source };
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    if tokio::net::UnixStream::connect(path).await.is_ok() {
        return Err(ServeError::SocketInUse { path: path.to_owned() });
    }
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
        _ => {}
    }
    // Bound under a name that nobody knows, made private, and only then put where clients look.
    let hidden = path.with_extension(format!("{}.new", std::process::id()));
    let listener = UnixListener::bind(&hidden).map_err(failed)?;
    fs::set_permissions(&hidden, Permissions::from_mode(0o600)).map_err(failed)?;
    fs::rename(&hidden, path).map_err(failed)?;
    Ok(listener)
}
