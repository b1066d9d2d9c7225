//! What the keys do, and what the bars mean.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use super::Theme;
use crate::top::order::SortKey;

/// Draws the help.
pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, theme: Theme) {
    frame.render_widget(Paragraph::new(text(theme)), area);
}

fn text(theme: Theme) -> Vec<Line<'static>> {
    let key = |keys: &str, does: &str| {
        Line::from(vec![Span::styled(format!("  {keys:14}"), theme.key()), Span::raw(does.to_owned())])
    };
    let mut lines = vec![
        Line::default(),
        key("↑ ↓  k j", "move the mark"),
        key("PgUp PgDn", "move it by a screen"),
        key("Home End", "move it to the first or the last"),
        key("Enter", "show the node's containers"),
        key("Esc", "go back to the nodes"),
        key("s", "sort by the next column"),
        key("r", "turn the order round"),
        key("q", "quit"),
        Line::default(),
    ];
    for sort in
        [SortKey::Cpu, SortKey::Memory, SortKey::Disk, SortKey::Network, SortKey::Instances, SortKey::Name]
    {
        let (nodes, containers) = (sort.of_nodes(), sort.of_containers());
        let names = if nodes == containers {
            nodes.to_owned()
        } else {
            format!("{nodes} (containers: {containers})")
        };
        lines.push(key(&sort.letter().to_string(), &format!("sort by {names}")));
    }
    lines.extend([
        Line::default(),
        Line::from(vec![
            Span::raw("  "),
            Span::styled("█", theme.good()),
            Span::raw(" in use  "),
            Span::styled("▒", theme.reserved()),
            Span::raw(" reserved beyond that  "),
            Span::styled("·", theme.faint()),
            Span::raw(" free"),
        ]),
        Line::raw("  Nothing is placed on a node whose last report is older than 5 s (STALE)."),
    ]);
    lines
}
