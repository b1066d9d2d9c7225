//! What the last update made of a service: written on the anchor before any step, read back by whoever goes on.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::labels;
use super::reading::label;
use super::settings::Settings;
use super::spec::with_label;

/// The last update.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Wanted {
    /// Grows with each update; instances carry the one that they have.
    pub(crate) revision: u64,
    /// What every instance is to be.
    pub(crate) settings: Settings,
    /// What it was before: what a rollback goes back to.
    pub(crate) previous: Settings,
    /// Who asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) by: Option<String>,
}

impl Wanted {
    /// What an anchor says.
    pub(super) fn of(spec: &Value) -> Option<Self> {
        serde_json::from_str(label(spec, labels::WANTED)?).ok()
    }

    /// The anchor with this as what is wanted; what runs stays as it is.
    pub(crate) fn written_on(&self, anchor: &Value) -> Value {
        with_label(anchor, labels::WANTED, &serde_json::to_string(self).unwrap_or_default())
    }

    /// An instance's spec with this update.
    pub(crate) fn applied(&self, spec: &Value) -> Value {
        with_label(&self.settings.applied(spec), labels::REVISION, &self.revision.to_string())
    }
}

/// Which update an instance has.
pub(super) fn revision(spec: &Value) -> u64 {
    label(spec, labels::REVISION).and_then(|text| text.parse().ok()).unwrap_or(0)
}
