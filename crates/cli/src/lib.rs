//! The program `swarm-manager`: `serve` runs the manager, `simulate` needs none, every other command is a
//! client of its API.
//!
//! Commands know the API and nothing of the manager's inside; only `serve` does. Whatever Docker's own client has a
//! habit for is done that way: columns, filters, templates, ids by prefix, words, exit codes.

mod client;
mod command;
mod completion;
mod context;
mod duration;
mod exit;
mod image;
mod inspection;
mod job;
mod node;
mod output;
mod placement;
mod secret_input;
mod serve;
mod service;
mod shell;
mod simulate;
mod status;
mod swarm;
mod target;
mod token;
mod top;
mod user;

use std::process::ExitCode;

use clap::Parser;
use tokio::runtime;

use client::Client;
use command::{Cli, Command};

/// Does what the command line says; gives the exit code: 0 for done, 1 for refused or failed, 125 for a command line
/// that cannot be understood.
pub fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return exit::usage(&error),
    };
    exit::code(dispatch(cli))
}

fn dispatch(cli: Cli) -> anyhow::Result<()> {
    // What needs no manager must not fail because none can be found.
    match cli.command {
        Command::Serve(args) => return serve::run(*args),
        Command::Context(args) => return context::run(args, &cli.target),
        Command::Completion(args) => return completion::run(&args),
        Command::Simulate(args) if !args.records() => return simulate::run(&args),
        _ => {}
    }
    let client = Client::new(cli.target()?);
    match cli.command {
        Command::Shell(_) => shell::run(&cli.target, client),
        Command::Status(args) => wait_for(status::run(&client, &args)),
        Command::Image(args) => wait_for(image::run(&client, args)),
        Command::Job(args) => wait_for(job::run(&client, args)),
        Command::Swarm(args) => wait_for(swarm::run(&client, args)),
        Command::Node(args) => wait_for(node::run(&client, args)),
        Command::Service(args) => wait_for(service::run(&client, args)),
        Command::Placement(args) => wait_for(placement::run(&client, args)),
        Command::User(args) => wait_for(user::run(&client, args)),
        Command::Token(args) => wait_for(token::run(&client, args)),
        Command::Simulate(args) => wait_for(simulate::record(&client, &args)),
        Command::Serve(_) | Command::Context(_) | Command::Completion(_) => Ok(()),
    }
}

/// Runs a client's command: there is nothing to do at the same time.
fn wait_for(command: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
    runtime::Builder::new_current_thread().enable_all().build()?.block_on(command)
}
