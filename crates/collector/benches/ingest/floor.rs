//! The least that taking the same bytes in costs: plain TCP, and a ring of the last reports for each node.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use anyhow::Result;
use bytes::{Buf as _, BytesMut};
use tokio::io::AsyncReadExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::sleep;

use crate::dialogue::Generator;
use crate::process::{Figures, Window};
use crate::{Transport, load};

const SETTLE: Duration = Duration::from_secs(3);
const MEASURE: Duration = Duration::from_secs(10);
/// Reports of a node that are kept.
const KEPT: usize = 8;
/// A byte and four of length come before each.
const HEAD: usize = 5;

/// Takes the reports of so many agents in.
pub(crate) async fn measure(agents: usize) -> Result<Figures> {
    let folder = tempfile::tempdir()?;
    let mut generator = Generator::start(Transport::Floor, agents, folder.path()).await?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let port = listener.local_addr()?.port();
    let accepted = Arc::new(AtomicU64::new(0));
    tokio::spawn(accept(listener, Arc::clone(&accepted)));
    generator.connect(port).await?;
    sleep(SETTLE).await;

    let (began, window) = (accepted.load(Relaxed), Window::open()?);
    sleep(MEASURE).await;
    let (wall, cpu, _) = window.close()?;
    let reports = accepted.load(Relaxed) - began;
    generator.end().await?;
    let report_bytes = load::frame(&load::node_id(0), 1).len();
    Ok(Figures { agents, reports, report_bytes, wall, cpu, ..Default::default() })
}

async fn accept(listener: TcpListener, accepted: Arc<AtomicU64>) {
    while let Ok((tcp, _)) = listener.accept().await {
        tokio::spawn(take(tcp, Arc::clone(&accepted)));
    }
}

async fn take(mut tcp: TcpStream, accepted: Arc<AtomicU64>) {
    let mut ring: [Vec<u8>; KEPT] = Default::default();
    let (mut received, mut next) = (BytesMut::with_capacity(4 << 10), 0);
    while tcp.read_buf(&mut received).await.is_ok_and(|read| read > 0) {
        while let Some(length) = complete(&received) {
            received.advance(HEAD);
            let slot = &mut ring[next % KEPT];
            slot.clear();
            slot.extend_from_slice(&received[..length]);
            received.advance(length);
            next += 1;
            accepted.fetch_add(1, Relaxed);
        }
    }
}

/// The length of the report that has arrived whole.
fn complete(received: &[u8]) -> Option<usize> {
    let length: [u8; 4] = received.get(1..HEAD)?.try_into().ok()?;
    let length = u32::from_be_bytes(length) as usize;
    (received.len() >= HEAD + length).then_some(length)
}
