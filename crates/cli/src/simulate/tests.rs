use std::fs;
use std::path::Path;

use clap::Parser as _;
use serde_json::Value;

use super::*;
use crate::command::{Cli, Command};

/// Two instances on one service's name each, ten minutes, the second one three times as busy at the end.
const TRACE: &str = "instance,service,second,cpu_mhz,memory_bytes\n\
    web-0,web,0,100,33554432\nweb-0,web,300,100,33554432\nweb-0,web,600,100,33554432\n\
    db-0,db,0,200,67108864\ndb-0,db,300,200,67108864\ndb-0,db,600,600,67108864\n";
const FLEET: &str = "load = 0.25\n\
    [churn]\narrivals-within = 1\nredeployed-every = 0\nnode-fails-every = 0\n\
    [[classes]]\nname = \"ap\"\ncores = 1\ncpu-mhz = 1000\nmemory = \"128m\"\n";

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("mine.csv"), TRACE).unwrap();
    fs::write(folder.path().join("fleet.toml"), FLEET).unwrap();
    folder
}

fn args(folder: &Path, more: &[&str]) -> Args {
    let (trace, fleet) = (folder.join("mine.csv"), folder.join("fleet.toml"));
    let line = ["swarm-manager", "simulate", "--fleet", fleet.to_str().unwrap(), trace.to_str().unwrap()];
    match Cli::try_parse_from(line.iter().chain(more)).unwrap().command {
        Command::Simulate(args) => *args,
        other => panic!("{other:?}"),
    }
}

fn comparison(more: &[&str]) -> (Comparison, Format) {
    let folder = folder();
    let args = args(folder.path(), more);
    let contenders = contenders::contenders(&args.policy, &args.relocation, args.seed).unwrap();
    let scenarios = scenarios::scenarios(&args).unwrap();
    (compare(&scenarios, &contenders, args.seed, args.seeds, &|_| ()).unwrap(), args.format)
}

#[test]
fn a_table_has_a_row_for_each_contender_and_says_whose_is_best() {
    let (comparison, format) = comparison(&["--policy", "spread", "--policy", "binpack"]);
    insta::assert_snapshot!(table::written(&comparison, &format).unwrap());
}

#[test]
fn json_has_means_with_their_errors_and_every_run() {
    let (comparison, format) = comparison(&["--policy", "spread", "--seeds", "2", "--format", "json"]);
    let text = table::written(&comparison, &format).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[0]["policy"], "spread");
    assert_eq!(lines[0]["means"]["moves"]["standard_error"], 0.0);
    assert_eq!(lines[0]["runs"].as_array().unwrap().len(), 2);
    assert_eq!(lines[0]["runs"][0]["timeline"]["steps_per_point"], 1);
}

#[test]
fn templates_see_the_columns() {
    let (comparison, format) =
        comparison(&["--policy", "spread", "--relocation", "none", "--format", "{{.Policy}}: {{.Moves}}"]);
    assert_eq!(table::written(&comparison, &format).unwrap(), "spread: 0\n");
}

#[test]
fn a_trace_ends_where_it_is_told_to() {
    let steps = |more: &[&str]| comparison(more).0.scenarios[0].steps;
    assert_eq!(steps(&["--policy", "spread"]), 3);
    assert_eq!(steps(&["--policy", "spread", "--steps", "2"]), 2);
    assert_eq!(steps(&["--policy", "spread", "--hours", "0.1"]), 2);
}

#[test]
fn what_is_not_there_is_refused_with_what_there_is() {
    let folder = folder();
    let error = |more: &[&str]| {
        let result = run(&args(folder.path(), more)).unwrap_err();
        format!("{result:#}")
    };
    assert!(
        error(&["--policy", "best"]).starts_with("there is no placement policy \"best\"; choose one of ")
    );
    assert!(error(&["--relocation", "x"]).starts_with("there is no relocation \"x\"; choose one of "));
}

#[test]
fn cloudsim_s_mode_takes_nothing_of_the_other() {
    let line = ["swarm-manager", "simulate", "--cloudsim", "dvfs", "20110303.csv.gz"];
    assert!(Cli::try_parse_from(line).is_ok());
    let error = Cli::try_parse_from(line.into_iter().chain(["--load", "0.5"])).unwrap_err().to_string();
    assert!(error.contains("cannot be used with '--load <SHARE>'"), "{error}");
    let folder = folder();
    let trace = folder.path().join("mine.csv");
    let policies = ["dvfs".parse().unwrap()];
    let error = cloudsim::run(&policies, 1, &[trace], &"table".parse().unwrap()).unwrap_err().to_string();
    assert!(error.ends_with("is no day of PlanetLab, and CloudSim's mode knows nothing else"), "{error}");
}

#[test]
fn a_fleet_that_could_not_run_anything_is_refused() {
    let folder = folder();
    for (text, expected) in [
        ("classes = []\n", "it has no classes"),
        (
            "[[classes]]\nname = \"a\"\ncores = 0\ncpu-mhz = 5\nmemory = \"1g\"\n",
            "the class \"a\" has no CPU",
        ),
        (&*format!("lode = 1\n{FLEET}"), "unknown field `lode`"),
    ] {
        fs::write(folder.path().join("fleet.toml"), text).unwrap();
        let error = format!("{:#}", run(&args(folder.path(), &[])).unwrap_err());
        assert!(error.contains("fleet.toml is no fleet") && error.contains(expected), "{error}");
    }
    fs::remove_file(folder.path().join("fleet.toml")).unwrap();
    let error = format!("{:#}", run(&args(folder.path(), &[])).unwrap_err());
    assert!(error.contains("there is no fleet") && error.contains("choose one of access-points"), "{error}");
}
