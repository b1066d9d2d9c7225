//! Who gets in, over the door's side of the router. The accounts are as if read from a Swarm.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use axum::response::Response;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use swarmmanager_access::{Accounts, NewToken, Password, Secret};
use swarmmanager_api::UserRole;
use swarmmanager_door::Origin;
use tempfile::TempDir;
use tower::ServiceExt as _;

use super::super::tests::manager;
use crate::audit::AuditQuery;
use crate::state::Manager;

const PASSWORD: &str = "correct horse";

/// A manager of a Swarm with an admin, an operator and a viewer, of one password.
struct Stage {
    manager: Manager,
    accounts: Accounts,
    _folder: TempDir,
}

fn stage() -> Stage {
    let (manager, folder) = manager();
    let mut accounts = Accounts::default();
    let hash = Password::new(PASSWORD).unwrap().hash().unwrap();
    for (name, role) in [("ada", UserRole::Admin), ("olga", UserRole::Operator), ("vera", UserRole::Viewer)] {
        accounts.add_user(name.parse().unwrap(), hash.clone(), role, 1).unwrap();
    }
    manager.access.store.read_as(accounts.clone());
    Stage { manager, accounts, _folder: folder }
}

impl Stage {
    /// A token of that user.
    fn token(&mut self, user: &str) -> Secret {
        let role = self.accounts.user(user).unwrap().role;
        let new = NewToken {
            name: "test".parse().unwrap(),
            role,
            expires_in_s: 60,
            maker: user.to_owned(),
            maker_role: role,
        };
        let (secret, _) = self.accounts.add_token(new, crate::clock::unix_ms()).unwrap();
        self.manager.access.store.read_as(self.accounts.clone());
        secret
    }

    async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Value) -> Response {
        let mut request = Request::builder().method(method).uri(path).header("host", "ap1:6602");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let origin = Origin { address: "10.0.0.9".parse().unwrap(), is_secure: true };
        let request = request.header("content-type", "application/json").extension(origin);
        let request = request.body(Body::from(body.to_string())).unwrap();
        crate::http::router(self.manager.clone()).oneshot(request).await.unwrap()
    }

    async fn status(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> StatusCode {
        self.ask(method, path, headers, json!({})).await.status()
    }

    /// Signs in; gives the cookie as a browser sends it back.
    async fn sign_in(&self, user: &str) -> String {
        let body = json!({"user": user, "password": PASSWORD});
        let answer = self.ask("POST", "/api/v1/session", &[], body).await;
        assert_eq!(answer.status(), StatusCode::OK);
        let cookie = answer.headers()["set-cookie"].to_str().unwrap();
        cookie.split(';').next().unwrap().to_owned()
    }

    /// The latest entry of the audit.
    fn recorded(&self) -> Option<swarmmanager_api::AuditEntry> {
        let latest = AuditQuery { limit: 1, ..AuditQuery::default() };
        self.manager.host.audit.read(&latest).unwrap().pop()
    }
}

