//! A lab as a whole: started, found again, removed.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use crate::cgroup::Cgroups;
use crate::frequency::Cores;
use crate::layout::{self, CGROUP, Layout};
use crate::lock::Lock;
use crate::node::{Node, remove_all};
use crate::own_name::OwnName;
use crate::site::Site;
use crate::spec::{self, NodeSpec, Role};
use crate::ssh::Keys;
use crate::state::State;
use crate::{LabError, disk, engine_packages, mountpoints, parallel, program, registry, swarm};

/// Who may sign in, to nodes and to the registry that asks for it.
const ROOT: &str = "root";

/// A registry that asks for a name and a password.
#[derive(Clone)]
pub struct PrivateRegistry {
    /// Where every node reaches it, such as `10.77.0.1:5001`.
    pub address: String,
    /// The name.
    pub user: String,
    /// The password, which is root's on the nodes.
    pub password: String,
}

impl fmt::Debug for PrivateRegistry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PrivateRegistry").field("address", &self.address).finish_non_exhaustive()
    }
}

/// A running lab.
#[derive(Debug)]
pub struct Lab {
    site: Arc<Site>,
    nodes: Vec<Node>,
    remove_on_drop: bool,
}

impl Lab {
    /// Starts a lab of a name of its own, which is removed when this is dropped.
    ///
    /// # Errors
    /// Where it is described wrongly, or a step fails; nothing is left of it then.
    pub fn start(nodes: &[NodeSpec]) -> Result<Self, LabError> {
        remove_abandoned()?;
        let name = OwnName::next().to_string();
        let started = Self::up(&name, Some(nodes.to_vec()));
        match started {
            Ok(mut lab) => {
                lab.remove_on_drop = true;
                Ok(lab)
            }
            Err(error) => {
                // Why it did not start is of more interest than why it cannot be removed.
                let _ = Self::down(&name);
                Err(error)
            }
        }
    }

    /// Starts a lab, or what is missing of it; it stays until [`down`](Self::down). Without `nodes` it has the nodes
    /// that it had, or three of different sizes.
    ///
    /// # Errors
    /// [`LabError::Differs`] where it is there with other nodes; further nodes are added.
    pub fn up(name: &str, nodes: Option<Vec<NodeSpec>>) -> Result<Self, LabError> {
        let cgroups = ready_for(name)?;
        let layout = Layout::new(name);
        let cores = Cores::of_this_machine();
        if let Some(nodes) = &nodes {
            spec::check(nodes, cores)?;
        }
        let _lock = Lock::take(&layout.lock())?;
        let state = match (State::read(&layout)?, nodes) {
            (None, nodes) => State::create(&layout, nodes.unwrap_or_else(|| spec::default_nodes(3)))?,
            (Some(state), None) => state,
            (Some(mut state), Some(nodes)) => {
                state.extend(&layout, nodes)?;
                state
            }
        };
        mountpoints::make()?;
        let lab = Self::of(Site { layout, cgroups, cores, subnet: state.subnet }, state.nodes);
        lab.power_on()?;
        Ok(lab)
    }

