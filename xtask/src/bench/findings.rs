//! What was measured, as tables.

use std::collections::BTreeSet;

/// What was found for one benchmark at one size.
#[derive(Debug, PartialEq)]
pub(super) struct Finding {
    pub(super) name: String,
    /// What the benchmark was given, such as a number of nodes; empty where it takes nothing.
    pub(super) size: String,
    /// Nanoseconds or instructions.
    pub(super) value: f64,
}

/// One table for the benchmarks that have sizes, and one for those without.
pub(super) fn render(findings: &[Finding], what: &str, format: fn(f64) -> String) -> String {
    let (unsized_ones, sized): (Vec<&Finding>, Vec<&Finding>) =
        findings.iter().partition(|f| f.size.is_empty());
    [sized, unsized_ones]
        .iter()
        .filter(|group| !group.is_empty())
        .map(|group| rows(group, what, format))
        .collect::<Vec<_>>()
        .join("\n\n")
}

/// What the others of a group are compared with, where the group has one of that name.
const FLOOR: &str = "floor";

/// A row for each benchmark, a column for each size, and below it how many times the floor that is.
fn rows(findings: &[&Finding], what: &str, format: fn(f64) -> String) -> String {
    // Sizes are numbers: a shorter one is smaller.
    let sizes: BTreeSet<(usize, &str)> =
        findings.iter().map(|finding| (finding.size.len(), &*finding.size)).collect();
    let names: BTreeSet<&str> = findings.iter().map(|finding| &*finding.name).collect();
    let value = |name: &str, size: &str| {
        let finding = findings.iter().find(|finding| finding.name == name && finding.size == size);
        finding.map(|finding| finding.value)
    };
    let columns = || sizes.iter().map(|(_, size)| *size);
    let header =
        row(what, columns().map(|size| if size.is_empty() { "time".to_owned() } else { thousands(size) }));
    let line = format!("| --- |{}", " ---: |".repeat(sizes.len()));
    let rows = names.iter().flat_map(|name| {
        let values = row(name, columns().map(|size| value(name, size).map(format).unwrap_or_default()));
        let floor = floor_of(name).filter(|floor| names.contains(&**floor));
        let ratios = floor.map(|floor| {
            let ratio = |size| Some(format!("{:.1} ×", value(name, size)? / value(&floor, size)?));
            row("… in floors", columns().map(|size| ratio(size).unwrap_or_default()))
        });
        std::iter::once(values).chain(ratios)
    });
    [header, line].into_iter().chain(rows).collect::<Vec<_>>().join("\n")
}

fn floor_of(name: &str) -> Option<String> {
    let (group, function) = name.rsplit_once(", ")?;
    (function != FLOOR).then(|| format!("{group}, {FLOOR}"))
}

fn row(name: &str, cells: impl Iterator<Item = String>) -> String {
    cells.fold(format!("| {name} |"), |row, cell| format!("{row} {cell} |"))
}

/// `10000` as `10,000`; anything but digits as it is.
pub(super) fn thousands(number: &str) -> String {
    if !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return number.to_owned();
    }
    let mut text = String::new();
    for (index, digit) in number.chars().enumerate() {
        if index > 0 && (number.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Three significant digits in the unit that people would choose.
pub(super) fn duration(nanoseconds: f64) -> String {
    let units = [("ns", 1.0), ("µs", 1e3), ("ms", 1e6), ("s", 1e9)];
    let fitting = units.iter().rev().find(|(_, size)| nanoseconds >= *size).unwrap_or(&units[0]);
    let (unit, value) = (fitting.0, nanoseconds / fitting.1);
    let digits = if value < 10.0 { 2 } else { usize::from(value < 100.0) };
    format!("{value:.digits$} {unit}")
}

#[cfg(test)]
mod tests {
    use super::{Finding, duration, render};

    #[test]
    fn durations_keep_three_digits() {
        for (nanoseconds, expected) in
            [(0.4, "0.40 ns"), (41.96, "42.0 ns"), (2_700.0, "2.70 µs"), (128e6, "128 ms"), (3.2e9, "3.20 s")]
        {
            assert_eq!(duration(nanoseconds), expected);
        }
    }

    #[test]
    fn findings_become_rows_and_sizes_columns() {
        let finding = |name: &str, size: &str, nanoseconds| Finding {
            name: name.into(),
            size: size.into(),
            value: nanoseconds,
        };
        let findings = [finding("one", "1000", 3e3), finding("one", "10", 40.0), finding("all", "", 9e6)];
        let expected = "\
            | median | 10 | 1,000 |\n\
            | --- | ---: | ---: |\n\
            | one | 40.0 ns | 3.00 µs |\n\n\
            | median | time |\n\
            | --- | ---: |\n\
            | all | 9.00 ms |";
        assert_eq!(render(&findings, "median", duration), expected);
    }

    #[test]
    fn what_has_a_floor_is_compared_with_it() {
        let finding =
            |name: &str, nanoseconds| Finding { name: name.into(), size: "10".into(), value: nanoseconds };
        let findings = [finding("one, ours", 60.0), finding("one, floor", 40.0), finding("many, ours", 9.0)];
        let expected = "\
            | median | 10 |\n\
            | --- | ---: |\n\
            | many, ours | 9.00 ns |\n\
            | one, floor | 40.0 ns |\n\
            | one, ours | 60.0 ns |\n\
            | … in floors | 1.5 × |";
        assert_eq!(render(&findings, "median", duration), expected);
    }
}
