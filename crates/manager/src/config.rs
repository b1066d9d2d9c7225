//! Everything that `serve` is told, resolved before anything starts.

use std::net::SocketAddr;
use std::path::PathBuf;

use swarmmanager_door::TrustedProxies;

/// What a manager is told when it starts.
#[derive(Debug, Clone)]
pub struct ServeConfig {
    /// The Docker Engine's Unix socket.
    pub docker_socket: PathBuf,
    /// Unix socket on which the HTTP API is served; made with mode 0600.
    pub socket: PathBuf,
    /// Folder of the journal; made with mode 0700.
    pub state_dir: PathBuf,
    /// Address on which agents report.
    pub collector: SocketAddr,
    /// TCP port on which the HTTP API and the console are served; none where absent.
    pub front_door: Option<FrontDoor>,
    /// What to do about a host whose engine is in no Swarm.
    pub init: Option<Init>,
    /// The agent that runs on every node.
    pub agent: AgentDeployment,
    /// What holds for managers on other nodes as well, as words of `serve`'s command line.
    pub options_elsewhere: Vec<String>,
}

/// How a Swarm is started where there is none.
#[derive(Debug, Clone)]
pub struct Init {
    /// Address or interface that other nodes reach this one at; Docker picks it where absent.
    pub advertise_addr: Option<String>,
}

/// How the agent is deployed.
#[derive(Debug, Clone)]
pub struct AgentDeployment {
    /// The agent's image as nodes pull it.
    pub image: String,
    /// The image as `docker save` writes it: loaded into the local engine where it is missing there, and pushed where
    /// the image's name has a registry.
    pub archive: Option<PathBuf>,
    /// What agents measure as the node: `host`, or `cgroup:/path`, in which Swarm's templates such as
    /// `{{.Node.Hostname}}` stand for each node.
    pub node_scope: String,
}

/// The TCP port for people and remote programs.
#[derive(Debug, Clone)]
pub struct FrontDoor {
    /// Where to listen.
    pub listen: SocketAddr,
    /// What it shows to those who come.
    pub shown: Shown,
    /// Reverse proxies whose word is taken for where a request comes from.
    pub proxies: TrustedProxies,
    /// Called with what root has to know: where the console is, and how the first account is made. It holds a secret,
    /// so it is not for logs.
    pub announce: fn(&str),
}

/// What the front door shows to those who come.
#[derive(Debug, Clone)]
pub enum Shown {
    /// A certificate of its own, kept in the state folder.
    SelfSigned,
    /// The operator's.
    Certificate {
        /// The certificate's chain, in PEM.
        certificate: PathBuf,
        /// Its key, in PEM.
        key: PathBuf,
    },
    /// Nothing: plain HTTP, on the loopback address or behind a proxy.
    Nothing,
}
