//! Why an operation was refused or could not be finished.

use swarmmanager_engine::EngineError;

use crate::journal::JournalError;
use crate::service::InvalidService;

/// One variant for each step that can fail.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ExecuteError {
    #[error(transparent)]
    Invalid(#[from] InvalidService),
    #[error("this manager does not lead the Swarm{}; nothing was changed", .leader.as_ref().map(|name| format!(": node {name} does")).unwrap_or_default())]
    NotLeading { leader: Option<String> },
    #[error("service {service} already exists")]
    Exists { service: String },
    #[error("service {service} needs the name {taken}, which a service that is not SwarmManager's has")]
    NameTaken { service: String, taken: String },
    #[error("no such service: {service}")]
    NoSuchService { service: String },
    #[error("service {service} is SwarmManager's own: it measures the nodes and goes when SwarmManager does")]
    OwnService { service: String },
    #[error("service {service} is global or being removed: it has no number of instances to speak of")]
    NotScalable { service: String },
    #[error("service {service} is being removed")]
    BeingRemoved { service: String },
    #[error("service {service} was not updated since it was created: there is nothing to roll back to")]
    NoPrevious { service: String },
    #[error(
        "Swarm puts one instance of a global service on every node that fits: there is nothing to choose"
    )]
    NothingToChoose,
    #[error(
        "the first instance of {service} was removed behind SwarmManager's back and is being restored; try again"
    )]
    AnchorMissing { service: String },
    #[error("no such {kind}: {name}; create it with 'docker {kind} create' first")]
    NoSuchReference { kind: &'static str, name: String },
    #[error("no such node: {node}")]
    NoSuchNode { node: String },
    #[error(
        "node {node} stays a manager: without it fewer than half of the Swarm's managers would be in touch, and nobody \
         could change the Swarm any more; promote another node first"
    )]
    Quorum { node: String },
    #[error(
        "instance {instance} is just leaving node {node}, and Swarm would stop it before its successor runs; try again \
         in a moment"
    )]
    Moving { node: String, instance: String },
    #[error("Swarm did not take the change of node {node}; {}", aftermath(.source))]
    Node { node: String, source: EngineError },
    #[error("Swarm's state could not be read; nothing was changed")]
    ReadSwarm(#[source] EngineError),
    #[error("Swarm did not take service {service}; {}", aftermath(.source))]
    Create { service: String, source: EngineError },
    #[error("Swarm did not take the change of service {service}; {}", aftermath(.source))]
    Intent { service: String, source: EngineError },
    #[error("Swarm did not take instance {part}; what is missing of {service} is tried again")]
    Instance { service: String, part: String, source: EngineError },
    #[error("Swarm did not remove {part}; what is left of {service} is tried again")]
    Remove { service: String, part: String, source: EngineError },
    #[error("the journal does not take entries, so nothing more is changed")]
    Journal(#[source] JournalError),
}

/// What is known of a first write that failed.
fn aftermath(source: &EngineError) -> &'static str {
    if source.leaves_outcome_open() {
        "whether it was done is not known, look before you try again"
    } else {
        "nothing was changed"
    }
}
