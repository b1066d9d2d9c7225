use proptest::prelude::*;
use swarmmanager_api::Role;

use super::*;

fn nodes(text: &str) -> Vec<Entry> {
    parse(text, Format::of_text(text)).unwrap().nodes
}

#[track_caller]
fn check_refused(text: &str, parts: &[&str]) {
    let error = parse(text, Format::of_text(text)).unwrap_err().to_string();
    for part in parts {
        assert!(error.contains(part), "{error:?} does not say {part:?}");
    }
}

#[test]
fn the_prototype_s_file_is_read_as_it_is() {
    let text = r#"{"nodes": [
        {"name": "ap1", "addr": "10.0.0.2", "user": "root", "password": "hunter2", "ssh_port": 22,
         "engine_port": 2376, "engine": "aufs", "role": "worker"},
        {"name": "ap2", "addr": "10.0.0.3", "user": "pi", "password": "hunter3", "ssh_port": 2222,
         "engine_port": 2376, "engine": "overlay2", "role": "manager"}
    ]}"#;
    let inventory = parse(text, Format::Json).unwrap();
    let [first, second] = inventory.nodes.as_slice() else { panic!("{inventory:?}") };
    assert_eq!(
        (first.node.address.as_str(), first.node.port, first.node.role),
        ("10.0.0.2", 22, Role::Worker)
    );
    assert_eq!(first.node.auth.password.as_ref().unwrap().reveal(), "hunter2");
    assert_eq!(first.node.storage_driver.as_deref(), Some("overlay2"), "aufs is no more");
    assert_eq!((second.node.user.as_str(), second.node.port, second.node.role), ("pi", 2222, Role::Manager));
    assert_eq!(first.outside, Outside::default());
    let warnings = inventory.warnings.join("\n");
    for part in ["ap1: its password stands in the file", "ap1: engine_port has no effect", "\"aufs\""] {
        assert!(warnings.contains(part), "{warnings}");
    }
    assert!(!warnings.contains("hunter") && !format!("{inventory:?}").contains("hunter"));
}

#[test]
fn the_fuller_form_is_the_same_in_three_formats() {
    let json = r#"{
        "defaults": {"user": "admin", "key_file": "~/.ssh/id", "labels": {"site": "north"}},
        "nodes": [
            {"address": "10.0.0.2", "labels": {"site": "south", "floor": "1"}},
            {"name": "ap2", "address": "ap2.example", "port": 2222, "role": "manager", "password_env": "AP2",
             "advertise_address": "eth1", "engine_socket": "unix:///run/docker.sock"}
        ]}"#;
    let toml = r#"
        [defaults]
        user = "admin"
        key_file = "~/.ssh/id"
        labels = { site = "north" }
        [[nodes]]
        address = "10.0.0.2"
        labels = { site = "south", floor = "1" }
        [[nodes]]
        name = "ap2"
        address = "ap2.example"
        port = 2222
        role = "manager"
        password_env = "AP2"
        advertise_address = "eth1"
        engine_socket = "unix:///run/docker.sock"
    "#;
    let yaml = r#"
defaults:
  user: admin
  key_file: ~/.ssh/id
  labels: {site: north}
nodes:
  - address: 10.0.0.2
    labels: {site: south, floor: "1"}
  - name: ap2
    address: ap2.example
    port: 2222
    role: manager
    password_env: AP2
    advertise_address: eth1
    engine_socket: unix:///run/docker.sock
"#;
    let read = nodes(json);
    assert_eq!(nodes(toml), read);
    assert_eq!(nodes(yaml), read);
    assert_eq!(read[0].outside.key_file.as_deref(), Some("~/.ssh/id"));
    assert_eq!(read[0].node.labels["site"], "south");
    assert_eq!(read[1].node.labels["site"], "north");
    assert_eq!(read[1].outside.password, Some(Source::Variable("AP2".into())));
    assert_eq!(read[1].outside.key_file, None, "what proves itself takes no other proof from the defaults");
    assert_eq!(read[1].node.engine_socket.as_deref(), Some("/run/docker.sock"));
}

