//! A user on a host, proved.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use russh::client::{AuthResult, Handle, KeyboardInteractiveAuthResponse as Interactive, Msg};
use russh::keys::agent::AgentIdentity;
use russh::keys::agent::client::AgentClient;
use russh::keys::{PrivateKey, PrivateKeyWithHashAlg, decode_secret_key};
use russh::{ChannelStream, Disconnect};
use tokio::io::{self, AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Duration, timeout};

use crate::connection::{self, Checker};
use crate::credentials::{Credentials, Proof};
use crate::host_keys::{HostKeys, NewHostKeys};
use crate::{SshError, Target};

/// Servers answer a wrong password late on purpose.
const SIGN_IN_LIMIT: Duration = Duration::from_secs(30);
/// A server that asks more often than this asks for something else than a password.
const QUESTIONS: usize = 4;

/// An open session. It ends when it is dropped.
pub struct Session {
    pub(crate) handle: Handle<Checker>,
    pub(crate) server: String,
    proof: Proof,
}

impl Session {
    /// Connects, checks the host's key, and signs in with the first of the credentials that is taken.
    ///
    /// # Errors
    /// [`SshError`], in words for whoever has to mend it.
    pub async fn open(
        target: &Target,
        credentials: &Credentials,
        host_keys: &HostKeys,
        accept: &NewHostKeys,
    ) -> Result<Self, SshError> {
        let key = match &credentials.private_key {
            Some(text) => Some(private_key(text, credentials.passphrase.as_deref())?),
            None => None,
        };
        let mut handle = connection::open(target, host_keys, accept).await?;
        let server = target.server();
        let signing_in = sign_in(&mut handle, target, credentials, key);
        let in_time = timeout(SIGN_IN_LIMIT, signing_in).await;
        let limit = SIGN_IN_LIMIT;
        let proof = in_time.unwrap_or_else(|_| Err(SshError::TimedOut { server: server.clone(), limit }))?;
        Ok(Self { handle, server, proof })
    }

    /// What the server took.
    pub fn proof(&self) -> Proof {
        self.proof
    }

    /// A stream to a Unix socket there.
    ///
    /// # Errors
    /// [`SshError::Socket`] where the server does not open it: nobody listens, the user may not, or it does not know how.
    pub async fn unix_stream(&self, socket: &str) -> Result<SshStream, SshError> {
        let opened = self.handle.channel_open_direct_streamlocal(socket).await;
        let channel = opened.map_err(|source| SshError::Socket {
            socket: socket.to_owned(),
            server: self.server.clone(),
            source: Box::new(source),
        })?;
        Ok(SshStream(channel.into_stream()))
    }

    /// A stream to what a command there reads and writes.
    ///
    /// # Errors
    /// Where it cannot be started.
    pub async fn stream(&self, command: &str) -> Result<SshStream, SshError> {
        let channel = self.handle.channel_open_session().await?;
        channel.exec(true, command).await?;
        Ok(SshStream(channel.into_stream()))
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // Best effort: a connection that is only dropped leaves the server waiting for a while.
        let goodbye = self.handle.disconnect(Disconnect::ByApplication, "", "en");
        let mut goodbye = Box::pin(goodbye);
        let _ = goodbye.as_mut().poll(&mut Context::from_waker(std::task::Waker::noop()));
    }
}

/// What flows through a session.
pub struct SshStream(ChannelStream<Msg>);

impl AsyncRead for SshStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buffer)
    }
}

impl AsyncWrite for SshStream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, buffer)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}

fn private_key(text: &str, passphrase: Option<&str>) -> Result<Arc<PrivateKey>, SshError> {
    let key = decode_secret_key(text, passphrase).map_err(|error| SshError::PrivateKey(error.into()))?;
    Ok(Arc::new(key))
}

async fn sign_in(
    handle: &mut Handle<Checker>,
    target: &Target,
    credentials: &Credentials,
    key: Option<Arc<PrivateKey>>,
) -> Result<Proof, SshError> {
    let mut tried = Vec::new();
    if let Some(socket) = &credentials.agent_socket {
        tried.push(Proof::Agent.as_str());
        if by_agent(handle, &target.user, socket).await? {
            return Ok(Proof::Agent);
        }
    }
    let own = credentials.own_key.as_ref().map(|own| (Proof::OwnKey, own.key()));
    for (proof, key) in key.map(|key| (Proof::Key, key)).into_iter().chain(own) {
        tried.push(proof.as_str());
        if by_key(handle, &target.user, key).await? {
            return Ok(proof);
        }
    }
    if let Some(password) = &credentials.password {
        tried.push(Proof::Password.as_str());
        if by_password(handle, &target.user, password).await? {
            return Ok(Proof::Password);
        }
    }
    let (user, server) = (target.user.clone(), target.server());
    // The own key is tried unasked, so that its refusal alone is no answer to what the user gave.
    if tried.len() > 1 {
        tried.retain(|what| *what != Proof::OwnKey.as_str());
    }
    match tried.is_empty() {
        true => Err(SshError::NoProof { user, server }),
        false => Err(SshError::Rejected { user, server, tried }),
    }
}

async fn by_key(handle: &mut Handle<Checker>, user: &str, key: Arc<PrivateKey>) -> Result<bool, SshError> {
    // An RSA key signs with what the server takes; SHA-1 only where it takes nothing else.
    let hash =
        if key.algorithm().is_rsa() { handle.best_supported_rsa_hash().await?.flatten() } else { None };
    let result = handle.authenticate_publickey(user, PrivateKeyWithHashAlg::new(key, hash)).await?;
    Ok(matches!(result, AuthResult::Success))
}

async fn by_agent(
    handle: &mut Handle<Checker>,
    user: &str,
    socket: &std::path::Path,
) -> Result<bool, SshError> {
    let failed = |error: Box<dyn std::error::Error + Send + Sync>| SshError::Agent {
        socket: socket.to_owned(),
        source: error,
    };
    let mut agent = AgentClient::connect_uds(socket).await.map_err(|error| failed(error.into()))?;
    let identities = agent.request_identities().await.map_err(|error| failed(error.into()))?;
    for identity in identities {
        let AgentIdentity::PublicKey { key, .. } = identity else { continue };
        let hash =
            if key.algorithm().is_rsa() { handle.best_supported_rsa_hash().await?.flatten() } else { None };
        let result = handle.authenticate_publickey_with(user, key, hash, &mut agent).await;
        if matches!(result.map_err(|error| failed(error.into()))?, AuthResult::Success) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Servers that check passwords by PAM ask for it in a dialogue.
async fn by_password(handle: &mut Handle<Checker>, user: &str, password: &str) -> Result<bool, SshError> {
    if matches!(handle.authenticate_password(user, password).await?, AuthResult::Success) {
        return Ok(true);
    }
    let mut asked = handle.authenticate_keyboard_interactive_start(user, None::<String>).await?;
    for _ in 0..QUESTIONS {
        let prompts = match asked {
            Interactive::Success => return Ok(true),
            Interactive::Failure { .. } => return Ok(false),
            Interactive::InfoRequest { prompts, .. } => prompts,
        };
        // What is asked in the open is no password.
        let answers =
            prompts.iter().map(|prompt| if prompt.echo { String::new() } else { password.to_owned() });
        asked = handle.authenticate_keyboard_interactive_respond(answers.collect()).await?;
    }
    Ok(false)
}
