//! Which running instance should move where, or none.

mod cost_benefit;
mod harm;
mod plan;
mod scene;

pub use cost_benefit::CostBenefit;
pub use plan::{Left, Move, Plan, Relocation};
pub use scene::{Running, Scene};
