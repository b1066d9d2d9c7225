//! Which running instance should move where, or none.

mod correlation;
mod cost_benefit;
mod detection;
mod harm;
mod low_node_load;
mod low_node_utilization;
mod named;
mod plan;
mod reactive;
mod roster;
mod scene;
mod seed_audit;
mod selection;
#[cfg(test)]
mod stage;
mod watermarks;

pub use cost_benefit::{CostBenefit, CostBenefitSettings};
pub use detection::{Detection, DetectionError};
pub use low_node_load::LowNodeLoad;
pub use low_node_utilization::LowNodeUtilization;
pub use named::{UnknownRelocation, relocation, relocations};
pub use plan::{Left, Move, Never, Plan, Relocation};
pub use reactive::{Reactive, Target};
pub use scene::{Running, Scene};
pub use seed_audit::SeedAudit;
pub use selection::{Candidate, Selection, UnknownSelection};
pub use watermarks::Marks;
