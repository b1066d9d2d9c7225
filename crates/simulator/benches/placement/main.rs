//! Every policy, with the relocation that belongs to it and without any, on recorded loads, most of them others than
//! those that parameters were chosen on: prints Markdown tables for `docs/placement.md`. `--quick` runs one day and one
//! seed of each.
//!
//! The recordings are in `shared/data` beside the checkout, or in the folder that `SWARMMANAGER_DATA` names.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "what it prints is what it is for")]

mod contenders;
mod cost;
mod sets;
mod table;

use std::env;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use swarmmanager_simulator::comparison::compare;

const DATA_VARIABLE: &str = "SWARMMANAGER_DATA";
/// Where the random numbers begin; parameters were chosen with others.
const SEED: u64 = 101;

fn main() -> ExitCode {
    let quick = env::args().any(|argument| argument == "--quick");
    let Some(data) = data() else { return ExitCode::SUCCESS };
    match run(&data, quick) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn data() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let folder = env::var_os(DATA_VARIABLE).map_or_else(beside, PathBuf::from);
    if folder.join("planetlab").is_dir() {
        return Some(folder);
    }
    eprintln!("nothing compared: there is no {}; {DATA_VARIABLE} can name another folder", folder.display());
    None
}

fn run(data: &Path, quick: bool) -> Result<(), Box<dyn std::error::Error>> {
    let contenders = contenders::contenders();
    if quick {
        println!("A quick look: one day or half a day of each recording, one seed.\n");
    }
    let seeds = if quick { 1 } else { 3 };
    for set in sets::sets(data, quick)? {
        let begin = Instant::now();
        let comparison = compare(&set.scenarios, &contenders, SEED, seeds, &|_| ())?;
        println!("{}", table::table(&set, &comparison));
        eprintln!("{}: {:.0} s", set.name, begin.elapsed().as_secs_f64());
    }
    println!("{}", cost::table());
    Ok(())
}
