//! Which manager a command speaks to: flags before variables before contexts before this host's socket.

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use swarmmanager_api::DEFAULT_SOCKET;
use swarmmanager_door::Fingerprint;

use crate::client::{Host, Target, Token, Trust};
use crate::context::{Contexts, Remembered};

/// Not left to clap, which would then name the flags in every usage.
const HOST_VARIABLE: &str = "SWARM_MANAGER_HOST";
const CONTEXT_VARIABLE: &str = "SWARM_MANAGER_CONTEXT";
const TOKEN_VARIABLE: &str = "SWARM_MANAGER_TOKEN";

/// The flags that name a manager.
#[derive(Debug, Default, clap::Args)]
#[group(id = "manager")]
pub(crate) struct Args {
    /// The manager: its socket or its address [env: SWARM_MANAGER_HOST] [default:
    /// unix:///run/swarmmanager/swarm-manager.sock]
    #[arg(
        short = 'H',
        long,
        global = true,
        value_name = "unix://PATH|https://HOST:PORT",
        help_heading = "Global options"
    )]
    pub(crate) host: Option<Host>,
    /// The API token to come in with over TCP, in a file; SWARM_MANAGER_TOKEN holds one itself
    #[arg(long, global = true, value_name = "FILE", help_heading = "Global options")]
    pub(crate) token_file: Option<PathBuf>,
    /// Trust the manager's certificate if it is signed by this CA, in PEM
    #[arg(long, global = true, value_name = "FILE", help_heading = "Global options")]
    pub(crate) tls_ca: Option<PathBuf>,
    /// Trust the manager's certificate if it has this SHA-256 fingerprint, which the manager prints
    #[arg(
        long,
        global = true,
        value_name = "FINGERPRINT",
        conflicts_with = "tls_ca",
        help_heading = "Global options"
    )]
    pub(crate) tls_fingerprint: Option<Fingerprint>,
    /// The manager that this context remembers [env: SWARM_MANAGER_CONTEXT]
    #[arg(
        short = 'c',
        long,
        global = true,
        value_name = "NAME",
        conflicts_with = "host",
        help_heading = "Global options"
    )]
    pub(crate) context: Option<String>,
}

impl Args {
    /// The manager that these flags, the environment and what is remembered name together.
    pub(crate) fn resolve(&self, contexts: &Contexts) -> Result<Target> {
        let variable = |name: &str| std::env::var(name).ok().filter(|text| !text.is_empty());
        self.resolve_with(contexts, variable)
    }

    /// Whether a flag or a variable says where the manager is, so that no context has to.
    pub(crate) fn names_manager(&self) -> bool {
        let is_set = |name| std::env::var_os(name).is_some_and(|text| !text.is_empty());
        self.host.is_some() || (self.context.is_none() && is_set(HOST_VARIABLE))
    }

    /// The same flags as words, for another command that is to speak to the same manager.
    pub(crate) fn words(&self) -> Vec<String> {
        let path = |path: &PathBuf| path.display().to_string();
        [
            ("--host", self.host.as_ref().map(ToString::to_string)),
            ("--token-file", self.token_file.as_ref().map(path)),
            ("--tls-ca", self.tls_ca.as_ref().map(path)),
            ("--tls-fingerprint", self.tls_fingerprint.as_ref().map(ToString::to_string)),
            ("--context", self.context.clone()),
        ]
        .into_iter()
        .filter_map(|(flag, value)| Some([flag.to_owned(), value?]))
        .flatten()
        .collect()
    }

