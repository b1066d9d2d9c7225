use super::*;
use crate::node::samples::{detail, three_nodes};

fn list() -> NodeList {
    NodeList { swarm_as_of_unix_ms: 0, nodes: three_nodes() }
}

fn hostnames(app: &App) -> Vec<&str> {
    app.nodes.iter().map(|node| node.hostname.as_str()).collect()
}

fn event(target: Target, event: Event) -> Heard {
    Heard { target, what: What::Event(event) }
}

#[test]
fn the_mark_stays_on_its_node_when_the_order_changes() {
    let now = Instant::now();
    let mut app = App::new(list(), now);
    assert_eq!(app.selected_row(), Some(0));
    app.act(Action::Sort(SortKey::Cpu));
    assert_eq!(hostnames(&app), ["ap2", "ap1", "ap3"]);
    assert_eq!(app.selected_row(), Some(1));
    app.hear(event(None, Event::Nodes(list())), now);
    assert_eq!(hostnames(&app), ["ap2", "ap1", "ap3"], "the order outlives the next reading");
    app.act(Action::Sort(SortKey::Cpu));
    assert_eq!(hostnames(&app), ["ap3", "ap1", "ap2"], "the same key again turns it round");
}

#[test]
fn the_mark_stays_within_the_list() {
    let mut app = App::new(list(), Instant::now());
    app.act(Action::Move(-1));
    assert_eq!(app.selected_row(), Some(0));
    app.page = 2;
    app.act(Action::Page(1));
    assert_eq!(app.selected_row(), Some(2));
    app.act(Action::Move(1));
    assert_eq!(app.selected_row(), Some(2));
    app.act(Action::First);
    assert_eq!(app.selected_row(), Some(0));
    app.act(Action::Last);
    assert_eq!(app.selected_row(), Some(2));
}

#[test]
fn a_node_that_left_gives_the_mark_to_the_first() {
    let now = Instant::now();
    let mut app = App::new(list(), now);
    app.act(Action::Last);
    let two = NodeList { nodes: three_nodes().into_iter().take(2).collect(), ..list() };
    app.hear(event(None, Event::Nodes(two)), now);
    assert_eq!(app.selected_row(), Some(0));
    app.hear(event(None, Event::Nodes(NodeList { nodes: Vec::new(), ..list() })), now);
    assert_eq!(app.selected_row(), None);
    assert_eq!(app.act(Action::Move(1)), Effect::Nothing);
    assert_eq!(app.act(Action::Open), Effect::Nothing);
}

#[test]
fn a_node_is_opened_followed_and_left() {
    let now = Instant::now();
    let mut app = App::new(list(), now);
    let id = app.nodes[0].id.clone();
    assert_eq!(app.act(Action::Open), Effect::Follow(Some(id.clone())));
    app.hear(event(Some(id), Event::Node(Box::new(detail()))), now);
    assert_eq!(app.open.as_ref().unwrap().detail.as_ref().unwrap().0.containers.len(), 2);
    app.act(Action::Move(5));
    assert_eq!(app.open.as_ref().unwrap().selected, 1);
    assert_eq!(app.act(Action::Back), Effect::Follow(None));
    assert!(app.open.is_none());
    assert_eq!(app.act(Action::Back), Effect::Nothing);
}

#[test]
fn what_is_late_from_a_stream_that_was_left_is_not_taken() {
    let now = Instant::now();
    let mut app = App::new(list(), now);
    app.hear(event(Some("x".into()), Event::Node(Box::new(detail()))), now);
    app.hear(Heard { target: Some("x".into()), what: What::Lost("gone".into()) }, now);
    assert_eq!(app.link, Link::Up { heard: now });
}

#[test]
fn a_lost_connection_is_lost_since_the_first_failure() {
    let start = Instant::now();
    let later = start + Duration::from_secs(3);
    let mut app = App::new(list(), start);
    let lost = |reason: &str| Heard { target: None, what: What::Lost(reason.into()) };
    app.hear(lost("hung up"), start);
    app.hear(lost("no such file"), later);
    assert_eq!(app.link, Link::Down { since: start, reason: "no such file".into() });
    app.hear(Heard { target: None, what: What::Alive }, later);
    assert_eq!(app.link, Link::Up { heard: later });
}

#[test]
fn silence_is_told_when_it_is_longer_than_the_manager_ever_keeps() {
    let start = Instant::now();
    let app = App::new(list(), start);
    assert_eq!(app.silence(start + Duration::from_secs(11)), None);
    assert_eq!(app.silence(start + Duration::from_secs(13)), Some(Duration::from_secs(13)));
}

#[test]
fn any_key_leaves_the_help() {
    let mut app = App::new(list(), Instant::now());
    app.act(Action::Help);
    assert!(app.help);
    assert_eq!(app.act(Action::Open), Effect::Nothing);
    assert!(!app.help && app.open.is_none());
    app.act(Action::Help);
    assert_eq!(app.act(Action::Quit), Effect::Quit);
}
