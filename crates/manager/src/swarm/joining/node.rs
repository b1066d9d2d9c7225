//! One node on its way into the Swarm. Each step begins from what is there, so that a join that was broken off goes on
//! where it stopped.

use std::sync::Arc;

use swarmmanager_api::{Availability, JoinNode, NodeUpdate, Role};
use swarmmanager_engine::{
    self as engine, Engine, EngineError, EngineInfo, JoinRequest, LocalNodeState, Node, NodeState,
};
use swarmmanager_ssh::{NewHostKeys, Session, SshError};
use swarmmanager_units::NodeId;
use tokio::sync::OnceCell;
use tokio::time::{Duration, Instant, sleep_until};

use super::key::{NodeKeyError, remember_key};
use super::program::{self, ProgramError};
use super::setup::{self, SetupError};
use super::{credentials, target};
use crate::cluster::chain;
use crate::executor::ExecuteError;
use crate::images::Shipment;
use crate::jobs::Run;
use crate::service::AGENT_SERVICE;
use crate::state::Manager;
use crate::swarm::remote::{ADDRESS, ENGINE_SOCKET, USUAL_SOCKET, reach_engine};

/// An engine that was just started on a weak machine.
const ENGINE_STARTS_WITHIN: Duration = Duration::from_secs(90);
/// Docker says that a node has joined before its managers list it as ready.
const LISTED_WITHIN: Duration = Duration::from_secs(60);
/// Swarm starts the agent as soon as the node takes tasks.
const REPORTS_WITHIN: Duration = Duration::from_secs(30);
const LOOK_EVERY: Duration = Duration::from_millis(500);
const SWARM_PORT: u16 = 2377;

