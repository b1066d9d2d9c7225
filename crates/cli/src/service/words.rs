//! What services and instances are, in Docker's words.

use swarmmanager_api::{
    Convergence, Instance, InstanceState, Mode, Protocol, PublishMode, PublishedPort, Service,
};

/// `replicated` or `global`.
pub(super) fn mode(service: &Service) -> &'static str {
    match service.mode {
        Mode::Replicated(_) => "replicated",
        Mode::Global => "global",
    }
}

/// How far it is, in one word.
pub(super) fn convergence(service: &Service) -> &'static str {
    match service.convergence {
        Convergence::Converged => "Converged",
        Convergence::Progressing { .. } => "Progressing",
        Convergence::Blocked { .. } => "Blocked",
        Convergence::Removing => "Removing",
    }
}

/// What holds it up, if anything.
pub(super) fn hindrance(service: &Service) -> Option<&str> {
    match &service.convergence {
        Convergence::Progressing { message } | Convergence::Blocked { message } => Some(message),
        Convergence::Converged | Convergence::Removing => None,
    }
}

/// `*:8080->80/tcp`, as Docker lists ports.
pub(super) fn ports(published: &[PublishedPort]) -> String {
    let port = |port: &PublishedPort| {
        let protocol = match port.protocol {
            Protocol::Tcp => "tcp",
            Protocol::Udp => "udp",
            Protocol::Sctp => "sctp",
        };
        let host = if port.mode == PublishMode::Host { " (host)" } else { "" };
        match port.published {
            Some(published) => format!("*:{published}->{}/{protocol}{host}", port.target),
            None => format!("*:->{}/{protocol}{host}", port.target),
        }
    };
    published.iter().map(port).collect::<Vec<_>>().join(", ")
}

/// A task's state.
pub(super) fn state(instance: &Instance) -> &'static str {
    match instance.state {
        InstanceState::New => "New",
        InstanceState::Pending => "Pending",
        InstanceState::Assigned => "Assigned",
        InstanceState::Accepted => "Accepted",
        InstanceState::Preparing => "Preparing",
        InstanceState::Ready => "Ready",
        InstanceState::Starting => "Starting",
        InstanceState::Running => "Running",
        InstanceState::Complete => "Complete",
        InstanceState::Shutdown => "Shutdown",
        InstanceState::Failed => "Failed",
        InstanceState::Rejected => "Rejected",
        InstanceState::Remove => "Remove",
        InstanceState::Orphaned => "Orphaned",
    }
}
