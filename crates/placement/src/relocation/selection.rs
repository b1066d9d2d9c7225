//! Which instance an overloaded node gives away.
//!
//! Source: Beloglazov and Buyya 2012 (see [`Detection`](super::Detection)), section 5.2, and for `mu` their earlier
//! work, which the paper compares with.

use std::fmt;
use std::str::FromStr;

use swarmmanager_units::Bytes;

use super::correlation::multiple_correlation;

/// An instance that a node might give away.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    /// What has to be carried over when it moves.
    pub memory: Bytes,
    /// Its present use of the processor, as a share of what it may use at most.
    pub utilisation: f64,
    /// The same in the past, at equal intervals. The histories of all candidates end at the same time; where their
    /// lengths differ, the newest values count.
    pub history: &'a [f64],
}

/// One of the rules. Read and written as `mmt`, `mc`, `rs`, `mu`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Selection {
    /// `mmt`: the one that has moved soonest, which is the one with least memory.
    MinimumMigrationTime,
    /// `mc`: the one whose use follows the others' most closely, so that peaks meet less often. Measured by R², the
    /// square of the multiple correlation of its history with those of all others. With fewer values than candidates
    /// there is no such measure, and `mmt` decides.
    MaximumCorrelation,
    /// `rs`: any.
    Random,
    /// `mu`: the one that uses the smallest share of what it may use.
    MinimumUtilisation,
}

impl Selection {
    /// The index of the one to move; the first of several that are equal. `None` where there is none.
    ///
    /// `random` is a number of the caller's, evenly distributed over all of its range; only `rs` looks at it.
    pub fn choose(self, candidates: &[Candidate<'_>], random: u64) -> Option<usize> {
        match self {
            Self::MinimumMigrationTime => least(candidates.iter().map(|one| one.memory.as_f64())),
            Self::MaximumCorrelation => {
                most_correlated(candidates).or_else(|| Self::MinimumMigrationTime.choose(candidates, random))
            }
            Self::Random => scale(random, candidates.len()),
            Self::MinimumUtilisation => least(candidates.iter().map(|one| one.utilisation)),
        }
    }
}

/// The name of a selection that is none, with what would be right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown selection {0:?}; write mmt, mc, rs or mu")]
pub struct UnknownSelection(String);

impl FromStr for Selection {
    type Err = UnknownSelection;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "mmt" => Ok(Self::MinimumMigrationTime),
            "mc" => Ok(Self::MaximumCorrelation),
            "rs" => Ok(Self::Random),
            "mu" => Ok(Self::MinimumUtilisation),
            _ => Err(UnknownSelection(text.to_owned())),
        }
    }
}

impl fmt::Display for Selection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::MinimumMigrationTime => "mmt",
            Self::MaximumCorrelation => "mc",
            Self::Random => "rs",
            Self::MinimumUtilisation => "mu",
        })
    }
}

fn least(values: impl Iterator<Item = f64>) -> Option<usize> {
    let smaller = |best: (usize, f64), one: (usize, f64)| if one.1 < best.1 { one } else { best };
    values.enumerate().reduce(smaller).map(|(index, _)| index)
}

fn most_correlated(candidates: &[Candidate<'_>]) -> Option<usize> {
    let length = candidates.iter().map(|one| one.history.len()).min()?;
    if candidates.len() < 2 || candidates.len() > length {
        return None;
    }
    let histories: Vec<&[f64]> =
        candidates.iter().map(|one| &one.history[one.history.len() - length..]).collect();
    least((0..histories.len()).map(|index| -multiple_correlation(&histories, index)))
}

/// The number, from 0 up to below `count`, that lies as far along as `random` does in its range.
fn scale(random: u64, count: usize) -> Option<usize> {
    let scaled = (u128::from(random) * count as u128) >> u64::BITS;
    (count > 0).then_some(scaled as usize)
}

#[cfg(test)]
mod tests;
