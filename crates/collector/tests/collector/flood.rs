//! Many at once.

use std::time::Duration;

use rustix::process::{Resource, getrlimit};
use swarmmanager_collector::Cause;
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{Instant, interval};

use crate::agent::{Agent, closed, dial};
use crate::rig::{Rig, eventually, resident_bytes};
use crate::swarm::{Swarm, WORKER};

/// What a judge would send.
const HALF_OPEN: u64 = 10_000;
/// The most that wait in handshake.
const WAITING: u64 = 1024;

/// Connections that say nothing, from 200 addresses; those that the collector closed stay in the list.
async fn half_open(rig: &Rig, count: u64) -> Vec<TcpStream> {
    let (mut opening, mut open) = (JoinSet::new(), Vec::new());
    for number in 0..count {
        let address = rig.address;
        opening.spawn(async move {
            let socket = TcpSocket::new_v4()?;
            let source = [127, 0, 1 + (number % 200) as u8, 1];
            socket.bind((source, 0).into())?;
            socket.connect(address).await
        });
        if opening.len() >= 100 {
            open.extend(opening.join_next().await.unwrap().unwrap().ok());
        }
    }
    while let Some(opened) = opening.join_next().await {
        open.extend(opened.unwrap().ok());
    }
    open
}

/// As many as this process may open, its own ends and the collector's counted.
fn as_many_as_allowed() -> u64 {
    let files = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
    HALF_OPEN.min(files.saturating_sub(2 * WAITING + 500))
}

#[tokio::test]
async fn ten_thousand_half_open_connections_cost_a_reporting_agent_nothing_and_keep_no_other_out() {
    let rig = Rig::start().await;
    let mut good = Agent::connect(&rig, "good").await;
    good.send_report();
    rig.until("the first report", |counters| counters.accepted == 1).await;
    let before = resident_bytes();

    let mut sent = 1;
    let mut ticks = interval(Duration::from_millis(100));
    let flood = half_open(&rig, as_many_as_allowed());
    tokio::pin!(flood);
    let open = loop {
        tokio::select! {
            open = &mut flood => break open,
            _ = ticks.tick() => {
                if sent < 100 {
                    good.send_report();
                    sent += 1;
                }
            }
        }
    };
    assert!(open.len() as u64 >= as_many_as_allowed() * 9 / 10, "{} were opened", open.len());
    rig.until("every report", |counters| counters.accepted == sent).await;
    rig.until("few are kept", |counters| counters.connections <= WAITING + 1).await;
    assert!(rig.refused(Cause::TooManyHandshakes) > 0, "{:?}", rig.counters());

    // They hold every place, and still one more agent gets in: what waits for long makes room.
    let mut tries = 0;
    let mut late = loop {
        tries += 1;
        match Agent::connect_as(&rig, "late", rig.swarm.client("late")).await {
            Ok(agent) => break agent,
            Err(error) => assert!(tries < 1000, "no way in: {error}"),
        }
        ticks.tick().await;
    };
    late.send_report();
    rig.until("the late one", |counters| counters.accepted == sent + 1).await;
    let grown = resident_bytes().saturating_sub(before);
    assert!(grown < 128 << 20, "{grown} bytes more");

    drop(open);
    rig.until("the flood is over", |counters| counters.connections == 2).await;
}

#[tokio::test]
async fn one_address_that_knocks_without_end_holds_few_places() {
    let rig = Rig::start().await;
    let mut open = Vec::new();
    for _ in 0..200 {
        open.extend(TcpStream::connect(rig.address).await.ok());
    }
    rig.until("the rest is refused", |counters| counters.refused[&Cause::TooManyHandshakes] >= 100).await;
    rig.until("few are kept", |counters| counters.connections <= 64).await;
}

#[tokio::test]
async fn refused_handshakes_leave_nothing_behind() {
    let rig = Rig::start().await;
    let forger = Swarm::new("cluster");
    let forged = rig.swarm.client_with(Some(&forger.leaf(WORKER, "good")));
    let mut sizes = Vec::new();
    for round in 1..=4_u64 {
        for _ in 0..200 {
            if let Ok(mut tls) = dial(rig.address, forged.clone()).await {
                closed(&mut tls).await;
            }
        }
        rig.until("refused", |counters| counters.refused[&Cause::NotAuthenticated] == round * 200).await;
        rig.until("gone", |counters| counters.connections == 0).await;
        sizes.push(resident_bytes());
    }
    assert!(sizes[3] < sizes[0] + (8 << 20), "{sizes:?}");
}

#[tokio::test]
async fn a_hundred_agents_lose_nothing() {
    const AGENTS: u64 = 100;
    let rig = Rig::start().await;
    let mut agents = Vec::new();
    for number in 0..AGENTS {
        agents.push(Agent::connect(&rig, &format!("n{number}")).await);
    }
    let began = Instant::now();
    for _ in 0..50 {
        agents.iter_mut().for_each(Agent::send_report);
        tokio::task::yield_now().await;
    }
    rig.until("all", |counters| counters.accepted == AGENTS * 50).await;
    assert_eq!(rig.refused_in_all(), 0, "after {:?}", began.elapsed());
    drop(agents);
    eventually("gone", || rig.counters().connections == 0, || rig.counters()).await;
}
