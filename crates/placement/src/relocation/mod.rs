//! When a node has to give load away, and which instance it gives: the rules of the literature, as pure functions.

mod correlation;
mod detection;
mod selection;

pub use detection::{Detection, DetectionError};
pub use selection::{Candidate, Selection, UnknownSelection};
