//! What the instances of a service write: server-sent events.

use bytes::Bytes;
use eventsource_stream2::{Event as Sent, EventStream};
use futures_util::{Stream, StreamExt};
use http::Method;
use http_body_util::BodyDataStream;
use serde::Deserialize;
use swarmmanager_api::{LogLine, LogQuery};

use super::api::segment;
use super::{Client, ClientError};

/// What comes over a log stream.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum LogNews {
    /// A line.
    Line(LogLine),
    /// Some lines cannot be had.
    Error(String),
    /// There will be no more.
    End,
}

#[derive(Deserialize)]
struct Failure {
    message: String,
}

impl Client {
    /// Reads or follows what the instances of a service write.
    pub(crate) async fn logs(
        &self,
        service: &str,
        query: &LogQuery,
    ) -> Result<impl Stream<Item = Result<LogNews, ClientError>> + use<>, ClientError> {
        let mut path = format!("/api/v1/services/{}/logs?follow={}", segment(service), query.follow);
        if let Some(tail) = &query.tail {
            path.push_str(&format!("&tail={}", segment(tail)));
        }
        if let Some(instance) = query.instance {
            path.push_str(&format!("&instance={instance}"));
        }
        if let Some(since) = query.since_unix_ms {
            path.push_str(&format!("&since_unix_ms={since}"));
        }
        let response = self.send(self.request(Method::GET, &path, Bytes::new())?).await?;
        let host = self.target.host.clone();
        Ok(EventStream::new(BodyDataStream::new(response.into_body())).filter_map(move |sent| {
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

/// Reads an event; those of later versions are passed over.
fn read(sent: &Sent) -> Option<Result<LogNews, ClientError>> {
    let news = match sent.event.as_str() {
        "log" => serde_json::from_str(&sent.data).map(LogNews::Line),
        "error" => serde_json::from_str(&sent.data).map(|Failure { message }| LogNews::Error(message)),
        "end" => Ok(LogNews::End),
        "session_end" => Ok(LogNews::Error("the session or the token ended".to_owned())),
        _ => return None,
    };
    let what = format!("the event {}", sent.event);
    Some(news.map_err(|source| ClientError::Answer { what, source }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(event: &str, data: &str) -> Sent {
        Sent { event: event.into(), data: data.into(), ..Sent::default() }
    }

    #[test]
    fn events_are_told_apart_and_those_of_later_versions_passed_over() {
        let line =
            r#"{"instance":"web-0","node":"n1","hostname":"ap1","stream":"stderr","unix_ms":5,"line":"a"}"#;
        let Some(Ok(LogNews::Line(line))) = read(&sent("log", line)) else { panic!("no line") };
        assert_eq!((line.instance.as_str(), line.line.as_str()), ("web-0", "a"));
        let lost = read(&sent("error", r#"{"message":"node ap2 is not available"}"#)).unwrap().unwrap();
        assert_eq!(lost, LogNews::Error("node ap2 is not available".into()));
        assert_eq!(read(&sent("end", "{}")).unwrap().unwrap(), LogNews::End);
        assert!(read(&sent("weather", "{}")).is_none());
        assert!(read(&sent("log", "{}")).unwrap().is_err());
    }
}
