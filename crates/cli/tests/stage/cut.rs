//! A Unix socket in front of a Docker Engine's that stands for the moment at which a manager dies: it passes calls on,
//! and at a chosen write calls back so that the manager can be killed, before the engine hears of the write or after
//! it has done it.

use std::fs;
use std::io::{self, Read, Write};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

/// When the manager dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// The engine never hears of that write.
    Before(u32),
    /// The engine does that write, and the manager never hears of it.
    After(u32),
}

/// The socket. Every call of the engine's client has a connection of its own, so connections are calls.
pub struct CutSocket {
    path: PathBuf,
    shared: Arc<Shared>,
}

struct Shared {
    engine: PathBuf,
    cut: Cut,
    writes: AtomicU32,
    is_cut: AtomicBool,
    kill: Mutex<Option<Box<dyn FnOnce() + Send>>>,
}

impl CutSocket {
    /// Listens at `path` for calls to the engine.
    pub fn listen(path: &Path, engine: &Path, cut: Cut, kill: impl FnOnce() + Send + 'static) -> Self {
        let listener = UnixListener::bind(path).unwrap();
        let shared = Arc::new(Shared {
            engine: engine.to_owned(),
            cut,
            writes: AtomicU32::new(0),
            is_cut: AtomicBool::new(false),
            kill: Mutex::new(Some(Box::new(kill))),
        });
        let accepting = Arc::clone(&shared);
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let shared = Arc::clone(&accepting);
                thread::spawn(move || shared.pass_on(client));
            }
        });
        Self { path: path.to_owned(), shared }
    }

    /// Whether the manager was killed.
    pub fn is_cut(&self) -> bool {
        self.shared.is_cut.load(Ordering::SeqCst)
    }
}

impl Drop for CutSocket {
    fn drop(&mut self) {
        // The listening thread ends with the test's process.
        drop(fs::remove_file(&self.path));
    }
}

impl Shared {
    fn pass_on(&self, mut client: UnixStream) {
        let Ok(head) = first_line(&mut client) else { return };
        let number = if is_write(&head) { self.writes.fetch_add(1, Ordering::SeqCst) + 1 } else { 0 };
        if self.is_cut.load(Ordering::SeqCst) {
            return;
        }
        if self.cut == Cut::Before(number) {
            return self.kill();
        }
        let Ok(mut engine) = UnixStream::connect(&self.engine) else { return };
        if engine.write_all(&head).is_err() {
            return;
        }
        let (Ok(mut from_client), Ok(mut to_engine)) = (client.try_clone(), engine.try_clone()) else { return };
        let upward = thread::spawn(move || {
            let copied = io::copy(&mut from_client, &mut to_engine);
            drop(to_engine.shutdown(Shutdown::Write));
            copied
        });
        if self.cut == Cut::After(number) {
            // The first byte of the answer means that the engine has done it.
            drop(engine.read(&mut [0]));
            self.kill();
        } else {
            drop(io::copy(&mut engine, &mut client));
        }
        drop(client.shutdown(Shutdown::Both));
        drop(upward.join());
    }

    fn kill(&self) {
        if let Some(kill) = self.kill.lock().unwrap().take() {
            kill();
            self.is_cut.store(true, Ordering::SeqCst);
        }
    }
}

/// A request's first line with its end.
fn first_line(client: &mut UnixStream) -> io::Result<Vec<u8>> {
    let mut line = Vec::new();
    while !line.ends_with(b"\r\n") {
        let mut byte = [0];
        client.read_exact(&mut byte)?;
        line.push(byte[0]);
    }
    Ok(line)
}

/// Whether a request changes a service.
fn is_write(line: &[u8]) -> bool {
    let line = String::from_utf8_lossy(line);
    (line.starts_with("POST ") || line.starts_with("DELETE ")) && line.contains("/services/")
}
