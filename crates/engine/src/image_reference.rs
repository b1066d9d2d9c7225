//! Names of images, read as Docker reads them.

use std::str::FromStr;

use crate::EngineError;

/// `[registry/]repository[:tag][@digest]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ImageReference {
    /// As written; `None` means Docker Hub.
    pub(crate) registry: Option<String>,
    pub(crate) repository: String,
    pub(crate) tag: Option<String>,
    pub(crate) digest: Option<String>,
}

const LONGEST_NAME: usize = 255;
const LONGEST_TAG: usize = 128;
const SHORTEST_DIGEST: usize = 32;

impl ImageReference {
    /// Registry and repository, as written.
    pub(crate) fn name(&self) -> String {
        match &self.registry {
            Some(registry) => format!("{registry}/{}", self.repository),
            None => self.repository.clone(),
        }
    }

    /// The tag, or Docker's word for none.
    pub(crate) fn tag_or_latest(&self) -> &str {
        self.tag.as_deref().unwrap_or("latest")
    }
}

impl FromStr for ImageReference {
    type Err = EngineError;

    fn from_str(image: &str) -> Result<Self, EngineError> {
        let refused = |reason| EngineError::InvalidImage { image: image.to_owned(), reason };
        let (rest, digest) = match image.split_once('@') {
            Some((rest, digest)) => (rest, Some(digest)),
            None => (image, None),
        };
        // A colon before the last slash is a registry's port.
        let (name, tag) = match rest.rsplit_once(':') {
            Some((name, tag)) if !tag.contains('/') => (name, Some(tag)),
            _ => (rest, None),
        };
        let (registry, repository) = match name.split_once('/') {
            Some((first, repository)) if is_registry(first) => (Some(first), repository),
            _ => (None, name),
        };
        if name.len() > LONGEST_NAME {
            return Err(refused("the name is longer than 255 characters"));
        }
        if registry.is_some_and(|registry| !is_host(registry)) {
            return Err(refused("the registry is no host name with an optional port"));
        }
        if !repository.split('/').all(is_component) {
            return Err(refused("the name has to consist of lower-case letters, digits and separators"));
        }
        if registry.is_none() && repository.len() == 64 && is_hex(repository) {
            return Err(refused("it looks like an image's id, which names nothing in a registry"));
        }
        if tag.is_some_and(|tag| !is_tag(tag)) {
            return Err(refused("the tag has to consist of up to 128 letters, digits, '_', '.' and '-'"));
        }
        if digest.is_some_and(|digest| !is_digest(digest)) {
            return Err(refused("the digest has to be an algorithm, a colon and hexadecimal digits"));
        }
        Ok(Self {
            registry: registry.map(str::to_owned),
            repository: repository.to_owned(),
            tag: tag.map(str::to_owned),
            digest: digest.map(str::to_owned),
        })
    }
}

/// Docker's rule: what cannot be the first part of a repository's name is a registry.
fn is_registry(first: &str) -> bool {
    first == "localhost" || first.contains(['.', ':']) || first.chars().any(|c| c.is_ascii_uppercase())
}

fn is_host(text: &str) -> bool {
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (text, None),
    };
    let is_address = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).is_some_and(|address| {
        !address.is_empty() && address.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b':')
    });
    let is_label = |label: &str| {
        let inside = label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        inside && !label.is_empty() && !label.starts_with('-') && !label.ends_with('-')
    };
    (is_address || host.split('.').all(is_label))
        && port.is_none_or(|port| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Lower-case letters and digits, separated by one `.`, one or two `_`, or any number of `-`.
fn is_component(text: &str) -> bool {
    let is_word = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = text.as_bytes();
    let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else { return false };
    let separators = bytes.split(is_word);
    is_word(first)
        && is_word(last)
        && separators.into_iter().all(|separator| {
            matches!(separator, b"" | b"." | b"_" | b"__") || separator.iter().all(|byte| *byte == b'-')
        })
}

fn is_tag(text: &str) -> bool {
    let inside = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-'));
    inside && !text.is_empty() && text.len() <= LONGEST_TAG && !text.starts_with(['.', '-'])
}

fn is_digest(text: &str) -> bool {
    text.split_once(':').is_some_and(|(algorithm, hex)| {
        !algorithm.is_empty()
            && algorithm
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'.' | b'_' | b'-'))
            && hex.len() >= SHORTEST_DIGEST
            && is_hex(hex)
    })
}

fn is_hex(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const DIGEST: &str = "sha256:4185b8ddd608cf2798d80787b3f28fff35a2ea602238debeed47ff871f913c93";

    #[test]
    fn names_are_taken_apart_as_docker_does() {
        let pinned = format!("app:1@{DIGEST}");
        for (image, registry, repository, tag) in [
            ("busybox", None, "busybox", None),
            ("busybox:1.35", None, "busybox", Some("1.35")),
            ("team/app", None, "team/app", None),
            ("10.0.0.1:5000/app:1.2", Some("10.0.0.1:5000"), "app", Some("1.2")),
            ("10.0.0.1:5000/app", Some("10.0.0.1:5000"), "app", None),
            ("[fd00::1]:5000/app", Some("[fd00::1]:5000"), "app", None),
            ("[fd00::1]/app", Some("[fd00::1]"), "app", None),
            ("localhost/a/b_c", Some("localhost"), "a/b_c", None),
            ("Registry/app", Some("Registry"), "app", None),
            ("a--b/c__d/e.f", None, "a--b/c__d/e.f", None),
            (&pinned, None, "app", Some("1")),
        ] {
            let reference: ImageReference = image.parse().unwrap();
            let found =
                (reference.registry.as_deref(), reference.repository.as_str(), reference.tag.as_deref());
            assert_eq!(found, (registry, repository, tag), "{image}");
            assert_eq!(reference.digest.is_some(), image.contains('@'), "{image}");
        }
    }

    #[test]
    fn what_docker_refuses_is_refused_with_what_would_be_right() {
        let id = &DIGEST["sha256:".len()..];
        let long = "a".repeat(256);
        for image in [
            "",
            ":1",
            "BB:1",
            "a//b",
            "/a",
            "a/",
            "a/../b",
            "..",
            "a b",
            "a:",
            "a:-1",
            "a:x/y",
            "a@",
            "a@sha256:12",
            "a@sha256",
            "a___b",
            "a._b",
            "-a",
            "a-",
            "re_gistry:5000/a",
            "host:/a",
            "host:x/a",
            "[zz]/a",
            id,
            &long,
        ] {
            let error = image.parse::<ImageReference>().unwrap_err().to_string();
            assert!(error.contains("write a name such as busybox"), "{image}: {error}");
        }
    }

    proptest! {
        #[test]
        fn what_is_read_is_all_that_was_written(image in "[a-zA-Z0-9./:@_\\[\\]-]{0,40}|\\PC{0,20}") {
            if let Ok(reference) = image.parse::<ImageReference>() {
                let tag = reference.tag.as_ref().map(|tag| format!(":{tag}")).unwrap_or_default();
                let digest = reference.digest.as_ref().map(|digest| format!("@{digest}")).unwrap_or_default();
                prop_assert_eq!(format!("{}{tag}{digest}", reference.name()), image);
            }
        }
    }
}
