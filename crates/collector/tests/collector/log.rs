//! What is written about refusals.

use std::io;
use std::sync::{Arc, Mutex};

use swarmmanager_collector::Cause;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tracing_subscriber::fmt::MakeWriter;

use crate::agent::{Agent, closed};
use crate::rig::Rig;

/// The log of one thread.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        io::Write::write(&mut *self.0.lock().unwrap(), text)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn a_cause_is_logged_once_however_often_it_comes_and_another_is_logged_too() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt().with_writer(log.clone()).with_ansi(false).finish();
    let _here = tracing::subscriber::set_default(subscriber);
    let rig = Rig::start().await;
    for _ in 0..50 {
        let mut tcp = TcpStream::connect(rig.address).await.unwrap();
        let _ = tcp.write_all(b"GET / HTTP/1.1\r\n\r\n").await;
        closed(&mut tcp).await;
    }
    rig.until("all", |counters| counters.refused[&Cause::NotAuthenticated] == 50).await;
    let mut agent = Agent::connect(&rig, "w1").await;
    let mut report = agent.report();
    report.node_id = "w2\nrefused: nothing".into();
    agent.send(&report);
    agent.outcome().await;

    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let lines: Vec<&str> = text.lines().filter(|line| line.contains("refused: ")).collect();
    assert_eq!(lines.len(), 2, "{text}");
    assert!(lines[0].contains("not-authenticated") && lines[1].contains("wrong-node"), "{text}");
    assert!(lines[1].contains("w1") && lines[1].contains(r"w2\nrefused"), "{text}");
}
