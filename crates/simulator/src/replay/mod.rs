//! One run: a workload on a fleet under a policy and a relocation.

mod run;
mod slot;
mod tally;
mod window;

pub use run::Replay;
pub use tally::Figures;
