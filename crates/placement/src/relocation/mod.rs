//! Which running instance should move where, or none.

mod correlation;
mod cost_benefit;
mod detection;
mod harm;
mod named;
mod plan;
mod scene;
mod selection;

pub use cost_benefit::{CostBenefit, CostBenefitSettings};
pub use detection::{Detection, DetectionError};
pub use named::{UnknownRelocation, relocation};
pub use plan::{Left, Move, Never, Plan, Relocation};
pub use scene::{Running, Scene};
pub use selection::{Candidate, Selection, UnknownSelection};
