//! The nodes and what runs on them at one moment: what a relocation is planned from.

use std::sync::Arc;
use std::time::Duration;

use crate::{Load, NodeState, PerResource, Request};

/// The nodes and the instances at one moment.
#[derive(Debug, Clone, Copy)]
pub struct Scene<'a> {
    /// The moment, counted from any that is the same for all scenes.
    pub now: Duration,
    /// The nodes, in any order.
    pub nodes: &'a [NodeState],
    /// The instances that run, in any order.
    pub instances: &'a [Running],
}

/// An instance that runs.
#[derive(Debug, Clone)]
pub struct Running {
    /// Its name, such as `web-0`.
    pub name: Arc<str>,
    /// What further instances of its service ask for.
    pub request: Arc<Request>,
    /// Its node's place among the scene's nodes.
    pub node: usize,
    /// What it used by the last measurement, in each resource's unit.
    pub used: PerResource<f64>,
    /// What it is expected to use in the next while.
    pub expected: Load,
    /// How often it was measured, on this node or another.
    pub samples: u64,
    /// When it came to its node.
    pub since: Duration,
    /// What it used of the CPU of late, in MHz, the latest last.
    pub history: Vec<f64>,
}
