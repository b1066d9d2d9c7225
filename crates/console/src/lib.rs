//! The web console's files, embedded as `cargo xtask console` built and compressed them.
//!
//! A program that is built without them has no console, and [`is_built`] says so.

use std::borrow::Cow;

use rust_embed::{EmbeddedFile, RustEmbed};

/// The page that all addresses of the console show.
const PAGE: &str = "index.html";

#[derive(RustEmbed)]
#[folder = "../../console/dist/"]
#[allow_missing = true]
struct Files;

/// How a file is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// Brotli.
    Brotli,
    /// Gzip.
    Gzip,
    /// Not at all.
    Identity,
}

impl Encoding {
    /// The word in `Content-Encoding`; none for a file as it is.
    pub fn as_header(self) -> Option<&'static str> {
        match self {
            Self::Brotli => Some("br"),
            Self::Gzip => Some("gzip"),
            Self::Identity => None,
        }
    }

    fn suffix(self) -> &'static str {
        match self {
            Self::Brotli => ".br",
            Self::Gzip => ".gz",
            Self::Identity => "",
        }
    }
}

/// One file of the console.
#[derive(Debug, Clone)]
pub struct Asset {
    /// Its bytes, compressed as `encoding` says.
    pub bytes: Cow<'static, [u8]>,
    /// How it is compressed.
    pub encoding: Encoding,
    /// Its media type.
    pub content_type: &'static str,
    /// Names these very bytes.
    pub etag: String,
    /// Whether its name changes with its contents, so that it can be kept for ever.
    pub is_immutable: bool,
}

/// Whether this program was built with a console.
pub fn is_built() -> bool {
    Files::get(PAGE).is_some()
}

/// The file of that path, in the first of those encodings that there is.
pub fn file(path: &str, accepted: &[Encoding]) -> Option<Asset> {
    let is_compressed = [".br", ".gz"].iter().any(|suffix| path.ends_with(suffix));
    if is_compressed {
        return None;
    }
    let find = |encoding: Encoding| {
        Files::get(&format!("{path}{}", encoding.suffix())).map(|file| asset(path, file, encoding))
    };
    accepted.iter().copied().chain([Encoding::Identity]).find_map(find)
}

/// The page itself.
pub fn page(accepted: &[Encoding]) -> Option<Asset> {
    file(PAGE, accepted)
}

fn asset(path: &str, file: EmbeddedFile, encoding: Encoding) -> Asset {
    let digest: String =
        file.metadata.sha256_hash().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    Asset {
        etag: format!("\"{digest}\""),
        bytes: file.data,
        encoding,
        content_type: content_type(path),
        // Vite puts what it names by its contents there.
        is_immutable: path.starts_with("assets/"),
    }
}

/// The media type of what a console is made of.
fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, extension)| extension) {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("json") => "application/json",
        Some("webmanifest") => "application/manifest+json",
        Some("woff2") => "font/woff2",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_there_is_not_found() {
        assert!(file("no-such-file.js", &[Encoding::Brotli]).is_none());
        assert!(file("../Cargo.toml", &[]).is_none());
        assert!(file("index.html.br", &[]).is_none());
    }

    #[test]
    fn scripts_are_scripts() {
        assert_eq!(content_type("assets/index-abc.js"), "text/javascript; charset=utf-8");
        assert_eq!(content_type("favicon.svg"), "image/svg+xml");
        assert_eq!(content_type("LICENSE"), "application/octet-stream");
    }
}
