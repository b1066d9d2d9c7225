//! A Docker Engine and a registry of a test's own, in namespaces of their own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use swarmmanager_engine::{Engine, EngineError};
use tempfile::TempDir;

/// Where the registry is, seen from the engine.
pub(crate) const REGISTRY: &str = "10.98.0.1:5000";
const START_TIMEOUT: Duration = Duration::from_secs(60);
const REGISTRY_CONFIG: &str = "\
version: 0.1
storage: {filesystem: {rootdirectory: FOLDER/registry}}
http: {addr: 10.98.0.1:5000}
";

/// Gone, with all that ran in it, once it is dropped or the test is killed.
pub(crate) struct Daemon {
    child: Child,
    cgroup: String,
    folder: TempDir,
}

impl Daemon {
    /// Starts an engine and waits until it answers.
    pub(crate) async fn start() -> (Self, Engine) {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let cgroup = format!("/swarmmanager-engine-test-{}-{number}", std::process::id());
        let folder = tempfile::tempdir().unwrap();
        let config = REGISTRY_CONFIG.replace("FOLDER", folder.path().to_str().unwrap());
        fs::write(folder.path().join("registry.yml"), config).unwrap();
        let child = Command::new("unshare")
            .args(["--net", "--mount", "--uts", "--pid", "--fork", "--mount-proc", "--", "sh"])
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/daemon/start.sh"))
            .arg(folder.path())
            .arg(&cgroup)
            .stdin(Stdio::piped())
            .spawn()
            .expect("unshare cannot be run");
        let daemon = Self { child, cgroup, folder };
        let engine = Engine::unix(daemon.socket());
        daemon.wait_for(&engine).await;
        (daemon, engine)
    }

    pub(crate) fn socket(&self) -> PathBuf {
        self.folder.path().join("docker.sock")
    }

    /// What Docker's own client prints.
    pub(crate) fn docker(&self, args: &[&str]) -> String {
        let output = Command::new("docker")
            .arg("--host")
            .arg(format!("unix://{}", self.socket().display()))
            .args(args)
            .stdin(Stdio::null())
            .output()
            .expect("docker cannot be run");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "docker {args:?}: {said}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    async fn wait_for(&self, engine: &Engine) {
        let deadline = Instant::now() + START_TIMEOUT;
        while let Err(error) = engine.ping().await {
            let log = fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
            assert!(matches!(error, EngineError::Unreachable { .. }), "{error:?}\n{log}");
            assert!(Instant::now() < deadline, "the engine does not start: {error}\n{log}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // Ends the first process of the namespaces; the kernel ends the rest before that one is gone.
        drop(self.child.stdin.take());
        let _ = self.child.wait();
        let root = Path::new("/sys/fs/cgroup");
        let hierarchies = fs::read_dir(root).into_iter().flatten().flatten().map(|entry| entry.path());
        for hierarchy in hierarchies.chain([root.to_owned()]) {
            remove_cgroup(&hierarchy.join(self.cgroup.trim_start_matches('/')));
        }
    }
}

fn remove_cgroup(path: &Path) {
    for entry in fs::read_dir(path).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            remove_cgroup(&entry.path());
        }
    }
    let _ = fs::remove_dir(path);
}
