//! What a caller has to be for each page. One table, so that it can be read and checked as a whole.

use axum::http::Method;
use swarmmanager_api::UserRole;

/// What a request needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    /// Anybody may.
    Nobody,
    /// Whoever has that role, or a higher one.
    Role(UserRole),
}

/// What a request for a page needs. The path is the route's, with its parameters in braces.
pub(super) fn needed(method: &Method, path: &str) -> Need {
    let is_read = matches!(*method, Method::GET | Method::HEAD);
    let role = match path {
        "/healthz" | "/api/v1/welcome" if is_read => return Need::Nobody,
        "/api/v1/setup" if *method == Method::POST => return Need::Nobody,
        "/api/v1/session" if *method == Method::POST => return Need::Nobody,
        // One's own, and what changes nothing.
        "/api/v1/session"
        | "/api/v1/session/password"
        | "/api/v1/sessions"
        | "/api/v1/sessions/{session}"
        | "/api/v1/tokens"
        | "/api/v1/tokens/{token}"
        | "/api/v1/placements/preview" => UserRole::Viewer,
        "/api/v1/users" | "/api/v1/users/{user}" | "/api/v1/audit" | "/api/v1/setup-link" => UserRole::Admin,
        "/api/v1/settings" if !is_read => UserRole::Admin,
        // Who joins and who leaves, and what lets them.
        "/api/v1/swarm/tokens" | "/api/v1/swarm/join/check" => UserRole::Admin,
        "/api/v1/nodes/remove" => UserRole::Admin,
        _ if path.starts_with("/api/v1/swarm") && !is_read => UserRole::Admin,
        // The console's own files: they show nothing before the API does.
        _ if !path.starts_with("/api/") && path != "/metrics" => return Need::Nobody,
        _ if is_read => UserRole::Viewer,
        _ => UserRole::Operator,
    };
    Need::Role(role)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(method: &str, path: &str, need: Need) {
        assert_eq!(needed(&method.parse().unwrap(), path), need, "{method} {path}");
    }

    #[test]
    fn what_anybody_may_is_little() {
        for (method, path) in [
            ("GET", "/healthz"),
            ("GET", "/"),
            ("GET", "/assets/index.js"),
            ("GET", "/api/v1/welcome"),
            ("POST", "/api/v1/session"),
            ("POST", "/api/v1/setup"),
        ] {
            check(method, path, Need::Nobody);
        }
        check("GET", "/metrics", Need::Role(UserRole::Viewer));
        check("GET", "/api/v1/session", Need::Role(UserRole::Viewer));
        check("GET", "/api/v1/openapi.json", Need::Role(UserRole::Viewer));
    }

    #[test]
    fn who_sees_may_not_change() {
        check("GET", "/api/v1/services", Need::Role(UserRole::Viewer));
        check("POST", "/api/v1/placements/preview", Need::Role(UserRole::Viewer));
        for (method, path) in [
            ("POST", "/api/v1/services"),
            ("DELETE", "/api/v1/services/{service}"),
            ("PATCH", "/api/v1/nodes/{node}"),
            ("PUT", "/api/v1/what-comes-later"),
        ] {
            check(method, path, Need::Role(UserRole::Operator));
        }
    }

    #[test]
    fn accounts_are_for_admins() {
        for (method, path) in [
            ("GET", "/api/v1/users"),
            ("PATCH", "/api/v1/users/{user}"),
            ("GET", "/api/v1/audit"),
            ("PUT", "/api/v1/settings"),
            ("POST", "/api/v1/setup-link"),
            ("GET", "/api/v1/swarm/tokens"),
            ("POST", "/api/v1/swarm/tokens"),
            ("POST", "/api/v1/swarm/join"),
            ("POST", "/api/v1/swarm/destroy"),
            ("POST", "/api/v1/nodes/remove"),
        ] {
            check(method, path, Need::Role(UserRole::Admin));
        }
        check("GET", "/api/v1/swarm", Need::Role(UserRole::Viewer));
        check("GET", "/api/v1/settings", Need::Role(UserRole::Viewer));
    }
}
