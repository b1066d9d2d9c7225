//! Amounts of memory and disk.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign};
use std::str::FromStr;

use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::ParseQuantityError;

/// An amount of memory or disk in bytes.
///
/// Text follows Docker: suffixes are powers of 1024 whether written `64m`, `64MB` or `64MiB`; no suffix is bytes.
/// In JSON it is written as a number of bytes, and read from a number or from text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Bytes(u64);

const UNITS: [(&str, u64); 5] =
    [("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("TiB", 1 << 40), ("PiB", 1 << 50)];

impl Bytes {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// `count` bytes.
    pub const fn new(count: u64) -> Self {
        Self(count)
    }

    /// `count` times 1,048,576 bytes.
    pub const fn from_mib(count: u64) -> Self {
        Self(count << 20)
    }

    /// The number of bytes.
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The number of bytes, for shares and scores.
    pub const fn as_f64(self) -> f64 {
        self.0 as f64
    }

    /// What is left after `other` is taken away, never below zero.
    pub const fn saturating_sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Add for Bytes {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Bytes {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sum for Bytes {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::ZERO, Add::add)
    }
}

impl fmt::Display for Bytes {
    /// Docker's own precision (four significant digits): `1.5GiB`, `256MiB`, `12B`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((unit, size)) = UNITS.iter().rev().find(|(_, size)| self.0 >= *size) else {
            return f.pad(&format!("{}B", self.0));
        };
        let value = self.0 as f64 / *size as f64;
        let decimals = match value {
            v if v >= 1000.0 => 0,
            v if v >= 100.0 => 1,
            v if v >= 10.0 => 2,
            _ => 3,
        };
        let digits = format!("{value:.decimals$}");
        let digits =
            if digits.contains('.') { digits.trim_end_matches('0').trim_end_matches('.') } else { &digits };
        f.pad(&format!("{digits}{unit}"))
    }
}

impl FromStr for Bytes {
    type Err = ParseQuantityError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = |reason| ParseQuantityError {
            quantity: "size",
            value: text.to_owned(),
            reason,
            expected: "write a number of bytes, or one with a unit, such as 64m, 256MiB or 1g",
        };
        let split = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
        let (number, unit) = (&text[..split], text[split..].trim_start().to_ascii_lowercase());
        let number: f64 = number.parse().map_err(|_| error("it has no number"))?;
        let exponent = match unit.as_str() {
            "" | "b" => 0,
            "k" | "kb" | "kib" => 1,
            "m" | "mb" | "mib" => 2,
            "g" | "gb" | "gib" => 3,
            "t" | "tb" | "tib" => 4,
            "p" | "pb" | "pib" => 5,
            _ => return Err(error("the unit is unknown")),
        };
        let bytes = number * 1024_f64.powi(exponent);
        if bytes > i64::MAX as f64 {
            return Err(error("it is too large"));
        }
        Ok(Self(bytes as u64))
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NumberOrText)
    }
}

struct NumberOrText;

impl Visitor<'_> for NumberOrText {
    type Value = Bytes;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number of bytes, or text such as \"64MiB\"")
    }

    fn visit_u64<E: de::Error>(self, count: u64) -> Result<Bytes, E> {
        Ok(Bytes(count))
    }

    fn visit_i64<E: de::Error>(self, count: i64) -> Result<Bytes, E> {
        u64::try_from(count).map(Bytes).map_err(|_| E::invalid_value(de::Unexpected::Signed(count), &self))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Bytes, E> {
        text.parse().map_err(E::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn sizes_are_read_as_docker_reads_them() {
        for (text, bytes) in [
            ("0", 0),
            ("12", 12),
            ("64m", 64 << 20),
            ("64M", 64 << 20),
            ("64MB", 64 << 20),
            ("64MiB", 64 << 20),
            ("64 MiB", 64 << 20),
            ("1g", 1 << 30),
            ("1.5g", 3 << 29),
            ("32k", 32 << 10),
        ] {
            assert_eq!(text.parse(), Ok(Bytes(bytes)), "{text}");
        }
    }

    #[test]
    fn what_is_no_size_is_refused_with_what_would_be_right() {
        for text in ["", "m", "-1m", "1x", "1.2.3m", "9999999p", "NaN", "inf", "1e9"] {
            let error = text.parse::<Bytes>().unwrap_err().to_string();
            assert!(error.contains("such as 64m"), "{text}: {error}");
        }
    }

    #[test]
    fn sizes_are_written_with_docker_s_precision() {
        for (bytes, text) in [
            (0, "0B"),
            (1023, "1023B"),
            (1024, "1KiB"),
            (256 << 20, "256MiB"),
            (3 << 29, "1.5GiB"),
            (1_234_567_890, "1.15GiB"),
            (123_456_789, "117.7MiB"),
        ] {
            assert_eq!(Bytes(bytes).to_string(), text);
        }
    }

    proptest! {
        #[test]
        fn printing_and_reading_stays_within_the_printed_precision(bytes in 0_u64..1 << 52) {
            let back: Bytes = Bytes(bytes).to_string().parse().unwrap();
            prop_assert!(back.0.abs_diff(bytes) as f64 <= bytes as f64 * 0.001);
        }
    }
}
