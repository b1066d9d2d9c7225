//! Builds container images `FROM scratch` without an engine: the archive that `docker load` reads.
//!
//! What goes in decides every byte that comes out (no clock, no owner, sorted entries), so equal input has an equal
//! image id and a second `docker load` of it changes nothing.
//!
//! It leaves out base images, several layers and pushing: an engine does those.

mod archive;
mod entries;

use std::collections::BTreeMap;

use entries::{Entries, Entry};

/// An image to be: one layer of files and how to start them.
///
/// ```
/// # fn main() -> Result<(), swarmmanager_image::ImageError> {
/// let archive = swarmmanager_image::Image::new("swarmmanager/agent:0.1.0")
///     .file("/swarm-agent", 0o755, b"\x7fELF".as_slice())
///     .entrypoint(["/swarm-agent"])
///     .env("SWARM_AGENT_PROC", "/host/proc")
///     .archive()?;
/// assert!(archive.id.starts_with("sha256:"));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Image {
    reference: String,
    architecture: String,
    entries: Entries,
    config: Config,
}

/// How a container of the image starts; the field names are those of Docker's image configuration.
#[derive(Debug, Clone, Default, serde::Serialize)]
#[serde(rename_all = "PascalCase")]
struct Config {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    env: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    entrypoint: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cmd: Vec<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    labels: BTreeMap<String, String>,
}

/// A finished image, ready for `docker load`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageArchive {
    /// The image's id as Docker shows it: `sha256:` and 64 hexadecimal digits.
    pub id: String,
    /// The archive (tar, not compressed).
    pub bytes: Vec<u8>,
}

/// Why an image could not be built.
#[derive(Debug, thiserror::Error)]
pub enum ImageError {
    /// The reference has no `name:tag` form.
    #[error("invalid image reference {0:?}: write a name and a tag such as swarmmanager/agent:0.1.0")]
    Reference(String),
    /// A path does not start at the image's root, or leaves it.
    #[error("invalid path {0:?}: write it from the image's root, without . or .., such as /bin/tool")]
    Path(String),
    /// A path is given twice, or is a file where another path needs a directory.
    #[error("{0:?} is given twice, or is not a directory although another path lies below it")]
    Conflict(String),
    /// The archive could not be written.
    #[error("cannot write the entry {path:?} of the image")]
    Write {
        /// The entry's path.
        path: String,
        /// What the tar writer said.
        source: std::io::Error,
    },
    /// The image's configuration could not be written as JSON.
    #[error("cannot write the image's configuration")]
    Config(#[from] serde_json::Error),
}

impl Image {
    /// An empty image, named `name:tag`, for this program's own processor architecture.
    pub fn new(reference: impl Into<String>) -> Self {
        Self {
            reference: reference.into(),
            architecture: docker_architecture(std::env::consts::ARCH).to_owned(),
            entries: Entries::default(),
            config: Config::default(),
        }
    }

    /// For another architecture, by Docker's name for it: `amd64`, `arm64`, `arm`, …
    pub fn architecture(mut self, architecture: impl Into<String>) -> Self {
        self.architecture = architecture.into();
        self
    }

    /// Adds a file with its permission bits; directories above it come by themselves.
    pub fn file(mut self, path: impl Into<String>, mode: u32, content: impl Into<Vec<u8>>) -> Self {
        self.entries.add(path.into(), Entry::File { mode, content: content.into() });
        self
    }

    /// Adds a symbolic link.
    pub fn symlink(mut self, path: impl Into<String>, target: impl Into<String>) -> Self {
        self.entries.add(path.into(), Entry::Symlink(target.into()));
        self
    }

    /// Adds a directory with its permission bits, such as a mount point or a `/tmp` of mode `0o1777`.
    pub fn directory(mut self, path: impl Into<String>, mode: u32) -> Self {
        self.entries.add(path.into(), Entry::Directory { mode });
        self
    }

    /// What a container of the image runs; arguments of `docker run` come after it.
    pub fn entrypoint<S: Into<String>>(mut self, argv: impl IntoIterator<Item = S>) -> Self {
        self.config.entrypoint = argv.into_iter().map(Into::into).collect();
        self
    }

    /// What a container runs, or its entry point gets, when `docker run` gives no arguments.
    pub fn command<S: Into<String>>(mut self, argv: impl IntoIterator<Item = S>) -> Self {
        self.config.cmd = argv.into_iter().map(Into::into).collect();
        self
    }

    /// Sets an environment variable.
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.config.env.push(format!("{name}={value}"));
        self
    }

    /// Sets a label.
    pub fn label(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.config.labels.insert(name.into(), value.into());
        self
    }

    /// Builds the archive.
    ///
    /// # Errors
    /// Where the reference or a path has the wrong form, or two paths contradict each other.
    pub fn archive(&self) -> Result<ImageArchive, ImageError> {
        archive::build(self)
    }
}

/// Docker's (that is Go's) name of an architecture that Rust names differently.
fn docker_architecture(rust: &str) -> &str {
    match rust {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "x86" => "386",
        "powerpc64" => "ppc64le",
        other => other,
    }
}
