//! Replays recorded loads against placement policies and relocation strategies, and compares what comes of it.

pub mod churn;
pub mod cloudsim;
pub mod comparison;
pub mod fleet;
pub mod fleets;
pub mod measure;
pub mod replay;
pub mod report;
pub mod scenario;
pub mod trace;
pub mod workload;
