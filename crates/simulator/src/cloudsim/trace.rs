//! Reads a day of PlanetLab's CPU traces.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;

/// How one VM used its processor over a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VmTrace {
    /// The host and the slice that it was recorded on.
    pub name: String,
    /// Use of what the VM may use at most, in percent, every 300 s.
    pub percent: Vec<u8>,
}

/// Why a trace could not be read.
#[derive(Debug, thiserror::Error)]
pub enum TraceError {
    /// The file could not be opened.
    #[error("could not open the trace {path}")]
    Open {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The rows could not be read.
    #[error("could not read the rows of a trace")]
    Rows(#[from] csv::Error),
    /// A field that is not a percentage.
    #[error("invalid value {value:?} in row {row} of a trace; a value is a whole number from 0 to 100")]
    Value {
        /// The row, from 1 on.
        row: usize,
        /// What stands there.
        value: String,
    },
}

impl VmTrace {
    /// The rows of a gzipped CSV file without header: a name, then the percentages.
    ///
    /// # Errors
    ///
    /// The file cannot be opened, is no gzipped CSV, or holds something else than percentages.
    pub fn read_day(path: &Path) -> Result<Vec<Self>, TraceError> {
        let file = File::open(path).map_err(|source| TraceError::Open { path: path.to_owned(), source })?;
        Self::read(GzDecoder::new(file))
    }

    fn read(text: impl Read) -> Result<Vec<Self>, TraceError> {
        let rows = csv::ReaderBuilder::new().has_headers(false).from_reader(text);
        rows.into_records().zip(1..).map(|(fields, row)| Self::from_fields(&fields?, row)).collect()
    }

    fn from_fields(fields: &csv::StringRecord, row: usize) -> Result<Self, TraceError> {
        let percent = |value: &str| {
            let number = value.parse().ok().filter(|number: &u8| *number <= 100);
            number.ok_or_else(|| TraceError::Value { row, value: value.to_owned() })
        };
        let mut fields = fields.iter();
        let name = fields.next().unwrap_or_default().to_owned();
        Ok(Self { name, percent: fields.map(percent).collect::<Result<_, _>>()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_names_and_percentages() {
        let rows = VmTrace::read("a,0,100\nb,7,8\n".as_bytes()).unwrap();
        let expected = [("a", [0, 100]), ("b", [7, 8])];
        let expected =
            expected.map(|(name, percent)| VmTrace { name: name.to_owned(), percent: percent.to_vec() });
        assert_eq!(rows, expected);
    }

    #[test]
    fn what_is_no_percentage_is_refused() {
        for text in ["a,1\nb,101\n", "a,1\nb,x\n", "a,1\nb,-1\n"] {
            let error = VmTrace::read(text.as_bytes()).unwrap_err();
            assert!(matches!(error, TraceError::Value { row: 2, .. }), "{error}");
        }
    }
}
