//! What is taken in.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use swarmmanager_collector::Cause;
use swarmmanager_telemetry::wire;
use swarmmanager_units::Megahertz;
use tokio::time::sleep;

use crate::agent::{Agent, frame};
use crate::rig::{Rig, eventually, resident_bytes};
use crate::swarm::WORKER;

const INVALID_ARGUMENT: i32 = 3;
const PERMISSION_DENIED: i32 = 7;
const OUT_OF_RANGE: i32 = 11;
const UNAUTHENTICATED: i32 = 16;

#[tokio::test]
async fn a_report_becomes_the_node_s_latest() {
    let rig = Rig::start().await;
    let mut agent = Agent::connect(&rig, "w1").await;
    let mut report = agent.report();
    report.node.as_mut().unwrap().cpu_used_mhz = 345.0;
    agent.send(&report);
    eventually("the report", || rig.latest("w1").is_some(), || rig.counters()).await;
    let latest = rig.latest("w1").unwrap();
    assert_eq!(latest.node.cpu_used, Megahertz::new(345.0));
    assert_eq!(latest.containers.len(), 10);
    assert!(rig.latest("w2").is_none());
}

#[tokio::test]
async fn a_node_reports_for_itself_alone() {
    let rig = Rig::start().await;
    let mut agent = Agent::connect(&rig, "w1").await;
    let mut report = agent.report();
    report.node_id = "w2".into();
    agent.send(&report);
    let ((code, message), _) = agent.outcome_and_connection().await;
    assert_eq!(code, PERMISSION_DENIED, "{message}");
    assert!(message.contains("w2"), "{message}");
    assert_eq!((rig.refused(Cause::WrongNode), rig.counters().accepted), (1, 0));
    assert!(rig.latest("w2").is_none());
    rig.until("gone", |counters| counters.connections == 0).await;
}

/// Makes a report malformed.
type Spoil = Box<dyn Fn(&mut wire::NodeReport)>;

/// What makes no sense.
fn malformed() -> Vec<(&'static str, Spoil)> {
    fn node(change: impl Fn(&mut wire::NodeSample) + 'static) -> Spoil {
        Box::new(move |report| change(report.node.as_mut().unwrap()))
    }
    vec![
        ("not a number", node(|node| node.cpu_used_mhz = f32::NAN)),
        ("infinite", node(|node| node.load1 = f32::INFINITY)),
        ("negative", node(|node| node.cpu_capacity_mhz = -1.0)),
        ("absurd MHz", node(|node| node.cpu_capacity_mhz = 1e30)),
        ("absurd bytes", node(|node| node.memory_total_bytes = u64::MAX)),
        ("too many cores", node(|node| node.core_used_mhz = vec![0.0; 5000])),
        ("no node", Box::new(|report| report.node = None)),
        ("a short container id", Box::new(|report| report.containers[0].id = vec![1; 3])),
        ("too old", Box::new(|report| report.age_ms = i64::MAX)),
        (
            "too many containers",
            Box::new(|report| report.containers = vec![report.containers[0].clone(); 1001]),
        ),
        ("the same sequence", Box::new(|report| report.sequence = 1)),
    ]
}

#[tokio::test]
async fn malformed_reports_are_refused_and_the_next_sound_one_is_taken() {
    let rig = Rig::start().await;
    let mut agent = Agent::connect(&rig, "w1").await;
    agent.send_report();
    for (index, (what, spoil)) in malformed().into_iter().enumerate() {
        let mut report = agent.report();
        spoil(&mut report);
        agent.send(&report);
        agent.send_report();
        let so_far = index as u64 + 1;
        rig.until(what, |counters| counters.refused[&Cause::Malformed] == so_far).await;
        rig.until(what, |counters| counters.accepted == so_far + 1).await;
    }
    assert_eq!(rig.latest("w1").unwrap().node.cpu_capacity, Megahertz::new(2000.0));
}

#[tokio::test]
async fn a_report_from_the_future_is_refused() {
    let rig = Rig::start().await;
    let mut agent = Agent::connect(&rig, "w1").await;
    let mut report = agent.report();
    report.age_ms = -1000;
    agent.send(&report);
    agent.send_report();
    rig.until("refused", |counters| counters.refused[&Cause::FromTheFuture] == 1).await;
    rig.until("the next", |counters| counters.accepted == 1).await;
}

