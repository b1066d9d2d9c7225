//! `swarm-manager swarm ca`.

use anyhow::Result;

use crate::client::Client;
use crate::output::{iso, print, say};

/// What `swarm ca` is told.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Replace the swarm's CA, and with it every node's certificate
    #[arg(long)]
    rotate: bool,
    /// Print the fingerprint and the end instead of the certificate
    #[arg(long)]
    fingerprint: bool,
}

/// Prints the certificate, as Docker does.
pub(crate) async fn run(client: &Client, args: &Args) -> Result<()> {
    let authority = if args.rotate { client.rotate_ca().await? } else { client.swarm_ca().await? };
    if args.rotate || authority.rotating {
        say("The CA is being replaced; nodes get new certificates by themselves, and go on meanwhile.");
    }
    let text = if args.fingerprint {
        format!("{}\nvalid until {}\n", authority.fingerprint, iso(authority.expires_unix_ms))
    } else {
        format!("{}\n", authority.certificate.trim_end())
    };
    Ok(print(&text)?)
}
