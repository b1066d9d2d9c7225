//! Comma-separated values without a header: a name and numbers in each line, compressed or not.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;

use super::TraceError;

/// A reader of a file, decompressed where its name ends in `.gz`.
pub(super) fn open(path: &Path) -> Result<Box<dyn Read>, TraceError> {
    let file = File::open(path).map_err(|source| TraceError::Read { path: path.to_owned(), source })?;
    let is_compressed = path.extension().is_some_and(|extension| extension == "gz");
    Ok(if is_compressed { Box::new(MultiGzDecoder::new(file)) } else { Box::new(BufReader::new(file)) })
}

/// A line's name and numbers.
pub(super) type Row = (String, Vec<Option<f32>>);

/// Each line's name and numbers; `None` for a value that is missing.
pub(super) fn rows(path: &Path) -> Result<Vec<Row>, TraceError> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(open(path)?);
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| of_csv(path, error))?;
        let line = record.position().map_or(0, csv::Position::line);
        let mut fields = record.iter();
        let name = fields.next().unwrap_or_default().to_owned();
        let value = |field| number(field).map(|value| value.map(|value| value as f32));
        let values: Result<_, _> = fields.map(value).collect();
        let values = values.map_err(|wrong| content(path, line, wrong))?;
        rows.push((name, values));
    }
    Ok(rows)
}

/// A value of 0 or more; `None` where it is empty.
pub(super) fn number(field: &str) -> Result<Option<f64>, String> {
    if field.is_empty() {
        return Ok(None);
    }
    let value = field.trim().parse().ok().filter(|value: &f64| value.is_finite() && *value >= 0.0);
    value.map(Some).ok_or_else(|| format!("{field:?} is no number of 0 or more"))
}

pub(super) fn content(path: &Path, line: u64, problem: String) -> TraceError {
    TraceError::Content { path: path.to_owned(), line, problem }
}

pub(super) fn of_csv(path: &Path, error: csv::Error) -> TraceError {
    let line = error.position().map_or(0, csv::Position::line);
    match error.into_kind() {
        csv::ErrorKind::Io(source) => TraceError::Read { path: path.to_owned(), source },
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            content(path, line, format!("{len} fields, where the header has {expected_len}"))
        }
        csv::ErrorKind::Deserialize { err, .. } => content(path, line, err.to_string()),
        csv::ErrorKind::Utf8 { err, .. } => content(path, line, err.to_string()),
        kind => content(path, line, format!("{kind:?}")),
    }
}

/// Missing values are as the one before.
pub(super) fn filled(values: Vec<Option<f32>>) -> Vec<f32> {
    let mut last = values.iter().flatten().next().copied().unwrap_or(0.0);
    values
        .into_iter()
        .map(|value| {
            last = value.unwrap_or(last);
            last
        })
        .collect()
}
