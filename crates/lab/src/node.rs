//! A node: its disk, its namespaces, its limits, its engine.

use std::ffi::OsStr;
use std::fs;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use swarmmanager_engine::{Engine, EngineError};
use swarmmanager_units::Megahertz;

use crate::mountpoints::{DISK, PRIVATE};
use crate::network::Port;
use crate::place::{Place, log_end};
use crate::site::Site;
use crate::spec::NodeSpec;
use crate::wait::{self, Look};
use crate::{LabError, blocking, disk, program};

/// Many engines that start at once on few cores take their time.
const START_LIMIT: Duration = Duration::from_secs(120);
const DAEMON: &str = "dockerd";
/// What would turn Docker's client to another engine.
pub(crate) const DOCKER_VARIABLES: [&str; 5] =
    ["DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_TLS", "DOCKER_TLS_VERIFY", "DOCKER_API_VERSION"];

/// A node of a lab.
#[derive(Debug, Clone)]
pub struct Node {
    site: Arc<Site>,
    index: usize,
    spec: NodeSpec,
}

impl Node {
    pub(crate) fn new(site: &Arc<Site>, index: usize, spec: NodeSpec) -> Self {
        Self { site: Arc::clone(site), index, spec }
    }

    /// Its name and hostname.
    pub fn name(&self) -> &str {
        &self.spec.name
    }

    /// What it was asked to be.
    pub fn spec(&self) -> &NodeSpec {
        &self.spec
    }

    /// Its processing power.
    pub fn cpu(&self) -> Megahertz {
        self.spec.cpu.on(self.site.cores.each)
    }

    /// Its address in the lab's subnet.
    pub fn address(&self) -> Ipv4Addr {
        self.site.address(self.index)
    }

    /// Its engine's socket, reachable from outside of the node too.
    pub fn socket(&self) -> PathBuf {
        self.site.layout.socket(self.name())
    }

    /// Its engine as `docker --host` takes it.
    pub fn docker_host(&self) -> String {
        format!("unix://{}", self.socket().display())
    }

    /// A client of its engine.
    pub fn engine(&self) -> Engine {
        Engine::unix(self.socket())
    }

    /// The cgroup whose limits are the node's size, such as `/swarmlab/demo/ap1`.
    pub fn cgroup(&self) -> PathBuf {
        PathBuf::from("/").join(self.place().cgroup())
    }

    /// The node's root folder as it is seen from outside; its disk is at `/var/lib/docker` below it.
    ///
    /// # Errors
    /// [`LabError::Off`].
    pub fn root(&self) -> Result<PathBuf, LabError> {
        Ok(PathBuf::from(format!("/proc/{}/root", self.holder()?)))
    }

    /// What its engine wrote last.
    pub fn log(&self) -> String {
        log_end(&self.site.layout.engine_log(self.name()))
    }

    /// A command that runs in the node: its network, its mounts, its hostname, its cgroup. The process that is started
    /// is the program itself.
    ///
    /// # Errors
    /// [`LabError::Off`].
    pub fn command(&self, program: impl AsRef<OsStr>) -> Result<Command, LabError> {
        self.place().command(self.holder()?, program.as_ref())
    }

    /// Docker's own client, speaking to the node's engine.
    pub fn docker(&self) -> Command {
        let mut docker = program::command("docker");
        docker.args(["--host", &self.docker_host()]);
        for variable in DOCKER_VARIABLES {
            docker.env_remove(variable);
        }
        docker
    }

    /// Whether it is on.
    pub fn is_on(&self) -> bool {
        let place = self.place();
        (place.runs(DAEMON) || !self.spec.engine) && place.holder().is_some() && place.inside().is_some()
    }

    /// Whether the other nodes reach it; `None` where it is off.
    ///
    /// # Errors
    /// Where the switch cannot be asked.
    pub fn is_connected(&self) -> Result<Option<bool>, LabError> {
        let Some(switch) = self.site.switch() else { return Ok(None) };
        switch.is_connected(&self.port())
    }

    /// Cuts the power: all that runs in it is gone at once, and the other nodes hear no more of it. Its disk stays.
    ///
    /// # Errors
    /// Where a process does not end.
    pub fn kill(&self) -> Result<(), LabError> {
        let _lock = self.site.lock()?;
        self.power_off()
    }

    /// Switches it on where it is off, joined to the others; waits until its engine answers. It finds its way back into
    /// the Swarm by itself.
    ///
    /// # Errors
    /// [`LabError::Ended`] where its engine does not stay.
    pub fn start(&self) -> Result<(), LabError> {
        let _lock = self.site.lock()?;
        self.power_on()
    }

    /// Cuts its link to the other nodes; all that runs in it goes on.
    ///
    /// # Errors
    /// [`LabError::Off`].
    pub fn partition(&self) -> Result<(), LabError> {
        let _lock = self.site.lock()?;
        self.holder()?;
        self.site.switch_or_make()?.disconnect(&self.port())
    }

