//! One resource of a node: a bar of what is used and what is reserved beyond that, and the numbers.

use ratatui::style::Style;
use ratatui::text::{Line, Span};
use swarmmanager_api::{Node, Reading};
use swarmmanager_units::{Bytes, Megahertz};

use super::Theme;

/// A resource's amounts.
pub(super) struct Meter {
    used: f64,
    reserved: f64,
    total: f64,
    words: [String; 3],
}

impl Meter {
    /// CPU.
    pub(super) fn cpu(node: &Node, reading: &Reading) -> Self {
        let amounts = [reading.cpu_used_mhz, node.reserved_cpu_mhz, reading.cpu_capacity_mhz];
        Self::new(amounts, amounts.map(|amount| Megahertz::new(amount).to_string()))
    }

    /// Memory.
    pub(super) fn memory(node: &Node, reading: &Reading) -> Self {
        Self::bytes([reading.memory_used_bytes, node.reserved_memory_bytes, reading.memory_total_bytes])
    }

    /// Disk.
    pub(super) fn disk(node: &Node, reading: &Reading) -> Self {
        Self::bytes([reading.disk_used_bytes, node.reserved_disk_bytes, reading.disk_total_bytes])
    }

    fn bytes(amounts: [u64; 3]) -> Self {
        Self::new(amounts.map(|amount| amount as f64), amounts.map(|amount| Bytes::new(amount).to_string()))
    }

    fn new([used, reserved, total]: [f64; 3], words: [String; 3]) -> Self {
        Self { used, reserved, total, words }
    }

    fn share(&self, amount: f64) -> f64 {
        if self.total > 0.0 { (amount / self.total).clamp(0.0, 1.0) } else { 0.0 }
    }

    /// The bar and its percentage, in so many characters; faint where it tells of the past.
    pub(super) fn bar(&self, width: usize, fresh: bool, theme: Theme) -> Line<'static> {
        let cells = width.saturating_sub(5);
        let used_share = self.share(self.used);
        let cells_of = |share: f64| (share * cells as f64).round() as usize;
        // Whatever is in use is to be seen.
        let used = cells_of(used_share).max(usize::from(self.used > 0.0 && cells > 0));
        let reserved = cells_of(self.share(self.reserved)).saturating_sub(used);
        let free = cells.saturating_sub(used + reserved);
        let style = |style| if fresh { style } else { theme.faint() };
        Line::from(vec![
            Span::styled("█".repeat(used), style(theme.level(used_share))),
            Span::styled("▒".repeat(reserved), style(theme.reserved())),
            Span::styled("·".repeat(free), theme.faint()),
            Span::styled(format!("{:>4.0}%", used_share * 100.0), style(Style::new())),
        ])
    }

    /// The numbers, as many as there is room for.
    pub(super) fn numbers(&self, width: usize) -> String {
        let [used, reserved, total] = &self.words;
        [
            format!("{used} of {total}, {reserved} reserved"),
            format!("{used}/{total}, {reserved} reserved"),
            format!("{used}/{total} r{reserved}"),
            format!("{}/{total} r{reserved}", without_common_unit(used, total)),
            format!("{used} r{reserved}"),
            used.clone(),
        ]
        .into_iter()
        .find(|text| text.chars().count() <= width)
        .unwrap_or_default()
    }
}

/// An amount without its unit where another that follows has the same.
fn without_common_unit<'a>(amount: &'a str, next: &str) -> &'a str {
    let unit = |text: &str| text.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.').to_owned();
    if unit(amount) == unit(next) { amount.trim_end_matches(char::is_alphabetic) } else { amount }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(used: f64, reserved: f64, total: f64) -> String {
        let meter = Meter::new([used, reserved, total], [used, reserved, total].map(|n| n.to_string()));
        meter.bar(15, true, Theme::plain()).to_string()
    }

    #[test]
    fn a_bar_shows_what_is_used_and_what_is_reserved_beyond() {
        assert_eq!(text(30.0, 50.0, 100.0), "███▒▒·····  30%");
        assert_eq!(text(50.0, 20.0, 100.0), "█████·····  50%");
        assert_eq!(text(1.0, 0.0, 100.0), "█·········   1%");
        assert_eq!(text(0.0, 0.0, 100.0), "··········   0%");
        assert_eq!(text(500.0, 900.0, 100.0), "██████████ 100%");
        assert_eq!(text(5.0, 0.0, 0.0), "█·········   0%");
    }

    #[test]
    fn numbers_take_the_room_that_there_is() {
        let meter = Meter::new([3.0, 4.0, 9.0], ["3MiB", "4MiB", "9MiB"].map(str::to_owned));
        assert_eq!(meter.numbers(40), "3MiB of 9MiB, 4MiB reserved");
        assert_eq!(meter.numbers(15), "3MiB/9MiB r4MiB");
        assert_eq!(meter.numbers(12), "3/9MiB r4MiB");
        assert_eq!(meter.numbers(10), "3MiB r4MiB");
        assert_eq!(meter.numbers(3), "");
        let mixed = Meter::new([3.0, 4.0, 9.0], ["3KiB", "4MiB", "9MiB"].map(str::to_owned));
        assert_eq!(mixed.numbers(12), "3KiB r4MiB");
    }
}
