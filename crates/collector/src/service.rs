//! The one call that agents make: a stream of reports.

use std::fmt::Display;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use swarmmanager_identity::Peer;
use swarmmanager_telemetry::wire::collector_server::Collector as CollectorCall;
use swarmmanager_telemetry::wire::{NodeReport, StreamSummary};
use swarmmanager_telemetry::{NodeHistory, Report, ReportError};
use tokio::sync::Notify;
use tokio::time::timeout;
use tonic::{Request, Response, Status, Streaming};

use crate::bucket::Bucket;
use crate::connection::Shared;
use crate::stats::Cause;

/// An agent reports once a second; one that is silent for so long has gone.
const SILENCE: Duration = Duration::from_secs(30);
/// So many refused reports are abuse.
const MOST_REFUSED: u32 = 20;

/// Serves one connection of one node.
#[derive(Clone)]
pub(crate) struct Stream {
    pub(crate) shared: Arc<Shared>,
    pub(crate) peer: Peer,
    /// Told when the first report is in.
    pub(crate) begun: Arc<Notify>,
}

#[tonic::async_trait]
impl CollectorCall for Stream {
    async fn report(
        &self,
        request: Request<Streaming<NodeReport>>,
    ) -> Result<Response<StreamSummary>, Status> {
        let mut reports = request.into_inner();
        let mut intake = Intake::new(self);
        loop {
            match timeout(SILENCE, reports.message()).await {
                Err(_) => return Err(intake.refuse(Cause::TimedOut, &"no report for 30 s")),
                Ok(Err(status)) => return Err(intake.broken(status)),
                Ok(Ok(None)) => return Ok(Response::new(StreamSummary { accepted: intake.accepted })),
                Ok(Ok(Some(report))) => {
                    intake.take(report)?;
                    if intake.accepted == 1 {
                        self.begun.notify_one();
                    }
                }
            }
        }
    }
}

/// The state of one stream.
struct Intake<'a> {
    stream: &'a Stream,
    history: Arc<Mutex<NodeHistory>>,
    bucket: Bucket,
    sequence: Option<u64>,
    accepted: u64,
    refused: u32,
}

impl<'a> Intake<'a> {
    fn new(stream: &'a Stream) -> Self {
        let shared = &stream.shared;
        let history = shared.fleet.enter(&stream.peer.node);
        Self {
            stream,
            history,
            bucket: Bucket::full(shared.clock.now()),
            sequence: None,
            accepted: 0,
            refused: 0,
        }
    }

    /// Takes a report in, or refuses it; an error ends the stream.
    fn take(&mut self, raw: NodeReport) -> Result<(), Status> {
        let now = self.stream.shared.clock.now();
        let own = &self.stream.peer.node;
        if raw.node_id != own.as_str() {
            let shown: String = raw.node_id.chars().take(40).collect();
            return Err(self.refuse(Cause::WrongNode, &format_args!("a report for node {shown:?}")));
        }
        if !self.stream.shared.members.contains(own) {
            return Err(self.refuse(Cause::NotAMember, &"the node is not in the Swarm any more"));
        }
        if !self.bucket.take(now) {
            return self.tolerate(Cause::TooFrequent, &"more reports than one a second");
        }
        if self.sequence.is_some_and(|last| raw.sequence <= last) {
            return self.tolerate(Cause::Malformed, &"sequence does not grow");
        }
        let sequence = raw.sequence;
        match Report::try_from(raw) {
            Ok(report) => {
                self.sequence = Some(sequence);
                let at = now.before(report.age_ms);
                let unix_ms = unix_ms() - i64::try_from(report.age_ms).unwrap_or(0);
                self.history.lock().unwrap_or_else(PoisonError::into_inner).record(at, unix_ms, report);
                self.accepted += 1;
                self.stream.shared.stats.accept();
                Ok(())
            }
            Err(error @ ReportError::FromTheFuture { .. }) => self.tolerate(Cause::FromTheFuture, &error),
            Err(error) => self.tolerate(Cause::Malformed, &error),
        }
    }

    /// Refuses one report; too many of them end the stream.
    fn tolerate(&mut self, cause: Cause, why: &dyn Display) -> Result<(), Status> {
        self.refused += 1;
        let status = self.refuse(cause, why);
        if self.refused < MOST_REFUSED { Ok(()) } else { Err(status) }
    }

    fn refuse(&self, cause: Cause, why: &dyn Display) -> Status {
        let shared = &self.stream.shared;
        shared.stats.refuse(cause, shared.clock.now(), &self.stream.peer.node, why);
        Status::permission_denied(why.to_string())
    }

    /// The stream broke: an agent that went away is no fault; what is too large or no report is.
    fn broken(&self, status: Status) -> Status {
        use tonic::Code::{Cancelled, Unavailable, Unknown};
        if !matches!(status.code(), Cancelled | Unavailable | Unknown) {
            self.refuse(Cause::Protocol, &status.message());
        }
        status
    }
}

fn unix_ms() -> i64 {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX)
}
