//! A node's link: how fast, how slow, how lossy. It is the same in both directions.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::SpecError;

/// What is lost and delayed on each way of a node's link; nothing unless told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Link {
    /// What passes at the most.
    pub rate: Option<Rate>,
    /// What each packet is late by.
    pub delay: Option<Delay>,
    /// The share of packets that are lost.
    pub loss: Option<Loss>,
}

/// Bits per second, written `10mbit`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Rate(pub u64);

/// Microseconds, written `20ms`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Delay(pub u64);

/// A share from 0 to 1, written `0.5%`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Loss(pub f64);

impl Link {
    /// What to tell `tc qdisc replace dev … root`; `None` for a link that is as it comes.
    ///
    /// A rate alone is kept by `tbf`, which kernels without `netem` have too.
    pub(crate) fn queue(&self) -> Option<Vec<String>> {
        let rate = self.rate.map(|rate| rate.0.to_string() + "bit");
        if self.delay.is_none() && self.loss.is_none() {
            let rate = rate?;
            return Some(words(&["tbf", "rate", &rate, "burst", "32kb", "latency", "200ms"]));
        }
        let mut queue = words(&["netem"]);
        if let Some(delay) = self.delay {
            queue.extend(words(&["delay", &format!("{}us", delay.0)]));
        }
        if let Some(loss) = self.loss {
            queue.extend(words(&["loss", &format!("{}%", loss.0 * 100.0)]));
        }
        if let Some(rate) = rate {
            queue.extend(words(&["rate", &rate]));
        }
        Some(queue)
    }
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// A number and its unit in lower case.
fn split(text: &str) -> Option<(f64, String)> {
    let split = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
    Some((text[..split].parse().ok()?, text[split..].trim().to_ascii_lowercase()))
}

impl FromStr for Rate {
    type Err = SpecError;

    fn from_str(text: &str) -> Result<Self, SpecError> {
        let factor = |unit: &str| match unit {
            "bit" => Some(1.0),
            "kbit" => Some(1e3),
            "mbit" => Some(1e6),
            "gbit" => Some(1e9),
            _ => None,
        };
        let bits = split(text).and_then(|(number, unit)| Some(number * factor(&unit)?));
        bits.filter(|bits| (1e3..=1e12).contains(bits)).map(|bits| Self(bits as u64)).ok_or_else(|| {
            SpecError::Value {
                field: "rate",
                value: text.to_owned(),
                expected: "write bits per second, at least 1kbit, such as 500kbit or 10mbit",
            }
        })
    }
}

impl FromStr for Delay {
    type Err = SpecError;

    fn from_str(text: &str) -> Result<Self, SpecError> {
        let factor = |unit: &str| match unit {
            "us" => Some(1.0),
            "ms" => Some(1e3),
            "s" => Some(1e6),
            _ => None,
        };
        let micros = split(text).and_then(|(number, unit)| Some(number * factor(&unit)?));
        micros.filter(|micros| *micros <= 60e6).map(|micros| Self(micros as u64)).ok_or_else(|| {
            SpecError::Value {
                field: "delay",
                value: text.to_owned(),
                expected: "write a time of at most 60s, such as 20ms",
            }
        })
    }
}

impl FromStr for Loss {
    type Err = SpecError;

    fn from_str(text: &str) -> Result<Self, SpecError> {
        let percent = split(text).filter(|(percent, unit)| unit == "%" && *percent <= 100.0);
        percent.map(|(percent, _)| Self(percent / 100.0)).ok_or_else(|| SpecError::Value {
            field: "loss",
            value: text.to_owned(),
            expected: "write a percentage such as 0.5%",
        })
    }
}

macro_rules! as_text {
    ($type:ty, $text:expr) => {
        impl From<$type> for String {
            fn from(value: $type) -> Self {
                let text: fn($type) -> String = $text;
                text(value)
            }
        }

        impl TryFrom<String> for $type {
            type Error = SpecError;

            fn try_from(text: String) -> Result<Self, SpecError> {
                text.parse()
            }
        }
    };
}

as_text!(Rate, |rate| format!("{}bit", rate.0));
as_text!(Delay, |delay| format!("{}us", delay.0));
as_text!(Loss, |loss| format!("{}%", loss.0 * 100.0));

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Delay, Link, Loss, Rate};

    #[test]
    fn rates_delays_and_losses_are_read() {
        for (text, bits) in [("500kbit", 500_000), ("1.5Mbit", 1_500_000), ("1gbit", 1_000_000_000)] {
            assert_eq!(text.parse::<Rate>().unwrap(), Rate(bits));
        }
        for (text, micros) in [("20ms", 20_000), ("1.5s", 1_500_000), ("300us", 300)] {
            assert_eq!(text.parse::<Delay>().unwrap(), Delay(micros));
        }
        assert_eq!("0.5%".parse::<Loss>().unwrap(), Loss(0.005));
        let error = "10 MB/s".parse::<Rate>().unwrap_err().to_string();
        assert_eq!(
            error,
            "invalid rate \"10 MB/s\": write bits per second, at least 1kbit, such as 500kbit or 10mbit",
        );
        for bad in ["", "ms", "20", "-1ms", "61s"] {
            assert!(bad.parse::<Delay>().is_err(), "{bad}");
        }
        assert!("101%".parse::<Loss>().is_err() && "0.5".parse::<Loss>().is_err());
    }

    #[test]
    fn a_rate_alone_needs_no_netem() {
        let link = |rate, delay, loss| Link { rate, delay, loss }.queue().map(|words| words.join(" "));
        assert_eq!(link(None, None, None), None);
        assert_eq!(link(Some(Rate(8000)), None, None).unwrap(), "tbf rate 8000bit burst 32kb latency 200ms");
        assert_eq!(
            link(Some(Rate(8000)), Some(Delay(20)), Some(Loss(0.01))).unwrap(),
            "netem delay 20us loss 1% rate 8000bit",
        );
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(bits in 1000_u64..1_000_000_000_000, micros in 0_u64..60_000_000) {
            prop_assert_eq!(String::from(Rate(bits)).parse::<Rate>().unwrap(), Rate(bits));
            prop_assert_eq!(String::from(Delay(micros)).parse::<Delay>().unwrap(), Delay(micros));
        }
    }
}
