//! Which objects a list gives.

use std::collections::BTreeMap;

use serde_json::json;

use crate::TaskState;
use crate::request::Request;

/// Filters of a list or of events; none lets everything through.
///
/// An object passes if for every key it matches one of the values; of labels it must have all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filters(BTreeMap<&'static str, Vec<String>>);

impl Filters {
    /// No filter yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Those that have the label `key`, or where `label` is `key=value` have it with that value.
    #[must_use]
    pub fn label(self, label: impl Into<String>) -> Self {
        self.with("label", label)
    }

    /// Those whose id begins so.
    #[must_use]
    pub fn id(self, id: impl Into<String>) -> Self {
        self.with("id", id)
    }

    /// Those whose name begins so.
    #[must_use]
    pub fn name(self, name: impl Into<String>) -> Self {
        self.with("name", name)
    }

    /// Tasks of that service, by id or name; of events, those about it.
    #[must_use]
    pub fn service(self, service: impl Into<String>) -> Self {
        self.with("service", service)
    }

    /// Tasks on that node, by id or name; of events, those about it.
    #[must_use]
    pub fn node(self, node: impl Into<String>) -> Self {
        self.with("node", node)
    }

    /// Tasks that are meant to be in that state.
    #[must_use]
    pub fn desired_state(self, state: TaskState) -> Self {
        self.with("desired-state", state.as_str())
    }

    /// Events about that kind of object: `node`, `service`, `container`, …
    #[must_use]
    pub fn kind(self, kind: impl Into<String>) -> Self {
        self.with("type", kind)
    }

    /// Events of the whole Swarm, not those of this engine alone.
    #[must_use]
    pub fn of_swarm(self) -> Self {
        self.with("scope", "swarm")
    }

    fn with(mut self, key: &'static str, value: impl Into<String>) -> Self {
        self.0.entry(key).or_default().push(value.into());
        self
    }

    pub(crate) fn add_to<'a>(&self, request: Request<'a>) -> Request<'a> {
        match self.0.is_empty() {
            true => request,
            false => request.with("filters", &json!(self.0).to_string()),
        }
    }
}
