//! Operations that take longer than a request: they go on when nobody looks, and end in a stated result.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A long operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Job {
    /// Its id: twelve hexadecimal digits.
    #[schema(example = "3f9c0a51d2e7")]
    pub id: String,
    /// What it does.
    pub kind: JobKind,
    /// The same in words: `Join 5 nodes`.
    pub title: String,
    /// How it stands.
    pub state: JobState,
    /// Who asked for it.
    pub by: String,
    /// When it began.
    pub started_unix_ms: i64,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_unix_ms: Option<i64>,
    /// What came of it, once it ended: `3 of 5 nodes joined; 2 failed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<String>,
    /// What it has to do, one by one: nodes, or an image's layers.
    pub items: Vec<JobItem>,
}

/// What a job does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum JobKind {
    /// Joins nodes over SSH.
    Join,
    /// Takes the instances off nodes.
    Drain,
    /// Takes nodes out of the Swarm.
    Remove,
    /// Ends the Swarm.
    Destroy,
    /// Sends an image to a registry.
    Push,
    /// Sends an image to engines.
    Distribute,
}

/// How a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum JobState {
    /// At work.
    Running,
    /// All of it was done.
    Succeeded,
    /// Some of it, or nothing, was done; the result and the items say what.
    Failed,
    /// Somebody broke it off; the items say what had been done.
    Cancelled,
}

/// One of the things that a job has to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct JobItem {
    /// A node's name, or a layer's short digest.
    pub name: String,
    /// More of it: a node's address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// How it stands.
    pub state: ItemState,
    /// What is being done: `installing the Docker Engine`; absent before it begins and after it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// What came of it, or why it failed and what would help.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// How much of it was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done_bytes: Option<u64>,
    /// How much there is to send.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total_bytes: Option<u64>,
}

/// How a part of a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ItemState {
    /// Its turn has not come.
    Waiting,
    /// Being done.
    Running,
    /// Done.
    Done,
    /// There was nothing to do, and the message says why.
    Skipped,
    /// Not done; the message says why.
    Failed,
    /// Broken off.
    Cancelled,
}

/// Answer of `GET /api/v1/jobs`: those that run and the last that ended, the newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct JobList {
    /// The jobs.
    pub jobs: Vec<Job>,
}

impl JobState {
    /// Whether it is over.
    pub fn is_over(self) -> bool {
        self != Self::Running
    }
}

impl ItemState {
    /// Whether it is over.
    pub fn is_over(self) -> bool {
        !matches!(self, Self::Waiting | Self::Running)
    }
}
