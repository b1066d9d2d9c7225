//! The one call that agents make: a stream of reports.

use std::error::Error as _;
use std::fmt::Display;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use swarmmanager_identity::Peer;
use swarmmanager_telemetry::wire::collector_server::Collector;
use swarmmanager_telemetry::wire::{NodeReport, StreamSummary};
use swarmmanager_telemetry::{Report, ReportError};
use tokio::sync::watch;
use tokio::time::{Instant, sleep};
use tonic::{Code, Request, Response, Status, Streaming};

use crate::bucket::Bucket;
use crate::connection::Shared;
use crate::stats::Cause;

/// An agent reports once a second; one that is silent for so long has gone.
const SILENCE: Duration = Duration::from_secs(30);
/// So many refused reports are abuse.
const MOST_REFUSED: u32 = 20;

/// How far a connection has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Progress {
    /// Nothing was reported yet.
    Waiting,
    /// A report was taken in.
    Reporting,
    /// The call is over, and with it the connection's use.
    Ended,
}

/// Serves one connection of one node.
#[derive(Clone)]
pub(crate) struct Call {
    pub(crate) shared: Arc<Shared>,
    pub(crate) peer: Peer,
    pub(crate) bucket: Arc<Mutex<Bucket>>,
    pub(crate) progress: Arc<watch::Sender<Progress>>,
}

#[tonic::async_trait]
impl Collector for Call {
    async fn report(
        &self,
        request: Request<Streaming<NodeReport>>,
    ) -> Result<Response<StreamSummary>, Status> {
        let mut intake = Intake { call: self, sequence: None, accepted: 0, refused: 0 };
        let result = intake.take_all(request.into_inner()).await;
        self.progress.send_replace(Progress::Ended);
        result.map(|()| Response::new(StreamSummary { accepted: intake.accepted }))
    }
}

/// The state of one stream.
struct Intake<'a> {
    call: &'a Call,
    sequence: Option<u64>,
    accepted: u64,
    refused: u32,
}

impl Intake<'_> {
    async fn take_all(&mut self, mut reports: Streaming<NodeReport>) -> Result<(), Status> {
        // One timer that is put off by each report costs less than one for each.
        let mut silence = pin!(sleep(SILENCE));
        loop {
            let next = tokio::select! {
                biased;
                next = reports.message() => next,
                () = &mut silence => return Err(self.refuse(Cause::TimedOut, &"no report for 30 s")),
            };
            match next {
                Ok(Some(report)) => self.take(report)?,
                Ok(None) => return Ok(()),
                Err(status) => return Err(self.broken(status)),
            }
            silence.as_mut().reset(Instant::now() + SILENCE);
        }
    }

    /// Takes a report in, or refuses it; an error ends the stream.
    fn take(&mut self, raw: NodeReport) -> Result<(), Status> {
        let Call { shared, peer, bucket, progress } = self.call;
        let (now, unix_ms) = (shared.clock.now(), unix_ms());
        if raw.node_id != peer.node.as_str() {
            let shown: String = raw.node_id.chars().take(40).collect();
            return Err(self.refuse(Cause::WrongNode, &format_args!("a report for node {shown:?}")));
        }
        if !shared.members.contains(&peer.node) {
            return Err(self.refuse(Cause::NotAMember, &"the node is not in the Swarm any more"));
        }
        if unix_ms / 1000 > peer.not_after {
            return Err(self.refuse(Cause::NotAuthenticated, &"the node's certificate has expired"));
        }
        if !bucket.lock().unwrap_or_else(PoisonError::into_inner).take(now) {
            return self.tolerate(Cause::TooFrequent, &"more reports than one a second");
        }
        if self.sequence.is_some_and(|last| raw.sequence <= last) {
            return self.tolerate(Cause::Malformed, &"sequence does not grow");
        }
        let sequence = raw.sequence;
        let report = match Report::try_from(raw) {
            Ok(report) => report,
            Err(error @ ReportError::FromTheFuture { .. }) => {
                return self.tolerate(Cause::FromTheFuture, &error);
            }
            Err(error) => return self.tolerate(Cause::Malformed, &error),
        };
        self.sequence = Some(sequence);
        let sampled_unix_ms = unix_ms.saturating_sub_unsigned(report.age_ms);
        // Looked up each time: the fleet may have forgotten the node and be about to know it again.
        let history = shared.fleet.enter(&peer.node);
        history.lock().unwrap_or_else(PoisonError::into_inner).record(
            now.before(report.age_ms),
            sampled_unix_ms,
            report,
        );
        if self.accepted == 0 {
            progress.send_replace(Progress::Reporting);
        }
        self.accepted += 1;
        shared.stats.accept();
        Ok(())
    }

    /// Refuses one report; too many of them end the stream.
    fn tolerate(&mut self, cause: Cause, why: &dyn Display) -> Result<(), Status> {
        self.refused += 1;
        let status = self.refuse(cause, why);
        if self.refused < MOST_REFUSED { Ok(()) } else { Err(status) }
    }

    fn refuse(&self, cause: Cause, why: &dyn Display) -> Status {
        let Call { shared, peer, .. } = self.call;
        shared.stats.refuse(cause, shared.clock.now(), &peer.node, why);
        Status::new(code(cause), why.to_string())
    }

    /// The stream broke: what is too large or no report is a fault. What has a source broke with its connection, which
    /// says itself what for.
    fn broken(&self, status: Status) -> Status {
        if status.source().is_none() {
            self.refuse(Cause::Protocol, &status.message());
        }
        status
    }
}

/// The cause as the peer is told.
fn code(cause: Cause) -> Code {
    match cause {
        Cause::TooManyConnections | Cause::TooManyHandshakes | Cause::TooFrequent => Code::ResourceExhausted,
        Cause::TimedOut => Code::DeadlineExceeded,
        Cause::NotAuthenticated => Code::Unauthenticated,
        Cause::NotAMember | Cause::WrongNode => Code::PermissionDenied,
        Cause::Malformed | Cause::FromTheFuture | Cause::Protocol => Code::InvalidArgument,
    }
}

fn unix_ms() -> i64 {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX)
}
