//! What the engine announces.

use bytes::{Buf, BytesMut};
use futures_util::stream::{self, Stream};
use http::Method;
use http_body_util::BodyExt;
use serde::Deserialize;

use crate::client::{Body, understood};
use crate::{Engine, EngineError};

/// An announcement is a line of JSON; a longer one is a fault.
const LONGEST_LINE: usize = 1 << 20;

/// One announcement.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Event {
    /// What it is about: `node`, `service`, `container`, …
    #[serde(rename = "Type", default)]
    pub kind: String,
    /// What happened: `create`, `update`, `remove`, …
    #[serde(rename = "Action", default)]
    pub action: String,
}

impl Event {
    /// Whether it is about the Swarm rather than about this engine alone.
    pub fn is_about_swarm(&self) -> bool {
        matches!(self.kind.as_str(), "node" | "service" | "secret" | "config")
    }
}

impl Engine {
    /// What the engine announces from now on. Reconnecting is the caller's.
    pub async fn events(
        &self,
    ) -> Result<impl Stream<Item = Result<Event, EngineError>> + Unpin, EngineError> {
        const CALL: &str = "GET /events";
        let sent =
            tokio::time::timeout(self.timeout(), self.send(Method::GET, "/events", Body::default())).await;
        let response =
            sent.map_err(|_| EngineError::TimedOut { call: CALL.into(), limit: self.timeout() })??;
        let parts = (response.into_body(), BytesMut::new());
        Ok(Box::pin(stream::try_unfold(parts, |(mut body, mut buffer)| async move {
            loop {
                if let Some(end) = buffer.iter().position(|byte| *byte == b'\n') {
                    let line = buffer.split_to(end);
                    buffer.advance(1);
                    let event: Event = understood(CALL, &line)?;
                    return Ok(Some((event, (body, buffer))));
                }
                if buffer.len() > LONGEST_LINE {
                    return Err(EngineError::TooLarge { call: CALL.into(), limit: LONGEST_LINE });
                }
                match body.frame().await {
                    None => return Ok(None),
                    Some(Err(source)) => return Err(EngineError::Broken { call: CALL.into(), source }),
                    Some(Ok(frame)) => {
                        if let Some(data) = frame.data_ref() {
                            buffer.extend_from_slice(data);
                        }
                    }
                }
            }
        })))
    }
}
