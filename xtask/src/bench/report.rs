//! The page of measurements, whose sections stand between markers.

use std::fs;
use std::thread;

use anyhow::{Context as _, Result};

/// The page with the section between the markers of `name` replaced.
pub(super) fn replace(page: &str, name: &str, section: &str) -> Result<String> {
    let (start, end) = (format!("<!-- bench {name} -->\n"), format!("<!-- end of bench {name} -->"));
    let missing = |marker: &str| format!("the page has no line `{}`", marker.trim());
    let (before, rest) = page.split_once(&start).with_context(|| missing(&start))?;
    let (_, after) = rest.split_once(&end).with_context(|| missing(&end))?;
    Ok(format!("{before}{start}\n{section}\n\n{end}{after}"))
}

/// One line about the machine that measures.
pub(super) fn machine() -> Result<String> {
    let processors = fs::read_to_string("/proc/cpuinfo").context("cannot read /proc/cpuinfo")?;
    let release =
        fs::read_to_string("/proc/sys/kernel/osrelease").context("cannot read the kernel's release")?;
    let cores = thread::available_parallelism()?;
    Ok(format!("Measured on {cores} cores of {}, Linux {}.", model(&processors), release.trim()))
}

/// The processor's name in /proc/cpuinfo, which some architectures leave out.
fn model(processors: &str) -> &str {
    let mut fields = processors.lines().filter_map(|line| line.split_once(':'));
    fields
        .find(|(name, _)| name.trim() == "model name")
        .map_or("an unnamed processor", |(_, value)| value.trim())
}

#[cfg(test)]
mod tests {
    use super::{model, replace};

    const PAGE: &str = "# Page\n<!-- bench a -->\nold\n<!-- end of bench a -->\nrest\n";

    #[test]
    fn a_section_is_replaced_and_the_rest_is_kept() {
        let once = replace(PAGE, "a", "new").unwrap();
        assert_eq!(once, "# Page\n<!-- bench a -->\n\nnew\n\n<!-- end of bench a -->\nrest\n");
        assert_eq!(replace(&once, "a", "new").unwrap(), once);
    }

    #[test]
    fn a_page_without_the_markers_is_refused() {
        let error = replace(PAGE, "b", "new").unwrap_err();
        assert_eq!(error.to_string(), "the page has no line `<!-- bench b -->`");
    }

    #[test]
    fn the_page_has_a_place_for_every_bench() {
        let page = include_str!("../../../docs/performance.md");
        for name in ["agent", "console", "decisions", "ingest"] {
            replace(page, name, "").unwrap();
        }
        replace(include_str!("../../../docs/placement.md"), "placement", "").unwrap();
    }

    #[test]
    fn a_processor_is_named_where_the_kernel_names_it() {
        assert_eq!(model("processor\t: 0\nmodel name\t: AMD EPYC\n"), "AMD EPYC");
        assert_eq!(model("processor\t: 0\nBogoMIPS\t: 50.00\n"), "an unnamed processor");
    }
}
