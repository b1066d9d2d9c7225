//! How it looks.

mod containers;
mod help;
mod meter;
mod nodes;
mod theme;

use std::time::{Duration, Instant};

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;
use swarmmanager_api::{AgentState, MemberState, Node};

use super::state::{App, Link};
pub(super) use theme::Theme;

/// Draws the screen.
pub(super) fn draw(frame: &mut Frame<'_>, app: &mut App, theme: Theme, now: Instant) {
    let [title, body, footer] =
        Layout::vertical([Constraint::Length(1), Constraint::Min(0), Constraint::Length(1)])
            .areas(frame.area());
    frame.render_widget(Paragraph::new(self::title(app, theme)), title);
    draw_link(frame, title, app, theme, now);
    if app.help {
        help::draw(frame, body, theme);
    } else if app.open.is_some() {
        containers::draw(frame, body, app, theme, now);
    } else {
        nodes::draw(frame, body, app, theme, now);
    }
    frame.render_widget(Paragraph::new(keys(app, theme, footer.width)), footer);
}

fn title(app: &App, theme: Theme) -> Line<'static> {
    let count = |state: &dyn Fn(&Node) -> bool| app.nodes.iter().filter(|node| state(node)).count();
    let ready = count(&|node| node.state == MemberState::Ready);
    let live = count(&|node| node.agent == AgentState::Live);
    let text = match &app.open {
        None => format!("{} nodes, {ready} ready, {live} reporting", app.nodes.len()),
        Some(open) => app
            .nodes
            .iter()
            .find(|node| node.id == open.id)
            .map_or_else(|| open.id.clone(), |node| node.hostname.clone()),
    };
    Line::from(vec![Span::styled(" SwarmManager  ", theme.title()), Span::raw(text)])
}

/// The state of the connection, over the right end of the title.
fn draw_link(frame: &mut Frame<'_>, area: Rect, app: &App, theme: Theme, now: Instant) {
    let (text, style) = match (&app.link, app.silence(now)) {
        (Link::Down { since, reason }, _) => {
            let lost = age(now.duration_since(*since));
            (format!("● NOT CONNECTED for {lost}: {reason}"), theme.bad())
        }
        (Link::Up { .. }, Some(silence)) => {
            (format!("● no news from the manager for {}", age(silence)), theme.warning())
        }
        (Link::Up { .. }, None) => ("● live".to_owned(), theme.good()),
    };
    let width = u16::try_from(text.chars().count() + 2).unwrap_or(u16::MAX);
    let [_, right] = Layout::horizontal([Constraint::Min(0), Constraint::Length(width)]).areas(area);
    frame.render_widget(Paragraph::new(Span::styled(format!(" {text} "), style)), right);
}

fn keys(app: &App, theme: Theme, width: u16) -> Line<'static> {
    let all: &[(&str, &str)] = match (app.help, &app.open) {
        (true, _) => &[("any key", "back"), ("q", "quit")],
        (false, None) => &[
            ("?", "help"),
            ("q", "quit"),
            ("Enter", "containers"),
            ("c m d n i a", "sort"),
            ("r", "reverse"),
        ],
        (false, Some(_)) => {
            &[("?", "help"), ("q", "quit"), ("Esc", "nodes"), ("c m d n i a", "sort"), ("r", "reverse")]
        }
    };
    let mut spans = vec![Span::raw(" ")];
    let mut left = usize::from(width).saturating_sub(1);
    for (key, does) in all {
        let long = key.chars().count() + does.chars().count() + 3;
        if long > left {
            break;
        }
        left -= long;
        spans.push(Span::styled((*key).to_owned(), theme.key()));
        spans.push(Span::styled(format!(" {does}  "), theme.faint()));
    }
    let legend = [("█", theme.good(), " used "), ("▒", theme.reserved(), " reserved (r) ")];
    if left > 24 && !app.help {
        for (sign, style, means) in legend {
            spans.extend([Span::styled(sign, style), Span::styled(means, theme.faint())]);
        }
    }
    Line::from(spans)
}

/// How old a node's reading is now: what the manager said, and what has passed since.
fn reading_age(node: &Node, heard: Instant, now: Instant) -> Option<Duration> {
    Some(Duration::from_millis(node.reading_age_ms?) + now.duration_since(heard))
}

/// Whether a node's reading says what it does now.
fn is_fresh(node: &Node, heard: Instant, now: Instant) -> bool {
    node.state == MemberState::Ready && reading_age(node, heard, now).is_some_and(|age| age <= STALE_AFTER)
}

/// A node's state in a word, and whether that is well.
fn node_state(node: &Node, heard: Instant, now: Instant, theme: Theme) -> Span<'static> {
    use swarmmanager_api::Availability::{Active, Drain, Pause};
    let reading_age = reading_age(node, heard, now);
    let stale = reading_age.filter(|age| *age > STALE_AFTER);
    match (node.state, node.agent, node.availability) {
        (MemberState::Down, ..) => Span::styled("DOWN", theme.bad()),
        (MemberState::Disconnected, ..) => Span::styled("CUT OFF", theme.bad()),
        (MemberState::Unknown, ..) => Span::styled("unknown", theme.warning()),
        (MemberState::Ready, AgentState::Silent, _) => Span::styled("NO REPORTS", theme.warning()),
        (MemberState::Ready, ..) if stale.is_some() => {
            Span::styled(format!("STALE {}", age(stale.unwrap_or_default())), theme.warning())
        }
        (MemberState::Ready, _, Drain) => Span::styled("drained", theme.warning()),
        (MemberState::Ready, _, Pause) => Span::styled("paused", theme.warning()),
        (MemberState::Ready, _, Active) => Span::styled("ready", theme.good()),
    }
}

/// From this age on the manager places nothing by a reading.
const STALE_AFTER: Duration = swarmmanager_placement::STALE_AFTER;

/// An age in few characters.
fn age(age: Duration) -> String {
    match age.as_secs() {
        seconds @ 0..120 => format!("{seconds}s"),
        seconds @ 120..7200 => format!("{}m", seconds / 60),
        seconds => format!("{}h", seconds / 3600),
    }
}

#[cfg(test)]
mod tests;
