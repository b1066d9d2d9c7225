//! What the engine announces.

use std::collections::BTreeMap;

use futures_util::stream::{self, Stream};
use serde::Deserialize;

use crate::lines::Lines;
use crate::request::Request;
use crate::{Engine, EngineError, Filters};

/// One announcement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// What it is about: `node`, `service`, `container`, …
    pub kind: String,
    /// What happened: `create`, `update`, `remove`, …
    pub action: String,
    /// The id of what it is about.
    pub actor_id: String,
    /// What else is said: the `name`, and of a change for example `state.old` and `state.new`.
    pub attributes: BTreeMap<String, String>,
    /// When it happened, in nanoseconds since 1970.
    pub unix_ns: i64,
    of_swarm: bool,
}

impl Event {
    /// Whether it is about the Swarm rather than about this engine alone.
    pub fn is_about_swarm(&self) -> bool {
        self.of_swarm
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RawEvent {
    #[serde(rename = "Type")]
    kind: String,
    action: String,
    #[serde(default)]
    actor: RawActor,
    #[serde(default, rename = "scope")]
    scope: String,
    #[serde(default, rename = "timeNano")]
    unix_ns: i64,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RawActor {
    #[serde(rename = "ID")]
    id: String,
    #[serde(rename = "Attributes")]
    attributes: Option<BTreeMap<String, String>>,
}

impl From<RawEvent> for Event {
    fn from(raw: RawEvent) -> Self {
        Self {
            kind: raw.kind,
            action: raw.action,
            actor_id: raw.actor.id,
            attributes: raw.actor.attributes.unwrap_or_default(),
            unix_ns: raw.unix_ns,
            of_swarm: raw.scope == "swarm",
        }
    }
}

impl Engine {
    /// What the engine announces from now on. The stream ends with the connection; beginning again is the caller's.
    pub async fn events(
        &self,
    ) -> Result<impl Stream<Item = Result<Event, EngineError>> + Unpin + Send + use<>, EngineError> {
        self.events_matching(&Filters::new(), None).await
    }

    /// What the engine announces and passes the filters, beginning after that moment in nanoseconds since 1970: an
    /// engine remembers its last 256 announcements, until it is restarted.
    ///
    /// Managers announce changes of the Swarm's services, nodes, networks, secrets and configs, and all engines those
    /// of their own containers. Nobody announces tasks.
    pub async fn events_matching(
        &self,
        filters: &Filters,
        after_unix_ns: Option<i64>,
    ) -> Result<impl Stream<Item = Result<Event, EngineError>> + Unpin + Send + use<>, EngineError> {
        let mut request = filters.add_to(Request::get("/events"));
        if let Some(after) = after_unix_ns {
            let next = after.saturating_add(1).max(0);
            request = request.with("since", &format!("{}.{:09}", next / 1_000_000_000, next % 1_000_000_000));
        }
        let lines = Lines::new(request.call(), self.open(&request).await?);
        Ok(Box::pin(stream::try_unfold(lines, |mut lines| async move {
            let event = lines.next::<RawEvent>().await?;
            Ok(event.map(|event| (Event::from(event), lines)))
        })))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_swarm_s_announcements_are_told_from_the_engine_s_own() {
        let text = include_str!("../tests/answers/events.jsonl");
        let events: Vec<Event> =
            text.lines().map(|line| serde_json::from_str::<RawEvent>(line).unwrap().into()).collect();
        let kinds: Vec<_> =
            events.iter().map(|event| (event.kind.as_str(), event.is_about_swarm())).collect();
        assert_eq!(
            kinds,
            [("node", true), ("service", true), ("container", false), ("container", false), ("node", true)]
        );
        let paused = &events[0];
        assert_eq!(
            (paused.action.as_str(), paused.attributes["availability.new"].as_str()),
            ("update", "pause")
        );
        assert_eq!(paused.actor_id, "53zl94qsncmnp2rzjlipyikil");
        assert_eq!(paused.unix_ns, 1_795_533_220_951_221_290);
    }
}
