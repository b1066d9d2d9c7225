//! The cookie that a session is carried in.

use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};

/// Browsers take a cookie of that name over TLS only, for this host only.
const SECURE_NAME: &str = "__Host-swarmmanager";
/// Over plain HTTP on the loopback address.
const PLAIN_NAME: &str = "swarmmanager";

/// The session's secret that a browser sent, if any.
pub(super) fn secret(jar: &CookieJar, is_secure: bool) -> Option<&str> {
    jar.get(name(is_secure)).map(Cookie::value)
}

/// A cookie that carries a session's secret. Scripts cannot read it, and no other site's page makes a browser send it.
pub(super) fn with(secret: &str, is_secure: bool, lifetime_s: u64) -> Cookie<'static> {
    let mut cookie = empty(is_secure);
    cookie.set_value(secret.to_owned());
    cookie.set_max_age(time::Duration::seconds(i64::try_from(lifetime_s).unwrap_or(i64::MAX)));
    cookie
}

/// What makes the browser forget it.
pub(super) fn gone(is_secure: bool) -> Cookie<'static> {
    let mut cookie = empty(is_secure);
    cookie.make_removal();
    cookie
}

fn empty(is_secure: bool) -> Cookie<'static> {
    Cookie::build((name(is_secure), ""))
        .path("/")
        .http_only(true)
        .secure(is_secure)
        .same_site(SameSite::Strict)
        .build()
}

fn name(is_secure: bool) -> &'static str {
    if is_secure { SECURE_NAME } else { PLAIN_NAME }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_s_cookie_is_for_this_host_and_for_no_script() {
        let text = with("swm_x", true, 60).to_string();
        for part in
            ["__Host-swarmmanager=swm_x", "HttpOnly", "SameSite=Strict", "Secure", "Path=/", "Max-Age=60"]
        {
            assert!(text.contains(part), "{text}");
        }
        assert!(!text.contains("Domain"), "{text}");
        assert!(gone(true).to_string().contains("Max-Age=0"));
        assert!(!with("swm_x", false, 60).to_string().contains("Secure"));
    }
}
