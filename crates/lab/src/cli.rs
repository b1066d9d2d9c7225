//! The command line.
#![expect(clippy::print_stderr, reason = "this is what writes to the terminal")]

use std::ffi::OsString;
use std::fs;
use std::io::{self, Write as _};
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use clap::{Args, Parser, Subcommand, ValueEnum};
use swarmmanager_lab::{
    Crowd, InventoryFormat, Lab, LabStatus, Load, NodeSpec, NodeStatus, SignIn, default_nodes, read_config,
};
use swarmmanager_units::Bytes;

use crate::stop::Stop;

/// A Docker Swarm of several nodes on this machine, each of a size of its own.
#[derive(Parser)]
#[command(name = "swarm-lab", version)]
pub(crate) struct Arguments {
    /// The lab's name; several run side by side
    #[arg(long, default_value = "lab", global = true)]
    name: String,
    #[command(subcommand)]
    command: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Start the lab, or what is missing of it
    Up(Up),
    /// Remove the lab and all that it made
    Down,
    /// Show the nodes
    Status {
        /// How to show them
        #[arg(long, value_enum, default_value_t = Format::Table)]
        format: Format,
    },
    /// Run a command in a node
    Exec(InNode),
    /// Run Docker's own client with a node's engine
    Docker(InNode),
    /// Cut a node's power
    Kill(OfNode),
    /// Switch a node on
    Start(OfNode),
    /// Cut a node's link to the others
    Partition(OfNode),
    /// Mend a node's link
    Heal(OfNode),
    /// Put load on a node
    Load(LoadOptions),
    /// Add simulated nodes to the Swarm until this is told to stop
    Crowd(CrowdOptions),
    /// Make a port of a node reachable on this machine until this is told to stop
    Forward(ForwardOptions),
    /// Start a registry that asks for a name and a password, and print where it is, the name and the password
    PrivateRegistry,
    /// Print all nodes but the first as an inventory for 'swarm-manager swarm join'
    Inventory(InventoryOptions),
    /// Put an image into the lab's registry
    Push {
        /// The image as `docker save` writes it
        archive: PathBuf,
        /// Its name in the registry, such as team/web:1
        image: String,
    },
}

#[derive(Args)]
struct Up {
    /// How many nodes, of sizes that differ
    #[arg(long, conflicts_with = "config")]
    nodes: Option<usize>,
    /// A file that describes the nodes
    #[arg(long)]
    config: Option<PathBuf>,
    /// Leave all engines in no Swarm
    #[arg(long)]
    bare: bool,
    /// A file with the password by which root signs in to the nodes; a random one where it is left out
    #[arg(long)]
    password_file: Option<PathBuf>,
}

#[derive(Args)]
struct InventoryOptions {
    /// How root signs in: by the lab's key, by its password, or by it in the form of the research prototype
    #[arg(long, value_enum, default_value_t = Auth::Key)]
    auth: Auth,
    /// How to write it
    #[arg(long, value_enum, default_value_t = Written::Json)]
    format: Written,
}

#[derive(Clone, Copy, ValueEnum)]
enum Written {
    Json,
    Toml,
    Yaml,
}

#[derive(Clone, Copy, ValueEnum)]
enum Auth {
    Key,
    Password,
    Prototype,
}

#[derive(Args)]
struct InNode {
    /// The node
    node: String,
    /// What to run
    #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
    words: Vec<OsString>,
}

#[derive(Args)]
struct OfNode {
    /// The node
    node: String,
}

#[derive(Args)]
struct LoadOptions {
    /// The node
    node: String,
    /// The share of its processing power, such as 80%
    #[arg(long, default_value = "0%", value_parser = share)]
    cpu: f64,
    /// Memory, such as 100MiB
    #[arg(long, default_value = "0")]
    memory: Bytes,
    /// For how long, such as 60s or 5m
    #[arg(long = "for", default_value = "60s", value_parser = duration)]
    duration: Duration,
}

#[derive(Args)]
struct ForwardOptions {
    /// The node
    node: String,
    /// Its TCP port
    port: u16,
    /// Where to listen on this machine; the same port of the loopback address where it is left out
    #[arg(long)]
    listen: Option<SocketAddr>,
}

