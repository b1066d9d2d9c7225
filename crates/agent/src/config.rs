//! Everything that can be set, read once from flags and environment before anything starts.

use std::fmt;
use std::path::{Component, Path, PathBuf};
use std::str::FromStr;

use clap::Parser;

use crate::node::InterfaceRule;

/// Measures this node and its containers once a second and reports to every manager of its Swarm.
///
/// It needs to read /proc, /sys and Docker's data root (mounted below /host in its container), and nothing else.
#[derive(Debug, Parser)]
#[command(name = "swarm-agent", version)]
pub struct Args {
    /// The node's /proc
    #[arg(long, env = "SWARM_AGENT_PROC", value_name = "DIR", default_value = "/host/proc")]
    proc: PathBuf,
    /// The node's /sys
    #[arg(long, env = "SWARM_AGENT_SYS", value_name = "DIR", default_value = "/host/sys")]
    sys: PathBuf,
    /// Docker's data root: certificates, managers' addresses, disk space
    #[arg(long, env = "SWARM_AGENT_DOCKER_ROOT", value_name = "DIR", default_value = "/host/docker")]
    docker_root: PathBuf,
    /// What the node is: the whole machine, or one cgroup with its quota and limits
    #[arg(long, env = "SWARM_AGENT_NODE_SCOPE", value_name = "host|cgroup:/PATH", default_value = "host")]
    node_scope: NodeScope,
    /// The TCP port at which managers take reports
    #[arg(long, env = "SWARM_AGENT_MANAGER_PORT", value_name = "PORT", default_value_t = 42664)]
    manager_port: u16,
    /// The node's own network interfaces [default: those with hardware; where none has, all but bridges, tunnels
    /// and containers' cables]
    #[arg(long, env = "SWARM_AGENT_INTERFACES", value_name = "NAME,…", value_delimiter = ',')]
    interfaces: Vec<String>,
    /// What to log: error, warn, info or debug
    #[arg(long, env = "SWARM_AGENT_LOG", value_name = "LEVEL", default_value = "info")]
    log: tracing::level_filters::LevelFilter,
}

/// The agent's settings.
#[derive(Debug, Clone)]
pub struct Config {
    pub(crate) proc: PathBuf,
    pub(crate) sys: PathBuf,
    pub(crate) docker_root: PathBuf,
    pub(crate) scope: NodeScope,
    pub(crate) manager_port: u16,
    pub(crate) interfaces: InterfaceRule,
    /// The most detailed level that is logged.
    pub log: tracing::level_filters::LevelFilter,
}

impl From<Args> for Config {
    fn from(args: Args) -> Self {
        // See the network probe for why the process's own comes first.
        let own_sys = Path::new("/sys");
        let network_sys = if own_sys.join("class/net").is_dir() { own_sys } else { &*args.sys };
        // An empty variable is as good as none.
        let named: Vec<String> = args.interfaces.into_iter().filter(|name| !name.is_empty()).collect();
        let interfaces = if named.is_empty() {
            InterfaceRule::Hardware(network_sys.to_owned())
        } else {
            InterfaceRule::Named(named)
        };
        Self {
            proc: args.proc,
            sys: args.sys,
            docker_root: args.docker_root,
            scope: args.node_scope,
            manager_port: args.manager_port,
            interfaces,
            log: args.log,
        }
    }
}

/// What is measured as "the node".
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NodeScope {
    /// The whole machine.
    Host,
    /// One cgroup: its quota and limits are the node's size. The path is relative to the cgroup trees' tops.
    Cgroup(PathBuf),
}

impl fmt::Display for NodeScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Host => f.write_str("host"),
            Self::Cgroup(path) => write!(f, "cgroup:/{}", path.display()),
        }
    }
}

/// A node scope that cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("write host, or cgroup: and an absolute path without . or .., such as cgroup:/lxc/edge")]
pub struct ParseNodeScopeError;

impl FromStr for NodeScope {
    type Err = ParseNodeScopeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "host" {
            return Ok(Self::Host);
        }
        let path = text.strip_prefix("cgroup:/").map(Path::new).ok_or(ParseNodeScopeError)?;
        // `components` drops a "." that is not in front; the text has to say what it means.
        let plain = path.components().all(|part| matches!(part, Component::Normal(_)))
            && !text.split('/').any(|part| part == ".");
        if plain { Ok(Self::Cgroup(path.components().collect())) } else { Err(ParseNodeScopeError) }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_flags_do_not_contradict_each_other() {
        Args::command().debug_assert();
    }

    #[test]
    fn a_scope_reads_back_what_it_prints() {
        for text in ["host", "cgroup:/", "cgroup:/swarmlab/lab/ap1"] {
            assert_eq!(text.parse::<NodeScope>().unwrap().to_string(), text);
        }
        let slashes = "cgroup:/a//b/".parse::<NodeScope>().unwrap();
        assert_eq!(slashes, NodeScope::Cgroup("a/b".into()));
    }

    #[test]
    fn a_scope_outside_of_the_cgroup_trees_is_refused() {
        for text in [
            "",
            "Host",
            "cgroup:",
            "cgroup:a",
            "cgroup:/../etc",
            "cgroup:/a/../../b",
            "cgroup:/a/./b",
            "cgroup://a/..",
        ] {
            assert_eq!(text.parse::<NodeScope>(), Err(ParseNodeScopeError), "{text}");
        }
    }

    #[test]
    fn interfaces_are_named_with_commas() {
        let args = Args::try_parse_from(["swarm-agent", "--interfaces", "wlan0,eth1"]).unwrap();
        let InterfaceRule::Named(names) = Config::from(args).interfaces else { panic!("not taken over") };
        assert_eq!(names, ["wlan0", "eth1"]);
    }
}
