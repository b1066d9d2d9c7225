use super::Constraint;
use crate::{NodeState, Role};

fn node() -> NodeState {
    serde_json::from_value(serde_json::json!({
        "id": "w1j2qapx7m0nqk4ur3c8pz2vh",
        "hostname": "AP-North",
        "address": "192.168.1.10",
        "role": "worker",
        "platform": { "os": "linux", "arch": "x86_64" },
        "labels": { "zone": "North", "Rack": "r1", "empty": "", "a.b": "dotted" },
        "engine_labels": { "storage": "ssd", "com.example.gpu": "no" },
        "cores": 1.0,
        "capacity": { "cpu": 1000.0, "memory": 0, "disk": 0 },
        "usage": null,
    }))
    .unwrap()
}

fn holds(text: &str, node: &NodeState) -> bool {
    text.parse::<Constraint>().unwrap().holds(node)
}

/// Each with whether it holds; the other operator has to give the opposite.
fn check(node: &NodeState, table: &[(&str, bool)]) {
    for (text, expected) in table {
        assert_eq!(holds(text, node), *expected, "{text}");
        let opposite = text.replacen("==", "!=", 1);
        assert_eq!(holds(&opposite, node), !expected, "{opposite}");
    }
}

#[test]
fn every_key_is_compared_with_its_own_property() {
    check(
        &node(),
        &[
            ("node.id==w1j2qapx7m0nqk4ur3c8pz2vh", true),
            ("node.id==w1j2", false),
            ("node.hostname==AP-North", true),
            ("node.hostname==w1j2qapx7m0nqk4ur3c8pz2vh", false),
            ("node.role==worker", true),
            ("node.role==manager", false),
            ("node.platform.os==linux", true),
            ("node.platform.os==windows", false),
            ("node.platform.arch==x86_64", true),
            ("node.platform.arch==aarch64", false),
            ("node.labels.zone==North", true),
            ("node.labels.zone==South", false),
            ("node.labels.a.b==dotted", true),
            ("node.labels.storage==ssd", false),
            ("engine.labels.storage==ssd", true),
            ("engine.labels.com.example.gpu==no", true),
            ("engine.labels.zone==North", false),
        ],
    );
    let manager = NodeState { role: Role::Manager, ..node() };
    check(&manager, &[("node.role==manager", true), ("node.role==worker", false)]);
}

#[test]
fn values_and_keys_are_compared_without_case_and_names_of_labels_with_it() {
    check(
        &node(),
        &[
            ("node.id==W1J2QAPX7M0NQK4UR3C8PZ2VH", true),
            ("NODE.HOSTNAME==ap-north", true),
            ("Node.Role==WORKER", true),
            ("node.platform.OS==Linux", true),
            ("node.platform.arch==X86_64", true),
            ("node.labels.zone==nOrTh", true),
            ("NODE.Labels.zone==north", true),
            ("node.labels.Zone==north", false),
            ("node.labels.Rack==r1", true),
            ("node.labels.rack==r1", false),
            ("Engine.LABELS.storage==SSD", true),
            ("engine.labels.Storage==ssd", false),
        ],
    );
}

#[test]
fn a_value_is_the_whole_text_and_no_pattern() {
    let mut node = node();
    node.labels.insert("path".into(), "/a|b*(c)".into());
    node.labels.insert("sentence".into(), "two words".into());
    check(
        &node,
        &[
            ("node.labels.zone==Nor", false),
            ("node.labels.zone==Nor*", false),
            ("node.labels.zone==.*", false),
            ("node.labels.path==/a|b*(c)", true),
            ("node.labels.sentence==two words", true),
            ("node.labels.sentence==two  words", false),
        ],
    );
}

#[test]
fn what_a_node_does_not_have_is_the_empty_text() {
    let mut bare = node();
    bare.labels.clear();
    bare.hostname.clear();
    bare.platform = crate::Platform::default();
    check(
        &bare,
        &[
            ("node.labels.zone==North", false),
            ("engine.labels.none==1", false),
            ("node.hostname==AP-North", false),
            ("node.platform.os==linux", false),
            ("node.platform.arch==x86_64", false),
        ],
    );
}

