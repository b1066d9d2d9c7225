//! One run: a workload on a fleet under a policy and a relocation.

mod run;
mod slot;
mod tally;

mod timeline;
mod window;

pub use run::Replay;
pub use tally::Figures;
pub use timeline::{Point, Timeline};
