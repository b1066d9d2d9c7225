//! The list of nodes: two lines for each.

use std::time::Instant;

use ratatui::Frame;
use ratatui::layout::{Constraint, Rect};
use ratatui::text::{Line, Span, Text};
use ratatui::widgets::{Cell, Paragraph, Row, Table, TableState};
use swarmmanager_api::{Node, Role};

use super::meter::Meter;
use super::{Theme, is_fresh, node_state};
use crate::output::rate;
use crate::top::order::{Order, SortKey};
use crate::top::state::App;

/// From this width on there is room for the network and the instances.
const WIDE: u16 = 100;
/// Below this width there is no room for the disk.
const NARROW: u16 = 60;

const NAME_WIDTH: u16 = 17;
const NETWORK_WIDTH: u16 = 12;
const INSTANCES_WIDTH: u16 = 12;
const ROW_HEIGHT: u16 = 2;
const MARK: &str = "▌";

/// Which columns there is room for, and how wide they are.
#[derive(Clone, Copy)]
struct Columns {
    meters: u16,
    meter_width: u16,
    wide: bool,
}

impl Columns {
    fn for_width(width: u16) -> Self {
        let wide = width >= WIDE;
        let meters = if width >= NARROW { 3 } else { 2 };
        let taken = 1 + NAME_WIDTH + if wide { NETWORK_WIDTH + INSTANCES_WIDTH + 2 } else { 0 };
        Self { meters, meter_width: (width.saturating_sub(taken) / meters).saturating_sub(1), wide }
    }

    fn constraints(self) -> Vec<Constraint> {
        let mut constraints = vec![Constraint::Length(NAME_WIDTH)];
        constraints.extend((0..self.meters).map(|_| Constraint::Length(self.meter_width)));
        if self.wide {
            constraints.extend([Constraint::Length(NETWORK_WIDTH), Constraint::Length(INSTANCES_WIDTH)]);
        }
        constraints
    }
}

/// Draws the list.
pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, app: &mut App, theme: Theme, now: Instant) {
    if app.nodes.is_empty() {
        frame.render_widget(Paragraph::new("\n The Swarm has no nodes."), area);
        return;
    }
    app.page = usize::from(area.height.saturating_sub(1) / ROW_HEIGHT).max(1);
    let columns = Columns::for_width(area.width);
    let rows = app.nodes.iter().map(|node| row(node, app.nodes_at, now, columns, theme));
    let table = Table::new(rows, columns.constraints())
        .header(header(columns, app.node_order, theme))
        .highlight_symbol(Text::from(vec![Line::from(MARK), Line::from(MARK)]))
        .column_spacing(1);
    let mut state = TableState::new().with_selected(app.selected_row());
    frame.render_stateful_widget(table, area, &mut state);
}

fn header(columns: Columns, order: Order, theme: Theme) -> Row<'static> {
    let mut titles = vec![(SortKey::Name, "NODE"), (SortKey::Cpu, "CPU"), (SortKey::Memory, "MEMORY")];
    if columns.meters > 2 {
        titles.push((SortKey::Disk, "DISK"));
    }
    if columns.wide {
        titles.extend([(SortKey::Network, "NETWORK"), (SortKey::Instances, "INSTANCES")]);
    }
    Row::new(titles.into_iter().map(|(key, title)| {
        let mark = order.mark(key);
        Cell::from(Span::styled(format!("{title} {mark}").trim_end().to_owned(), theme.header()))
    }))
}

fn row(node: &Node, heard: Instant, now: Instant, columns: Columns, theme: Theme) -> Row<'static> {
    let width = usize::from(columns.meter_width);
    let fresh = is_fresh(node, heard, now);
    let mut cells = vec![Text::from(vec![
        Line::styled(node.hostname.clone(), theme.name()),
        Line::from(vec![
            Span::styled(format!("{} ", part(node)), theme.faint()),
            node_state(node, heard, now, theme),
        ]),
    ])];
    let meters = node
        .reading
        .as_ref()
        .map(|reading| [Meter::cpu(node, reading), Meter::memory(node, reading), Meter::disk(node, reading)]);
    for column in 0..usize::from(columns.meters) {
        cells.push(match &meters {
            Some(meters) => Text::from(vec![
                meters[column].bar(width, fresh, theme),
                Line::styled(meters[column].numbers(width), theme.faint()),
            ]),
            None => Text::styled("-", theme.faint()),
        });
    }
    if columns.wide {
        cells.push(node.reading.as_ref().map_or_else(Text::default, |reading| {
            Text::from(vec![
                Line::from(format!("↓{}", rate(reading.network_rx_bytes_per_s))),
                Line::from(format!("↑{}", rate(reading.network_tx_bytes_per_s))),
            ])
        }));
        cells.push(Text::from(vec![
            Line::from(node.instances.to_string()),
            Line::styled(format!("of {} tasks", node.tasks), theme.faint()),
        ]));
    }
    Row::new(cells).height(ROW_HEIGHT)
}

fn part(node: &Node) -> &'static str {
    match node.role {
        Role::Manager if node.leader => "leader",
        Role::Manager => "manager",
        Role::Worker => "worker",
    }
}
