//! Starts all of a manager's parts and keeps them running.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use swarmmanager_access::SessionsError;
use swarmmanager_api::SwarmState;
use swarmmanager_collector::CollectorError;
use swarmmanager_engine::{Engine, EngineError, EngineInfo};
use swarmmanager_ssh::KeyError;

use crate::agent_image::AgentImageError;
use crate::config::{Init, ServeConfig};
use crate::entrances::{self, Switch};
use crate::front_door::{FrontDoorError, OpenDoor};
use crate::host::{Host, Kept, in_the_way, make_private_folder, standing};
use crate::journal::JournalError;
use crate::{agent_image, http, managing, waiting};

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
    /// The own SSH key cannot be used.
    #[error("the manager's SSH key cannot be used")]
    SshKey(#[from] KeyError),
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

/// Runs a manager until the process is told to stop. Where the host's engine is no manager of a Swarm it waits until it
/// is, and when it is none any more it waits again.
pub async fn serve(config: ServeConfig) -> Result<(), ServeError> {
    let engine = Engine::unix(&config.docker_socket);
    let info = info(&engine, &config).await?;
    agent_image::check(&config.agent)?;
    make_private_folder(&config.state_dir)?;
    let socket = entrances::listen(&config.socket).await?;
    let door = match &config.front_door {
        Some(door) => {
            Some(OpenDoor::open(door, &config.state_dir, &info.hostname, &info.swarm.node_addr).await?)
        }
        None => None,
    };
    let host = {
        let kept = Kept {
            state_dir: &config.state_dir,
            shown: door.as_ref().map(OpenDoor::shown),
            agent_archive: config.agent.archive.as_deref().map(Arc::from),
            options: config.options_elsewhere.clone(),
        };
        Host::open(engine, &info.hostname, kept)?
    };
    start_swarm(&host, &config, &info).await?;
    let switch = Switch::new(http::waiting_router(host.clone()));
    tracing::info!(socket = %config.socket.display(), "serving");
    tokio::select! {
        ended = entrances::serve(socket, door, switch.clone()) => ended,
        ended = live(&host, &switch, &config) => ended,
    }
}

/// Through all that happens to the host's membership.
async fn live(host: &Host, switch: &Switch, config: &ServeConfig) -> Result<(), ServeError> {
    loop {
        let info = waiting::wait(host, switch).await;
        managing::manage(host, switch, config, &info).await?;
    }
}

async fn info(engine: &Engine, config: &ServeConfig) -> Result<EngineInfo, ServeError> {
    let unreachable = |source| ServeError::Engine { socket: config.docker_socket.clone(), source };
    engine.info().await.map_err(unreachable)
}

/// Starts a Swarm where that is wanted and there is none.
async fn start_swarm(host: &Host, config: &ServeConfig, info: &EngineInfo) -> Result<(), ServeError> {
    let Some(Init { advertise_addr }) = &config.init else { return Ok(()) };
    match standing(info) {
        SwarmState::Manager => Ok(()),
        SwarmState::Inactive => {
            let wanted =
                swarmmanager_api::SwarmInit { advertise_addr: advertise_addr.clone(), ..Default::default() };
            crate::swarm::start(host, &wanted).await.map_err(ServeError::Init)
        }
        state => {
            tracing::warn!("no Swarm is started: {}", in_the_way(state));
            Ok(())
        }
    }
}
