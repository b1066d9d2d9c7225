//! One node closely, and its containers.

use std::time::Instant;

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Cell, Paragraph, Row, Table, TableState};
use swarmmanager_api::{ContainerUsage, NodeDetail, Pressure, Reading};
use swarmmanager_units::{Bytes, Megahertz};

use super::meter::Meter;
use super::{Theme, age, is_fresh, node_state, reading_age};
use crate::output::{rate, short_id};
use crate::top::order::{Order, SortKey};
use crate::top::state::App;

const NAME_WIDTH: u16 = 14;
/// A bar of this width shows enough.
const WIDEST_BAR: u16 = 50;

/// A column of the list: by what it is sorted, its title and width. Those at the end go first where room is scarce.
const COLUMNS: [(Option<SortKey>, &str, u16); 7] = [
    (Some(SortKey::Cpu), "CPU", 8),
    (Some(SortKey::Memory), "MEMORY", 8),
    (Some(SortKey::Network), "RX/s", 8),
    (None, "TX/s", 8),
    (Some(SortKey::Disk), "READ/s", 8),
    (None, "WRITE/s", 8),
    (Some(SortKey::Instances), "LAYER", 8),
];

/// Draws the node that is open.
pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, app: &mut App, theme: Theme, now: Instant) {
    let order = app.container_order;
    let Some(open) = &app.open else { return };
    let Some((detail, heard)) = &open.detail else {
        frame.render_widget(Paragraph::new("\n Waiting for the node's first second…"), area);
        return;
    };
    let summary = summary(detail, *heard, now, area.width, theme);
    let height = u16::try_from(summary.len()).unwrap_or(u16::MAX);
    let [top, list] = Layout::vertical([Constraint::Length(height), Constraint::Min(3)]).areas(area);
    frame.render_widget(Paragraph::new(summary), top);
    app.page = usize::from(list.height.saturating_sub(1)).max(1);
    if detail.containers.is_empty() {
        frame.render_widget(Paragraph::new(" No containers run on it."), list);
        return;
    }
    let columns = columns_for(list.width);
    let mut state = TableState::new().with_selected(Some(open.selected));
    frame.render_stateful_widget(table(&detail.containers, columns, order, theme), list, &mut state);
}

fn summary(
    detail: &NodeDetail,
    heard: Instant,
    now: Instant,
    width: u16,
    theme: Theme,
) -> Vec<Line<'static>> {
    let node = &detail.node;
    let mut first = vec![Span::raw(" "), node_state(node, heard, now, theme)];
    let report = reading_age(node, heard, now).map(|at| format!("reported {} ago", age(at)));
    let facts = [Some(node.address.clone()), Some(node.platform.clone()), report];
    let facts: Vec<String> = facts.into_iter().flatten().filter(|fact| !fact.is_empty()).collect();
    first.push(Span::styled(format!("  {}", facts.join("  ")), theme.faint()));
    let mut lines = vec![Line::from(first)];
    let fresh = is_fresh(node, heard, now);
    if let Some(reading) = &node.reading {
        for (name, meter) in [
            ("CPU", Meter::cpu(node, reading)),
            ("Memory", Meter::memory(node, reading)),
            ("Disk", Meter::disk(node, reading)),
        ] {
            lines.push(resource(name, &meter, fresh, width, theme));
        }
        lines.push(Line::styled(format!(" {}", rest(reading)), theme.faint()));
    }
    lines.push(Line::default());
    lines
}

fn resource(name: &str, meter: &Meter, fresh: bool, width: u16, theme: Theme) -> Line<'static> {
    let bar_width = (width / 2).min(WIDEST_BAR);
    let mut spans = vec![Span::styled(format!(" {name:7}"), theme.name())];
    spans.extend(meter.bar(usize::from(bar_width), fresh, theme).spans);
    let left = usize::from(width.saturating_sub(bar_width + 10));
    spans.push(Span::styled(format!("  {}", meter.numbers(left)), theme.faint()));
    Line::from(spans)
}

fn rest(reading: &Reading) -> String {
    let mut facts = vec![
        format!("↓{}", rate(reading.network_rx_bytes_per_s)),
        format!("↑{}", rate(reading.network_tx_bytes_per_s)),
        format!("load {}", reading.load.map(|load| format!("{load:.2}")).join(" ")),
    ];
    let waits =
        [("CPU", reading.cpu_pressure), ("memory", reading.memory_pressure), ("I/O", reading.io_pressure)];
    let wait = |(what, pressure): (&str, Option<Pressure>)| {
        pressure.map(|pressure| format!("{what} {:.0}%", pressure.some_percent))
    };
    let waits: Vec<String> = waits.into_iter().filter_map(wait).collect();
    facts.extend(reading.temperature_celsius.map(|celsius| format!("{celsius:.0} °C")));
    if !waits.is_empty() {
        facts.push(format!("waits: {}", waits.join(" ")));
    }
    facts.join("  ")
}

/// As many columns as there is room for.
fn columns_for(width: u16) -> usize {
    let mut left = width.saturating_sub(1 + NAME_WIDTH);
    COLUMNS
        .iter()
        .take_while(|(_, _, width)| {
            let fits = left > *width;
            left = left.saturating_sub(width + 1);
            fits
        })
        .count()
}

fn table(containers: &[ContainerUsage], columns: usize, order: Order, theme: Theme) -> Table<'static> {
    let titles = std::iter::once((Some(SortKey::Name), "CONTAINER"))
        .chain(COLUMNS.iter().take(columns).map(|(key, title, _)| (*key, *title)));
    let header = Row::new(titles.map(|(key, title)| {
        let mark = key.map_or("", |key| order.mark(key));
        Cell::from(Span::styled(format!("{title}{mark}"), theme.header()))
    }));
    let rows: Vec<Row<'static>> = containers
        .iter()
        .map(|container| {
            let name = container.task.clone().unwrap_or_else(|| short_id(&container.id, false));
            let cells = std::iter::once(name).chain(cells(container).into_iter().take(columns));
            Row::new(cells.collect::<Vec<_>>())
        })
        .collect();
    let widths = std::iter::once(Constraint::Min(NAME_WIDTH))
        .chain(COLUMNS.iter().take(columns).map(|(_, _, width)| Constraint::Length(*width)));
    Table::new(rows, widths).header(header).highlight_symbol("▌").column_spacing(1)
}

fn cells(container: &ContainerUsage) -> [String; 7] {
    let rate = |bytes_per_s: f64| Bytes::new(bytes_per_s.max(0.0) as u64).to_string();
    [
        Megahertz::new(container.cpu_used_mhz).to_string(),
        Bytes::new(container.memory_working_set_bytes).to_string(),
        rate(container.network_rx_bytes_per_s),
        rate(container.network_tx_bytes_per_s),
        rate(container.block_read_bytes_per_s),
        rate(container.block_write_bytes_per_s),
        container.writable_layer_bytes.map_or_else(|| "-".to_owned(), |bytes| Bytes::new(bytes).to_string()),
    ]
}
