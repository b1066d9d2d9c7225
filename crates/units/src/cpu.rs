//! Amounts of processing power.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Mul, Sub};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::ParseQuantityError;

/// Processing power in megahertz: the cycles that a core gives in a microsecond.
///
/// The one unit in which a slow and a fast core can be compared; a node's capacity is the sum over its cores.
#[derive(Debug, Clone, Copy, Default, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Megahertz(f64);

impl Megahertz {
    /// Nothing.
    pub const ZERO: Self = Self(0.0);

    /// `amount` megahertz. What is not a finite positive number is nothing.
    pub const fn new(amount: f64) -> Self {
        Self(if amount.is_finite() && amount > 0.0 { amount } else { 0.0 })
    }

    /// The number of megahertz, finite and never negative.
    pub const fn get(self) -> f64 {
        self.0
    }
}

impl Add for Megahertz {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self::new(self.0 + other.0)
    }
}

impl AddAssign for Megahertz {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sub for Megahertz {
    type Output = Self;
    /// What is left, never below zero.
    fn sub(self, other: Self) -> Self {
        Self::new(self.0 - other.0)
    }
}

impl Mul<f64> for Megahertz {
    type Output = Self;
    fn mul(self, factor: f64) -> Self {
        Self::new(self.0 * factor)
    }
}

impl Sum for Megahertz {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::ZERO, Add::add)
    }
}

impl fmt::Display for Megahertz {
    /// `500MHz`, `2.6GHz`: gigahertz from 10,000 MHz on, so that columns compare at a glance.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 >= 10_000.0 {
            f.pad(&format!("{:.1}GHz", self.0 / 1000.0))
        } else if self.0 >= 10.0 || self.0 == 0.0 {
            f.pad(&format!("{:.0}MHz", self.0))
        } else {
            f.pad(&format!("{:.1}MHz", self.0))
        }
    }
}

/// How much processing power an instance asks for.
///
/// Written and read as text, `0.5` or `500MHz`, in JSON too.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum CpuDemand {
    /// A number of cores, whatever they give: `0.5`. Docker's own way of asking.
    Cores(f64),
    /// An amount of work that is the same on a slow and on a fast node: `500MHz`.
    Megahertz(Megahertz),
}

impl CpuDemand {
    /// What the demand comes to on a node whose cores give `per_core` each.
    pub fn on(self, per_core: Megahertz) -> Megahertz {
        match self {
            Self::Cores(cores) => per_core * cores,
            Self::Megahertz(amount) => amount,
        }
    }

    /// The demand in Swarm's unit, billionths of a core, on a node whose cores give `per_core` each.
    pub fn nano_cpus_on(self, per_core: Megahertz) -> i64 {
        let cores = match self {
            Self::Cores(cores) => cores,
            Self::Megahertz(_) if per_core == Megahertz::ZERO => 0.0,
            Self::Megahertz(amount) => amount.get() / per_core.get(),
        };
        (cores * 1e9).round() as i64
    }
}

impl fmt::Display for CpuDemand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cores(cores) => f.pad(&cores.to_string()),
            Self::Megahertz(amount) => f.pad(&format!("{}MHz", amount.get())),
        }
    }
}

impl From<CpuDemand> for String {
    fn from(demand: CpuDemand) -> Self {
        demand.to_string()
    }
}

impl TryFrom<String> for CpuDemand {
    type Error = ParseQuantityError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl FromStr for CpuDemand {
    type Err = ParseQuantityError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = |reason| ParseQuantityError {
            quantity: "CPU demand",
            value: text.to_owned(),
            reason,
            expected: "write a number of cores such as 0.5, or megahertz such as 500MHz",
        };
        let split = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
        let number: f64 = text[..split].parse().map_err(|_| error("it has no number"))?;
        let demand = match text[split..].trim_start().to_ascii_lowercase().as_str() {
            "" => Self::Cores(number),
            "mhz" => Self::Megahertz(Megahertz(number)),
            "ghz" => Self::Megahertz(Megahertz(number * 1000.0)),
            _ => return Err(error("the unit is unknown")),
        };
        match demand {
            Self::Cores(cores) if cores > 1024.0 => {
                Err(error("no node has so many cores (megahertz want a unit)"))
            }
            Self::Megahertz(Megahertz(amount)) if amount > 1e7 => Err(error("no node is so fast")),
            demand => Ok(demand),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_demand_is_read_in_cores_or_in_megahertz() {
        for (text, demand) in [
            ("0.5", CpuDemand::Cores(0.5)),
            ("2", CpuDemand::Cores(2.0)),
            ("500MHz", CpuDemand::Megahertz(Megahertz(500.0))),
            ("500 mhz", CpuDemand::Megahertz(Megahertz(500.0))),
            ("1.2GHz", CpuDemand::Megahertz(Megahertz(1200.0))),
        ] {
            assert_eq!(text.parse(), Ok(demand), "{text}");
        }
    }

    #[test]
    fn what_is_no_demand_is_refused_with_what_would_be_right() {
        for text in ["", "MHz", "-1", "1 core", "2000", "inf", "NaN", "1e3"] {
            let error = text.parse::<CpuDemand>().unwrap_err().to_string();
            assert!(error.contains("such as 500MHz"), "{text}: {error}");
        }
    }

    #[test]
    fn megahertz_become_a_share_of_the_node_s_own_cores() {
        let demand = CpuDemand::Megahertz(Megahertz(500.0));
        assert_eq!(demand.nano_cpus_on(Megahertz(2000.0)), 250_000_000);
        assert_eq!(demand.nano_cpus_on(Megahertz::ZERO), 0);
        assert_eq!(CpuDemand::Cores(0.5).on(Megahertz(600.0)), Megahertz(300.0));
    }

    #[test]
    fn no_arithmetic_leaves_the_positive_numbers() {
        assert_eq!(Megahertz::new(f64::NAN), Megahertz::ZERO);
        assert_eq!(Megahertz(1.0) - Megahertz(2.0), Megahertz::ZERO);
    }
}
