//! What the instances of a service write, as one stream.

use std::collections::{BTreeMap, BTreeSet};
use std::pin::Pin;

use futures_util::stream::{self, BoxStream, Peekable, SelectAll, Stream, StreamExt};
use swarmmanager_api::{LogLine, LogSource};
use swarmmanager_engine::{Engine, EngineError, LogOptions, LogStream, Service};

use crate::cluster::{Cluster, ClusterWatch, chain};
use crate::service::{Layout, ManagedService, has_tty};

/// Each instance takes a connection of the engine's.
const MOST_INSTANCES: usize = 100;

/// What comes over a log stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum LogNews {
    /// A line.
    Line(LogLine),
    /// Some lines cannot be had.
    Error(String),
    /// There will be no more.
    End,
}

/// Why logs cannot be followed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LogError {
    #[error("no such service: {service}")]
    NoSuchService { service: String },
    #[error("no such instance: {service}-{instance}")]
    NoSuchInstance { service: String, instance: u32 },
    #[error("service {service} has {count} instances: name one; at most {MOST_INSTANCES} are read at once")]
    TooMany { service: String, count: usize },
    #[error("the logs of {part} cannot be read")]
    Open { part: String, source: EngineError },
}

type Lines = BoxStream<'static, LogNews>;

/// Whose logs are read, and from where.
pub(crate) struct LogReader {
    pub(crate) engine: Engine,
    pub(crate) cluster: ClusterWatch,
    pub(crate) service: String,
    /// Only of this instance.
    pub(crate) instance: Option<u32>,
    pub(crate) options: LogOptions,
}

impl LogReader {
    /// The lines that there are, in the order of their times, and then the end.
    pub(crate) async fn read(self) -> Result<Lines, LogError> {
        let opened = self.open(&self.parts(&self.cluster.latest())?).await?;
        let merged = stream::unfold(opened.into_values().map(StreamExt::peekable).collect(), earliest);
        Ok(merged.chain(stream::once(std::future::ready(LogNews::End))).boxed())
    }

    /// The lines as they come, also of instances that come later. Ends when the service is gone.
    pub(crate) async fn follow(mut self) -> Result<Lines, LogError> {
        let opened = self.open(&self.parts(&self.cluster.latest())?).await?;
        let known = opened.keys().cloned().collect();
        // Of those that come later nothing was written yet.
        self.options.tail = None;
        let following =
            Following { reader: self, known, lines: opened.into_values().collect(), ended: false };
        Ok(stream::unfold(
            following,
            |mut following| async move { Some((following.next().await?, following)) },
        )
        .boxed())
    }

    /// The Swarm services whose logs are wanted.
    fn parts(&self, cluster: &Cluster) -> Result<Vec<Service>, LogError> {
        let managed = cluster.managed();
        let missing = || LogError::NoSuchService { service: self.service.clone() };
        let parts = wanted(managed.get(&self.service).ok_or_else(missing)?, self.instance);
        match (parts.len(), self.instance) {
            (0, Some(instance)) => Err(LogError::NoSuchInstance { service: self.service.clone(), instance }),
            (count, _) if count > MOST_INSTANCES => {
                Err(LogError::TooMany { service: self.service.clone(), count })
            }
            _ => Ok(parts),
        }
    }

    /// Opens the logs of these, by their ids.
    async fn open(&self, parts: &[Service]) -> Result<BTreeMap<String, Lines>, LogError> {
        let mut opened = BTreeMap::new();
        for part in parts {
            let tty = has_tty(&part.spec);
            let lines = self.engine.service_logs(&part.id, tty, &self.options).await;
            let lines = lines.map_err(|source| LogError::Open { part: part.name().to_owned(), source })?;
            let (name, cluster) = (part.name().to_owned(), self.cluster.clone());
            let news = lines.map(move |line| match line {
                Ok(line) => LogNews::Line(shown(line, &name, &cluster.latest())),
                Err(error) => LogNews::Error(format!("{name}: {}", chain(&error))),
            });
            opened.insert(part.id.clone(), news.boxed());
        }
        Ok(opened)
    }
}