/// Why a node is not in the Swarm.
#[derive(Debug, thiserror::Error)]
pub(super) enum JoinError {
    #[error(transparent)]
    Ssh(#[from] SshError),
    #[error(transparent)]
    Key(#[from] NodeKeyError),
    #[error("no Docker Engine runs there; install one, or add --install-engine")]
    NoEngine(#[source] EngineError),
    #[error(transparent)]
    Setup(#[from] SetupError),
    #[error("Docker Engine was started, but does not answer")]
    EngineSilent(#[source] EngineError),
    #[error("its Docker Engine cannot be asked")]
    Ask(#[source] EngineError),
    #[error(
        "it is in another Swarm already{0}; nothing was changed there. 'docker swarm leave' on it takes it out, if that \
         is what you want"
    )]
    OtherSwarm(String),
    #[error(
        "its Docker Engine is in a Swarm that is locked; 'docker swarm unlock' or 'docker swarm leave --force' on it first"
    )]
    Locked,
    #[error(
        "its Docker Engine is still trying to join a Swarm; 'docker swarm leave --force' on it stops that"
    )]
    Pending,
    #[error("Docker Engine there did not join")]
    Join(#[source] EngineError),
    #[error("it joined, but its managers do not list it as ready within {} s", LISTED_WITHIN.as_secs())]
    NotListed,
    #[error(transparent)]
    Swarm(#[from] ExecuteError),
    #[error("the agent's image cannot be brought there")]
    AgentImage(#[source] EngineError),
    #[error("it joined as a manager, but does not run swarm-manager: it cannot take over")]
    Program(#[source] ProgramError),
}

/// How a node came to be in the Swarm.
pub(super) enum Joined {
    /// By this job.
    Now(String),
    /// It was in it.
    Before(String),
}

/// A node on its way.
pub(super) struct Joining {
    pub(super) manager: Manager,
    pub(super) wanted: JoinNode,
    pub(super) accepted: NewHostKeys,
    pub(super) install_engine: bool,
    /// The agent's image for all that join: read once, when the first of them wants it.
    pub(super) agent: Arc<OnceCell<Shipment>>,
    pub(super) run: Run,
    pub(super) item: usize,
}

impl Joining {
    pub(super) async fn join(&self) -> Result<Joined, JoinError> {
        self.step("connecting");
        let remote = self.manager.remote();
        let target = target(&self.wanted);
        let credentials = credentials(&self.wanted, &remote.own_key);
        let session =
            Arc::new(Session::open(&target, &credentials, &remote.host_keys, &self.accepted).await?);
        self.step("looking at its Docker Engine");
        let engine = self.engine(&session).await?;
        let info = engine.info().await.map_err(JoinError::Ask)?;
        let known = self.membership(&engine, &info).await?;
        self.step("putting the manager's key there");
        remember_key(&session, &remote.own_key).await?;
        if let Some(node) = known.as_ref().filter(|node| !self.is_unfinished(node)) {
            return self.recognize(node).await;
        }
        let node = match known {
            Some(node) => node,
            None => self.enter(&engine).await?,
        };
        self.bring_agent(&engine).await?;
        self.step("setting its labels, and making it active");
        self.manager.executor.update_node(node.id.as_str(), &self.labels()).await?;
        self.manager.cluster.refresh();
        let note = self.install_program(&session).await?;
        let reports = self.wait_for_report(&node.id).await;
        Ok(Joined::Now(format!("joined as a {}{note}; {reports}", self.role())))
    }

    fn step(&self, step: &str) {
        self.run.step(self.item, step);
    }

    fn role(&self) -> &'static str {
        match self.wanted.role {
            Role::Manager => "manager",
            Role::Worker => "worker",
        }
    }

    /// The engine there; installed and started first where that is wanted and it does not answer.
    async fn engine(&self, session: &Arc<Session>) -> Result<Engine, JoinError> {
        let target = target(&self.wanted);
        let socket = self.wanted.engine_socket.as_deref().unwrap_or(USUAL_SOCKET);
        match reach_engine(session, &target, socket).await {
            Ok(engine) => return Ok(engine),
            Err(error @ (EngineError::TooOld { .. } | EngineError::NotAnEngine { .. })) => {
                return Err(JoinError::Ask(error));
            }
            Err(error) if !self.install_engine => return Err(JoinError::NoEngine(error)),
            Err(_) => {}
        }
        self.step("installing Docker Engine");
        setup::install(session, &self.wanted, |line| self.step(&format!("installing Docker Engine: {line}")))
            .await?;
        self.step("waiting for Docker Engine to start");
        let until = Instant::now() + ENGINE_STARTS_WITHIN;
        loop {
            match reach_engine(session, &target, socket).await {
                Ok(engine) => return Ok(engine),
                Err(error) if Instant::now() >= until => return Err(JoinError::EngineSilent(error)),
                Err(_) => sleep_until(Instant::now() + LOOK_EVERY).await,
            }
        }
    }

    /// The node as this Swarm has it already, where it is in this one and in no other.
    async fn membership(&self, engine: &Engine, info: &EngineInfo) -> Result<Option<Node>, JoinError> {
        let swarm = &info.swarm;
        match swarm.state {
            LocalNodeState::Inactive => return Ok(None),
            LocalNodeState::Locked => return Err(JoinError::Locked),
            LocalNodeState::Pending => return Err(JoinError::Pending),
            LocalNodeState::Active | LocalNodeState::Error => {}
        }
        let nodes = self.nodes().await?;
        if let Some(node) = nodes.iter().find(|node| node.id.as_str() == swarm.node_id) {
            return Ok(Some(node.clone()));
        }
        let ours: Vec<String> = managers_of(&nodes);
        let was_ours = swarm.remote_managers.iter().any(|manager| ours.contains(manager));
        if was_ours || swarm.state == LocalNodeState::Error {
            // It was removed while it was away, or never got in: what it believes is about nothing.
            self.step("leaving what it was in before");
            engine.swarm_leave(true).await.map_err(JoinError::Join)?;
            return Ok(None);
        }
        let role = if swarm.control_available { "a manager" } else { "a worker" };
        // Only a manager knows what its Swarm is called.
        let id = match engine.swarm_inspect().await {
            Ok(settings) => format!(" of the Swarm {}", crate::swarm::name(&settings)),
            Err(_) => String::new(),
        };
        let managers = match swarm.remote_managers.as_slice() {
            [] => String::new(),
            some => format!(", whose managers are at {}", some.join(", ")),
        };
        Err(JoinError::OtherSwarm(format!(" ({role}{id}{managers})")))
    }

    async fn nodes(&self) -> Result<Vec<Node>, JoinError> {
        let nodes = self.manager.host.engine.nodes().await;
        Ok(nodes.map_err(ExecuteError::ReadSwarm)?)
    }

    /// Whether a join of this node was broken off: it is as it came in, and nothing is known of it.
    fn is_unfinished(&self, node: &Node) -> bool {
        node.availability == engine::Availability::Pause && !node.labels.contains_key(ADDRESS)
    }

    /// Leaves a node alone that is in the Swarm, but for how it is reached.
    async fn recognize(&self, node: &Node) -> Result<Joined, JoinError> {
        let is_known = node.labels.get(ADDRESS) == Some(&target(&self.wanted).to_string());
        if !is_known {
            self.manager.executor.update_node(node.id.as_str(), &self.reach()).await?;
        }
        let role = match node.role {
            engine::Role::Manager => "manager",
            engine::Role::Worker => "worker",
        };
        Ok(Joined::Before(format!("in this Swarm already, as a {role}")))
    }

    /// Joins, taking no tasks yet, and waits until Swarm lists it.
    async fn enter(&self, engine: &Engine) -> Result<Node, JoinError> {
        self.step("joining");
        self.manager.executor.check_leading().await?;
        let own = &self.manager.host.engine;
        let asked = tokio::try_join!(own.swarm_tokens(), own.nodes());
        let (tokens, nodes) = asked.map_err(ExecuteError::ReadSwarm)?;
        let token = match self.wanted.role {
            Role::Manager => tokens.manager,
            Role::Worker => tokens.worker,
        };
        let request = JoinRequest {
            managers: managers_of(&nodes),
            token,
            advertise_addr: self.wanted.advertise_addr.clone(),
            availability: engine::Availability::Pause,
        };
        engine.swarm_join(&request).await.map_err(JoinError::Join)?;
        self.step("waiting until the managers list it");
        let until = Instant::now() + LISTED_WITHIN;
        loop {
            let id = engine.info().await.map_err(JoinError::Ask)?.swarm.node_id;
            let listed = self.nodes().await?.into_iter().find(|node| node.id.as_str() == id);
            match listed.filter(|node| node.state == NodeState::Ready) {
                Some(node) => return Ok(node),
                None if Instant::now() >= until => return Err(JoinError::NotListed),
                None => sleep_until(Instant::now() + LOOK_EVERY).await,
            }
        }
    }

    /// How it is reached.
    fn reach(&self) -> NodeUpdate {
        let mut update = NodeUpdate::default();
        update.labels_add.insert(ADDRESS.to_owned(), target(&self.wanted).to_string());
        if let Some(socket) = self.wanted.engine_socket.as_ref().filter(|socket| *socket != USUAL_SOCKET) {
            update.labels_add.insert(ENGINE_SOCKET.to_owned(), socket.clone());
        }
        update
    }

    /// Its labels and, in the same write, that it takes tasks: none comes before the labels are there.
    fn labels(&self) -> NodeUpdate {
        let mut update = self.reach();
        update.labels_add.extend(self.wanted.labels.clone());
        update.availability = Some(Availability::Active);
        update
    }

    /// Brings the agent's image where no registry has it.
    async fn bring_agent(&self, engine: &Engine) -> Result<(), JoinError> {
        let image = &*self.manager.agent_image;
        if crate::agent_image::has_registry(image) {
            return Ok(());
        }
        self.step("bringing the agent's image");
        let own = &self.manager.host.engine;
        let progress = |done, total| self.run.progress(self.item, done, total);
        let bringing = async {
            let agent = self.agent.get_or_try_init(|| Shipment::of(own, image)).await?;
            agent.bring(engine, progress).await
        };
        bringing.await.map(drop).map_err(JoinError::AgentImage)
    }

    /// Lets a manager run this program too; gives what there is to say of it.
    async fn install_program(&self, session: &Session) -> Result<&'static str, JoinError> {
        if self.wanted.role == Role::Worker {
            return Ok("");
        }
        self.step("installing swarm-manager, so that it can take over");
        match program::install(&self.manager, session, &self.wanted.user).await {
            Ok(true) => Ok("; swarm-manager runs there already"),
            Ok(false) => Ok("; swarm-manager runs there"),
            Err(error) => Err(JoinError::Program(error)),
        }
    }

    /// Waits for the first report of its agent; gives what came of that.
    async fn wait_for_report(&self, node: &NodeId) -> String {
        self.step("waiting for its first report");
        let until = Instant::now() + REPORTS_WITHIN;
        while self.manager.measurements.latest(node).is_none() {
            if Instant::now() >= until {
                return format!("its agent does not report yet: {}", self.agent_says(node).await);
            }
            sleep_until(Instant::now() + LOOK_EVERY).await;
        }
        "its agent reports".to_owned()
    }

    async fn agent_says(&self, node: &NodeId) -> String {
        let own = &self.manager.host.engine;
        let reading = tokio::try_join!(own.service(AGENT_SERVICE), own.tasks());
        let (service, tasks) = match reading {
            Ok(reading) => reading,
            Err(error) => return chain(&error),
        };
        let of_node =
            tasks.iter().filter(|task| task.node_id.as_ref() == Some(node) && task.service_id == service.id);
        match of_node.max_by_key(|task| task.created_unix_ms) {
            None => "Swarm has not started it there".to_owned(),
            Some(task) if !task.error.is_empty() => task.error.clone(),
            Some(task) => format!("its task is {:?} ({})", task.state, task.message).to_lowercase(),
        }
    }
}

/// Where the managers listen for nodes that join.
fn managers_of(nodes: &[Node]) -> Vec<String> {
    let managers = nodes.iter().filter(|node| node.role == engine::Role::Manager && !node.address.is_empty());
    let server = |node: &Node| match node.address.contains(':') {
        true => format!("[{}]:{SWARM_PORT}", node.address),
        false => format!("{}:{SWARM_PORT}", node.address),
    };
    managers.map(server).collect()
}
