//! Pieces of text that many answers have.

use swarmmanager_units::Bytes;

/// Docker's short form of an id: twelve characters.
pub(crate) fn short_id(id: &str, whole: bool) -> String {
    if whole { id.to_owned() } else { id.chars().take(12).collect() }
}

/// An image's name without the digest that Swarm adds to it.
pub(crate) fn short_image(image: &str, whole: bool) -> String {
    let name = image.split_once("@sha256:").map_or(image, |(name, _)| name);
    // What has nothing but a digest keeps it.
    if whole || name.is_empty() { image.to_owned() } else { name.to_owned() }
}

/// At most so many characters, the last of them a sign that there is more.
pub(crate) fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most.saturating_sub(1)).chain(['…']).collect()
}

/// The first letter in upper case.
pub(crate) fn capitalized(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

/// Bytes in a second: `1.2KiB/s`.
pub(crate) fn rate(bytes_per_s: f64) -> String {
    format!("{}/s", Bytes::new(bytes_per_s.max(0.0) as u64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_shortened_where_docker_shortens_them() {
        assert_eq!(short_id("w1j2qapx7m0nqk4ur3c8pz2vh", false), "w1j2qapx7m0n");
        assert_eq!(short_image("r:5000/app:1@sha256:abc", false), "r:5000/app:1");
        assert_eq!(short_image("r:5000/app:1@sha256:abc", true), "r:5000/app:1@sha256:abc");
        assert_eq!(short_image("app", false), "app");
        assert_eq!(shortened("abcdef", 4), "abc…");
        assert_eq!(shortened("abcd", 4), "abcd");
    }

    #[test]
    fn a_rate_has_docker_s_precision() {
        assert_eq!(rate(1234.0), "1.205KiB/s");
        assert_eq!(rate(-0.0), "0B/s");
    }
}
