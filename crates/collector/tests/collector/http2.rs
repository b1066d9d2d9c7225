//! Peers with a good certificate that misuse HTTP/2.

use swarmmanager_collector::Cause;
use tokio::io::AsyncWriteExt as _;

use crate::agent::{Agent, PATH, closed, dial, request};
use crate::rig::{Rig, eventually, resident_bytes};

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const SETTINGS: &[u8] = &[0, 0, 0, 4, 0, 0, 0, 0, 0];

/// Sends bytes below HTTP/2's rules and waits for the collector to hang up.
async fn hangs_up_on(frames: impl IntoIterator<Item = Vec<u8>>) {
    let rig = Rig::start().await;
    let mut good = Agent::connect(&rig, "good").await;
    let before = resident_bytes();
    let mut tls = dial(rig.address, rig.swarm.client("bad")).await.unwrap();
    tls.write_all(&[PREFACE, SETTINGS].concat()).await.unwrap();
    let (mut reader, mut writer) = tokio::io::split(tls);
    let write = async {
        for frame in frames {
            if writer.write_all(&frame).await.is_err() {
                break;
            }
        }
        let _ = writer.flush().await;
        std::future::pending::<()>().await;
    };
    tokio::select! {
        () = write => {}
        () = closed(&mut reader) => {}
    }
    let grown = resident_bytes().saturating_sub(before);
    assert!(grown < 20 << 20, "{grown} bytes more");
    good.send_report();
    rig.until("the other goes on", |counters| counters.accepted == 1).await;
    rig.until("only the other is left", |counters| counters.connections == 1).await;
    assert_eq!((rig.refused(Cause::Protocol), rig.refused_in_all()), (1, 1));
}

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

#[tokio::test]
async fn a_frame_larger_than_any_ends_the_connection() {
    let head = [&[0xff, 0xff, 0xff, 0, 0][..], &1_u32.to_be_bytes()].concat();
    let body = vec![0; 64 << 10];
    hangs_up_on(std::iter::once(head).chain(std::iter::repeat_n(body, 256))).await;
}

#[tokio::test]
async fn headers_without_end_end_the_connection() {
    // A literal header without indexing, again and again, in frames that say that more are to come.
    let header = [&[0, 1, b'x', 0x7f, 0xe1, 0x3e][..], &[b'y'; 8160]].concat();
    let first = frame(1, 0, 1, &header);
    let more = frame(9, 0, 1, &header);
    hangs_up_on(std::iter::once(first).chain(std::iter::repeat_n(more, 2000))).await;
}

#[tokio::test]
async fn streams_opened_and_reset_in_a_flood_end_the_connection() {
    // POST / over https, by the numbers that HPACK gives these.
    let head = [0x83, 0x87, 0x84];
    let pair = |stream| [frame(1, 4, stream, &head), frame(3, 0, stream, &8_u32.to_be_bytes())].concat();
    let pairs: Vec<u8> = (0..10_000).flat_map(|number| pair(2 * number + 1)).collect();
    hangs_up_on([pairs]).await;
}

#[tokio::test]
async fn pings_without_end_cost_no_memory() {
    let rig = Rig::start().await;
    let mut tls = dial(rig.address, rig.swarm.client("bad")).await.unwrap();
    tls.write_all(&[PREFACE, SETTINGS].concat()).await.unwrap();
    let pings = frame(6, 0, 0, &[7; 8]).repeat(1000);
    let before = resident_bytes();
    // Nobody reads the answers, so that at some point nothing more is taken.
    let flood = async { while tls.write_all(&pings).await.is_ok() {} };
    let _ = tokio::time::timeout(std::time::Duration::from_secs(3), flood).await;
    let grown = resident_bytes().saturating_sub(before);
    assert!(grown < 20 << 20, "{grown} bytes more");
}

#[tokio::test]
async fn a_second_call_beside_the_first_is_refused() {
    let rig = Rig::start().await;
    let mut agent = Agent::connect(&rig, "w1").await;
    agent.send_report();
    rig.until("the first", |counters| counters.accepted == 1).await;
    let second = agent.requests.send_request(request(PATH), false);
    let refused = match second {
        // The client knows the limit and keeps it back.
        Ok((answer, _)) => tokio::time::timeout(std::time::Duration::from_millis(500), answer).await,
        Err(_) => return,
    };
    assert!(!matches!(refused, Ok(Ok(_))), "{refused:?}");
    agent.send_report();
    rig.until("the first goes on", |counters| counters.accepted == 2).await;
}

#[tokio::test]
async fn another_call_does_not_exist() {
    let rig = Rig::start().await;
    let tls = dial(rig.address, rig.swarm.client("w1")).await.unwrap();
    let (requests, connection) = h2::client::handshake(tls).await.unwrap();
    let connection = tokio::spawn(connection);
    let (answer, _) = requests.ready().await.unwrap().send_request(request("/other/Call"), true).unwrap();
    let answer = answer.await.unwrap();
    assert_eq!(answer.headers().get("grpc-status").unwrap(), "12");
    // It has no use, and is given up like one that says nothing.
    eventually("given up", || connection.is_finished(), || rig.counters()).await;
    assert_eq!(rig.refused(Cause::TimedOut), 1);
}
