//! `swarm-lab`: a Docker Swarm of several nodes on this machine.

mod cli;
mod stop;

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    match cli::Arguments::parse().run() {
        Ok(code) => code,
        Err(error) => {
            cli::show_error(&error);
            ExitCode::FAILURE
        }
    }
}
