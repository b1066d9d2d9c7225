//! `--format`.

use std::str::FromStr;

use super::{Template, TemplateError};

/// How a list or an object is written.
#[derive(Debug, Clone)]
pub(crate) enum Format {
    /// Docker's columns: the usual ones, or those of a template.
    Table(Option<Template>),
    /// One JSON object a line.
    Json,
    /// A Go template for each.
    Template(Template),
}

impl FromStr for Format {
    type Err = TemplateError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(match text {
            "" | "table" => Self::Table(None),
            "json" => Self::Json,
            _ => match text.strip_prefix("table ") {
                Some(columns) => Self::Table(Some(columns.trim_start().parse()?)),
                None => Self::Template(text.parse()?),
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn docker_s_words_are_told_from_templates() {
        let format = |text: &str| text.parse::<Format>().unwrap();
        assert!(matches!(format(""), Format::Table(None)));
        assert!(matches!(format("table"), Format::Table(None)));
        assert!(matches!(format("table {{.ID}}"), Format::Table(Some(_))));
        assert!(matches!(format("json"), Format::Json));
        assert!(matches!(format("{{.ID}}"), Format::Template(_)));
        assert!("{{.ID".parse::<Format>().is_err());
    }
}
