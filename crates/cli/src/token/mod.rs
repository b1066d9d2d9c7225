//! `swarm-manager token`: API tokens, for programs and for commands from elsewhere.

use anyhow::Result;
use clap::Subcommand;
use swarmmanager_api::{TokenCreate, TokenInfo};

use crate::client::Client;
use crate::duration::Duration;
use crate::exit::AlreadySaid;
use crate::output::{Column, Format, Listing, ago, print, say, unix_ms, until};
use crate::user::Role;

/// What `token` is told.
#[derive(Debug, clap::Args)]
#[command(arg_required_else_help = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List tokens
    #[command(visible_alias = "list")]
    Ls(LsArgs),
    /// Make a token and print it: it is shown this once
    #[command(after_help = "Example:
  swarm-manager token create --role operator --expires 2160h laptop > laptop.token")]
    Create(CreateArgs),
    /// End one or more tokens
    #[command(visible_alias = "remove")]
    Rm {
        /// Their ids
        #[arg(required = true)]
        ids: Vec<String>,
    },
}

#[derive(Debug, clap::Args)]
struct LsArgs {
    /// 'table', 'table TEMPLATE', 'json', or a Go template
    #[arg(long, value_name = "FORMAT", default_value = "table", hide_default_value = true)]
    format: Format,
    /// Show only ids
    #[arg(short, long)]
    quiet: bool,
}

#[derive(Debug, clap::Args)]
struct CreateArgs {
    /// What it is for
    name: String,
    /// What it may do
    #[arg(long, value_name = "ROLE", default_value = "viewer")]
    role: Role,
    /// How long it is valid
    #[arg(long, value_name = "DURATION", default_value = "720h")]
    expires: Duration,
}

/// Does what the command says.
pub(crate) async fn run(client: &Client, args: Args) -> Result<()> {
    match args.command {
        Command::Ls(args) => list(client, &args).await,
        Command::Create(args) => create(client, args).await,
        Command::Rm { ids } => remove(client, &ids).await,
    }
}

async fn list(client: &Client, args: &LsArgs) -> Result<()> {
    let listing = listing(&client.tokens().await?.tokens, unix_ms());
    Ok(print(&if args.quiet { listing.quiet() } else { listing.format(&args.format)? })?)
}

async fn create(client: &Client, args: CreateArgs) -> Result<()> {
    let request =
        TokenCreate { name: args.name, role: args.role.into(), expires_in_s: args.expires.ms() / 1000 };
    let created = client.create_token(&request).await?;
    Ok(print(&format!("{}\n", created.token))?)
}

async fn remove(client: &Client, ids: &[String]) -> Result<()> {
    let mut failed = false;
    for id in ids {
        match client.remove_token(id).await {
            Ok(()) => print(&format!("{id}\n"))?,
            Err(error) => {
                failed = true;
                say(&format!("Error: {error}"));
            }
        }
    }
    if failed { Err(AlreadySaid.into()) } else { Ok(()) }
}

const COLUMNS: [Column; 6] = [
    Column::usual("ID", "ID"),
    Column::usual("Name", "NAME"),
    Column::usual("User", "USER"),
    Column::usual("Role", "ROLE"),
    Column::usual("CreatedAt", "CREATED"),
    Column::usual("ExpiresAt", "EXPIRES"),
];

fn listing(tokens: &[TokenInfo], now_unix_ms: i64) -> Listing {
    let row = |token: &TokenInfo| {
        vec![
            token.id.clone(),
            token.name.clone(),
            token.user.clone(),
            token.role.to_string(),
            ago(token.created_unix_ms, now_unix_ms),
            until(token.expires_unix_ms, now_unix_ms),
        ]
    };
    Listing::new(&COLUMNS, tokens.iter().map(row).collect())
}