    /// Sets the password by which root will sign in to the nodes of a lab that is not there yet.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn set_password(name: &str, password: &str) -> Result<(), LabError> {
        spec::check_name("lab", name, "demo")?;
        Keys::set_password(&Layout::new(name), password)
    }

    /// A lab that is there already, running or not.
    ///
    /// # Errors
    /// [`LabError::NoSuchLab`].
    pub fn open(name: &str) -> Result<Self, LabError> {
        let cgroups = ready_for(name)?;
        let layout = Layout::new(name);
        let state = State::read(&layout)?.ok_or_else(|| LabError::NoSuchLab(name.to_owned()))?;
        let site = Site { layout, cgroups, cores: Cores::of_this_machine(), subnet: state.subnet };
        Ok(Self::of(site, state.nodes))
    }

    /// Removes a lab, whatever there is of it.
    ///
    /// # Errors
    /// Where a process does not end, or a file cannot be removed.
    pub fn down(name: &str) -> Result<(), LabError> {
        let cgroups = ready_for(name)?;
        let layout = Layout::new(name);
        let lock = Lock::take(&layout.lock())?;
        // With its processes go its namespaces, and with these its mounts, links, disks' loop devices and rules.
        cgroups.destroy(&layout.cgroup())?;
        cgroups.remove_if_empty(Path::new(CGROUP));
        disk::wait_until_released(&layout.lib())?;
        remove_all(&layout.run())?;
        remove_all(&layout.lib())?;
        lock.remove()?;
        mountpoints::remove()
    }

    /// Its name.
    pub fn name(&self) -> &str {
        self.site.layout.lab()
    }

    /// Where every node reaches the registry, such as `10.77.0.1:5000`. `busybox:latest` is in it.
    pub fn registry(&self) -> String {
        self.site.registry().to_string()
    }

    /// Starts a second registry, which lets nobody in without a name and a password, where it does not run yet.
    ///
    /// # Errors
    /// Where it does not start.
    pub fn private_registry(&self) -> Result<PrivateRegistry, LabError> {
        let (address, password) = (self.site.registry().private().to_string(), self.ssh_password()?);
        registry::start_private(&self.site, ROOT, &password)?;
        Ok(PrivateRegistry { address, user: ROOT.to_owned(), password })
    }

    /// Its nodes.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The node of a name.
    ///
    /// # Errors
    /// [`LabError::NoSuchNode`].
    pub fn node(&self, name: &str) -> Result<&Node, LabError> {
        let found = self.nodes.iter().find(|node| node.name() == name);
        found.ok_or_else(|| LabError::NoSuchNode {
            name: name.to_owned(),
            nodes: self.nodes.iter().map(|node| node.name().to_owned()).collect(),
        })
    }

    /// The first manager that is on, or the first one where none is.
    pub fn manager(&self) -> Option<&Node> {
        let managers = || self.nodes.iter().filter(|node| node.spec().role == Role::Manager);
        managers().find(|node| node.is_on()).or_else(|| managers().next())
    }

    /// Puts an image into the registry: an archive as `docker save` writes it, and the name it shall have there, such
    /// as `team/web:1`. Gives its whole name.
    ///
    /// # Errors
    /// Where no node is on, or its engine refuses the archive.
    pub fn push_image(&self, archive: Vec<u8>, name: &str) -> Result<String, LabError> {
        let node = self.nodes.iter().find(|node| node.spec().engine && node.is_on());
        let node = node.ok_or_else(|| LabError::Off(self.nodes[0].name().to_owned()))?;
        registry::push(&self.site, node.name(), &node.engine(), archive, name)
    }

    pub(crate) fn site(&self) -> &Site {
        &self.site
    }

    fn of(site: Site, nodes: Vec<NodeSpec>) -> Self {
        let site = Arc::new(site);
        let node = |(index, spec)| Node::new(&site, index, spec);
        let nodes = nodes.into_iter().enumerate().map(node).collect();
        Self { site, nodes, remove_on_drop: false }
    }

    fn power_on(&self) -> Result<(), LabError> {
        registry::start(&self.site)?;
        // Made once, before every node wants them.
        Keys::of(&self.site.layout)?;
        if self.nodes.iter().any(|node| !node.spec().engine) {
            engine_packages::fetch()?;
        }
        parallel::for_each(self.nodes.iter(), Node::power_on)?;
        swarm::form(&self.nodes)?;
        match self.nodes.iter().find(|node| node.spec().engine && node.is_on()) {
            Some(node) => registry::fill(&self.site, node.name(), &node.engine()),
            None => Ok(()),
        }
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        if self.remove_on_drop {
            // There is nobody to tell; what is left is found by its name.
            let _ = Self::down(self.name());
        }
    }
}

/// Removes the labs of processes that ended before they could: of tests that were killed.
fn remove_abandoned() -> Result<(), LabError> {
    let names = layout::labs();
    let abandoned = names.iter().filter(|name| OwnName::read(name).is_some_and(|name| name.is_abandoned()));
    abandoned.map(String::as_str).try_for_each(Lab::down)
}

/// Whether labs can be had here, and one of this name.
fn ready_for(name: &str) -> Result<Cgroups, LabError> {
    spec::check_name("lab", name, "demo")?;
    if !rustix::process::geteuid().is_root() {
        return Err(LabError::NotRoot);
    }
    program::all_there()?;
    Cgroups::of_this_machine()
}
