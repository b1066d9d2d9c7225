//! What can be set, by flag and by environment variable.
//!
//! Read by hand: a library that does it would be an eighth of the program, and would stay in memory for as long as it
//! runs.

use std::fmt::Write as _;

/// One thing that can be set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Setting {
    Proc,
    Sys,
    DockerRoot,
    NodeScope,
    ManagerPort,
    Interfaces,
    Log,
}

struct Description {
    setting: Setting,
    flag: &'static str,
    variable: &'static str,
    value: &'static str,
    default: &'static str,
    help: &'static str,
}

const ALL: [Description; 7] = [
    Description {
        setting: Setting::Proc,
        flag: "--proc",
        variable: "SWARM_AGENT_PROC",
        value: "DIR",
        default: "/host/proc",
        help: "The node's /proc",
    },
    Description {
        setting: Setting::Sys,
        flag: "--sys",
        variable: "SWARM_AGENT_SYS",
        value: "DIR",
        default: "/host/sys",
        help: "The node's /sys",
    },
    Description {
        setting: Setting::DockerRoot,
        flag: "--docker-root",
        variable: "SWARM_AGENT_DOCKER_ROOT",
        value: "DIR",
        default: "/host/docker",
        help: "Docker's data root: certificates, managers' addresses, disk space",
    },
    Description {
        setting: Setting::NodeScope,
        flag: "--node-scope",
        variable: "SWARM_AGENT_NODE_SCOPE",
        value: "host|cgroup:/PATH",
        default: "host",
        help: "What the node is: the whole machine, or one cgroup with its quota and limits",
    },
    Description {
        setting: Setting::ManagerPort,
        flag: "--manager-port",
        variable: "SWARM_AGENT_MANAGER_PORT",
        value: "PORT",
        default: "42664",
        help: "The TCP port at which managers take reports",
    },
    Description {
        setting: Setting::Interfaces,
        flag: "--interfaces",
        variable: "SWARM_AGENT_INTERFACES",
        value: "NAME,…",
        default: "",
        help: "The node's own network interfaces, instead of those with hardware (where none has: all but\n        \
               bridges, tunnels and containers' cables)",
    },
    Description {
        setting: Setting::Log,
        flag: "--log",
        variable: "SWARM_AGENT_LOG",
        value: "LEVEL",
        default: "info",
        help: "What to log: error, warn, info or debug",
    },
];

/// Why the settings cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// A word that is no flag.
    #[error("unknown option '{0}'; --help lists what there is")]
    Unknown(String),
    /// A flag at the end.
    #[error("{0} needs a value")]
    NoValue(&'static str),
    /// A value that cannot be understood.
    #[error("invalid value '{value}' for {from}: {reason}")]
    Invalid {
        /// The flag or the variable.
        from: &'static str,
        /// What it is set to.
        value: String,
        /// What would be right.
        reason: String,
    },
}

/// A setting's value and where it is from.
#[derive(Debug, Clone)]
pub(crate) struct Value {
    pub(crate) setting: Setting,
    /// The flag or the variable.
    pub(crate) from: &'static str,
    pub(crate) text: String,
}

impl Value {
    pub(crate) fn invalid(&self, reason: impl Into<String>) -> SettingsError {
        SettingsError::Invalid { from: self.from, value: self.text.clone(), reason: reason.into() }
    }
}

/// Every setting's value: the flag's, else the variable's, else the default. An empty variable is as good as none.
pub(crate) fn read(
    flags: impl IntoIterator<Item = impl Into<String>>,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<Vec<Value>, SettingsError> {
    let mut values: Vec<Value> = ALL
        .iter()
        .map(|description| {
            let set = variable(description.variable).filter(|text| !text.is_empty());
            let from = if set.is_some() { description.variable } else { description.flag };
            let text = set.unwrap_or_else(|| description.default.to_owned());
            Value { setting: description.setting, from, text }
        })
        .collect();
    let mut words = flags.into_iter().map(Into::into);
    while let Some(word) = words.next() {
        let (flag, text) = match word.split_once('=') {
            Some((flag, text)) => (flag, Some(text.to_owned())),
            None => (word.as_str(), None),
        };
        let Some(index) = ALL.iter().position(|description| description.flag == flag) else {
            return Err(SettingsError::Unknown(word));
        };
        let (setting, from) = (ALL[index].setting, ALL[index].flag);
        let text = text.or_else(|| words.next()).ok_or(SettingsError::NoValue(from))?;
        values[index] = Value { setting, from, text };
    }
    Ok(values)
}

/// What `--help` shows.
pub fn help() -> String {
    let mut text = "Measures this node and its containers once a second and reports to every manager of its Swarm.\n\
                    It needs to read /proc, /sys and Docker's data root (mounted below /host in its container), and \
                    nothing else.\n\nUsage: swarm-agent [OPTIONS]\n\nOptions:\n"
        .to_owned();
    for Description { flag, variable, value, default, help, .. } in &ALL {
        let default = if default.is_empty() { String::new() } else { format!(" [default: {default}]") };
        // Writing into a string does not fail.
        let _ = writeln!(text, "  {flag} <{value}>\n        {help} [env: {variable}]{default}");
    }
    text.push_str("  -h, --help\n        Print this\n  -V, --version\n        Print the version\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(flags: &[&str], variables: &[(&str, &str)], setting: Setting) -> Result<String, SettingsError> {
        let variable = |name: &str| {
            variables.iter().find_map(|(known, text)| (*known == name).then(|| (*text).to_owned()))
        };
        let values = read(flags.iter().copied(), variable)?;
        Ok(values.into_iter().find(|value| value.setting == setting).unwrap().text)
    }

    #[test]
    fn a_flag_comes_before_a_variable_and_that_before_the_default() {
        let port = |flags: &[&str], variable| {
            value(flags, &[("SWARM_AGENT_MANAGER_PORT", variable)], Setting::ManagerPort).unwrap()
        };
        assert_eq!(port(&[], ""), "42664");
        assert_eq!(port(&[], "1"), "1");
        assert_eq!(port(&["--manager-port", "2"], "1"), "2");
        assert_eq!(port(&["--manager-port=2", "--manager-port=3"], "1"), "3");
    }

    #[test]
    fn what_is_no_option_is_refused() {
        let error = |flags: &[&str]| value(flags, &[], Setting::Proc).unwrap_err().to_string();
        assert_eq!(error(&["--prok", "/"]), "unknown option '--prok'; --help lists what there is");
        assert_eq!(error(&["here"]), "unknown option 'here'; --help lists what there is");
        assert_eq!(error(&["--proc"]), "--proc needs a value");
    }

    #[test]
    fn help_names_every_setting_with_its_variable_and_default() {
        let text = help();
        for Description { flag, variable, default, .. } in &ALL {
            assert!(text.contains(flag) && text.contains(variable) && text.contains(default), "{flag}");
        }
    }
}