async fn text(answer: Response) -> String {
    String::from_utf8(answer.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
}

/// Every operation that the description names, with its parameters filled in.
fn operations() -> Vec<(String, String)> {
    let description: Value = serde_json::from_str(&crate::http::openapi().to_json().unwrap()).unwrap();
    let paths = description["paths"].as_object().unwrap();
    let all = paths.iter().flat_map(|(path, item)| {
        let filled: Vec<&str> =
            path.split('/').map(|part| if part.starts_with('{') { "x" } else { part }).collect();
        let path = filled.join("/");
        item.as_object().unwrap().keys().map(move |method| (method.to_uppercase(), path.clone()))
    });
    all.collect()
}

const FOR_ALL: [(&str, &str); 3] =
    [("GET", "/api/v1/welcome"), ("POST", "/api/v1/session"), ("POST", "/api/v1/setup")];
/// What a viewer may ask for that is no GET.
const OWN: [(&str, &str); 7] = [
    ("DELETE", "/api/v1/session"),
    ("POST", "/api/v1/session/password"),
    ("DELETE", "/api/v1/sessions/x"),
    ("POST", "/api/v1/tokens"),
    ("DELETE", "/api/v1/tokens/x"),
    ("POST", "/api/v1/placements/preview"),
    ("POST", "/api/v1/session"),
];

#[tokio::test]
async fn without_proof_there_is_nothing_to_see() {
    let stage = stage();
    let all = operations();
    assert!(all.len() > 25, "{all:?}");
    for (method, path) in &all {
        if FOR_ALL.contains(&(method, path)) {
            continue;
        }
        for headers in [
            &[][..],
            &[("authorization", "Bearer swm_forged")],
            &[("authorization", "Basic YWRhOmNvcnJlY3QgaG9yc2U=")],
            &[("cookie", "__Host-swarmmanager=swm_forged"), ("sec-fetch-site", "same-origin")],
            &[("x-forwarded-for", "127.0.0.1"), ("x-forwarded-proto", "https")],
        ] {
            let status = stage.status(method, path, headers).await;
            assert_eq!(status, StatusCode::UNAUTHORIZED, "{method} {path} {headers:?}");
        }
    }
    assert_eq!(stage.status("GET", "/metrics", &[]).await, StatusCode::UNAUTHORIZED);
    assert_eq!(stage.status("GET", "/api/v1/openapi.json", &[]).await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_viewer_changes_nothing() {
    let mut stage = stage();
    let bearer = format!("Bearer {}", stage.token("vera").reveal());
    for (method, path) in operations() {
        if method == "GET" || OWN.contains(&(&method, &path)) || FOR_ALL.contains(&(&method, &path)) {
            continue;
        }
        let status = stage.status(&method, &path, &[("authorization", &bearer)]).await;
        assert_eq!(status, StatusCode::FORBIDDEN, "{method} {path}");
        let recorded = stage.recorded().unwrap();
        assert_eq!((recorded.user.as_deref(), recorded.status), (Some("vera"), Some(403)), "{method} {path}");
    }
    for path in ["/api/v1/users", "/api/v1/audit"] {
        assert_eq!(stage.status("GET", path, &[("authorization", &bearer)]).await, StatusCode::FORBIDDEN);
    }
    let status = stage.status("GET", "/api/v1/status", &[("authorization", &bearer)]).await;
    assert_eq!(status, StatusCode::OK);
}

#[tokio::test]
async fn an_operator_is_no_admin() {
    let mut stage = stage();
    let bearer = format!("Bearer {}", stage.token("olga").reveal());
    let answer = stage.ask("GET", "/api/v1/users", &[("authorization", &bearer)], json!({})).await;
    assert_eq!(answer.status(), StatusCode::FORBIDDEN);
    let words = text(answer).await;
    assert!(words.contains("it takes the role admin, and theirs is operator"), "{words}");
    // The engine is not there: the request was let in and got as far as that.
    let body = json!({"name": "web", "image": "a"});
    let answer = stage.ask("POST", "/api/v1/services", &[("authorization", &bearer)], body).await;
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    let recorded = stage.recorded().unwrap();
    assert_eq!((recorded.operation.as_str(), recorded.status), ("createService", Some(503)));
    assert_eq!(recorded.target.as_deref(), Some("web"));
    assert_eq!(recorded.address.as_deref(), Some("10.0.0.9"));
}

#[tokio::test]
async fn who_signed_in_is_known_by_the_cookie_until_they_sign_out() {
    let stage = stage();
    let cookie = stage.sign_in("ada").await;
    let headers = [("cookie", cookie.as_str()), ("sec-fetch-site", "same-origin")];
    let answer = stage.ask("GET", "/api/v1/session", &headers, json!({})).await;
    let session: Value = serde_json::from_str(&text(answer).await).unwrap();
    assert_eq!((session["user"].as_str(), session["role"].as_str()), (Some("ada"), Some("admin")));
    assert_eq!(stage.status("DELETE", "/api/v1/session", &headers).await, StatusCode::NO_CONTENT);
    assert_eq!(stage.status("GET", "/api/v1/session", &headers).await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_session_ends_with_the_password_also_where_another_manager_changed_it() {
    let mut stage = stage();
    let cookie = stage.sign_in("olga").await;
    let headers = [("cookie", cookie.as_str()), ("sec-fetch-site", "same-origin")];
    assert_eq!(stage.status("GET", "/api/v1/session", &headers).await, StatusCode::OK);
    let new = Password::new("another horse").unwrap().hash().unwrap();
    stage.accounts.change_user("olga", None, Some(new), crate::clock::unix_ms() + 1).unwrap();
    stage.manager.access.store.read_as(stage.accounts.clone());
    assert_eq!(stage.status("GET", "/api/v1/session", &headers).await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn many_guesses_at_once_are_counted_one_by_one() {
    let stage = stage();
    let guess = || stage.status("POST", "/api/v1/session", &[]);
    assert_eq!(guess().await, StatusCode::UNPROCESSABLE_ENTITY, "that is no guess yet");
    let body = json!({"user": "ada", "password": "wrong password"});
    let guesses = (0..30).map(|_| stage.ask("POST", "/api/v1/session", &[], body.clone()));
    let answers = futures_util::future::join_all(guesses).await;
    let looked_at = answers.iter().filter(|answer| answer.status() == StatusCode::UNAUTHORIZED).count();
    assert!((5..=6).contains(&looked_at), "{looked_at} of 30 were looked at");
}

#[tokio::test]
async fn a_stolen_cookie_is_of_no_use_to_another_site() {
    let stage = stage();
    let cookie = stage.sign_in("ada").await;
    for (name, value) in [
        ("origin", "https://evil.example"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("x-nothing", "of where it comes from"),
    ] {
        let headers = [("cookie", cookie.as_str()), (name, value)];
        let status = stage.status("DELETE", "/api/v1/services/web", &headers).await;
        assert_eq!(status, StatusCode::FORBIDDEN, "{name}: {value}");
    }
    let headers = [("cookie", cookie.as_str()), ("sec-fetch-site", "cross-site")];
    assert_eq!(stage.status("GET", "/api/v1/nodes", &headers).await, StatusCode::FORBIDDEN);
    // The cookie of plain HTTP is none over TLS.
    let plain = cookie.replace("__Host-", "");
    assert_eq!(stage.status("GET", "/api/v1/nodes", &[("cookie", &plain)]).await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn guessing_is_slowed_and_tells_nothing() {
    let stage = stage();
    let guess = |user: &'static str| {
        stage.ask("POST", "/api/v1/session", &[], json!({"user": user, "password": "wrong password"}))
    };
    let (known, unknown) = (guess("ada").await, guess("nobody").await);
    assert_eq!(known.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(stage.recorded().unwrap().target, None, "what is no user's name may be a password");
    assert_eq!(text(known).await, text(unknown).await);
    for _ in 0..3 {
        assert_eq!(guess("ada").await.status(), StatusCode::UNAUTHORIZED);
    }
    let slowed = guess("ada").await;
    assert_eq!(slowed.status(), StatusCode::TOO_MANY_REQUESTS);
    assert!(slowed.headers().contains_key("retry-after"));
    let right = json!({"user": "ada", "password": PASSWORD});
    let answer = stage.ask("POST", "/api/v1/session", &[], right).await;
    assert_eq!(answer.status(), StatusCode::TOO_MANY_REQUESTS, "also for the right password");
}

#[tokio::test]
async fn a_set_up_link_opens_nothing_once_somebody_has_an_account() {
    let stage = stage();
    let link = stage.manager.host.threshold.issue().unwrap();
    let token = link.path.split('#').nth(1).unwrap();
    let body = json!({"token": token, "user": "eve", "password": "correct horse"});
    let answer = stage.ask("POST", "/api/v1/setup", &[], body).await;
    assert_eq!(answer.status(), StatusCode::CONFLICT);
    let forged = json!({"token": "swm_guess", "user": "eve", "password": "correct horse"});
    let answer = stage.ask("POST", "/api/v1/setup", &[], forged).await;
    assert_eq!(answer.status(), StatusCode::CONFLICT);
}

#[tokio::test]
async fn a_set_up_link_that_is_wrong_is_refused() {
    let (manager, _folder) = manager();
    manager.access.store.read_as(Accounts::default());
    let stage = Stage { manager, accounts: Accounts::default(), _folder };
    let forged = json!({"token": "swm_guess", "user": "eve", "password": "correct horse"});
    let answer = stage.ask("POST", "/api/v1/setup", &[], forged).await;
    assert_eq!(answer.status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_token_cannot_make_tokens() {
    let mut stage = stage();
    let bearer = format!("Bearer {}", stage.token("ada").reveal());
    let body = json!({"name": "more", "role": "admin", "expires_in_s": 60});
    let answer = stage.ask("POST", "/api/v1/tokens", &[("authorization", &bearer)], body).await;
    assert_eq!(answer.status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn what_is_asked_without_saying_from_where_is_not_served() {
    let stage = stage();
    let request = Request::get("/api/v1/nodes").body(Body::empty()).unwrap();
    let answer = crate::http::router(stage.manager.clone()).oneshot(request).await.unwrap();
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_follower_whose_account_is_gone_is_shown_out() {
    let mut stage = stage();
    let bearer = format!("Bearer {}", stage.token("vera").reveal());
    let path = "/api/v1/events?topic=decisions";
    let answer = stage.ask("GET", path, &[("authorization", &bearer)], json!({})).await;
    assert_eq!(answer.status(), StatusCode::OK);
    stage.accounts.remove_user("vera").unwrap();
    stage.manager.access.store.read_as(stage.accounts.clone());
    let events = text(answer).await;
    assert!(events.contains("event: session_end"), "{events}");
}

#[tokio::test]
async fn every_answer_tells_browsers_what_they_may() {
    let stage = stage();
    for path in ["/", "/api/v1/welcome", "/api/v1/nodes", "/no/such/file.js"] {
        let answer = stage.ask("GET", path, &[], json!({})).await;
        let policy = answer.headers()["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(answer.headers()["x-content-type-options"], "nosniff", "{path}");
    }
}
