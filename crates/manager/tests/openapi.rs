//! The API's description is checked in, so that a change of the API is seen in review.

#![allow(clippy::unwrap_used, reason = "a test says what failed by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Writes the description instead of comparing it.
const UPDATE_VARIABLE: &str = "UPDATE_OPENAPI";

#[test]
fn the_checked_in_description_is_what_the_server_serves() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json");
    let served = format!("{}\n", swarmmanager_manager::openapi().to_pretty_json().unwrap());
    if std::env::var_os(UPDATE_VARIABLE).is_some() {
        fs::write(&path, &served).unwrap();
    }
    let checked_in = fs::read_to_string(&path).unwrap();
    let first_difference =
        served.lines().zip(checked_in.lines()).find(|(served, checked_in)| served != checked_in);
    assert!(
        served == checked_in,
        "docs/openapi.json is not what the server serves: run this test with {UPDATE_VARIABLE}=1; first difference: \
         {first_difference:?}"
    );
}

#[test]
fn every_operation_has_a_name_of_its_own() {
    let description = serde_json::to_value(swarmmanager_manager::openapi()).unwrap();
    let paths = description["paths"].as_object().unwrap();
    let operations: Vec<&str> = paths
        .values()
        .flat_map(|path| path.as_object().unwrap().values())
        .map(|operation| operation["operationId"].as_str().unwrap())
        .collect();
    assert!(operations.len() > 10);
    assert_eq!(operations.iter().collect::<BTreeSet<_>>().len(), operations.len(), "{operations:?}");
}
