//! Commands from elsewhere: over TLS, with a token, to any of a Swarm's managers.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by panicking")]

mod stage;

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use stage::{Stage, programs};
use swarmmanager_lab::{Node, NodeSpec};

/// Accounts are read every two seconds.
const KNOWN_LIMIT: Duration = Duration::from_secs(20);

/// A second manager, on another node of the same Swarm.
struct Second(Child);

impl Second {
    fn start(stage: &Stage) -> Self {
        let node = &stage.lab.nodes()[1];
        let mut serve = node.command(programs().join("swarm-manager")).unwrap();
        serve.arg("serve").arg("--docker-host").arg(node.docker_host());
        serve.arg("--socket").arg(stage.file("second.sock")).arg("--state-dir").arg(stage.file("second"));
        serve.arg("--agent-image").arg(format!("{}/swarmmanager-agent:test", stage.lab.registry()));
        let log = fs::File::create(stage.file("second.log")).unwrap();
        serve.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        Self(serve.spawn().unwrap())
    }
}

impl Drop for Second {
    fn drop(&mut self) {
        // It may have ended by itself, which the test has noticed by then.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Runs a command from elsewhere: on a node that runs no manager, because this machine has no way into the lab.
fn from_elsewhere(stage: &Stage, node: &Node, token: Option<&Path>, args: &[&str]) -> Output {
    let mut client = stage.lab.nodes()[2].command(programs().join("swarm-manager")).unwrap();
    client.arg("--host").arg(format!("https://{}:6602", node.address()));
    if let Some(token) = token {
        client.arg("--token-file").arg(token);
    }
    client.args(args).stdin(Stdio::null()).output().unwrap()
}

fn errors(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The fingerprint that a client was shown and does not trust.
fn fingerprint(stage: &Stage, node: &Node, token: &Path) -> Result<String, String> {
    let words = errors(&from_elsewhere(stage, node, Some(token), &["node", "ls"]));
    let found = words.lines().map(str::trim).find(|line| line.len() == 95 && line.contains(':'));
    found.map(str::to_owned).ok_or(words)
}

#[test]
fn commands_from_elsewhere_come_in_with_a_token_at_every_manager_until_it_ends() {
    let nodes = [NodeSpec::manager("ap1"), NodeSpec::manager("ap2"), NodeSpec::worker("ap3")];
    let stage = Stage::start(&nodes);
    let first = stage.first();
    let token = stage.file("token");
    fs::write(&token, stage.ok(&["token", "create", "--role", "operator", "laptop"])).unwrap();

    let shown = stage.until("the certificate", KNOWN_LIMIT, || fingerprint(&stage, first, &token));
    let trust = ["--tls-fingerprint", &shown];
    let listed = from_elsewhere(&stage, first, Some(&token), &[&trust[..], &["node", "ls", "-q"]].concat());
    assert_eq!(String::from_utf8_lossy(&listed.stdout).lines().count(), 3, "{}", errors(&listed));

    let nobody = from_elsewhere(&stage, first, None, &[&trust[..], &["node", "ls"]].concat());
    assert!(errors(&nobody).contains("API token"), "{}", errors(&nobody));
    let too_much = from_elsewhere(&stage, first, Some(&token), &[&trust[..], &["user", "ls"]].concat());
    assert!(errors(&too_much).contains("it takes the role admin"), "{}", errors(&too_much));
    let other = "00".to_owned() + &shown[2..];
    let mistaken = from_elsewhere(&stage, first, Some(&token), &["--tls-fingerprint", &other, "node", "ls"]);
    assert!(errors(&mistaken).contains("not trusted"), "{}", errors(&mistaken));

    let _second = Second::start(&stage);
    let second = &stage.lab.nodes()[1];
    let its_own =
        stage.until("the second manager's certificate", KNOWN_LIMIT, || fingerprint(&stage, second, &token));
    let ask = |args: &[&str]| {
        from_elsewhere(
            &stage,
            second,
            Some(&token),
            &[&["--tls-fingerprint", its_own.as_str()][..], args].concat(),
        )
    };
    stage.until("the second manager to know the token", KNOWN_LIMIT, || {
        let output = ask(&["node", "ls", "-q"]);
        if output.status.success() { Ok(()) } else { Err(errors(&output)) }
    });
    // It watches, and says who acts.
    let refused = errors(&ask(&["service", "rm", "nothing"]));
    assert!(refused.contains("ap1"), "{refused}");

    let id = stage.ok(&["token", "ls", "-q"]);
    stage.ok(&["token", "rm", id.trim()]);
    stage.until("the token to be refused everywhere", KNOWN_LIMIT, || {
        let output = ask(&["node", "ls"]);
        if errors(&output).contains("API token") { Ok(()) } else { Err(format!("{output:?}")) }
    });
}

#[test]
fn accounts_are_in_the_swarm_and_hold_no_password() {
    let stage = Stage::start(&[NodeSpec::manager("ap1")]);
    let mut create = Command::new(programs().join("swarm-manager"));
    create.arg("--host").arg(format!("unix://{}", stage.socket().display()));
    create.args(["user", "create", "--role", "admin", "--password-stdin", "alice"]);
    create.stdin(Stdio::piped()).stdout(Stdio::null());
    let mut create = create.spawn().unwrap();
    std::io::Write::write_all(create.stdin.as_mut().unwrap(), b"correct horse\n").unwrap();
    assert!(create.wait().unwrap().success());

    assert!(stage.ok(&["user", "ls"]).contains("alice"));
    let config = stage.docker(&["config", "ls", "--format", "{{.Name}}"]);
    assert_eq!(config.lines().count(), 1, "older versions are removed: {config}");
    let data =
        stage.docker(&["config", "inspect", "--format", "{{printf \"%s\" .Spec.Data}}", config.trim()]);
    assert!(data.contains("$argon2id$") && !data.contains("correct horse"), "{data}");
    assert!(!stage.log().contains("correct horse"));
    // Nobody is left out by mistake.
    assert!(stage.refused(&["user", "rm", "alice"]).contains("only admin"));
    assert!(stage.refused(&["user", "setup-link"]).contains("set up already"));
}
