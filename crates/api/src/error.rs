//! What the API says when it refuses.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Every answer with a status of 400 or above.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ApiError {
    /// What went wrong, in a sentence for the person who reads it: which field, which value, what would be right.
    pub message: String,
    /// What had been done before it went wrong, if anything, and what will happen to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done: Option<String>,
}

impl std::fmt::Display for ApiError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)?;
        self.done.as_ref().map_or(Ok(()), |done| write!(f, "\n{done}"))
    }
}
