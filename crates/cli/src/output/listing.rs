//! Lists as Docker writes them.

use std::collections::BTreeMap;
use std::io::Write;

use serde_json::{Value, json};
use tabwriter::TabWriter;

use super::{Format, Template, TemplateError};

/// A field of a list's entries.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Column {
    /// Its name in templates and JSON.
    pub(crate) name: &'static str,
    /// What stands above it; none where it is not in the usual table.
    pub(crate) header: &'static str,
    /// Whether the usual table has it.
    pub(crate) usual: bool,
}

impl Column {
    /// A column of the usual table.
    pub(crate) const fn usual(name: &'static str, header: &'static str) -> Self {
        Self { name, header, usual: true }
    }

    /// A column for those who ask for it.
    pub(crate) const fn on_demand(name: &'static str, header: &'static str) -> Self {
        Self { name, header, usual: false }
    }
}

/// A list, ready to be written. The first column is what identifies an entry.
#[derive(Debug)]
pub(crate) struct Listing {
    columns: &'static [Column],
    rows: Vec<Vec<String>>,
}

impl Listing {
    /// A list with as many cells in each row as there are columns.
    pub(crate) fn new(columns: &'static [Column], rows: Vec<Vec<String>>) -> Self {
        Self { columns, rows }
    }

    /// The first cell of each row, one a line.
    pub(crate) fn quiet(&self) -> String {
        self.rows.iter().filter_map(|row| row.first()).map(|id| format!("{id}\n")).collect()
    }

    /// The list in that format.
    ///
    /// # Errors
    /// [`TemplateError`] for a template that asks for a column that is not there.
    pub(crate) fn format(&self, format: &Format) -> Result<String, TemplateError> {
        match format {
            Format::Table(None) => Ok(self.table()),
            Format::Table(Some(template)) => self.table_of(template),
            Format::Json => Ok(self.rows.iter().map(|row| format!("{}\n", self.object(row))).collect()),
            Format::Template(template) => {
                self.rows.iter().map(|row| Ok(template.fill(&self.object(row))? + "\n")).collect()
            }
        }
    }

    fn table(&self) -> String {
        let usual = |cells: &[&str]| {
            let cells = self.columns.iter().zip(cells).filter(|(column, _)| column.usual);
            cells.map(|(_, cell)| *cell).collect::<Vec<_>>().join("\t")
        };
        let headers: Vec<&str> = self.columns.iter().map(|column| column.header).collect();
        let rows = self.rows.iter().map(|row| usual(&row.iter().map(String::as_str).collect::<Vec<_>>()));
        aligned(std::iter::once(usual(&headers)).chain(rows))
    }

    fn table_of(&self, template: &Template) -> Result<String, TemplateError> {
        let headers: Vec<String> = self.columns.iter().map(|column| column.header.to_owned()).collect();
        let mut lines = vec![template.fill(&self.object(&headers))?];
        for row in &self.rows {
            lines.push(template.fill(&self.object(row))?);
        }
        Ok(aligned(lines))
    }

    fn object(&self, row: &[String]) -> Value {
        let fields: BTreeMap<&str, &String> =
            self.columns.iter().map(|column| column.name).zip(row).collect();
        json!(fields)
    }
}

/// Lines whose cells end in tabs, with the cells below each other as Docker puts them: at least ten characters wide,
/// three of them spaces.
pub(crate) fn aligned(lines: impl IntoIterator<Item = String>) -> String {
    let mut writer = TabWriter::new(Vec::new()).minwidth(7).padding(3);
    for line in lines {
        // Writing into memory does not fail.
        let _ = writeln!(writer, "{line}");
    }
    let bytes = writer.into_inner().unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    text.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: [Column; 3] =
        [Column::usual("ID", "ID"), Column::usual("Name", "NAME"), Column::on_demand("Image", "IMAGE")];

    fn listing() -> Listing {
        let row = |cells: [&str; 3]| cells.map(str::to_owned).to_vec();
        Listing::new(&COLUMNS, vec![row(["x1", "web", "nginx"]), row(["y2", "a-long-name", ""])])
    }

    fn formatted(format: &str) -> String {
        listing().format(&format.parse().unwrap()).unwrap()
    }

    #[test]
    fn tables_look_like_docker_s() {
        assert_eq!(formatted("table"), "ID        NAME\nx1        web\ny2        a-long-name\n");
        assert_eq!(
            formatted("table {{.Name}}\\t{{.ID}}"),
            "NAME          ID\nweb           x1\na-long-name   y2\n"
        );
    }

    #[test]
    fn json_is_one_object_a_line() {
        assert_eq!(
            formatted("json"),
            "{\"ID\":\"x1\",\"Image\":\"nginx\",\"Name\":\"web\"}\n\
             {\"ID\":\"y2\",\"Image\":\"\",\"Name\":\"a-long-name\"}\n"
        );
    }

    #[test]
    fn a_template_is_filled_for_each() {
        assert_eq!(formatted("{{.ID}}:{{.Image}}"), "x1:nginx\ny2:\n");
        assert_eq!(listing().quiet(), "x1\ny2\n");
    }

    #[test]
    fn a_column_that_is_not_there_is_refused() {
        assert!(listing().format(&"{{.Nope}}".parse().unwrap()).is_err());
    }
}
