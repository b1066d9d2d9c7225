//! Requests that a page of another site makes a browser send are refused.

use axum::extract::Request;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};

use crate::http::refusal::Refusal;

/// Refuses what another site's page sent. `with_cookie` says whether the browser added a session by itself.
///
/// Browsers say with `Sec-Fetch-Site` and `Origin` whose page it was, and no page can change either. Programs send
/// neither, and no cookie.
pub(super) fn check(request: &Request, is_secure: bool, with_cookie: bool) -> Result<(), Refusal> {
    let headers = request.headers();
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD);
    let site = text(headers, "sec-fetch-site");
    let origin = text(headers, header::ORIGIN.as_str());
    let is_of_user = match site {
        None | Some("same-origin") => true,
        // Typed in or a bookmark.
        Some("none") => !changes,
        Some(_) => false,
    };
    let is_of_us = origin.is_none_or(|origin| is_own(origin, headers, request.uri(), is_secure));
    let is_unsaid = changes && with_cookie && site.is_none() && origin.is_none();
    if is_of_user && is_of_us && !is_unsaid {
        return Ok(());
    }
    let message = "refused: this request does not come from a page of this console";
    Err(Refusal::new(StatusCode::FORBIDDEN, message))
}

/// Whether an origin is the one that the request was sent to.
fn is_own(origin: &str, headers: &HeaderMap, uri: &Uri, is_secure: bool) -> bool {
    let host =
        text(headers, header::HOST.as_str()).or_else(|| uri.authority().map(|authority| authority.as_str()));
    let scheme = if is_secure { "https://" } else { "http://" };
    match (origin.strip_prefix(scheme), host) {
        (Some(origin), Some(host)) => without_port(origin, is_secure) == without_port(host, is_secure),
        _ => false,
    }
}

/// A host without the port that its scheme has anyway.
fn without_port(host: &str, is_secure: bool) -> String {
    let usual = if is_secure { ":443" } else { ":80" };
    host.strip_suffix(usual).unwrap_or(host).to_ascii_lowercase()
}

/// A header's value; one that is no text is like another site's.
fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).map(|value| value.to_str().unwrap_or("?"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    fn check(method: &str, headers: &[(&str, &str)], with_cookie: bool, is_let_in: bool) {
        let mut request =
            Request::builder().method(method).uri("/api/v1/services").header("host", "ap1:6602");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let checked = super::check(&request.body(Body::empty()).unwrap(), true, with_cookie);
        assert_eq!(checked.is_ok(), is_let_in, "{method} {headers:?} {with_cookie}");
    }

    #[test]
    fn the_console_s_own_pages_are_let_in() {
        check("POST", &[("origin", "https://ap1:6602"), ("sec-fetch-site", "same-origin")], true, true);
        check("POST", &[("origin", "https://AP1:6602")], true, true);
        check("GET", &[("sec-fetch-site", "same-origin")], true, true);
        check("GET", &[("sec-fetch-site", "none")], true, true);
        check("GET", &[], true, true);
    }

    #[test]
    fn other_sites_are_not() {
        check("POST", &[("origin", "https://evil.example")], true, false);
        check("POST", &[("origin", "https://ap1")], true, false);
        check("POST", &[("origin", "http://ap1:6602")], true, false);
        check("POST", &[("origin", "null")], true, false);
        check("POST", &[("sec-fetch-site", "cross-site")], true, false);
        check("POST", &[("sec-fetch-site", "same-site")], true, false);
        check("POST", &[("sec-fetch-site", "none")], true, false);
        check("GET", &[("sec-fetch-site", "cross-site")], true, false);
        check("GET", &[("origin", "https://evil.example")], false, false);
        check("POST", &[("origin", "https://evil.example"), ("sec-fetch-site", "same-origin")], true, false);
    }

    #[test]
    fn a_cookie_without_a_word_on_where_it_comes_from_changes_nothing() {
        check("POST", &[], true, false);
        check("DELETE", &[], true, false);
        check("POST", &[], false, true);
    }
}
