//! How a node stays in touch: a session with the managers, a heartbeat, and its tasks.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::sleep;
use tonic::transport::Channel;
use tonic::{Status, Streaming};

use crate::channel::Dialler;
use crate::machine::Machine;
use crate::tasks::Tasks;
use crate::wire::dispatcher_client::DispatcherClient;
use crate::wire::{
    AssignmentsRequest, HeartbeatRequest, SessionMessage, SessionRequest, UpdateTaskStatusRequest,
};

/// Before another attempt.
const PAUSE: Duration = Duration::from_secs(1);

/// What a node's parts know in common.
pub(crate) struct Shared {
    /// Where managers talk to nodes.
    managers: watch::Sender<BTreeSet<SocketAddr>>,
    tasks: Mutex<Tasks>,
}

impl Shared {
    pub(crate) fn new(manager: SocketAddr) -> Self {
        Self { managers: watch::channel(BTreeSet::from([manager])).0, tasks: Mutex::default() }
    }

    pub(crate) fn managers(&self) -> watch::Receiver<BTreeSet<SocketAddr>> {
        self.managers.subscribe()
    }

    pub(crate) fn tasks(&self) -> MutexGuard<'_, Tasks> {
        // Nothing that holds it can fail half-way, so a poisoned lock guards sound data.
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note_managers(&self, message: &SessionMessage) {
        let peers = message.managers.iter().filter_map(|manager| manager.peer.as_ref());
        let managers: BTreeSet<SocketAddr> = peers.filter_map(|peer| peer.addr.parse().ok()).collect();
        self.managers.send_if_modified(|known| {
            let differs = !managers.is_empty() && *known != managers;
            if differs {
                *known = managers;
            }
            differs
        });
    }
}

/// Keeps a session with one manager or another.
pub(crate) async fn keep(link: Dialler, machine: &Machine, shared: &Shared) -> Infallible {
    for attempt in 0_usize.. {
        let managers = shared.managers.borrow().clone();
        let manager = managers.iter().nth(attempt % managers.len().max(1)).copied();
        if let Some(channel) = async { link.connect(manager?).await.ok() }.await {
            // A session that ended, however it ended, is followed by another.
            let _ = session(DispatcherClient::new(channel), machine, shared).await;
        }
        sleep(PAUSE).await;
    }
    std::future::pending().await
}

type Dispatcher = DispatcherClient<Channel>;

async fn session(mut dispatcher: Dispatcher, machine: &Machine, shared: &Shared) -> Result<(), Status> {
    let request = SessionRequest { description: Some(machine.description()), session_id: String::new() };
    let mut messages = dispatcher.session(request).await?.into_inner();
    let first = messages.message().await?.ok_or_else(|| Status::aborted("no session"))?;
    shared.note_managers(&first);
    let session = first.session_id;
    tokio::select! {
        ended = listen(messages, shared) => ended,
        ended = beat(dispatcher.clone(), &session) => ended,
        ended = work(dispatcher.clone(), &session, shared) => ended,
    }
}

async fn listen(mut messages: Streaming<SessionMessage>, shared: &Shared) -> Result<(), Status> {
    while let Some(message) = messages.message().await? {
        shared.note_managers(&message);
    }
    Ok(())
}

async fn beat(mut dispatcher: Dispatcher, session: &str) -> Result<(), Status> {
    loop {
        let answer = dispatcher.heartbeat(HeartbeatRequest { session_id: session.to_owned() }).await?;
        let period = answer.into_inner().period.unwrap_or_default();
        let seconds = u64::try_from(period.seconds).unwrap_or_default();
        sleep(Duration::new(seconds, u32::try_from(period.nanos).unwrap_or_default())).await;
    }
}

/// Says of each task that it is what it is wanted to be.
async fn work(mut dispatcher: Dispatcher, session: &str, shared: &Shared) -> Result<(), Status> {
    let request = AssignmentsRequest { session_id: session.to_owned() };
    let mut assignments = dispatcher.assignments(request).await?.into_inner();
    while let Some(message) = assignments.message().await? {
        let updates = shared.tasks().take(message);
        if !updates.is_empty() {
            let request = UpdateTaskStatusRequest { session_id: session.to_owned(), updates };
            dispatcher.update_task_status(request).await?;
        }
    }
    Ok(())
}
