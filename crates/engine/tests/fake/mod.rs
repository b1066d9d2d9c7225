//! Something that listens where an engine should, and answers what a test wants it to.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use swarmmanager_engine::Engine;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};

/// Ends with the test's runtime.
pub(crate) struct Fake {
    pub(crate) socket: PathBuf,
    requests: Arc<Mutex<Vec<String>>>,
    _folder: TempDir,
}

impl Fake {
    /// Hands each connection's request (its first line) and stream to `serve`, and closes the stream after it.
    pub(crate) fn serving<F, W>(serve: F) -> Self
    where
        F: Fn(String, UnixStream) -> W + Send + Sync + 'static,
        W: Future<Output = ()> + Send + 'static,
    {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("docker.sock");
        let listener = UnixListener::bind(&socket).unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        let serve = Arc::new(serve);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let (seen, serve) = (Arc::clone(&seen), Arc::clone(&serve));
                tokio::spawn(async move {
                    let line = request_line(&mut stream).await;
                    seen.lock().unwrap().push(line.clone());
                    serve(line, stream).await;
                });
            }
        });
        Self { socket, requests, _folder: folder }
    }

    /// Answers each request (its first line) with these bytes.
    pub(crate) fn answering(answer: impl Fn(&str) -> Vec<u8> + Send + Sync + 'static) -> Self {
        Self::serving(move |line, mut stream| {
            let answer = answer(&line);
            async move {
                // Whoever has heard enough hangs up.
                let _ = stream.write_all(&answer).await;
                let _ = stream.shutdown().await;
            }
        })
    }

    pub(crate) fn engine(&self) -> Engine {
        Engine::unix(&self.socket).with_timeout(Duration::from_secs(5))
    }

    /// The first lines of the requests so far.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

/// An answer in the way of an engine that speaks that version.
pub(crate) fn http(api_version: &str, status: u16, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "HTTP/1.1 {status} Whatever\r\nApi-Version: {api_version}\r\nContent-Length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

/// The beginning of an answer whose length is not announced.
pub(crate) fn http_stream() -> &'static [u8] {
    b"HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nConnection: close\r\n\r\n"
}

/// Reads a whole request; gives its first line without the protocol.
async fn request_line(stream: &mut UnixStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return String::new(),
        }
    }
    let head = String::from_utf8(head).unwrap();
    let length = head
        .to_lowercase()
        .split("content-length: ")
        .nth(1)
        .map_or(0, |rest| rest.split("\r\n").next().unwrap().parse().unwrap());
    stream.read_exact(&mut vec![0; length]).await.unwrap();
    head.lines().next().unwrap().trim_end_matches(" HTTP/1.1").to_owned()
}
