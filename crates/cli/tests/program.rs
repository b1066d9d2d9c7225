//! The program itself against a Unix socket whose server says what the test wants: what goes to which stream, and how
//! it ends.

#![allow(clippy::unwrap_used, reason = "a test says what failed by panicking")]

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::process::{Command, Output};
use std::thread;

use serde_json::{Value, json};
use tempfile::TempDir;

/// A server that answers each request by its method and path.
struct Manager {
    folder: TempDir,
}

impl Manager {
    fn answering(answer: impl Fn(&str) -> (u16, Value) + Send + 'static) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let listener = UnixListener::bind(folder.path().join("manager.sock")).unwrap();
        thread::spawn(move || {
            for stream in listener.incoming() {
                serve(&stream.unwrap(), &answer);
            }
        });
        Self { folder }
    }

    fn socket(&self) -> PathBuf {
        self.folder.path().join("manager.sock")
    }

    fn run(&self, args: &[&str]) -> Output {
        run(&format!("unix://{}", self.socket().display()), args)
    }
}

fn serve(stream: &UnixStream, answer: &impl Fn(&str) -> (u16, Value)) {
    let mut reader = BufReader::new(stream);
    let mut first = String::new();
    reader.read_line(&mut first).unwrap();
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if let Some(number) = line.to_lowercase().strip_prefix("content-length:") {
            length = number.trim().parse().unwrap();
        }
        if line.trim().is_empty() {
            break;
        }
    }
    reader.read_exact(&mut vec![0; length]).unwrap();
    let (status, body) = answer(first.rsplit_once(' ').unwrap().0);
    let body = body.to_string();
    // One that has seen enough hangs up.
    let _ = write!(&*stream, "HTTP/1.1 {status} X\r\ncontent-length: {}\r\n\r\n{body}", body.len());
}

fn run(host: &str, args: &[&str]) -> Output {
    let mut program = Command::new(env!("CARGO_BIN_EXE_swarm-manager"));
    program.args(args).env("SWARM_MANAGER_HOST", host).output().unwrap()
}

#[track_caller]
fn check(output: &Output, code: i32, stdout: &str, in_stderr: &str) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{said}");
    assert_eq!(String::from_utf8_lossy(&output.stdout), stdout);
    assert!(said.contains(in_stderr), "{said}");
}

fn not_found(name: &str) -> (u16, Value) {
    (404, json!({"message": format!("no such service: {name}")}))
}

fn service(convergence: &str) -> Value {
    json!({
        "name": "web", "id": "s0aaaaaaaaaaaaaaaaaaaaaaa", "image": "nginx", "mode": {"replicated": 1}, "desired": 1,
        "running": 1, "demand": {}, "publish": [], "created_unix_ms": 0,
        "convergence": {"state": convergence, "message": "1 of 1 instances have no suitable node"},
        "instances": [], "labels": {}, "constraints": [], "specs": [],
    })
}

#[test]
fn a_command_line_that_cannot_be_understood_ends_as_docker_s_does() {
    for args in [&["nosuch"][..], &["node", "ls", "--nosuch"], &["service", "create", "--nosuch", "nginx"]] {
        check(&run("unix:///nowhere.sock", args), 125, "", "nosuch");
    }
}

#[test]
fn a_noun_without_a_verb_shows_its_help() {
    let output = run("unix:///nowhere.sock", &["service"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&output.stdout).contains("Usage: swarm-manager service"));
}

#[test]
fn a_manager_that_is_not_there_is_told_with_what_to_do() {
    let output = run("unix:///nowhere.sock", &["status"]);
    check(&output, 1, "", "Error: Cannot connect to the manager at unix:///nowhere.sock: no such file");
    check(&output, 1, "", "swarm-manager serve");
    check(&run("nowhere", &["status"]), 1, "", "Invalid SWARM_MANAGER_HOST \"nowhere\"");
}

#[test]
fn one_that_cannot_be_removed_does_not_keep_the_others() {
    let manager = Manager::answering(|request| match request {
        "DELETE /api/v1/services/web" => (200, json!({"name": "web", "instances": ["web-0"]})),
        _ => not_found("nope"),
    });
    let output = manager.run(&["service", "rm", "nope", "web"]);
    check(&output, 1, "web\n", "Error: No such service: nope\n");
}

#[test]
fn what_was_found_is_shown_and_what_was_not_is_said() {
    let manager = Manager::answering(|request| match request {
        "GET /api/v1/services/web" => (200, service("converged")),
        _ => not_found("nope"),
    });
    let output = manager.run(&["service", "inspect", "--format", "{{.name}}", "web", "nope"]);
    check(&output, 1, "web\n", "Error: No such service: nope\n");
}

#[test]
fn a_created_service_s_id_is_all_that_goes_to_standard_output() {
    let manager = Manager::answering(|request| match request {
        "POST /api/v1/services" => (201, service("progressing")),
        _ => (200, service("converged")),
    });
    let output = manager.run(&["service", "create", "--name", "web", "nginx"]);
    check(&output, 0, "s0aaaaaaaaaaaaaaaaaaaaaaa\n", "verify: Service web converged");
}

#[test]
fn a_service_without_a_node_fails_with_the_reason_of_the_journal() {
    let manager = Manager::answering(|request| match request {
        "POST /api/v1/services" => (201, service("blocked")),
        decisions if decisions.starts_with("GET /api/v1/decisions?service=web") => {
            let summary = "web-0: no suitable node (1 node: drained)";
            let decision = json!({
                "id": 1, "unix_ms": 0, "action": "place", "outcome": "no-node", "service": "web", "instance": 0,
                "node": null, "hostname": null, "summary": summary,
            });
            (200, json!({"decisions": [decision]}))
        }
        _ => (200, service("blocked")),
    });
    let output = manager.run(&["service", "create", "--quiet", "--name", "web", "nginx"]);
    check(&output, 1, "s0aaaaaaaaaaaaaaaaaaaaaaa\n", "Error: web-0: no suitable node (1 node: drained)\n");
}

#[test]
fn without_a_terminal_top_is_one_table() {
    let manager = Manager::answering(|_| (200, json!({"swarm_as_of_unix_ms": 0, "nodes": []})));
    let output = manager.run(&["node", "top"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&output.stdout).starts_with("HOSTNAME   ROLE"));
}
