//! `swarm-manager`: runs the manager, and speaks to one that runs.

use std::process::ExitCode;

fn main() -> ExitCode {
    swarmmanager_cli::run()
}
