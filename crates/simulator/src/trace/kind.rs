//! What a trace is, found by looking at it.

use std::path::Path;

use super::table::{content, of_csv, open};
use super::{TraceError, bitbrains, custom, openb, planetlab};
use crate::workload::Workload;

/// The forms in which loads are recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A day of PlanetLab.
    Planetlab,
    /// A folder of Bitbrains' machines.
    Bitbrains,
    /// A list of Alibaba's pods.
    Openb,
    /// A user's own.
    Custom,
}

impl Kind {
    /// What the file or folder is.
    ///
    /// # Errors
    ///
    /// It cannot be read, or is nothing that is known.
    pub fn of(path: &Path) -> Result<Self, TraceError> {
        if path.is_dir() {
            return if path.join("vms.csv").is_file() {
                Ok(Self::Bitbrains)
            } else {
                Err(TraceError::Folder { path: path.to_owned() })
            };
        }
        let first = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(open(path)?)
            .into_records()
            .next()
            .transpose()
            .map_err(|error| of_csv(path, error))?
            .unwrap_or_default();
        let has = |names: &[&str]| names.iter().all(|name| first.iter().any(|field| field == *name));
        let is_number = |field: &str| field.parse::<f32>().is_ok();
        if has(&["cpu_milli", "memory_mib", "creation_time", "deletion_time"]) {
            Ok(Self::Openb)
        } else if first.iter().any(|field| custom::REQUIRED.contains(&field)) {
            Ok(Self::Custom)
        } else if first.len() > 1 && first.iter().skip(1).all(is_number) {
            Ok(Self::Planetlab)
        } else {
            let problem = format!(
                "this is no trace; a trace begins with a header that has {}, or has a name and percents in each line",
                custom::REQUIRED.join(",")
            );
            Err(content(path, 1, problem))
        }
    }

    /// Reads what is of this form.
    ///
    /// # Errors
    ///
    /// It cannot be read, or is not of this form.
    pub fn read(self, path: &Path) -> Result<Workload, TraceError> {
        match self {
            Self::Planetlab => planetlab(path),
            Self::Bitbrains => bitbrains(path),
            Self::Openb => openb::openb(path),
            Self::Custom => custom::custom(path),
        }
    }
}

/// Reads a recorded load of any form that is known.
///
/// # Errors
///
/// It cannot be read, or is of no such form.
pub fn read(path: &Path) -> Result<Workload, TraceError> {
    Kind::of(path)?.read(path)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;
    use swarmmanager_placement::Resource;

    #[test]
    fn planetlab_has_no_header_and_may_be_compressed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("20110303.csv.gz");
        let mut file =
            flate2::write::GzEncoder::new(std::fs::File::create(&path).unwrap(), flate2::Compression::fast());
        file.write_all(b"a,10,20\nb,30,40\n").unwrap();
        file.finish().unwrap();
        assert_eq!(Kind::of(&path).unwrap(), Kind::Planetlab);
        let workload = read(&path).unwrap();
        assert_eq!((&*workload.name, workload.steps), ("planetlab 20110303", 2));
        assert_eq!(workload.instances[1].used[Resource::Cpu].at(1), 400.0);
    }

    #[test]
    fn bitbrains_is_a_folder() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        assert!(matches!(Kind::of(folder.path()), Err(TraceError::Folder { .. })));
        write("vms.csv", "vm_id,cores,cpu_capacity_mhz,mem_capacity_mb,samples_present\n1,1,100,10,2\n");
        assert_eq!(Kind::of(folder.path()).unwrap(), Kind::Bitbrains);
    }

    #[test]
    fn what_is_no_trace_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        for text in ["", "hello\n", "a,b\n1,2\n"] {
            std::fs::write(&path, text).unwrap();
            let error = Kind::of(&path).unwrap_err().to_string();
            assert!(error.contains("line 1: this is no trace"), "{error}");
        }
        let missing = Kind::of(&folder.path().join("none.csv")).unwrap_err().to_string();
        assert!(missing.starts_with("cannot read"), "{missing}");
    }
}
