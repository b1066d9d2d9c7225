//! Recorded loads, read from files.

mod bitbrains;
mod custom;
mod kind;
mod openb;
mod planetlab;
mod table;

pub use bitbrains::bitbrains;
pub use custom::custom;
pub use kind::{Kind, read};
pub use openb::openb;
pub use planetlab::planetlab;

use std::path::PathBuf;

/// Why a trace could not be read.
#[derive(Debug, thiserror::Error)]
pub enum TraceError {
    /// The file could not be opened or read.
    #[error("cannot read {}", path.display())]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A folder that holds no trace.
    #[error("{} is a folder without a file vms.csv; name a file, or a folder of Bitbrains' form", path.display())]
    Folder {
        /// Which folder.
        path: PathBuf,
    },
    /// What stands in the file is not what the format says.
    #[error("{}, line {line}: {problem}", path.display())]
    Content {
        /// Which file.
        path: PathBuf,
        /// Which line, from 1.
        line: u64,
        /// What is wrong, and what would be right.
        problem: String,
    },
}
