//! What is to be moved, and what is not and why.

use std::sync::Arc;

use crate::relocation::Scene;

/// Decides what is to be moved, seeing one scene after the other.
///
/// Pure: what comes out depends on the scenes alone. It remembers what it needs of earlier ones.
pub trait Relocation: Send {
    /// Its name, as users write it.
    fn name(&self) -> String;

    /// What is to be moved now.
    fn plan(&mut self, scene: &Scene<'_>) -> Plan;
}

/// What is to be moved, in this order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Plan {
    /// The moves.
    pub moves: Vec<Move>,
    /// Nodes that should be relieved and are not, each with the reason.
    pub left: Vec<Left>,
}

/// One instance that is to be moved.
#[derive(Debug, Clone, PartialEq)]
pub struct Move {
    /// Its place among the scene's instances.
    pub instance: usize,
    /// Its name.
    pub name: Arc<str>,
    /// The place among the scene's nodes where it goes; `None` where the placement policy is to say.
    pub to: Option<usize>,
    /// Why.
    pub reason: String,
}

/// A node that should be relieved and is not.
#[derive(Debug, Clone, PartialEq)]
pub struct Left {
    /// Its place among the scene's nodes.
    pub node: usize,
    /// Why nothing moves off it.
    pub reason: String,
}

/// The relocation `none`: nothing is ever moved.
#[derive(Debug, Clone, Copy, Default)]
pub struct Never;

impl Relocation for Never {
    fn name(&self) -> String {
        "none".into()
    }

    fn plan(&mut self, _scene: &Scene<'_>) -> Plan {
        Plan::default()
    }
}
