//! Reads the results that criterion leaves in files.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::findings::{Finding, duration, render};

/// All results below a folder, as tables.
pub(super) fn table(folder: &Path) -> Result<String> {
    let mut findings = Vec::new();
    collect(folder, &mut findings)?;
    Ok(render(&findings, "median", duration))
}

fn collect(folder: &Path, findings: &mut Vec<Finding>) -> Result<()> {
    let entries = fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        if path.ends_with("new") {
            findings.push(read(&path)?);
        } else if path.is_dir() {
            collect(&path, findings)?;
        }
    }
    Ok(())
}

/// Reads one benchmark's latest result.
fn read(folder: &Path) -> Result<Finding> {
    let json = |file: &str| -> Result<Value> {
        let path = folder.join(file);
        let text = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        serde_json::from_slice(&text).with_context(|| format!("cannot understand {}", path.display()))
    };
    let (benchmark, estimates) = (json("benchmark.json")?, json("estimates.json")?);
    let text = |field: &str| benchmark[field].as_str().unwrap_or_default().to_owned();
    let name = [text("group_id"), text("function_id")];
    let name: Vec<String> = name.into_iter().filter(|part| !part.is_empty()).collect();
    let nanoseconds = estimates["median"]["point_estimate"].as_f64();
    Ok(Finding {
        name: name.join(", "),
        size: text("value_str"),
        value: nanoseconds.with_context(|| format!("{} has no median", folder.display()))?,
    })
}
