//! The result, as Markdown.

use crate::measure::{Cost, Row};

/// Prints a row for each number of containers, and what stands beside it.
#[expect(clippy::print_stdout, reason = "this is what the bench is for")]
pub(crate) fn print(rows: &[Row], size: u64) {
    println!("| | containers | CPU, % of a core | memory, PSS |");
    println!("| --- | ---: | ---: | ---: |");
    for row in rows {
        println!("{}", line("`swarm-agent`, reports over TLS", row.containers, row.agent));
        println!(
            "{}",
            line("`prometheus-node-exporter`, 6 collectors, scraped", row.containers, row.exporter)
        );
        println!(
            "| share of it | {} | {:.0} % | {:.0} % |",
            row.containers,
            100.0 * row.agent.cpu_percent / row.exporter.cpu_percent,
            100.0 * row.agent.memory as f64 / row.exporter.memory as f64,
        );
    }
    println!();
    println!(
        "Once a second each, side by side, medians of 3 windows of 30 s. The static program has {:.1} MB.",
        size as f64 / 1e6
    );
}

fn line(name: &str, containers: usize, cost: Cost) -> String {
    let memory = cost.memory as f64 / f64::from(1 << 20);
    format!("| {name} | {containers} | {:.3} | {memory:.2} MiB |", cost.cpu_percent)
}
