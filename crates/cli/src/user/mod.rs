//! `swarm-manager user`: who may use the console and the API.

mod password;

use anyhow::Result;
use clap::{Subcommand, ValueEnum};
use swarmmanager_api::{User, UserCreate, UserRole, UserUpdate};

use crate::client::Client;
use crate::exit::AlreadySaid;
use crate::output::{Column, Format, Listing, ago, print, say, unix_ms};
use password::{Source, ask};

/// What `user` is told.
#[derive(Debug, clap::Args)]
#[command(arg_required_else_help = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

/// What a user or a token may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Role {
    /// Sees everything but accounts and the audit
    Viewer,
    /// Changes services and nodes
    Operator,
    /// Changes users and settings, and ends the Swarm
    Admin,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List users
    #[command(visible_alias = "list")]
    Ls(LsArgs),
    /// Make an account; the password is asked for
    Create(CreateArgs),
    /// Give a user another role or another password
    Update(UpdateArgs),
    /// Remove one or more users with their tokens
    #[command(visible_alias = "remove")]
    Rm {
        /// Their names
        #[arg(required = true)]
        names: Vec<String>,
    },
    /// Print a new link that makes the first account, on the manager's host only
    SetupLink,
}

#[derive(Debug, clap::Args)]
struct LsArgs {
    /// 'table', 'table TEMPLATE', 'json', or a Go template
    #[arg(long, value_name = "FORMAT", default_value = "table", hide_default_value = true)]
    format: Format,
    /// Show only names
    #[arg(short, long)]
    quiet: bool,
}

#[derive(Debug, clap::Args)]
struct CreateArgs {
    /// The name to sign in with
    name: String,
    /// What they may do
    #[arg(long, value_name = "ROLE", default_value = "viewer")]
    role: Role,
    /// Read the password from standard input
    #[arg(long)]
    password_stdin: bool,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  swarm-manager user update alice --role admin
  swarm-manager user update alice --password")]
struct UpdateArgs {
    /// The user's name
    name: String,
    /// What they may do from now on
    #[arg(long, value_name = "ROLE", required_unless_present_any = ["password", "password_stdin"])]
    role: Option<Role>,
    /// Ask for a new password, which ends their sessions
    #[arg(long)]
    password: bool,
    /// Read a new password from standard input
    #[arg(long, conflicts_with = "password")]
    password_stdin: bool,
}

impl From<Role> for UserRole {
    fn from(role: Role) -> Self {
        match role {
            Role::Viewer => Self::Viewer,
            Role::Operator => Self::Operator,
            Role::Admin => Self::Admin,
        }
    }
}

/// Does what the command says.
pub(crate) async fn run(client: &Client, args: Args) -> Result<()> {
    match args.command {
        Command::Ls(args) => list(client, &args).await,
        Command::Create(args) => create(client, args).await,
        Command::Update(args) => update(client, args).await,
        Command::Rm { names } => remove(client, &names).await,
        Command::SetupLink => set_up_link(client).await,
    }
}

async fn list(client: &Client, args: &LsArgs) -> Result<()> {
    let listing = listing(&client.users().await?.users, unix_ms());
    Ok(print(&if args.quiet { listing.quiet() } else { listing.format(&args.format)? })?)
}

async fn create(client: &Client, args: CreateArgs) -> Result<()> {
    let source = if args.password_stdin { Source::StandardInput } else { Source::Terminal };
    let password = ask(&args.name, source)?;
    let user = client.create_user(&UserCreate { name: args.name, password, role: args.role.into() }).await?;
    Ok(print(&format!("{}\n", user.name))?)
}

async fn update(client: &Client, args: UpdateArgs) -> Result<()> {
    let source = match (args.password_stdin, args.password) {
        (true, _) => Some(Source::StandardInput),
        (false, true) => Some(Source::Terminal),
        (false, false) => None,
    };
    let password = source.map(|source| ask(&args.name, source)).transpose()?;
    let update = UserUpdate { role: args.role.map(UserRole::from), password };
    let user = client.update_user(&args.name, &update).await?;
    Ok(print(&format!("{}\n", user.name))?)
}

async fn remove(client: &Client, names: &[String]) -> Result<()> {
    let mut failed = false;
    for name in names {
        match client.remove_user(name).await {
            Ok(()) => print(&format!("{name}\n"))?,
            Err(error) => {
                failed = true;
                say(&format!("Error: {error}"));
            }
        }
    }
    if failed { Err(AlreadySaid.into()) } else { Ok(()) }
}

async fn set_up_link(client: &Client) -> Result<()> {
    let link = client.set_up_link().await?;
    Ok(print(&format!("{}\n", link.url.unwrap_or(link.path)))?)
}

const COLUMNS: [Column; 3] =
    [Column::usual("Name", "NAME"), Column::usual("Role", "ROLE"), Column::usual("CreatedAt", "CREATED")];

fn listing(users: &[User], now_unix_ms: i64) -> Listing {
    let row =
        |user: &User| vec![user.name.clone(), user.role.to_string(), ago(user.created_unix_ms, now_unix_ms)];
    Listing::new(&COLUMNS, users.iter().map(row).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_are_listed_with_what_they_may_do() {
        let alice = User { name: "alice".into(), role: UserRole::Admin, created_unix_ms: 0 };
        let table = listing(&[alice], 7_200_000).format(&Format::Table(None)).unwrap();
        assert_eq!(table, "NAME      ROLE      CREATED\nalice     admin     2 hours ago\n");
    }
}
