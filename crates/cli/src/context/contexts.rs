//! The file of contexts: `~/.config/swarm-manager/contexts.toml`. It names files of tokens and holds none itself.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::{env, fs};

use anyhow::{Context as _, Result, bail};
use serde::{Deserialize, Serialize};

use crate::client::{Host, Trust};

/// The manager on this host, which needs no entry.
pub(crate) const DEFAULT: &str = "default";

/// All that is remembered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Contexts {
    /// The one in use; this host's manager where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) current: Option<String>,
    #[serde(default)]
    contexts: BTreeMap<String, Remembered>,
}

/// A manager as it is remembered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Remembered {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) host: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) token_file: Option<PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tls_ca: Option<PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tls_fingerprint: Option<String>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) description: String,
}

impl Contexts {
    /// Reads the file; nothing is remembered where there is none.
    pub(crate) fn load() -> Result<Self> {
        file().map_or_else(|| Ok(Self::default()), |path| Self::read(&path))
    }

    /// Writes the file.
    pub(crate) fn save(&self) -> Result<()> {
        let Some(path) = file() else {
            bail!("there is no place to remember it: neither XDG_CONFIG_HOME nor HOME is set");
        };
        self.write(&path)
    }

    fn read(path: &Path) -> Result<Self> {
        let text = match fs::read_to_string(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            text => text.with_context(|| format!("cannot read {}", path.display()))?,
        };
        toml::from_str(&text).with_context(|| format!("{} cannot be understood", path.display()))
    }

    fn write(&self, path: &Path) -> Result<()> {
        let write = || -> Result<()> {
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder)?;
            }
            let new = path.with_extension("new");
            fs::write(&new, toml::to_string(self)?)?;
            // In one step, so that a crash leaves the old file or the new one.
            Ok(fs::rename(&new, path)?)
        };
        write().with_context(|| format!("cannot write {}", path.display()))
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Remembered> {
        self.contexts.get(name)
    }

    pub(crate) fn set(&mut self, name: &str, remembered: Remembered) {
        self.contexts.insert(name.to_owned(), remembered);
    }

    pub(crate) fn forget(&mut self, name: &str) {
        self.contexts.remove(name);
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &Remembered)> {
        self.contexts.iter().map(|(name, remembered)| (name.as_str(), remembered))
    }

    /// Refuses a name that is not there.
    pub(crate) fn check(&self, name: &str) -> Result<()> {
        if name != DEFAULT && !self.contexts.contains_key(name) {
            bail!("no such context: {name}");
        }
        Ok(())
    }
}

impl Remembered {
    /// Where it is.
    pub(crate) fn host(&self) -> Result<Host> {
        let text = self.host.as_deref().unwrap_or_default();
        text.parse().with_context(|| format!("the context's host {text:?} is invalid"))
    }

    /// Whose certificate is trusted.
    pub(crate) fn trust(&self) -> Result<Trust> {
        match (&self.tls_fingerprint, &self.tls_ca) {
            (Some(text), _) => {
                let parsed =
                    text.parse().with_context(|| format!("the context's fingerprint {text:?} is invalid"));
                Ok(Trust::Fingerprint(parsed?))
            }
            (None, Some(path)) => Ok(Trust::Authority(path.clone())),
            (None, None) => Ok(Trust::System),
        }
    }
}

/// Refuses what cannot be a context's name.
pub(super) fn check_name(name: &str) -> Result<()> {
    let is_name = name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || "_.+-".contains(c));
    match name {
        DEFAULT => bail!("invalid name {name:?}: it stands for the manager on this host"),
        _ if !is_name => {
            bail!(
                "invalid name {name:?}: write letters, digits, '_', '.', '+' and '-', a letter or digit first"
            )
        }
        _ => Ok(()),
    }
}

fn file() -> Option<PathBuf> {
    let folder = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let config = folder("XDG_CONFIG_HOME").or_else(|| Some(folder("HOME")?.join(".config")))?;
    Some(config.join("swarm-manager/contexts.toml"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_reads_back_what_it_writes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/contexts.toml");
        assert_eq!(Contexts::read(&path).unwrap(), Contexts::default());
        let mut contexts = Contexts { current: Some("site".into()), ..Contexts::default() };
        let site = Remembered {
            host: Some("https://site:6602".into()),
            token_file: Some("/t".into()),
            description: "a \"site\"".into(),
            ..Remembered::default()
        };
        contexts.set("site", site);
        contexts.write(&path).unwrap();
        assert_eq!(Contexts::read(&path).unwrap(), contexts);
    }

    #[test]
    fn a_file_that_cannot_be_understood_is_named_with_the_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("contexts.toml");
        fs::write(&path, "[contexts.site]\nhosst = 'x'\n").unwrap();
        let error = format!("{:#}", Contexts::read(&path).unwrap_err());
        assert!(error.contains("contexts.toml") && error.contains("hosst"), "{error}");
    }
}
