use ratatui::Terminal;
use ratatui::backend::TestBackend;
use swarmmanager_api::{Event, NodeList};

use super::*;
use crate::node::samples::{detail, three_nodes};
use crate::top::feed::{Heard, What};
use crate::top::keys::Action;
use crate::top::order::SortKey;

fn app(now: Instant) -> App {
    App::new(NodeList { swarm_as_of_unix_ms: 0, nodes: three_nodes() }, now)
}

fn screen(app: &mut App, width: u16, height: u16, now: Instant) -> String {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| draw(frame, app, Theme::plain(), now)).unwrap();
    terminal.backend().to_string()
}

fn opened(now: Instant) -> App {
    let mut app = app(now);
    app.act(Action::Open);
    let target = app.target();
    app.hear(Heard { target, what: What::Event(Event::Node(Box::new(detail()))) }, now);
    app
}

#[test]
fn nodes_on_a_wide_screen() {
    let now = Instant::now();
    insta::assert_snapshot!(screen(&mut app(now), 120, 12, now));
}

#[test]
fn nodes_on_an_ordinary_screen() {
    let now = Instant::now();
    insta::assert_snapshot!(screen(&mut app(now), 80, 10, now));
}

#[test]
fn nodes_on_a_small_screen() {
    let now = Instant::now();
    insta::assert_snapshot!(screen(&mut app(now), 44, 7, now));
}

#[test]
fn the_marked_node_is_scrolled_to() {
    let now = Instant::now();
    let mut app = app(now);
    app.act(Action::Last);
    let screen = screen(&mut app, 80, 5, now);
    assert!(screen.contains("▌ap3") && !screen.contains("ap1"), "{screen}");
}

#[test]
fn containers_on_an_ordinary_screen() {
    let now = Instant::now();
    insta::assert_snapshot!(screen(&mut opened(now), 80, 14, now));
}

#[test]
fn containers_on_a_small_screen() {
    let now = Instant::now();
    insta::assert_snapshot!(screen(&mut opened(now), 50, 12, now));
}

#[test]
fn the_help() {
    let now = Instant::now();
    let mut app = app(now);
    app.act(Action::Help);
    insta::assert_snapshot!(screen(&mut app, 80, 24, now));
}

#[test]
fn a_reading_grows_old_while_the_manager_is_away() {
    let start = Instant::now();
    let mut app = app(start);
    app.act(Action::Sort(SortKey::Name));
    let lost = What::Lost("cannot connect".into());
    app.hear(Heard { target: None, what: lost }, start);
    let now = start + Duration::from_secs(20);
    let screen = screen(&mut app, 100, 10, now);
    assert!(screen.contains("NOT CONNECTED for 20s: cannot connect"), "{screen}");
    assert!(screen.contains("leader STALE 20s") && screen.contains("worker STALE 32s"), "{screen}");
}

#[test]
fn no_size_is_too_small_to_draw() {
    let now = Instant::now();
    for width in [1, 5, 20, 59, 60, 61, 99, 100, 101] {
        for height in [1, 2, 3, 4, 8] {
            screen(&mut app(now), width, height, now);
            screen(&mut opened(now), width, height, now);
        }
    }
}