#[derive(Args)]
struct CrowdOptions {
    /// How many
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=1000))]
    nodes: u32,
    /// Decides what they are and how busy when
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Table,
    Json,
}

impl Arguments {
    pub(crate) fn run(self) -> Result<ExitCode> {
        let open = || Lab::open(&self.name);
        match self.command {
            Action::Up(up) => start(&self.name, &up)?,
            Action::Down => Lab::down(&self.name)?,
            Action::Status { format } => show(&open()?.status()?, format)?,
            Action::Exec(exec) => {
                let (program, arguments) = exec.words.split_first().context("there is nothing to run")?;
                return replace_by(open()?.node(&exec.node)?.command(program)?.args(arguments));
            }
            Action::Docker(docker) => {
                return replace_by(open()?.node(&docker.node)?.docker().args(&docker.words));
            }
            Action::Kill(of) => open()?.node(&of.node)?.kill()?,
            Action::Start(of) => open()?.node(&of.node)?.start()?,
            Action::Partition(of) => open()?.node(&of.node)?.partition()?,
            Action::Heal(of) => open()?.node(&of.node)?.heal()?,
            Action::Load(load) => {
                let LoadOptions { node, cpu, memory, duration } = load;
                open()?.node(&node)?.load(Load { cpu, memory, duration })?.wait()?;
            }
            Action::Crowd(options) => crowd(&open()?, &options)?,
            Action::Forward(options) => forward(&open()?, &options)?,
            Action::Inventory(options) => {
                say(&open()?.inventory_as(options.auth.into(), options.format.into())?)?;
            }
            Action::PrivateRegistry => {
                let registry = open()?.private_registry()?;
                say(&format!("{} {} {}\n", registry.address, registry.user, registry.password))?;
            }
            Action::Push { archive, image } => say(&(push(&open()?, &archive, &image)? + "\n"))?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl From<Written> for InventoryFormat {
    fn from(written: Written) -> Self {
        match written {
            Written::Json => Self::Json,
            Written::Toml => Self::Toml,
            Written::Yaml => Self::Yaml,
        }
    }
}

impl From<Auth> for SignIn {
    fn from(auth: Auth) -> Self {
        match auth {
            Auth::Key => Self::Key,
            Auth::Password => Self::Password,
            Auth::Prototype => Self::Prototype,
        }
    }
}

/// Says an error and all that led to it.
pub(crate) fn show_error(error: &anyhow::Error) {
    eprintln!("error: {error:#}");
}

fn start(name: &str, up: &Up) -> Result<()> {
    let nodes = match (&up.config, up.nodes) {
        (Some(config), _) => Some(read_config(config)?),
        (None, Some(count)) => Some(default_nodes(count)),
        (None, None) if up.bare => Some(default_nodes(3)),
        (None, None) => None,
    };
    let bare = |node: NodeSpec| if up.bare { node.bare() } else { node };
    let nodes = nodes.map(|nodes| nodes.into_iter().map(bare).collect());
    let since = Instant::now();
    if let Some(file) = &up.password_file {
        let password = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
        Lab::set_password(name, password.trim_end())?;
    }
    let lab = Lab::up(name, nodes)?;
    let count = match lab.nodes().len() {
        1 => "1 node".to_owned(),
        count => format!("{count} nodes"),
    };
    let seconds = since.elapsed().as_secs_f64();
    say(&format!("Lab {name} is up: {count}, registry {}, {seconds:.1} s\n", lab.registry()))?;
    show(&lab.status()?, Format::Table)
}

fn crowd(lab: &Lab, options: &CrowdOptions) -> Result<()> {
    // From now on, so that nobody who is impatient leaves nodes behind.
    let stop = Stop::listen()?;
    let since = Instant::now();
    let crowd = lab.crowd(Crowd { nodes: options.nodes, seed: options.seed })?;
    let seconds = since.elapsed().as_secs_f64();
    say(&format!("{} simulated nodes are ready, {seconds:.1} s; Ctrl-C removes them\n", crowd.ids().len()))?;
    stop.wait();
    Ok(crowd.end()?)
}

fn forward(lab: &Lab, options: &ForwardOptions) -> Result<()> {
    let stop = Stop::listen()?;
    let listen = options.listen.unwrap_or_else(|| (Ipv4Addr::LOCALHOST, options.port).into());
    let forwarding = lab.node(&options.node)?.forward(listen, options.port)?;
    let ForwardOptions { node, port, .. } = options;
    say(&format!("{} leads to port {port} of {node} until Ctrl-C\n", forwarding.address()))?;
    stop.wait();
    Ok(())
}

fn push(lab: &Lab, archive: &Path, image: &str) -> Result<String> {
    let bytes = fs::read(archive).with_context(|| format!("cannot read {}", archive.display()))?;
    Ok(lab.push_image(bytes, image)?)
}

/// Becomes the command, so that signals and exit status are the command's own.
fn replace_by(command: &mut Command) -> Result<ExitCode> {
    let error = command.exec();
    Err(error).with_context(|| format!("cannot run {}", command.get_program().display()))
}

fn show(status: &LabStatus, format: Format) -> Result<()> {
    match format {
        Format::Json => say(&(serde_json::to_string_pretty(status)? + "\n")),
        Format::Table => say(&table(&status.nodes)),
    }
}

/// Writes to the standard output; whoever has read enough of it may have closed it.
fn say(text: &str) -> Result<()> {
    match io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

fn table(nodes: &[NodeStatus]) -> String {
    let head = ["NODE", "STATE", "ROLE", "ADDRESS", "CPU", "MEMORY", "DISK"].map(str::to_owned);
    let row = |node: &NodeStatus| {
        [
            node.name.clone(),
            node.state.as_str().to_owned(),
            node.role.as_str().to_owned(),
            node.address.clone(),
            node.cpu_mhz.to_string(),
            node.memory_bytes.to_string(),
            node.disk_bytes.to_string(),
        ]
    };
    let rows: Vec<_> = std::iter::once(head).chain(nodes.iter().map(row)).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].len()).max().unwrap_or(0);
    let line = |row: &[String; 7]| {
        let cells =
            row.iter().enumerate().map(|(column, cell)| format!("{cell:width$}", width = width(column)));
        cells.collect::<Vec<_>>().join("   ").trim_end().to_owned() + "\n"
    };
    rows.iter().map(line).collect()
}

fn share(text: &str) -> Result<f64> {
    let percent: Option<f64> = text.strip_suffix('%').and_then(|percent| percent.parse().ok());
    match percent {
        Some(percent) if (0.0..=100.0).contains(&percent) => Ok(percent / 100.0),
        _ => bail!("write a share from 0% to 100%"),
    }
}

fn duration(text: &str) -> Result<Duration> {
    let split = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let unit = match &text[split..] {
        "s" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        _ => bail!("write a time such as 60s, 5m or 1h"),
    };
    let number: f64 = text[..split].parse().context("write a time such as 60s, 5m or 1h")?;
    Ok(Duration::try_from_secs_f64(number * unit)?)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use clap::CommandFactory as _;
    use clap::Parser as _;

    use super::{Action, Arguments, duration, share};

    #[test]
    fn arguments_are_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn what_is_run_in_a_node_keeps_its_own_options() {
        let words = ["swarm-lab", "--name", "demo", "exec", "ap1", "--", "serve", "--name", "x"];
        let arguments = Arguments::try_parse_from(words).unwrap();
        assert_eq!(arguments.name, "demo");
        let Action::Exec(exec) = arguments.command else { panic!("not exec") };
        assert_eq!((exec.node.as_str(), exec.words.len()), ("ap1", 3));
        for words in [["swarm-lab", "exec", "ap1"], ["swarm-lab", "up", "--nodes"]] {
            assert!(Arguments::try_parse_from(words).is_err());
        }
    }

    #[test]
    fn shares_and_times_are_read() {
        assert_eq!(share("80%").unwrap(), 0.8);
        assert!(share("80").is_err() && share("101%").is_err() && share("-1%").is_err());
        assert_eq!(duration("1.5m").unwrap(), Duration::from_secs(90));
        assert!(duration("60").is_err() && duration("s").is_err() && duration("1d").is_err());
    }
}
