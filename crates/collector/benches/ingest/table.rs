//! The figures as markdown.

use std::time::Duration;

use crate::process::Figures;

/// A column for each size, and below the table what a reader has to know. Each run comes with its floor.
pub(crate) fn render(runs: &[(Figures, Figures)]) -> String {
    let row = |name: &str, cell: &dyn Fn(&Figures, &Figures) -> String| {
        let cells: String = runs.iter().map(|(ours, floor)| format!(" {} |", cell(ours, floor))).collect();
        format!("| {name} |{cells}")
    };
    let rows = [
        row("", &|ours, _| format!("{} nodes", thousands(ours.agents as u64))),
        row("---", &|_, _| "---:".into()),
        row("reports taken in, each second", &|ours, _| thousands(per_second(ours).round() as u64)),
        row("reports sent in all / lost", &|ours, _| format!("{} / {}", thousands(ours.sent), ours.lost)),
        row("CPU for each report", &|ours, _| microseconds(each(ours))),
        row("floor: the same bytes over plain TCP into a ring", &|_, floor| microseconds(each(floor))),
        row("ratio to the floor", &|ours, floor| {
            format!("{:.1}", each(ours).as_secs_f64() / each(floor).as_secs_f64())
        }),
        row("share of one core", &|ours, _| percent(ours.cpu, ours.wall)),
        row("memory (PSS) for each node", &|ours, _| kibibytes(ours.memory, ours.agents)),
        row("of this its history of 24 h", &|ours, _| kibibytes(ours.history, ours.agents)),
        row("CPU for each TLS handshake and first call", &|ours, _| microseconds(ours.handshake_cpu)),
    ];
    format!("{}\n\n{}", rows.join("\n"), circumstances(runs))
}

fn circumstances(runs: &[(Figures, Figures)]) -> String {
    let seconds = runs.first().map_or(0.0, |(ours, _)| ours.wall.as_secs_f64());
    let bytes = runs.first().map_or(0, |(ours, _)| ours.report_bytes);
    let each_run = |share: &dyn Fn(&Figures) -> Duration| {
        let shares: Vec<String> = runs.iter().map(|(ours, _)| percent(share(ours), ours.wall)).collect();
        shares.join(" and ")
    };
    format!(
        "Each node reports once a second over TLS 1.3 on the loopback address: {bytes} bytes with 20 containers. \
         Measured over {seconds:.0} s. The process that makes the reports is not counted; it used {} of a core, and \
         everything else on the machine {}.",
        each_run(&|run| run.generator_cpu),
        each_run(&|run| run.others_cpu),
    )
}

fn per_second(figures: &Figures) -> f64 {
    figures.reports as f64 / figures.wall.as_secs_f64()
}

fn each(figures: &Figures) -> Duration {
    figures.cpu.div_f64(figures.reports.max(1) as f64)
}

fn microseconds(duration: Duration) -> String {
    format!("{:.1} µs", duration.as_secs_f64() * 1e6)
}

fn percent(part: Duration, whole: Duration) -> String {
    format!("{:.1} %", 100.0 * part.as_secs_f64() / whole.as_secs_f64())
}

fn kibibytes(bytes: u64, among: usize) -> String {
    format!("{:.0} KiB", bytes as f64 / among as f64 / 1024.0)
}

/// `10000` as `10,000`.
fn thousands(number: u64) -> String {
    match (number / 1000, number % 1000) {
        (0, rest) => rest.to_string(),
        (more, rest) => format!("{},{rest:03}", thousands(more)),
    }
}