#[tokio::test]
async fn a_node_s_wrong_clock_changes_nothing_but_the_skew_that_is_shown() {
    let rig = Rig::start().await;
    let mut agent = Agent::connect(&rig, "w1").await;
    let mut report = agent.report();
    report.clock_unix_ms = 0;
    agent.send(&report);
    eventually("the report", || rig.latest("w1").is_some(), || rig.counters()).await;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as i64;
    let skew = rig.latest("w1").unwrap().clock_skew_ms;
    assert!((now + skew).abs() < 60_000, "{skew}");
}

#[tokio::test]
async fn one_refused_report_after_the_other_is_abuse() {
    let rig = Rig::start().await;
    let mut agent = Agent::connect(&rig, "w1").await;
    for _ in 0..20 {
        let mut report = agent.report();
        report.node = None;
        agent.send(&report);
    }
    let ((code, message), _) = agent.outcome_and_connection().await;
    assert_eq!(code, INVALID_ARGUMENT, "{message}");
    assert_eq!(rig.refused(Cause::Malformed), 20);
    rig.until("gone", |counters| counters.connections == 0).await;
}

#[tokio::test]
async fn more_than_a_backlog_at_once_is_too_frequent_and_coming_back_does_not_help() {
    let rig = Rig::start().await;
    send_200_at_once(&rig).await;
    let taken = rig.counters().accepted;
    assert!((120..140).contains(&taken), "{taken}");
    assert_eq!(rig.refused(Cause::TooFrequent), 20);

    send_200_at_once(&rig).await;
    let more = rig.counters().accepted - taken;
    assert!(more < 100, "{more} more");
    assert_eq!(rig.refused(Cause::TooFrequent), 40);
}

/// Until the collector hangs up.
async fn send_200_at_once(rig: &Rig) {
    let mut agent = Agent::connect(rig, "w1").await;
    for _ in 0..200 {
        agent.send_report();
    }
    // What it says to that may be lost: it hangs up on one that still talks.
    let _ = agent.end_of_connection().await;
    rig.until("gone", |counters| counters.connections == 0).await;
}

#[tokio::test]
async fn a_message_of_100_mb_is_refused_by_its_head() {
    let rig = Rig::start().await;
    let mut good = Agent::connect(&rig, "good").await;
    let mut agent = Agent::connect(&rig, "w1").await;
    let before = resident_bytes();
    let head = [[0].as_slice(), &100_000_000_u32.to_be_bytes()].concat();
    agent.stream.send_data(Bytes::from(head), false).unwrap();
    let ((code, message), _) = agent.outcome_and_connection().await;
    assert_eq!(code, OUT_OF_RANGE, "{message}");
    assert_eq!(rig.refused(Cause::Protocol), 1);
    assert!(resident_bytes() < before + (20 << 20), "nothing is reserved for it");
    good.send_report();
    rig.until("the other goes on", |counters| counters.accepted == 1).await;
}

#[tokio::test]
async fn a_message_that_is_no_report_is_refused() {
    let noise: Vec<u8> =
        (0..2000_u32).map(|number| (number.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let compressed = [[1].as_slice(), &[0, 0, 0, 1, 0]].concat();
    let unfinished = frame(&[0x0a, 0xff]);
    for bytes in [frame(&noise), compressed.into(), unfinished] {
        let rig = Rig::start().await;
        let mut agent = Agent::connect(&rig, "w1").await;
        agent.stream.send_data(bytes, false).unwrap();
        let ((code, _), _) = agent.outcome_and_connection().await;
        assert_ne!(code, 0);
        assert_eq!((rig.refused(Cause::Protocol), rig.refused_in_all()), (1, 1));
    }
}

#[tokio::test]
async fn a_certificate_that_expires_meanwhile_is_not_believed_any_longer() {
    let rig = Rig::start().await;
    let mut subject = rig.swarm.subject(WORKER, "w1");
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    subject.not_after = rcgen::date_time_ymd(1970, 1, 1) + now + Duration::from_secs(4);
    let config = rig.swarm.client_with(Some(&rig.swarm.sign(&subject)));
    let mut agent = Agent::connect_as(&rig, "w1", config).await.unwrap();
    agent.send_report();
    rig.until("while it is good", |counters| counters.accepted == 1).await;
    // What is waited for is the wall clock.
    sleep(Duration::from_secs(6)).await;
    agent.send_report();
    let (code, message) = agent.outcome().await;
    assert_eq!(code, UNAUTHENTICATED, "{message}");
}
