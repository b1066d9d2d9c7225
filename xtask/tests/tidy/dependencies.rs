//! Rules for manifests.

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

use toml::Table;

use crate::{assert_none, root};

/// Our packages, and those of ours that each may be built from. What tests use is free.
const MAY_DEPEND_ON: [(&str, &[&str]); 21] = [
    ("units", &[]),
    ("image", &[]),
    ("door", &[]),
    ("console", &[]),
    ("ssh", &[]),
    ("placement", &["units"]),
    ("forecast", &["placement"]),
    ("simulator", &["forecast", "placement", "units"]),
    ("telemetry", &["units"]),
    ("identity", &["units"]),
    ("engine", &["units"]),
    ("api", &["units", "placement"]),
    ("access", &["api"]),
    ("inventory", &["api"]),
    ("collector", &["identity", "telemetry", "units"]),
    ("agent", &["identity", "telemetry", "units"]),
    (
        "manager",
        &[
            "access",
            "api",
            "collector",
            "console",
            "door",
            "engine",
            "forecast",
            "identity",
            "inventory",
            "placement",
            "ssh",
            "telemetry",
            "units",
        ],
    ),
    ("cli", &["api", "door", "engine", "inventory", "manager", "placement", "simulator", "ssh", "units"]),
    ("crowd", &["identity", "telemetry", "units"]),
    ("lab", &["crowd", "engine", "image", "units"]),
    ("xtask", &["image"]),
];

/// A package of this workspace, as cargo describes it.
struct Package {
    name: String,
    /// Our packages that it is built from.
    ours: Vec<String>,
    manifest: Table,
}

fn packages() -> Vec<Package> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["metadata", "--no-deps", "--offline", "--format-version", "1"]).current_dir(root());
    let output = cargo.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    metadata["packages"].as_array().unwrap().iter().map(package).collect()
}

fn package(metadata: &serde_json::Value) -> Package {
    let dependencies = metadata["dependencies"].as_array().unwrap().iter();
    let built_from = dependencies.filter(|dependency| dependency["kind"] != "dev");
    let ours = built_from.filter(|dependency| dependency["path"].is_string());
    Package {
        name: short(&metadata["name"]),
        ours: ours.map(|dependency| short(&dependency["name"])).collect(),
        manifest: fs::read_to_string(metadata["manifest_path"].as_str().unwrap()).unwrap().parse().unwrap(),
    }
}

fn short(name: &serde_json::Value) -> String {
    let name = name.as_str().unwrap();
    name.strip_prefix("swarmmanager-").unwrap_or(name).to_owned()
}

#[test]
fn every_crate_depends_only_on_those_below_it() {
    let may_depend_on: BTreeMap<&str, &[&str]> = MAY_DEPEND_ON.into();
    let mut findings = Vec::new();
    for package in packages() {
        let Some(allowed) = may_depend_on.get(&*package.name) else {
            findings.push(format!("{}: not in the table of xtask/tests/tidy/dependencies.rs", package.name));
            continue;
        };
        let others = package.ours.iter().filter(|name| !allowed.contains(&&***name));
        findings.extend(others.map(|name| format!("{} depends on {name}", package.name)));
    }
    assert_none(&findings, "keep to the layers of docs/architecture.md:");
}

#[test]
fn every_crate_inherits_the_workspace_lints() {
    let inherits = |package: &Package| inherits(package.manifest.get("lints"));
    let findings = packages().into_iter().filter(|package| !inherits(package)).map(|package| package.name);
    assert_none(&findings.collect::<Vec<_>>(), "write `[lints] workspace = true`:");
}

#[test]
fn every_crate_inherits_what_is_common_to_all() {
    let mut findings = Vec::new();
    for package in packages() {
        for field in ["version", "edition", "rust-version", "license", "repository", "publish"] {
            if !inherits(package.manifest["package"].get(field)) {
                findings.push(format!("{}: {field}", package.name));
            }
        }
    }
    assert_none(&findings, "write `field.workspace = true`:");
}

#[test]
fn every_dependency_comes_from_the_workspace_table() {
    let mut findings = Vec::new();
    for package in packages() {
        for section in ["dependencies", "dev-dependencies", "build-dependencies"] {
            let dependencies = package.manifest.get(section).and_then(toml::Value::as_table);
            let own =
                dependencies.into_iter().flatten().filter(|(_, dependency)| !inherits(Some(*dependency)));
            findings.extend(own.map(|(name, _)| format!("{}: {name}", package.name)));
        }
    }
    assert_none(&findings, "write `name.workspace = true`:");
}

#[test]
fn every_dependency_of_the_workspace_table_is_used() {
    let root: Table = fs::read_to_string(root().join("Cargo.toml")).unwrap().parse().unwrap();
    let packages = packages();
    let is_used = |name: &str| {
        let sections = ["dependencies", "dev-dependencies", "build-dependencies"];
        packages.iter().any(|package| {
            sections
                .iter()
                .any(|section| package.manifest.get(*section).is_some_and(|table| table.get(name).is_some()))
        })
    };
    let table = root["workspace"]["dependencies"].as_table().unwrap();
    let unused = table.keys().filter(|name| !name.starts_with("swarmmanager-") && !is_used(name));
    assert_none(&unused.cloned().collect::<Vec<_>>(), "remove what no crate uses:");
}

/// Whether a field is `{ workspace = true }`.
fn inherits(field: Option<&toml::Value>) -> bool {
    field.and_then(|field| field.get("workspace")).and_then(toml::Value::as_bool) == Some(true)
}
