//! What the live stream carries.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Decision, Fleet, FleetReadings, Job, JobList, NodeDetail, NodeList, ServiceDetail, ServiceList};

/// What a page wants to hear of: the `topic` parameter of `GET /api/v1/events`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum EventTopic {
    /// All nodes as a live page wants them: the event `fleet` first and when anything in it changes, the event
    /// `readings` once a second.
    Fleet,
    /// All nodes, once a second.
    Nodes,
    /// One node with its containers, once a second; wants the `node` parameter.
    Node,
    /// All services, whenever something about them changes.
    Services,
    /// One service with its instances, at most once a second while it changes; wants the `service` parameter.
    Service,
    /// Each decision when it is made.
    Decisions,
    /// All jobs, whenever something about them changes.
    Jobs,
    /// One job, whenever something about it changes, until it ended; wants the `job` parameter.
    Job,
}

/// One server-sent event; the event's name is the one here, its data the value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase", tag = "event", content = "data")]
pub enum Event {
    /// All nodes less their readings.
    Fleet(Fleet),
    /// The readings of all nodes.
    Readings(FleetReadings),
    /// All nodes.
    Nodes(NodeList),
    /// One node.
    Node(Box<NodeDetail>),
    /// All services.
    Services(ServiceList),
    /// One service.
    Service(Box<ServiceDetail>),
    /// One decision.
    Decisions(Box<Decision>),
    /// All jobs.
    Jobs(JobList),
    /// One job.
    Job(Box<Job>),
}
