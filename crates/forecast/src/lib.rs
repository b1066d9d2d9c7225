//! Learns what instances really use: how much, how much it varies, and how much of what is seen now will last.
//!
//! Pure: samples come at a steady interval from whoever measures, and time is counted in samples.

mod average;
mod fleet;
mod lesson;
mod profile;
mod weights;

pub use average::Average;
pub use fleet::Fleet;
pub use profile::Profile;
