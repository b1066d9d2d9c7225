//! What a run counts, against what can be worked out without it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test says what failed by panicking")]

mod by_hand;
mod conservation;
mod events;
mod seeds;
mod stage;
