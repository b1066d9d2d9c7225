//! Replays recorded loads against placement policies and relocation strategies, and compares what comes of it.

pub mod cloudsim;