    fn resolve_with(&self, contexts: &Contexts, variable: impl Fn(&str) -> Option<String>) -> Result<Target> {
        let remembered = self.remembered(contexts, &variable)?;
        let host = match (&self.host, variable(HOST_VARIABLE), &remembered) {
            (Some(host), _, _) => host.clone(),
            (None, _, Some(remembered)) => remembered.host()?,
            (None, Some(text), None) => {
                text.parse().with_context(|| format!("invalid {HOST_VARIABLE} {text:?}"))?
            }
            (None, None, None) => Host::at(DEFAULT_SOCKET),
        };
        let remembered = remembered.unwrap_or_default();
        let trust = match (&self.tls_fingerprint, &self.tls_ca) {
            (Some(fingerprint), _) => Trust::Fingerprint(*fingerprint),
            (None, Some(path)) => Trust::Authority(path.clone()),
            (None, None) => remembered.trust()?,
        };
        // Root needs no token, and one that is not needed is not read.
        let token = match &host {
            Host::Unix(_) => None,
            Host::Tcp(_) => {
                match (self.token_file.as_ref().or(remembered.token_file.as_ref()), variable(TOKEN_VARIABLE))
                {
                    (Some(path), _) => Some(Token::read(path)?),
                    (None, Some(text)) => Some(Token::new(&text, TOKEN_VARIABLE)?),
                    (None, None) => None,
                }
            }
        };
        Ok(Target { host, token, trust })
    }

    /// The context in force, unless something names a manager more directly.
    fn remembered(
        &self,
        contexts: &Contexts,
        variable: &impl Fn(&str) -> Option<String>,
    ) -> Result<Option<Remembered>> {
        if self.host.is_some() {
            return Ok(None);
        }
        let name = match &self.context {
            Some(name) => Some(name.clone()),
            None if variable(HOST_VARIABLE).is_some() => None,
            None => variable(CONTEXT_VARIABLE).or_else(|| contexts.current.clone()),
        };
        let Some(name) = name else { return Ok(None) };
        match contexts.get(&name) {
            Some(remembered) => Ok(Some(remembered.clone())),
            None if name == crate::context::DEFAULT => Ok(None),
            None => bail!("no such context: {name}\n'swarm-manager context ls' shows those that there are"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contexts() -> Contexts {
        let mut contexts = Contexts::default();
        let lab = Remembered { host: Some("https://lab:6602".into()), ..Remembered::default() };
        contexts.set("lab", lab);
        contexts
    }

    fn host(args: &Args, contexts: &Contexts, variables: &[(&str, &str)]) -> String {
        let variable = |name: &str| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        };
        match args.resolve_with(contexts, variable) {
            Ok(target) => target.host.to_string(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn flags_go_before_variables_before_contexts_before_this_host() {
        let (none, mut contexts) = (Args::default(), contexts());
        assert_eq!(host(&none, &contexts, &[]), format!("unix://{DEFAULT_SOCKET}"));
        contexts.current = Some("lab".into());
        assert_eq!(host(&none, &contexts, &[]), "https://lab:6602");
        let variable = [(HOST_VARIABLE, "unix:///v.sock")];
        assert_eq!(host(&none, &contexts, &variable), "unix:///v.sock");
        let named = Args { context: Some("lab".into()), ..Args::default() };
        assert_eq!(host(&named, &contexts, &variable), "https://lab:6602");
        let direct = Args { host: Some("unix:///f.sock".parse().unwrap()), ..Args::default() };
        assert_eq!(host(&direct, &contexts, &variable), "unix:///f.sock");
        assert_eq!(
            host(&none, &contexts, &[(CONTEXT_VARIABLE, "default")]),
            format!("unix://{DEFAULT_SOCKET}")
        );
    }

    #[test]
    fn what_names_no_manager_is_an_error() {
        let (none, contexts) = (Args::default(), contexts());
        assert!(
            host(&none, &contexts, &[(CONTEXT_VARIABLE, "nowhere")]).contains("no such context: nowhere")
        );
        assert!(host(&none, &contexts, &[(HOST_VARIABLE, "nonsense")]).contains(HOST_VARIABLE));
    }

    #[test]
    fn a_token_is_for_tcp_only() {
        let args = Args { token_file: Some("/no/such/token".into()), ..Args::default() };
        assert!(args.resolve_with(&contexts(), |_| None).unwrap().token.is_none());
        let args = Args { context: Some("lab".into()), ..args };
        let error = args.resolve_with(&contexts(), |_| None).unwrap_err();
        assert!(error.to_string().contains("/no/such/token"), "{error}");
    }
}
