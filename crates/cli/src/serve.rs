//! `swarm-manager serve`: the one command that is the manager itself.

mod front_door;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;

use anyhow::Result;
use swarmmanager_api::DEFAULT_SOCKET;
use swarmmanager_manager::{AgentDeployment, Init, ServeConfig};
use tokio::runtime;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

/// Where agents report, unless told otherwise.
const COLLECTOR: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::UNSPECIFIED), 42664);

/// What `serve` is told.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "It runs as root on every manager node of the Swarm; the one on the Swarm's leader acts, the \
                        others watch. SIGTERM or SIGINT stop it; services go on without it.

Examples:
  swarm-manager serve --agent-image registry.example/swarmmanager-agent:0.1.0 --agent-archive swarmmanager-agent.tar
  swarm-manager serve --init --agent-archive swarmmanager-agent.tar
  swarm-manager serve --tls-cert /etc/ssl/console.pem --tls-key /etc/ssl/console.key
  swarm-manager serve --listen 127.0.0.1:6602 --plain-http --trusted-proxy 127.0.0.1"
)]
pub(crate) struct Args {
    /// The Docker Engine of this node
    #[arg(
        long,
        env = "DOCKER_HOST",
        hide_env_values = true,
        value_name = "unix://PATH",
        default_value = "unix:///var/run/docker.sock"
    )]
    docker_host: DockerHost,
    /// Listen for commands on this Unix socket, which only root may open
    #[arg(long, value_name = "PATH", default_value = DEFAULT_SOCKET)]
    socket: PathBuf,
    #[command(flatten)]
    front_door: front_door::Args,
    /// Keep the journal of decisions, sessions and the console's own certificate in this folder
    #[arg(long, value_name = "DIR", default_value = "/var/lib/swarmmanager")]
    state_dir: PathBuf,
    /// Take agents' reports at this address
    #[arg(long, value_name = "ADDRESS:PORT", default_value_t = COLLECTOR)]
    collector: SocketAddr,
    /// The agent's image, under a name from which every node can pull it
    #[arg(long, value_name = "IMAGE", default_value = concat!("swarmmanager-agent:", env!("CARGO_PKG_VERSION")))]
    agent_image: String,
    /// The agent's image as a file, to load it and push it to its registry where it is missing
    #[arg(long, value_name = "FILE")]
    agent_archive: Option<PathBuf>,
    /// What agents measure as the node: the whole machine, or a cgroup, in whose path Swarm's templates such as
    /// {{.Node.Hostname}} may stand
    #[arg(long, value_name = "host|cgroup:/PATH", default_value = "host")]
    agent_node_scope: String,
    /// Start a Swarm where the Docker Engine is in none
    #[arg(long)]
    init: bool,
    /// The address at which other nodes reach a Swarm started by --init
    #[arg(long, value_name = "ADDRESS|INTERFACE", requires = "init")]
    advertise_addr: Option<String>,
    /// What to log to standard error: error, warn, info, debug or trace; RUST_LOG says it for each part
    #[arg(long, value_name = "LEVEL", default_value = "info")]
    log_level: LevelFilter,
}

/// This node's Docker Engine, whose files the manager reads as well.
#[derive(Debug, Clone, PartialEq, Eq)]
struct DockerHost(PathBuf);

impl FromStr for DockerHost {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let path = text.strip_prefix("unix://").filter(|path| path.starts_with('/'));
        path.map(|path| Self(path.into())).ok_or_else(|| {
            "write unix:// and the absolute path of this node's engine, such as unix:///var/run/docker.sock"
                .to_owned()
        })
    }
}

impl Args {
    /// What holds for managers on other nodes as well: how agents are deployed and where they report.
    fn elsewhere(&self) -> Vec<String> {
        [
            ("--collector", self.collector.to_string()),
            ("--agent-image", self.agent_image.clone()),
            ("--agent-node-scope", self.agent_node_scope.clone()),
        ]
        .into_iter()
        .flat_map(|(flag, value)| [flag.to_owned(), value])
        .collect()
    }
}

impl From<Args> for ServeConfig {
    fn from(args: Args) -> Self {
        let elsewhere = args.elsewhere();
        Self {
            docker_socket: args.docker_host.0,
            socket: args.socket,
            state_dir: args.state_dir,
            collector: args.collector,
            front_door: args.front_door.into(),
            init: args.init.then_some(Init { advertise_addr: args.advertise_addr }),
            options_elsewhere: elsewhere,
            agent: AgentDeployment {
                image: args.agent_image,
                archive: args.agent_archive,
                node_scope: args.agent_node_scope,
            },
        }
    }
}

/// Runs the manager until a signal ends it.
pub(crate) fn run(args: Args) -> Result<()> {
    start_logging(args.log_level);
    runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
        let (mut terminate, mut interrupt) =
            (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
        tokio::select! {
            ended = swarmmanager_manager::serve(args.into()) => return Ok(ended?),
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("told to stop");
        Ok(())
    })
}

/// Log lines on standard error, coloured where somebody looks.
fn start_logging(level: LevelFilter) {
    let filter = EnvFilter::builder().with_default_directive(level.into()).from_env_lossy();
    tracing_subscriber::fmt()
        .compact()
        .with_env_filter(filter)
        .with_target(false)
        .with_ansi(
            std::io::IsTerminal::is_terminal(&std::io::stderr()) && std::env::var_os("NO_COLOR").is_none(),
        )
        .with_writer(std::io::stderr)
        .init();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::{Cli, Command};
    use clap::Parser;

    fn config(args: &[&str]) -> ServeConfig {
        let all = ["swarm-manager", "serve"].iter().chain(args);
        match Cli::try_parse_from(all).unwrap().command {
            Command::Serve(args) => (*args).into(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn flags_become_a_configuration() {
        let config = config(&[
            "--docker-host=unix:///d.sock",
            "--socket=/m.sock",
            "--collector=[::]:42664",
            "--init",
            "--advertise-addr=eth0",
            "--agent-node-scope=cgroup:/lab/{{.Node.Hostname}}",
        ]);
        assert_eq!(config.docker_socket, PathBuf::from("/d.sock"));
        assert_eq!(config.socket, PathBuf::from("/m.sock"));
        assert_eq!(config.collector, "[::]:42664".parse().unwrap());
        assert_eq!(config.init.unwrap().advertise_addr.as_deref(), Some("eth0"));
        assert_eq!(config.agent.node_scope, "cgroup:/lab/{{.Node.Hostname}}");
    }

    #[test]
    fn a_swarm_is_started_only_where_that_is_asked_for() {
        let config = config(&["--docker-host=unix:///d.sock"]);
        assert!(config.init.is_none());
        assert_eq!(config.collector.to_string(), "0.0.0.0:42664");
    }
}
