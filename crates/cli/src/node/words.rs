//! What nodes are, in Docker's words.

use swarmmanager_api::{AgentState, Availability, MemberState, Node, Role};

/// Swarm's view of a node.
pub(crate) fn member_state(node: &Node) -> &'static str {
    match node.state {
        MemberState::Unknown => "Unknown",
        MemberState::Down => "Down",
        MemberState::Ready => "Ready",
        MemberState::Disconnected => "Disconnected",
    }
}

/// What is heard from its agent.
pub(crate) fn agent(node: &Node) -> &'static str {
    match node.agent {
        AgentState::Live => "Live",
        AgentState::Stale => "Stale",
        AgentState::Silent => "Silent",
    }
}

/// Whether it takes tasks.
pub(super) fn availability(node: &Node) -> &'static str {
    match node.availability {
        Availability::Active => "Active",
        Availability::Pause => "Pause",
        Availability::Drain => "Drain",
    }
}

/// Its part among the managers, none for a worker.
pub(super) fn manager_status(node: &Node) -> &'static str {
    match node.role {
        Role::Worker => "",
        Role::Manager if node.leader => "Leader",
        Role::Manager if matches!(node.state, MemberState::Ready) => "Reachable",
        Role::Manager => "Unreachable",
    }
}

/// Its role.
pub(super) fn role(node: &Node) -> &'static str {
    match node.role {
        Role::Manager => "manager",
        Role::Worker => "worker",
    }
}