#[test]
fn an_address_is_one_address_or_all_of_a_network() {
    check(
        &node(),
        &[
            ("node.ip==192.168.1.10", true),
            ("node.ip==192.168.1.1", false),
            ("node.ip==192.168.1.0/24", true),
            ("node.ip==192.168.1.77/24", true),
            ("node.ip==192.168.2.0/24", false),
            ("node.ip==192.168.1.8/30", true),
            ("node.ip==192.168.1.12/30", false),
            ("node.ip==0.0.0.0/0", true),
            ("node.ip==192.168.1.10/32", true),
            ("node.ip==::ffff:192.168.1.10", true),
            ("node.ip==::/0", false),
        ],
    );
    let six = NodeState { address: Some("2001:db8::a".parse().unwrap()), ..node() };
    check(
        &six,
        &[
            ("node.ip==2001:db8::a", true),
            ("node.ip==2001:0DB8:0::A", true),
            ("node.ip==2001:db8::/32", true),
            ("node.ip==2001:db9::/32", false),
            ("node.ip==0.0.0.0/0", false),
        ],
    );
    let mapped = NodeState { address: Some("::ffff:192.168.1.10".parse().unwrap()), ..node() };
    check(&mapped, &[("node.ip==192.168.1.10", true), ("node.ip==192.168.1.0/24", true)]);
    let none = NodeState { address: None, ..node() };
    check(&none, &[("node.ip==192.168.1.10", false), ("node.ip==0.0.0.0/0", false)]);
}

#[test]
fn it_is_kept_as_it_was_written_without_the_blanks_around_it() {
    for (written, kept) in [
        ("node.role==manager", "node.role==manager"),
        ("  node.role  ==  manager  ", "node.role==manager"),
        ("Node.Role!=Manager", "Node.Role!=Manager"),
        ("node.labels.note==two words", "node.labels.note==two words"),
    ] {
        let constraint: Constraint = written.parse().unwrap();
        assert_eq!(constraint.to_string(), kept);
        let json = serde_json::to_string(&constraint).unwrap();
        assert_eq!(json, format!("{kept:?}"));
        assert_eq!(serde_json::from_str::<Constraint>(&json).unwrap(), constraint);
    }
}

#[test]
fn what_is_no_constraint_is_refused_with_what_would_be_right() {
    for (text, problem) in [
        ("", "it has no == or !="),
        ("node.role", "it has no == or !="),
        ("node.role=manager", "it has no == or !="),
        ("node.role>manager", "it has no == or !="),
        ("==manager", "at least two characters"),
        ("n==manager", "at least two characters"),
        ("1node==x", "no digit, - or . at its start"),
        ("node role==x", "letters, digits, -, _ and ."),
        ("node.labels.zone!=a==b", "letters, digits, -, _ and ."),
        ("node.zone==north", "none of node.id"),
        ("node.labels==north", "none of node.id"),
        ("node.labels.==north", "none of node.id"),
        ("node.label.zone==north", "none of node.id"),
        ("node.role==", "it has no value"),
        ("node.role== ", "it has no value"),
        ("node.labels.zone==nørth", "only ASCII letters"),
        ("node.labels.zone==a,b", "only ASCII letters"),
        ("node.labels.zone==a==b", "only ASCII letters"),
        ("node.role==boss", "a role is manager or worker"),
        ("node.ip==ap1", "node.ip wants an address"),
        ("node.ip==192.168.1.0/33", "node.ip wants an address"),
        ("node.ip==192.168.1", "node.ip wants an address"),
        ("node.platform.arch==amd64", "write node.platform.arch==x86_64"),
        ("node.platform.arch!=ARM64", "engines report aarch64"),
    ] {
        let error = text.parse::<Constraint>().unwrap_err().to_string();
        assert!(error.starts_with(&format!("invalid constraint {text:?}: ")), "{error}");
        assert!(error.contains(problem), "{text}: {error}");
    }
}
