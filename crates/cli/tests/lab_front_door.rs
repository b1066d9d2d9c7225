//! Accounts, in a real Swarm.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by panicking")]

mod stage;

use std::process::{Command, Stdio};

use stage::{Stage, programs};
use swarmmanager_lab::NodeSpec;

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
