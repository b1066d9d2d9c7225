//! Which version of the Engine API is spoken.

use std::fmt;
use std::sync::atomic::{AtomicU32, Ordering};

use http::HeaderMap;

/// A version of the Engine API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ApiVersion {
    major: u16,
    minor: u16,
}

impl ApiVersion {
    /// That of Docker 20.10, the first with jobs, service status and capabilities.
    pub(crate) const OLDEST: Self = Self { major: 1, minor: 41 };

    /// What an engine writes on each of its answers, refusals included.
    pub(crate) fn announced(headers: &HeaderMap) -> Option<Self> {
        Self::parse(headers.get("api-version")?.to_str().ok()?)
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (major, minor) = text.split_once('.')?;
        Some(Self { major: major.parse().ok()?, minor: minor.parse().ok()? })
    }
}

impl fmt::Display for ApiVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

/// The version that an engine last announced, for all clones of its client.
#[derive(Debug, Default)]
pub(crate) struct LastAnnounced(AtomicU32);

impl LastAnnounced {
    /// None before the first answer.
    pub(crate) fn get(&self) -> Option<ApiVersion> {
        let packed = self.0.load(Ordering::Relaxed);
        let version = ApiVersion { major: (packed >> 16) as u16, minor: (packed & 0xffff) as u16 };
        (packed != 0).then_some(version)
    }

    /// An engine that was upgraded while we ran announces another version than before.
    pub(crate) fn set(&self, version: ApiVersion) {
        self.0.store(u32::from(version.major) << 16 | u32::from(version.minor), Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_by_number_not_by_letter() {
        let version = |text| ApiVersion::parse(text).unwrap();
        assert!(version("1.9") < ApiVersion::OLDEST);
        assert!(version("1.41") == ApiVersion::OLDEST);
        assert!(version("1.100") > version("1.53"));
        assert!(version("2.0") > version("1.53"));
        for text in ["", "1", "1.", "v1.41", "1.41.0", "1.-1"] {
            assert_eq!(ApiVersion::parse(text), None, "{text}");
        }
    }

    #[test]
    fn the_last_announced_version_is_kept() {
        let last = LastAnnounced::default();
        assert_eq!(last.get(), None);
        last.set(ApiVersion::OLDEST);
        assert_eq!(last.get().unwrap().to_string(), "1.41");
    }
}
