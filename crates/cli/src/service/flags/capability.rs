//! `--cap-add` and `--cap-drop`.

use std::collections::BTreeSet;

/// What is added and what is dropped, by their full names. What stands in both is added, as in Docker.
pub(super) fn effective(add: &[String], drop: &[String]) -> (Vec<String>, Vec<String>) {
    let add: BTreeSet<String> = add.iter().map(|name| full(name)).collect();
    let mut drop: BTreeSet<String> = drop.iter().map(|name| full(name)).collect();
    drop.retain(|name| !add.contains(name));
    (add.into_iter().collect(), drop.into_iter().collect())
}

/// `CAP_NET_ADMIN` for `net_admin`; `ALL` is one word.
fn full(name: &str) -> String {
    let name = name.trim().to_ascii_uppercase();
    if name == "ALL" || name.starts_with("CAP_") { name } else { format!("CAP_{name}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_written_in_full_once() {
        let text = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let (add, drop) =
            effective(&text(&["net_admin", "CAP_NET_ADMIN"]), &text(&["all", "NET_ADMIN", "chown"]));
        assert_eq!(add, ["CAP_NET_ADMIN"]);
        assert_eq!(drop, ["ALL", "CAP_CHOWN"]);
    }
}