#[test]
fn what_is_wrong_is_told_with_its_line_node_and_field() {
    check_refused(
        "{\"nodes\": [\n{\"name\": \"ap1\", \"adress\": \"x\"}]}",
        &["line 2", "ap1", "unknown field `adress`"],
    );
    check_refused(
        "{\"nodes\": [\n{\"addr\": \"x\",\n\"ssh_port\": 0}]}",
        &["line 3", "node x", "ssh_port", "1 to 65535"],
    );
    check_refused("{\"nodes\": [{\"addr\": \"x\", \"role\": \"boss\"}]}", &["node x", "role", "`manager`"]);
    check_refused("{\"nodes\": [{\"addr\": \"a b\"}]}", &["line 1", "addr", "one word"]);
    check_refused("{\"nodes\": [{\"name\": \"ap1\"}]}", &["line 1", "ap1", "no address"]);
    check_refused(
        "{\"nodes\": [{\"addr\": \"x\"},\n{\"name\": \"b\", \"addr\": \"x\"}]}",
        &["line 2", "x and b", "port 22"],
    );
    check_refused(
        "nodes:\n- addr: AP1.example\n- name: b\n  addr: ap1.example\n- addr: ap1.example.org\n",
        &["line 4", "AP1.example and b"],
    );
    check_refused("{\"nodes\": []}", &["no nodes"]);
    check_refused("{\"nodes\": [}", &["line 1", "no valid JSON"]);
    check_refused("[[nodes]]\naddress = \"x\"\nport = \"22\"\n", &["line 3", "node x", "port"]);
    check_refused("[[nodes]]\naddress = x\n", &["line 2", "no valid TOML"]);
    check_refused("nodes:\n  - address: x\n    port: many\n", &["line 3", "node x", "port"]);
    check_refused("nodes:\n  - address: [\n", &["no valid YAML"]);
    check_refused("{\"defaults\": {\"address\": \"x\"}, \"nodes\": []}", &["the defaults", "address"]);
    let both = "nodes:\n  - address: x\n    password_env: A\n    ask_password: true\n";
    check_refused(both, &["node x", "password_env and ask_password"]);
    check_refused("nodes:\n  - address: x\n    labels: {\"swarmmanager.ssh\": y}\n", &["SwarmManager's own"]);
    check_refused(
        "nodes:\n  - address: x\n    engine_socket: \"/a b\"\n",
        &["engine_socket", "absolute path"],
    );
}

#[test]
fn what_is_secret_is_in_no_message() {
    for field in ["password", "passphrase", "private_key"] {
        let text = format!("{{\"nodes\": [{{\"addr\": \"x\", \"{field}\": 4711}}]}}");
        let error = parse(&text, Format::Json).unwrap_err().to_string();
        assert!(error.contains(field) && error.contains("in quotes") && !error.contains("4711"), "{error}");
    }
}

#[test]
fn what_only_a_command_line_can_read_is_refused_elsewhere_with_the_field() {
    for field in ["key_file: a", "password_env: A", "password_file: a", "ask_password: true", "agent: true"] {
        let text = format!("nodes:\n  - address: x\n    {field}\n");
        let error = parse(&text, Format::Yaml).unwrap().self_contained().unwrap_err().to_string();
        assert!(error.contains(field.split(':').next().unwrap()), "{error}");
    }
    let fine = parse("nodes:\n  - address: x\n    password: p\n", Format::Yaml).unwrap();
    assert_eq!(fine.self_contained().unwrap().len(), 1);
}

proptest! {
    #[test]
    fn no_text_makes_it_fall_over(text in "[ -~\\n]{0,200}", number in 0..3) {
        let format = [Format::Json, Format::Toml, Format::Yaml][number as usize];
        let _ = parse(&text, format);
    }

    #[test]
    fn nothing_inside_of_a_file_makes_it_fall_over(key in "[a-z_]{1,12}", value in "[ -~]{0,20}") {
        let text = serde_json::json!({"nodes": [{"address": "x", key: value}]}).to_string();
        let _ = parse(&text, Format::Json);
        let _ = parse(&text, Format::Yaml);
    }
}
