//! A Unix socket in front of a Docker Engine's that chooses the moment at which a manager dies: it passes calls on, and
//! at a chosen write it kills the manager, before the engine hears of the write or after it has done it.

use std::fs;
use std::io::{self, Read, Write};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

/// When the manager dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cut {
    /// The engine never hears of that write.
    Before(u32),
    /// The engine does that write, and the manager never hears of it.
    After(u32),
}

/// The socket. Every call of the engine's client has a connection of its own, so connections are calls.
pub(crate) struct CutSocket {
    path: PathBuf,
    shared: Arc<Shared>,
}

struct Shared {
    engine: PathBuf,
    armed: Mutex<Option<Armed>>,
    is_cut: AtomicBool,
}

/// A cut that is to come.
struct Armed {
    cut: Cut,
    writes: u32,
    victim: u32,
}

impl CutSocket {
    /// Listens at `path` for calls to the engine.
    pub(crate) fn listen(path: &Path, engine: &Path) -> Self {
        let listener = UnixListener::bind(path).unwrap();
        let shared = Arc::new(Shared {
            engine: engine.to_owned(),
            armed: Mutex::new(None),
            is_cut: AtomicBool::new(false),
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

    /// From now on writes are counted, and at the cut that process is killed.
    pub(crate) fn arm(&self, cut: Cut, victim: u32) {
        self.shared.is_cut.store(false, Ordering::SeqCst);
        *self.shared.armed.lock().unwrap() = Some(Armed { cut, writes: 0, victim });
    }

    /// Passes everything on again. Says whether the process was killed.
    pub(crate) fn disarm(&self) -> bool {
        *self.shared.armed.lock().unwrap() = None;
        self.shared.is_cut.swap(false, Ordering::SeqCst)
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
        let due = self.count(is_write(&head));
        if self.is_cut.load(Ordering::SeqCst) {
            // Whoever calls is dead.
            return;
        }
        if let Some((Cut::Before(_), victim)) = due {
            return self.kill(victim);
        }
        let Ok(mut engine) = UnixStream::connect(&self.engine) else { return };
        if engine.write_all(&head).is_err() {
            return;
        }
        let (Ok(mut from_client), Ok(mut to_engine)) = (client.try_clone(), engine.try_clone()) else {
            return;
        };
        let upward = thread::spawn(move || {
            let copied = io::copy(&mut from_client, &mut to_engine);
            drop(to_engine.shutdown(Shutdown::Write));
            copied
        });
        if let Some((Cut::After(_), victim)) = due {
            // The first byte of the answer means that the engine has done it.
            drop(engine.read(&mut [0]));
            self.kill(victim);
        } else {
            drop(io::copy(&mut engine, &mut client));
        }
        drop(client.shutdown(Shutdown::Both));
        drop(upward.join());
    }

    /// Counts a write; gives the cut and the process that dies where its turn has come.
    fn count(&self, is_write: bool) -> Option<(Cut, u32)> {
        let mut armed = self.armed.lock().unwrap();
        let armed = armed.as_mut().filter(|_| is_write)?;
        armed.writes += 1;
        let (Cut::Before(number) | Cut::After(number)) = armed.cut;
        (armed.writes == number).then_some((armed.cut, armed.victim))
    }

    fn kill(&self, victim: u32) {
        self.is_cut.store(true, Ordering::SeqCst);
        let killed = Command::new("kill").args(["-KILL", &victim.to_string()]).status().unwrap();
        assert!(killed.success());
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
