//! A file of nodes as it is written.

use std::collections::BTreeMap;

use serde::Deserialize;
use swarmmanager_api::{JoinNode, Role, SecretText, SshAuth};

use crate::secret;

/// The whole file.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct File {
    /// What holds for nodes that do not say otherwise.
    #[serde(default)]
    pub(crate) defaults: Defaults,
    pub(crate) nodes: Vec<RawNode>,
}

macro_rules! fields {
    ($(#[$meta:meta])* $name:ident { $($own:tt)* }) => {
        $(#[$meta])*
        #[derive(Default, Deserialize)]
        #[serde(deny_unknown_fields, default)]
        pub(crate) struct $name {
            $($own)*
            pub(crate) user: Option<Word>,
            #[serde(alias = "ssh_port")]
            pub(crate) port: Option<Port>,
            pub(crate) role: Option<Role>,
            pub(crate) labels: BTreeMap<LabelKey, String>,
            #[serde(alias = "advertise_addr")]
            pub(crate) advertise_address: Option<Word>,
            pub(crate) engine_socket: Option<SocketPath>,
            pub(crate) storage_driver: Option<Word>,
            pub(crate) engine: Option<Word>,
            pub(crate) engine_port: Option<Port>,
            pub(crate) agent: Option<bool>,
            pub(crate) key_file: Option<String>,
            pub(crate) private_key: Option<String>,
            pub(crate) passphrase: Option<String>,
            pub(crate) passphrase_env: Option<String>,
            pub(crate) passphrase_file: Option<String>,
            pub(crate) password: Option<String>,
            pub(crate) password_env: Option<String>,
            pub(crate) password_file: Option<String>,
            pub(crate) ask_password: Option<bool>,
        }
    };
}

fields! {
    /// A node.
    RawNode {
        pub(crate) name: Option<Word>,
        #[serde(alias = "addr")]
        pub(crate) address: Option<Word>,
    }
}

fields! {
    /// What holds for nodes that do not say otherwise.
    Defaults {}
}

impl RawNode {
    /// With what it leaves out as the defaults say. Proofs belong together: a node that gives one takes none from there.
    pub(crate) fn or(mut self, defaults: &Defaults) -> Self {
        let proves_itself = self.proves_itself();
        macro_rules! inherit {
            ($($field:ident),*) => { $( self.$field = self.$field.take().or_else(|| defaults.$field.clone()); )* };
        }
        inherit!(user, port, role, advertise_address, engine_socket, storage_driver, engine, engine_port);
        if !proves_itself {
            inherit!(agent, key_file, private_key, passphrase, passphrase_env, passphrase_file);
            inherit!(password, password_env, password_file, ask_password);
        }
        for (key, value) in &defaults.labels {
            self.labels.entry(key.clone()).or_insert_with(|| value.clone());
        }
        self
    }

    fn proves_itself(&self) -> bool {
        let texts =
            [&self.key_file, &self.private_key, &self.password, &self.password_env, &self.password_file];
        texts.iter().any(|text| text.is_some()) || self.agent.is_some() || self.ask_password.is_some()
    }

    /// The storage driver, also by the prototype's word for it.
    pub(crate) fn storage_driver(&self) -> Option<String> {
        self.storage_driver.as_ref().or(self.engine.as_ref()).map(|driver| driver.0.clone())
    }

    pub(crate) fn into_node(
        self,
        name: Option<String>,
        address: String,
        storage_driver: Option<String>,
    ) -> JoinNode {
        JoinNode {
            name,
            address,
            port: self.port.map_or(22, |port| port.0),
            user: self.user.map_or_else(|| "root".to_owned(), |user| user.0),
            auth: SshAuth {
                agent_socket: None,
                private_key: secret(&self.private_key),
                passphrase: secret(&self.passphrase),
                password: self.password.map(SecretText::new),
            },
            role: self.role.unwrap_or(Role::Worker),
            labels: self.labels.into_iter().map(|(key, value)| (key.0, value)).collect(),
            advertise_addr: self.advertise_address.map(|word| word.0),
            engine_socket: self.engine_socket.map(|path| path.0),
            storage_driver,
        }
    }
}

/// A TCP port.
#[derive(Clone, Copy, Deserialize)]
#[serde(try_from = "i64")]
pub(crate) struct Port(pub(crate) u16);

impl TryFrom<i64> for Port {
    type Error = String;

    fn try_from(port: i64) -> Result<Self, Self::Error> {
        let port = u16::try_from(port).ok().filter(|port| *port > 0).ok_or(port);
        port.map(Self).map_err(|port| format!("{port} is no TCP port: write one from 1 to 65535"))
    }
}

/// A name, an address, a user: no spaces and no signs that lead elsewhere.
#[derive(Clone, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Word(pub(crate) String);

impl TryFrom<String> for Word {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let is_word = !text.is_empty()
            && !text.contains(|c: char| c.is_whitespace() || c.is_control() || "/@'\"".contains(c));
        is_word
            .then(|| Self(text.clone()))
            .ok_or_else(|| format!("{text:?} is no name or address: write one word"))
    }
}

/// A label's key, as Docker takes it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct LabelKey(pub(crate) String);

impl TryFrom<String> for LabelKey {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if text.starts_with("swarmmanager.") {
            return Err(format!("the label {text:?} is SwarmManager's own: choose another beginning"));
        }
        let is_key =
            !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || c.is_control() || c == '=');
        is_key
            .then(|| Self(text.clone()))
            .ok_or_else(|| format!("{text:?} is no label: write a word such as zone"))
    }
}

/// The path of a Unix socket.
#[derive(Clone, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct SocketPath(pub(crate) String);

impl TryFrom<String> for SocketPath {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let path = text.strip_prefix("unix://").unwrap_or(&text);
        let is_path =
            path.starts_with('/') && path.chars().all(|c| c.is_ascii_alphanumeric() || "/._-+".contains(c));
        is_path.then(|| Self(path.to_owned())).ok_or_else(|| {
            format!("{text:?} is no socket: write an absolute path such as /var/run/docker.sock")
        })
    }
}
