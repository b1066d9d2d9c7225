//! What a manager tells as it happens: server-sent events.

use bytes::Bytes;
use eventsource_stream2::{Event as Sent, EventStream};
use futures_util::{Stream, StreamExt};
use http::Method;
use http_body_util::BodyDataStream;
use swarmmanager_api::Event;

use super::api::segment;
use super::{Client, ClientError};

/// What comes over an open stream.
#[derive(Debug)]
pub(crate) enum News {
    /// Something happened.
    Event(Event),
    /// The manager is there; it has nothing to tell.
    Alive,
}

/// What the manager sends to show that it is still there.
const KEEP_ALIVE: &[u8] = b":\n\n";

impl Client {
    /// Follows all nodes, or one with its containers. Ends when the manager hangs up.
    pub(crate) async fn follow(
        &self,
        node: Option<&str>,
    ) -> Result<impl Stream<Item = Result<News, ClientError>> + use<>, ClientError> {
        let path = match node {
            None => "/api/v1/events?topic=nodes".to_owned(),
            Some(node) => format!("/api/v1/events?topic=node&node={}", segment(node)),
        };
        let response = self.send(self.request(Method::GET, &path, Bytes::new())?).await?;
        let host = self.target.host.clone();
        // A comment is not an event, so it is turned into one that says nothing.
        let chunks = BodyDataStream::new(response.into_body())
            .map(|chunk| chunk.map(|bytes| if bytes == KEEP_ALIVE { ALIVE.into() } else { bytes }));
        Ok(EventStream::new(chunks).filter_map(move |sent| {
            let news = match sent {
                Ok(sent) => read(&sent),
                Err(error) => error
                    .into_transport()
                    .map(|source| Err(ClientError::Broken { host: host.clone(), source })),
            };
            std::future::ready(news)
        }))
    }
}

const ALIVE: &[u8] = b"event: alive\ndata: .\n\n";

/// Reads an event; those of later versions are passed over.
fn read(sent: &Sent) -> Option<Result<News, ClientError>> {
    if sent.event == "alive" {
        return Some(Ok(News::Alive));
    }
    let event = match sent.event.as_str() {
        "nodes" => serde_json::from_str(&sent.data).map(Event::Nodes),
        "node" => serde_json::from_str(&sent.data).map(Event::Node),
        _ => return None,
    };
    let what = format!("GET /api/v1/events?topic={}", sent.event);
    Some(event.map(News::Event).map_err(|source| ClientError::Answer { what, source }))
}
