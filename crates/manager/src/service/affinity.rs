//! Services whose nodes are preferred or avoided, kept as lists of names in labels.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use swarmmanager_api::{ServiceCreate, ServiceUpdate};
use swarmmanager_placement::{Affinity, Wish};

use super::labels::{AFFINITY, ANTI_AFFINITY};
use super::reading::label;

/// What a spec wishes for.
pub(crate) fn affinities(spec: &Value) -> Vec<Affinity> {
    let wishes =
        |services: Vec<String>, wish| services.into_iter().map(move |service| Affinity { service, wish });
    let together = wishes(together_with(spec), Wish::Together);
    together.chain(wishes(apart_from(spec), Wish::Apart)).collect()
}

/// Services whose nodes a spec prefers.
pub(crate) fn together_with(spec: &Value) -> Vec<String> {
    names(label(spec, AFFINITY))
}

/// Services whose nodes a spec avoids.
pub(crate) fn apart_from(spec: &Value) -> Vec<String> {
    names(label(spec, ANTI_AFFINITY))
}

/// Writes what a sound request wishes for into a spec's labels.
pub(super) fn write(labels: &mut Map<String, Value>, request: &ServiceCreate) {
    for (key, services) in [(AFFINITY, &request.affinity), (ANTI_AFFINITY, &request.anti_affinity)] {
        if let Some(text) = written(services) {
            labels.insert(key.to_owned(), json!(text));
        }
    }
}

/// Changes what labels wish for as a sound update says. Who wishes for one does not wish for the other any more.
pub(super) fn change(labels: &mut BTreeMap<String, String>, update: &ServiceUpdate) {
    let (together, apart) = (&update.affinity_add, &update.anti_affinity_add);
    let changes = [
        (AFFINITY, together, [&update.affinity_remove, apart]),
        (ANTI_AFFINITY, apart, [&update.anti_affinity_remove, together]),
    ];
    for (key, added, removed) in changes {
        let mut services = names(labels.get(key).map(String::as_str));
        services.retain(|service| !removed.iter().any(|removed| removed.contains(service)));
        services.extend(added.iter().cloned());
        match written(&services) {
            Some(text) => drop(labels.insert(key.to_owned(), text)),
            None => drop(labels.remove(key)),
        }
    }
}

/// Names have no commas.
fn names(text: Option<&str>) -> Vec<String> {
    let names = text.into_iter().flat_map(|text| text.split(','));
    names.filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// Each name once, in the order in which they were given.
fn written(services: &[String]) -> Option<String> {
    let mut once: Vec<&str> = Vec::new();
    for service in services {
        if !once.contains(&service.as_str()) {
            once.push(service);
        }
    }
    (!once.is_empty()).then(|| once.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[track_caller]
    fn check(before: [&str; 2], update: &ServiceUpdate, after: [&str; 2]) {
        let keys = [AFFINITY, ANTI_AFFINITY].map(str::to_owned);
        let labels = |texts: [&str; 2]| -> BTreeMap<String, String> {
            let pairs = keys.iter().cloned().zip(texts.map(str::to_owned));
            pairs.filter(|(_, text)| !text.is_empty()).collect()
        };
        let mut changed = labels(before);
        change(&mut changed, update);
        assert_eq!(changed, labels(after));
    }

    #[test]
    fn wishes_are_written_once_each_and_read_back() {
        let mut request = ServiceCreate::new("web", "nginx");
        request.affinity = list(&["db", "cache", "db"]);
        request.anti_affinity = list(&["batch"]);
        let mut labels = Map::new();
        write(&mut labels, &request);
        let spec = json!({"Labels": labels});
        assert_eq!((together_with(&spec), apart_from(&spec)), (list(&["db", "cache"]), list(&["batch"])));
        let wish = |service: &str, wish| Affinity { service: service.into(), wish };
        assert_eq!(
            affinities(&spec),
            [wish("db", Wish::Together), wish("cache", Wish::Together), wish("batch", Wish::Apart)]
        );
    }

    #[test]
    fn who_wishes_for_nothing_has_no_label() {
        let mut labels = Map::new();
        write(&mut labels, &ServiceCreate::new("web", "nginx"));
        assert_eq!(labels, Map::new());
        assert_eq!(affinities(&json!({"Labels": {"swarmmanager.affinity": ""}})), []);
    }

    #[test]
    fn an_update_adds_and_removes_names() {
        let add = ServiceUpdate { affinity_add: list(&["db"]), ..ServiceUpdate::default() };
        check(["", ""], &add, ["db", ""]);
        check(["db,cache", ""], &add, ["db,cache", ""]);
        let remove = ServiceUpdate { affinity_remove: list(&["db"]), ..ServiceUpdate::default() };
        check(["db", "batch"], &remove, ["", "batch"]);
    }

    #[test]
    fn a_wish_takes_the_place_of_its_contrary() {
        let add = ServiceUpdate { anti_affinity_add: list(&["db"]), ..ServiceUpdate::default() };
        check(["db,cache", ""], &add, ["cache", "db"]);
    }
}
