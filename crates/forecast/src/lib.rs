//! Learns what instances really use: how much, how much it varies, and how much of what is seen now will last.
//!
//! Pure: samples come at a steady interval from whoever measures, and time is counted in samples.

mod average;
mod background;
mod fleet;
mod lesson;
mod profile;
mod weights;

pub use average::Average;
pub use background::Background;
pub use fleet::Fleet;
pub use profile::Profile;

/// Samples after which half of what was seen is forgotten, in the long run.
const LONG: f64 = 72.0;
/// Samples from which on something is known.
const KNOWN: u64 = 3;
