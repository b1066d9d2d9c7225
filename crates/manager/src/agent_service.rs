//! The agent as Swarm runs it: one global service, kept as it should be.

use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::{Value, json};
use swarmmanager_engine::{Engine, EngineError};

use crate::config::AgentDeployment;
use crate::service::{AGENT_SERVICE, SYSTEM};

/// On the agent's service: which spec it was made from.
const REVISION: &str = "swarmmanager.revision";
/// More than five times what it needs, so that a fault of the agent never takes a small node's memory.
const MEMORY_LIMIT: u64 = 32 << 20;

/// What was done about the agent's service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ensured {
    /// It was as it should be.
    Unchanged,
    /// It was missing.
    Created,
    /// It was another one.
    Updated,
}

/// Makes the agent's service what it should be. Idempotent.
pub(crate) async fn ensure(
    engine: &Engine,
    agent: &AgentDeployment,
    manager_port: u16,
    docker_root: &str,
) -> Result<Ensured, EngineError> {
    let wanted = spec(agent, manager_port, docker_root);
    let existing = match engine.service(AGENT_SERVICE).await {
        Ok(service) => service,
        Err(EngineError::NotFound { .. }) => {
            engine.service_create(&wanted, None).await?;
            return Ok(Ensured::Created);
        }
        Err(error) => return Err(error),
    };
    if existing.spec["Labels"][REVISION] == wanted["Labels"][REVISION] {
        return Ok(Ensured::Unchanged);
    }
    engine.service_update(&existing.id, existing.version, &wanted, None).await?;
    Ok(Ensured::Updated)
}

/// The agent's service: no Docker socket, nothing writable, and of root's powers only those to read what it measures
/// (`DAC_READ_SEARCH`) and to become an ordinary user itself (`SETUID`, `SETGID`).
fn spec(agent: &AgentDeployment, manager_port: u16, docker_root: &str) -> Value {
    let read_only = |source: &str, target: &str, options: Value| {
        let mut mount = json!({"Type": "bind", "Source": source, "Target": target, "ReadOnly": true});
        mount["BindOptions"] = options;
        mount
    };
    let mut spec = json!({
        "Name": AGENT_SERVICE,
        "Labels": {(SYSTEM): "agent"},
        "TaskTemplate": {
            "ContainerSpec": {
                "Image": agent.image,
                "Env": [
                    format!("SWARM_AGENT_NODE_SCOPE={}", agent.node_scope),
                    format!("SWARM_AGENT_MANAGER_PORT={manager_port}"),
                ],
                "User": "0:0",
                "ReadOnly": true,
                "CapabilityDrop": ["ALL"],
                "CapabilityAdd": ["CAP_DAC_READ_SEARCH", "CAP_SETGID", "CAP_SETUID"],
                "Mounts": [
                    read_only("/proc", "/host/proc", json!({})),
                    read_only("/sys", "/host/sys", json!({})),
                    // Without the containers' own mounts below it, and as a slave (Docker insists): they would be kept
                    // from going away.
                    read_only(docker_root, "/host/docker", json!({"NonRecursive": true, "Propagation": "rslave"})),
                ],
            },
            "Resources": {"Limits": {"MemoryBytes": MEMORY_LIMIT, "Pids": 32}},
            "RestartPolicy": {"Condition": "any", "Delay": 1_000_000_000_u64},
            "Networks": [{"Target": "host"}],
        },
        "Mode": {"Global": {}},
        "UpdateConfig": {"Parallelism": 0, "FailureAction": "continue", "Order": "stop-first"},
    });
    let mut hasher = DefaultHasher::new();
    spec.to_string().hash(&mut hasher);
    spec["Labels"][REVISION] = json!(format!("{:016x}", hasher.finish()));
    spec
}
