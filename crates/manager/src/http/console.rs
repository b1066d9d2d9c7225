//! The console's files, and what every answer says to browsers.

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use swarmmanager_console::{self as console, Asset, Encoding};

use super::refusal::Refusal;

/// Everything comes from here, no page stands in another's frame, and no script or style stands in a page.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                      connect-src 'self'; font-src 'self'; manifest-src 'self'; base-uri 'none'; \
                      form-action 'none'; frame-ancestors 'none'";

/// What every answer says to browsers.
const HEADERS: [(HeaderName, &str); 7] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    ),
];

/// A file of the console, or its page for all addresses that are none.
pub(super) async fn serve(request: Request) -> Response {
    let path = request.uri().path().trim_start_matches('/').to_owned();
    if path.starts_with("api/") || !matches!(*request.method(), Method::GET | Method::HEAD) {
        let message = "no such page; GET /api/v1/openapi.json lists what there is";
        return Refusal::new(StatusCode::NOT_FOUND, message).into_response();
    }
    let accepted = accepted(request.headers());
    let asset = console::file(&path, &accepted).filter(|_| !path.is_empty());
    // What looks like a file and is none must not become the page: a script that is HTML only confuses.
    let page = || {
        if path.rsplit('/').next().is_some_and(|name| name.contains('.')) {
            None
        } else {
            console::page(&accepted)
        }
    };
    match asset.or_else(page) {
        Some(asset) => answer(asset, request.headers()),
        None if console::is_built() => Refusal::new(StatusCode::NOT_FOUND, "no such page").into_response(),
        None => {
            let message = "this program was built without its console; cargo xtask console builds it. The API is under /api/v1";
            Refusal::new(StatusCode::NOT_FOUND, message).into_response()
        }
    }
}

fn answer(asset: Asset, headers: &HeaderMap) -> Response {
    let keep = if asset.is_immutable { "public, max-age=31536000, immutable" } else { "no-cache" };
    let known = headers.get(header::IF_NONE_MATCH).is_some_and(|etags| {
        etags.to_str().is_ok_and(|etags| etags.split(',').any(|etag| etag.trim() == asset.etag))
    });
    let mut response = if known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        ([(header::CONTENT_TYPE, asset.content_type)], Body::from(asset.bytes.into_owned())).into_response()
    };
    let out = response.headers_mut();
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static(keep));
    out.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Ok(etag) = asset.etag.parse() {
        out.insert(header::ETAG, etag);
    }
    if let Some(encoding) = asset.encoding.as_header() {
        out.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    response
}

/// The encodings that a client takes, the smallest first.
fn accepted(headers: &HeaderMap) -> Vec<Encoding> {
    let header =
        headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let takes = |word: &str| {
        header.split(',').any(|part| {
            let (name, parameters) = part.split_once(';').unwrap_or((part, ""));
            name.trim().eq_ignore_ascii_case(word) && !matches!(parameters.trim(), "q=0" | "q=0.0")
        })
    };
    let offered = [(Encoding::Brotli, "br"), (Encoding::Gzip, "gzip")];
    offered.into_iter().filter(|(_, word)| takes(word)).map(|(encoding, _)| encoding).collect()
}

/// Says to browsers what they may do with an answer; what the API answers is kept nowhere.
pub(super) async fn protect(request: Request, next: Next) -> Response {
    let is_api = request.uri().path().starts_with("/api/");
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if is_api && !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(header: &'static str, encodings: &[Encoding]) {
        let headers = HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(header))]);
        assert_eq!(accepted(&headers), encodings, "{header}");
    }

    #[test]
    fn the_smallest_encoding_that_a_client_takes_is_sent() {
        check("gzip, deflate, br, zstd", &[Encoding::Brotli, Encoding::Gzip]);
        check("gzip;q=1.0, br;q=0", &[Encoding::Gzip]);
        check("identity", &[]);
        check("", &[]);
    }
}
