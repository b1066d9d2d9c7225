//! Nodes looked at before they join: whose host keys are not known yet.

use futures_util::stream::{self, StreamExt as _};
use swarmmanager_api::{CheckedNode, HostKey, HostKeyState, JoinNode};
use swarmmanager_inventory::called;
use swarmmanager_ssh::{HostKeys, SshError, Verdict, host_key};

use super::MOST_AT_ONCE;
use crate::cluster::chain;
use crate::state::Manager;

/// Asks each host for its key. Nobody is signed in.
pub(crate) async fn check(manager: &Manager, nodes: &[JoinNode]) -> Vec<CheckedNode> {
    let host_keys = &manager.remote().host_keys;
    let looked_at = nodes.iter().map(|node| checked(node, host_keys));
    let looked_at: Vec<_> = looked_at.collect();
    stream::iter(looked_at).buffered(MOST_AT_ONCE as usize).collect().await
}

async fn checked(node: &JoinNode, host_keys: &HostKeys) -> CheckedNode {
    CheckedNode {
        name: called(node),
        address: node.address.clone(),
        port: node.port,
        user: node.user.clone(),
        auth: proof(node).to_owned(),
        role: node.role,
        labels: node.labels.clone(),
        host_key: seen(node, host_keys).await,
    }
}

fn proof(node: &JoinNode) -> &'static str {
    match &node.auth {
        auth if auth.agent_socket.is_some() => "agent",
        auth if auth.private_key.is_some() => "key",
        auth if auth.password.is_some() => "password",
        _ => "the manager's key",
    }
}

async fn seen(node: &JoinNode, host_keys: &HostKeys) -> HostKey {
    let key = match host_key(&node.address, node.port, host_keys).await {
        Ok(key) => key,
        Err(error) => {
            let message = Some(chain(&error));
            return HostKey { state: HostKeyState::Unreachable, algorithm: None, fingerprint: None, message };
        }
    };
    let (state, message) = match &key.verdict {
        Verdict::Known => (HostKeyState::Known, None),
        Verdict::New => (HostKeyState::New, None),
        Verdict::Changed { file, line } => {
            let error = SshError::HostKeyChanged {
                server: super::target(node).server(),
                algorithm: key.algorithm.clone(),
                fingerprint: key.fingerprint.clone(),
                file: file.clone(),
                line: *line,
            };
            (HostKeyState::Changed, Some(chain(&error)))
        }
    };
    HostKey { state, algorithm: Some(key.algorithm), fingerprint: Some(key.fingerprint), message }
}
