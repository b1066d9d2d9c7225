//! The policies that CloudSim's experiments compare.

use std::fmt;
use std::str::FromStr;

use swarmmanager_placement::relocation::{Detection, Selection};

use super::consolidation::Rules;

/// What decides where VMs run. Read and written as `npa`, `dvfs`, or as a detection, a selection and the detection's
/// parameter: `thr-mmt-0.8`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Policy {
    /// `npa`: VMs stay where they are first placed, and all hosts draw full power all the time.
    NonPowerAware,
    /// `dvfs`: VMs stay where they are first placed; hosts draw power by their load, and none while idle.
    Dvfs,
    /// VMs are moved so that few hosts are on.
    Consolidation {
        /// When a host is overloaded. `lr` is CloudSim's, which does not weigh; `loess` the one that does.
        detection: Detection,
        /// Which VM an overloaded host gives away.
        selection: Selection,
    },
}

impl Policy {
    pub(super) fn rules(self) -> Option<Rules> {
        match self {
            Self::Consolidation { detection, selection } => Some(Rules { detection, selection }),
            Self::NonPowerAware | Self::Dvfs => None,
        }
    }
}

/// The name of a policy that is none, with what would be right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "unknown policy {0:?}; write npa, dvfs, or a detection, a selection and a parameter, such as thr-mmt-0.8"
)]
pub struct PolicyError(String);

/// CloudSim's names of detections that have another here, and ours.
const NAMES: [(&str, &str); 2] = [("loess", "lr"), ("lr", "ols")];

impl FromStr for Policy {
    type Err = PolicyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "npa" => return Ok(Self::NonPowerAware),
            "dvfs" => return Ok(Self::Dvfs),
            _ => {}
        }
        let error = || PolicyError(text.to_owned());
        let mut parts = text.splitn(3, '-');
        let mut part = || parts.next().ok_or_else(error);
        let (name, selection, parameter) = (part()?, part()?, part()?);
        let name = NAMES.iter().find(|(theirs, _)| *theirs == name).map_or(name, |(_, ours)| ours);
        let detection = format!("{name}-{parameter}").parse().map_err(|_| error())?;
        Ok(Self::Consolidation { detection, selection: selection.parse().map_err(|_| error())? })
    }
}

impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::Consolidation { detection, selection } = self else {
            return f.write_str(if *self == Self::Dvfs { "dvfs" } else { "npa" });
        };
        let detection = detection.to_string();
        let (name, parameter) = detection.split_once('-').unwrap_or((&detection, ""));
        let name = NAMES.iter().find(|(_, ours)| *ours == name).map_or(name, |(theirs, _)| theirs);
        write!(f, "{name}-{selection}-{parameter}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_and_written() {
        for name in ["npa", "dvfs", "thr-mmt-0.8", "lr-mc-1.2", "loess-rs-1.2", "iqr-mu-1.5"] {
            assert_eq!(name.parse::<Policy>().unwrap().to_string(), name);
        }
        for wrong in ["", "thr", "thr-mmt", "thr-mmt-", "thr-abc-0.8", "abc-mmt-1", "dvfs-mmt-1"] {
            assert!(wrong.parse::<Policy>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn local_regression_is_cloudsims() {
        let policy = "lr-mmt-1.2".parse();
        let detection = Detection::UnweightedRegression { safety: 1.2 };
        let selection = Selection::MinimumMigrationTime;
        assert_eq!(policy, Ok(Policy::Consolidation { detection, selection }));
    }
}