    /// Mends its link.
    ///
    /// # Errors
    /// [`LabError::Off`].
    pub fn heal(&self) -> Result<(), LabError> {
        let _lock = self.site.lock()?;
        self.holder()?;
        self.site.switch_or_make()?.connect(&self.port())
    }

    pub(crate) fn cores(&self) -> f64 {
        self.cpu().get() / self.site.cores.each.get()
    }

    pub(crate) fn site(&self) -> &Site {
        &self.site
    }

    pub(crate) fn place(&self) -> Place {
        self.site.place(self.name())
    }

    pub(crate) fn power_off(&self) -> Result<(), LabError> {
        if let Some(switch) = self.site.switch() {
            // First, so that no dying connection says goodbye.
            switch.remove(&self.port())?;
        }
        self.place().kill()?;
        disk::wait_until_released(&self.disk())
    }

    pub(crate) fn power_on(&self) -> Result<(), LabError> {
        if !self.is_on() {
            self.power_off()?;
        }
        let place = self.place();
        let switch = self.site.switch_or_make()?;
        disk::make(&self.disk(), self.spec.disk)?;
        self.site.cgroups.make_limited(&place.cgroup(), self.cores(), self.spec.memory)?;
        let holder = match place.holder() {
            Some(holder) => holder,
            None => place.make(&self.setup())?,
        };
        switch.join(&self.port(), holder, self.address())?;
        switch.shape(&self.port(), holder, &self.spec.link)?;
        if place.inside().is_none() {
            place.make_inside(holder, &self.inside_setup())?;
        }
        self.start_ssh()?;
        let has_engine = match self.spec.engine {
            _ if place.runs(DAEMON) => true,
            true => self.start_engine(holder).map(|()| true)?,
            false => self.start_installed_engine()?,
        };
        if has_engine { self.wait_for_engine() } else { Ok(()) }
    }

    fn disk(&self) -> PathBuf {
        self.site.layout.disk(self.name())
    }

    fn port(&self) -> Port {
        Port::of(self.index)
    }

    pub(crate) fn holder(&self) -> Result<i32, LabError> {
        self.place().holder().ok_or_else(|| LabError::Off(self.name().to_owned()))
    }

    /// What is done in the node's namespaces before anything runs there. No name in it needs quotes.
    fn setup(&self) -> String {
        let private =
            PRIVATE.iter().map(|folder| format!("mount -n -t tmpfs -o mode=755 swarmlab {folder}\n"));
        format!(
            "echo {name} >/proc/sys/kernel/hostname\n{private}mount -n -o loop {disk} {DISK}",
            name = self.name(),
            private = private.collect::<String>(),
            disk = self.disk().display(),
        )
    }

    fn start_engine(&self, holder: i32) -> Result<(), LabError> {
        let folder = self.site.layout.node(self.name());
        let run_time = folder.join("engine");
        for left in [&run_time, &folder.join("docker.pid"), &self.socket()] {
            remove_all(left)?;
        }
        let registry = self.site.registry();
        let mut arguments = vec![
            DAEMON.to_owned(),
            format!("--data-root={DISK}"),
            format!("--exec-root={}", run_time.display()),
            format!("--pidfile={}", folder.join("docker.pid").display()),
            format!("--host={}", self.docker_host()),
            // Whatever manages the machine's own cgroups knows nothing of ours.
            "--exec-opt=native.cgroupdriver=cgroupfs".to_owned(),
            format!("--cgroup-parent={}", self.cgroup().display()),
            format!("--registry-mirror=http://{registry}"),
        ];
        let insecure = self.site.insecure_registries();
        arguments.extend(insecure.iter().map(|registry| format!("--insecure-registry={registry}")));
        self.place().start_daemon(holder, &arguments, &self.site.layout.engine_log(self.name()))
    }

    fn wait_for_engine(&self) -> Result<(), LabError> {
        let engine = self.engine();
        let mut was_there = false;
        wait::until(format!("the engine of {}", self.name()), START_LIMIT, || {
            let is_there = self.place().runs(DAEMON);
            if was_there && !is_there {
                let what = format!("the engine of {}", self.name());
                return Err(LabError::Ended { what, log: self.log() });
            }
            was_there = is_there;
            match blocking::wait_for(engine.ping())? {
                Ok(()) => Ok(Look::Done(())),
                Err(error @ (EngineError::TooOld { .. } | EngineError::NotAnEngine { .. })) => {
                    Err(LabError::engine(self.name())(error))
                }
                Err(error) => Ok(Look::NotYet(format!("{error}\n{}", self.log()))),
            }
        })
    }
}

/// Removes a file or a folder where there is one.
pub(crate) fn remove_all(path: &std::path::Path) -> Result<(), LabError> {
    let removed = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    match removed {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(LabError::file("remove", path)(error))
        }
        _ => Ok(()),
    }
}
