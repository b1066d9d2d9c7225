//! Everything that can be set, read once from flags and environment before anything starts.

use std::fmt;
use std::path::{Component, Path, PathBuf};
use std::str::FromStr;

use tracing::level_filters::LevelFilter;

use crate::node::InterfaceRule;
use crate::settings::{self, Setting, SettingsError, Value};

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
    pub log: LevelFilter,
}

impl Config {
    /// Reads the settings from the words after the program's name and from the environment, which `variable` looks up.
    ///
    /// # Errors
    /// Names the option or the variable, and what would be right.
    pub fn read(
        flags: impl IntoIterator<Item = impl Into<String>>,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, SettingsError> {
        let mut config = Self {
            proc: PathBuf::new(),
            sys: PathBuf::new(),
            docker_root: PathBuf::new(),
            scope: NodeScope::Host,
            manager_port: 0,
            interfaces: InterfaceRule::Named(Vec::new()),
            log: LevelFilter::INFO,
        };
        for value in settings::read(flags, variable)? {
            config.set(&value)?;
        }
        if matches!(&config.interfaces, InterfaceRule::Named(names) if names.is_empty()) {
            // See the network probe for why the process's own comes first.
            let own_sys = Path::new("/sys");
            let sys = if own_sys.join("class/net").is_dir() { own_sys } else { &*config.sys };
            config.interfaces = InterfaceRule::Hardware(sys.to_owned());
        }
        Ok(config)
    }

    fn set(&mut self, value: &Value) -> Result<(), SettingsError> {
        let text = &value.text;
        match value.setting {
            Setting::Proc => self.proc = text.into(),
            Setting::Sys => self.sys = text.into(),
            Setting::DockerRoot => self.docker_root = text.into(),
            Setting::NodeScope => {
                self.scope = text.parse().map_err(|e: ParseNodeScopeError| value.invalid(e.to_string()))?;
            }
            Setting::ManagerPort => {
                let port = text.parse().ok().filter(|port| *port != 0);
                self.manager_port = port.ok_or_else(|| value.invalid("write a number from 1 to 65535"))?;
            }
            Setting::Interfaces => {
                let names = text.split(',').filter(|name| !name.is_empty());
                self.interfaces = InterfaceRule::Named(names.map(str::to_owned).collect());
            }
            Setting::Log => {
                let level = text.parse();
                self.log = level.map_err(|_| value.invalid("write error, warn, info or debug"))?;
            }
        }
        Ok(())
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
    use super::*;

    fn read(flags: &[&str]) -> Result<Config, SettingsError> {
        Config::read(flags.iter().copied(), |_| None)
    }

    #[test]
    fn the_defaults_are_those_of_the_agent_s_container() {
        let config = read(&[]).unwrap();
        assert_eq!(config.proc, Path::new("/host/proc"));
        assert_eq!(config.docker_root, Path::new("/host/docker"));
        assert_eq!((config.scope, config.manager_port), (NodeScope::Host, 42664));
        assert!(matches!(config.interfaces, InterfaceRule::Hardware(_)));
    }

    #[test]
    fn a_value_that_cannot_be_understood_is_refused_with_what_would_be_right() {
        let error = |flags: &[&str]| read(flags).unwrap_err().to_string();
        assert_eq!(
            error(&["--manager-port", "0"]),
            "invalid value '0' for --manager-port: write a number from 1 to 65535"
        );
        assert!(error(&["--log", "loud"]).ends_with("write error, warn, info or debug"));
        assert!(error(&["--node-scope", "lxc"]).contains("cgroup:/lxc/edge"));
        let variable = |name: &str| (name == "SWARM_AGENT_MANAGER_PORT").then(|| "x".to_owned());
        let error = Config::read([""; 0], variable).unwrap_err().to_string();
        assert!(error.contains("'x' for SWARM_AGENT_MANAGER_PORT"), "{error}");
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
        let InterfaceRule::Named(names) = read(&["--interfaces", "wlan0,,eth1"]).unwrap().interfaces else {
            panic!("not taken over")
        };
        assert_eq!(names, ["wlan0", "eth1"]);
    }
}