/// A log that is followed.
struct Following {
    reader: LogReader,
    /// The ids of the Swarm services whose logs were opened.
    known: BTreeSet<String>,
    lines: SelectAll<Lines>,
    ended: bool,
}

impl Following {
    async fn next(&mut self) -> Option<LogNews> {
        while !self.ended {
            tokio::select! {
                Some(news) = self.lines.next() => return Some(news),
                changed = self.reader.cluster.changed() => {
                    let error = self.take_in().await.err().map(|error| LogNews::Error(chain(&error)));
                    self.ended |= changed.is_err();
                    match error {
                        _ if self.ended => return Some(LogNews::End),
                        Some(error) => return Some(error),
                        None => {}
                    }
                }
            }
        }
        None
    }

    /// Opens the logs of instances that were not there before.
    async fn take_in(&mut self) -> Result<(), LogError> {
        let cluster = self.reader.cluster.latest();
        let Some(service) = cluster.managed().remove(&self.reader.service) else {
            self.ended = true;
            return Ok(());
        };
        let mut new = wanted(&service, self.reader.instance);
        new.retain(|part| !self.known.contains(&part.id));
        new.truncate(MOST_INSTANCES.saturating_sub(self.known.len()));
        // Known from now on, also where it fails: it is said once.
        self.known.extend(new.iter().map(|part| part.id.clone()));
        self.lines.extend(self.reader.open(&new).await?.into_values());
        Ok(())
    }
}

fn wanted(service: &ManagedService, instance: Option<u32>) -> Vec<Service> {
    match (&service.layout, instance) {
        (Layout::Instances { instances, .. }, Some(number)) => {
            instances.get(&number).map(|part| part.swarm.clone()).into_iter().collect()
        }
        (Layout::Global(_), Some(_)) => Vec::new(),
        (_, None) => service.parts().into_iter().map(|part| part.swarm.clone()).collect(),
    }
}

fn shown(line: swarmmanager_engine::LogLine, instance: &str, cluster: &Cluster) -> LogLine {
    let node = line.node.as_ref().and_then(|id| cluster.nodes.iter().find(|node| node.id == *id));
    LogLine {
        instance: instance.to_owned(),
        hostname: node.map(|node| node.hostname.clone()),
        node: line.node.map(|id| id.to_string()),
        stream: match line.stream {
            LogStream::Stdout => LogSource::Stdout,
            LogStream::Stderr => LogSource::Stderr,
        },
        unix_ms: line.unix_ms,
        line: line.text,
    }
}

/// The earliest of the streams' next lines; errors come first.
async fn earliest<S: Stream<Item = LogNews> + Unpin>(
    mut streams: Vec<Peekable<S>>,
) -> Option<(LogNews, Vec<Peekable<S>>)> {
    let mut first: Option<(i64, usize)> = None;
    for (index, stream) in streams.iter_mut().enumerate() {
        let unix_ms = match Pin::new(stream).peek().await {
            Some(LogNews::Line(line)) => line.unix_ms,
            Some(_) => i64::MIN,
            None => continue,
        };
        if first.is_none_or(|(earliest, _)| unix_ms < earliest) {
            first = Some((unix_ms, index));
        }
    }
    let news = streams[first?.1].next().await?;
    Some((news, streams))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(unix_ms: i64) -> LogNews {
        LogNews::Line(LogLine {
            instance: "web-0".into(),
            node: None,
            hostname: None,
            stream: LogSource::Stdout,
            unix_ms,
            line: String::new(),
        })
    }

    #[tokio::test]
    async fn lines_of_several_instances_come_in_the_order_of_their_times() {
        let times = [vec![1, 4, 5], vec![], vec![2, 3, 6]];
        let mut streams: Vec<Lines> =
            times.map(|times| stream::iter(times.into_iter().map(line)).boxed()).into_iter().collect();
        let error = LogNews::Error("node n2 is not available".into());
        streams.push(stream::iter([line(3), error.clone()]).boxed());
        let streams: Vec<_> = streams.into_iter().map(StreamExt::peekable).collect();
        let merged: Vec<LogNews> = stream::unfold(streams, earliest).collect().await;
        assert_eq!(merged, [line(1), line(2), line(3), line(3), error, line(4), line(5), line(6)]);
    }
}
