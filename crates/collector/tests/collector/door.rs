//! Who gets in.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use rustls::{ClientConfig, RootCertStore};
use swarmmanager_collector::Cause;
use swarmmanager_units::NodeId;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::time::interval;

use crate::agent::{Agent, closed, dial};
use crate::rig::Rig;
use crate::swarm::{MANAGER, Swarm, WORKER};

/// That one is refused for that cause and disconnected, while an agent that was there before goes on.
async fn refused(cause: Cause, config: impl FnOnce(&Swarm) -> Arc<ClientConfig>) {
    let rig = Rig::start().await;
    let mut good = Agent::connect(&rig, "good").await;
    good.send_report();
    rig.until("the first report", |counters| counters.accepted == 1).await;

    // In TLS 1.3 a client learns only after the handshake what the server thinks of its certificate.
    if let Ok(mut tls) = dial(rig.address, config(&rig.swarm)).await {
        closed(&mut tls).await;
    }
    rig.until("refused", |counters| counters.refused[&cause] == 1).await;
    good.send_report();
    rig.until("the second report", |counters| counters.accepted == 2).await;
    rig.until("gone", |counters| counters.connections == 1).await;
    assert_eq!(rig.refused_in_all(), 1);
}

#[tokio::test]
async fn a_certificate_of_another_root_is_refused() {
    refused(Cause::NotAuthenticated, |swarm| {
        swarm.client_with(Some(&Swarm::new("cluster").leaf(WORKER, "good")))
    })
    .await;
}

#[tokio::test]
async fn a_certificate_signed_by_itself_is_refused() {
    refused(Cause::NotAuthenticated, |swarm| {
        swarm.client_with(Some(&swarm.self_signed(&swarm.subject(WORKER, "good"))))
    })
    .await;
}

#[tokio::test]
async fn an_expired_certificate_is_refused() {
    refused(Cause::NotAuthenticated, |swarm| {
        let mut subject = swarm.subject(WORKER, "good");
        subject.not_after = rcgen::date_time_ymd(2020, 1, 1);
        swarm.client_with(Some(&swarm.sign(&subject)))
    })
    .await;
}

#[tokio::test]
async fn no_certificate_is_refused() {
    refused(Cause::NotAuthenticated, |swarm| swarm.client_with(None)).await;
}

#[tokio::test]
async fn a_certificate_of_no_node_is_refused() {
    refused(Cause::NotAuthenticated, |swarm| swarm.client_with(Some(&swarm.leaf("swarm-rootrotation", "x"))))
        .await;
}

#[tokio::test]
async fn a_node_of_another_swarm_under_the_same_root_is_refused() {
    refused(Cause::NotAMember, |swarm| {
        let mut subject = swarm.subject(WORKER, "good");
        subject.distinguished_name.push(rcgen::DnType::OrganizationName, "another");
        swarm.client_with(Some(&swarm.sign(&subject)))
    })
    .await;
}

#[tokio::test]
async fn tls_1_2_is_refused() {
    refused(Cause::NotAuthenticated, |_| {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS12])
            .unwrap()
            .with_root_certificates(RootCertStore::empty())
            .with_no_client_auth();
        Arc::new(config)
    })
    .await;
}

#[tokio::test]
async fn what_is_no_tls_is_refused() {
    let rig = Rig::start().await;
    let http: &[u8] = b"POST / HTTP/1.1\r\nHost: manager\r\n\r\n";
    let http2: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    let noise: Vec<u8> =
        (0..100_000_u32).map(|number| (number.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    // A handshake record that says that it is longer than any is.
    let huge: &[u8] = &[0x16, 3, 1, 0xff, 0xff, 1, 0xff, 0xff, 0xff];
    for (index, garbage) in [http, http2, &noise, huge].into_iter().enumerate() {
        let mut tcp = TcpStream::connect(rig.address).await.unwrap();
        // The collector may have closed before everything is written.
        let _ = tcp.write_all(garbage).await;
        closed(&mut tcp).await;
        let so_far = index as u64 + 1;
        rig.until("refused", |counters| counters.refused[&Cause::NotAuthenticated] == so_far).await;
    }
    assert_eq!(rig.refused_in_all(), 4);
}

#[tokio::test]
async fn a_handshake_that_comes_byte_by_byte_is_given_up() {
    let rig = Rig::start().await;
    let mut tcp = TcpStream::connect(rig.address).await.unwrap();
    let (mut reader, mut writer) = tcp.split();
    let drip = async {
        let mut ticks = interval(Duration::from_millis(100));
        for byte in [0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc].into_iter().chain(std::iter::repeat(3)) {
            ticks.tick().await;
            if writer.write_all(&[byte]).await.is_err() {
                return;
            }
        }
    };
    tokio::select! {
        () = drip => {}
        () = closed(&mut reader) => {}
    }
    rig.until("given up", |counters| counters.refused[&Cause::TimedOut] == 1).await;
}

#[tokio::test]
async fn whoever_has_nothing_to_report_is_sent_away() {
    let rig = Rig::start().await;
    let mut silent = dial(rig.address, rig.swarm.client("silent")).await.unwrap();
    // Its call is open, but nothing comes.
    let quiet = Agent::connect(&rig, "quiet").await;
    closed(&mut silent).await;
    let _ = quiet.end_of_connection().await;
    rig.until("sent away", |counters| counters.refused[&Cause::TimedOut] == 2).await;
    rig.until("gone", |counters| counters.connections == 0).await;
}

#[tokio::test]
async fn a_node_that_was_removed_from_the_swarm_is_let_in_no_more() {
    let rig = Rig::start().await;
    let (mut stays, mut goes) = (Agent::connect(&rig, "stays").await, Agent::connect(&rig, "goes").await);
    stays.send_report();
    goes.send_report();
    rig.until("both", |counters| counters.accepted == 2).await;

    rig.members.set(HashSet::from([NodeId::from("stays")]));
    stays.send_report();
    goes.send_report();
    let ((code, message), _) = goes.outcome_and_connection().await;
    assert_eq!(code, 7, "{message}");
    rig.until("the one", |counters| counters.accepted == 3).await;

    let mut back = dial(rig.address, rig.swarm.client("goes")).await.unwrap();
    closed(&mut back).await;
    rig.until("again", |counters| counters.refused[&Cause::NotAMember] == 2).await;
}

#[tokio::test]
async fn a_newer_connection_of_a_node_takes_the_place_of_the_older() {
    let rig = Rig::start().await;
    let mut older = Agent::connect(&rig, "node").await;
    older.send_report();
    rig.until("the older", |counters| counters.accepted == 1).await;
    let mut newer = Agent::connect(&rig, "node").await;
    let _ = older.end_of_connection().await;
    newer.send_report();
    rig.until("the newer", |counters| counters.accepted == 2).await;
    rig.until("one is left", |counters| counters.connections == 1).await;
    assert_eq!(rig.refused_in_all(), 0);
}

#[tokio::test]
async fn a_manager_s_own_agent_is_let_in() {
    let rig = Rig::start().await;
    let config = rig.swarm.client_with(Some(&rig.swarm.leaf(MANAGER, "m1")));
    let mut agent = Agent::connect_as(&rig, "m1", config).await.unwrap();
    agent.send_report();
    rig.until("its report", |counters| counters.accepted == 1).await;
}
