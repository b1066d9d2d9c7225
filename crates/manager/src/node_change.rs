//! Changes of nodes: what a spec becomes, and which changes would harm the Swarm. Pure.

use serde_json::{Map, Value, json};
use swarmmanager_api::{Availability, NodeUpdate, Role};
use swarmmanager_engine::{self as engine, Node, NodeState, Reachability};
use swarmmanager_units::NodeId;

use crate::cluster::Cluster;
use crate::service::Layout;
use crate::views::is_active;

/// The same spec with what the update names; everything else stays as it is.
pub(crate) fn changed(spec: &Value, update: &NodeUpdate) -> Value {
    let mut spec = spec.clone();
    if let Some(availability) = update.availability {
        spec["Availability"] = json!(match availability {
            Availability::Active => "active",
            Availability::Pause => "pause",
            Availability::Drain => "drain",
        });
    }
    if let Some(role) = update.role {
        spec["Role"] = json!(match role {
            Role::Manager => "manager",
            Role::Worker => "worker",
        });
    }
    if !update.labels_add.is_empty() || !update.labels_remove.is_empty() {
        let mut labels = spec["Labels"].as_object().cloned().unwrap_or_else(Map::new);
        labels.retain(|key, _| !update.labels_remove.contains(key));
        labels.extend(update.labels_add.iter().map(|(key, value)| (key.clone(), json!(value))));
        spec["Labels"] = Value::Object(labels);
    }
    spec
}

/// Whether the managers can still decide once that node is none of them any more.
pub(crate) fn keeps_quorum(nodes: &[Node], demoted: &NodeId) -> bool {
    let others = nodes.iter().filter(|node| node.role == engine::Role::Manager && node.id != *demoted);
    // Swarm learns at different times that a node is lost and that the managers do not reach it.
    let in_touch =
        |node: &Node| node.state == NodeState::Ready && node.reachability == Some(Reachability::Reachable);
    let (count, reachable) =
        others.fold((0, 0), |(count, reachable), node| (count + 1, reachable + usize::from(in_touch(node))));
    reachable > count / 2
}

/// An instance that runs on the node and is on its way to another one. Swarm stops such a task as soon as the node's
/// object is changed, also where its successor does not run yet.
pub(crate) fn moving_away(cluster: &Cluster, node: &NodeId) -> Option<String> {
    let here: Vec<&str> = cluster
        .tasks
        .iter()
        .filter(|task| task.node_id.as_ref() == Some(node) && is_active(task))
        .map(|task| task.service_id.as_str())
        .collect();
    cluster.managed().into_values().find_map(|service| {
        let Layout::Instances { instances, .. } = service.layout else { return None };
        let leaving = instances.into_values().find(|part| {
            part.is_placed() && part.node.as_ref() != Some(node) && here.contains(&part.swarm.id.as_str())
        });
        leaving.map(|part| part.swarm.name().to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::cluster;

    fn manager(id: &str, reachability: Reachability) -> Node {
        let node = cluster().nodes.remove(0);
        Node { id: id.into(), role: engine::Role::Manager, reachability: Some(reachability), ..node }
    }

    fn keeps(reachable: usize, unreachable: usize, demoted: usize) -> bool {
        let nodes: Vec<Node> = (0..reachable + unreachable)
            .map(|number| {
                let up = number < reachable;
                let reachability = if up { Reachability::Reachable } else { Reachability::Unreachable };
                manager(&format!("m{number}"), reachability)
            })
            .chain(cluster().nodes)
            .collect();
        keeps_quorum(&nodes, &format!("m{demoted}").as_str().into())
    }

    #[test]
    fn a_demotion_leaves_a_majority_of_the_managers_in_touch() {
        assert!(!keeps(1, 0, 0), "the last manager stays");
        assert!(keeps(2, 0, 0) && keeps(3, 0, 0));
        assert!(!keeps(2, 1, 0), "one of the two that are left is lost");
        assert!(keeps(2, 1, 2), "the lost one may go");
        assert!(keeps(3, 1, 0) && !keeps(3, 2, 0) && keeps(4, 1, 0));
    }

    #[test]
    fn a_manager_that_is_down_is_not_in_touch_whatever_else_is_said_of_it() {
        let mut nodes: Vec<Node> =
            (0..3).map(|number| manager(&format!("m{number}"), Reachability::Reachable)).collect();
        assert!(keeps_quorum(&nodes, &"m1".into()));
        nodes[2].state = NodeState::Down;
        assert!(!keeps_quorum(&nodes, &"m1".into()) && keeps_quorum(&nodes, &"m2".into()));
    }

    #[test]
    fn only_what_is_named_changes() {
        let spec =
            json!({"Name": "x", "Labels": {"a": "1", "b": "2"}, "Role": "worker", "Availability": "active"});
        assert_eq!(changed(&spec, &NodeUpdate::default()), spec);
        let update = NodeUpdate {
            availability: Some(Availability::Drain),
            role: Some(Role::Manager),
            labels_add: [("c".to_owned(), "3".to_owned())].into(),
            labels_remove: vec!["a".into(), "nowhere".into()],
        };
        let expected = json!({
            "Name": "x", "Labels": {"b": "2", "c": "3"}, "Role": "manager", "Availability": "drain",
        });
        assert_eq!(changed(&spec, &update), expected);
        let update =
            NodeUpdate { labels_add: [("c".to_owned(), "3".to_owned())].into(), ..NodeUpdate::default() };
        assert_eq!(changed(&json!({"Labels": null}), &update), json!({"Labels": {"c": "3"}}));
    }

    #[test]
    fn a_node_that_an_instance_is_leaving_is_known() {
        let mut cluster = cluster();
        assert_eq!(moving_away(&cluster, &"n1".into()), None);
        cluster.tasks[0].node_id = Some("n2".into());
        assert_eq!(moving_away(&cluster, &"n2".into()), Some("web-0".into()));
    }
}
