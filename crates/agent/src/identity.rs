//! Who this node is at the moment, followed through Docker's rotations of the certificate.

use std::path::PathBuf;
use std::sync::Arc;

use swarmmanager_identity::{Identity, IdentityError, Revision, Role};

use crate::config::Config;
use crate::uplink::Credentials;

/// The node's identity as last read.
#[derive(Debug)]
pub(crate) struct NodeIdentity {
    folder: PathBuf,
    revision: Revision,
    pub(crate) credentials: Credentials,
    pub(crate) is_manager: bool,
}

impl NodeIdentity {
    pub(crate) fn load(config: &Config) -> Result<Self, IdentityError> {
        Self::read(config.docker_root.join("swarm/certificates"))
    }

    /// Reads the files again if they changed, and says whether they had.
    pub(crate) fn renewed(&mut self) -> Result<bool, IdentityError> {
        if Revision::of(&self.folder) == self.revision {
            return Ok(false);
        }
        *self = Self::read(self.folder.clone())?;
        Ok(true)
    }

    fn read(folder: PathBuf) -> Result<Self, IdentityError> {
        let identity = Identity::load(&folder)?;
        let tls = Arc::new(identity.client_config()?);
        Ok(Self {
            revision: identity.revision().clone(),
            is_manager: identity.own().role == Role::Manager,
            credentials: Credentials { node_id: identity.own().node.clone(), tls },
            folder,
        })
    }
}
