//! One request, as it goes to the engine.

use bytes::Bytes;
use http::{HeaderValue, Method};
use http_body_util::{BodyExt as _, Full};
use serde_json::Value;

use crate::RegistryAuth;
use crate::api_version::ApiVersion;
use crate::transport::Content;

/// A request; the same one can be sent again.
#[derive(Debug, Clone)]
pub(crate) struct Request<'a> {
    method: Method,
    path: String,
    query: String,
    content: Bytes,
    content_type: Option<&'static str>,
    auth: Option<&'a RegistryAuth>,
}

impl<'a> Request<'a> {
    pub(crate) fn get(path: impl Into<String>) -> Self {
        Self::new(Method::GET, path.into())
    }

    pub(crate) fn post(path: impl Into<String>) -> Self {
        Self::new(Method::POST, path.into())
    }

    pub(crate) fn delete(path: impl Into<String>) -> Self {
        Self::new(Method::DELETE, path.into())
    }

    fn new(method: Method, path: String) -> Self {
        Self { method, path, query: String::new(), content: Bytes::new(), content_type: None, auth: None }
    }

    /// One more parameter.
    pub(crate) fn with(mut self, key: &str, value: &str) -> Self {
        let separator = if self.query.is_empty() { '?' } else { '&' };
        self.query.push(separator);
        self.query.push_str(key);
        self.query.push('=');
        self.query.push_str(&segment(value));
        self
    }

    pub(crate) fn json(mut self, content: &Value) -> Self {
        self.content = content.to_string().into();
        self.content_type = Some("application/json");
        self
    }

    pub(crate) fn archive(mut self, content: Bytes) -> Self {
        self.content = content;
        self.content_type = Some("application/x-tar");
        self
    }

    pub(crate) fn auth(mut self, auth: Option<&'a RegistryAuth>) -> Self {
        self.auth = auth;
        self
    }

    /// Method and path, for messages.
    pub(crate) fn call(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// In HTTP's form; without a version where the path has none, such as `/_ping`.
    pub(crate) fn to_http(&self, version: Option<ApiVersion>) -> Result<http::Request<Content>, http::Error> {
        let prefix = version.map(|version| format!("/v{version}")).unwrap_or_default();
        let mut request = http::Request::builder()
            .method(self.method.clone())
            .uri(format!("{prefix}{}{}", self.path, self.query))
            .header("host", "docker")
            .body(Full::new(self.content.clone()).map_err(|never| match never {}).boxed_unsync())?;
        let headers = request.headers_mut();
        if let Some(content_type) = self.content_type {
            headers.insert("content-type", HeaderValue::from_static(content_type));
        }
        if let Some(auth) = self.auth {
            headers.insert("x-registry-auth", auth.header());
        }
        Ok(request)
    }
}

/// A part of a path or query in which nothing is taken for syntax.
pub(crate) fn segment(text: &str) -> String {
    escaped(text, b"")
}

/// An image's name as a part of a path, where Docker takes the slashes as they are.
pub(crate) fn image_segments(image: &str) -> String {
    escaped(image, b"/:@")
}

fn escaped(text: &str, kept: &[u8]) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            _ if kept.contains(&byte) => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_users_write_is_never_taken_for_syntax() {
        let request =
            Request::get(format!("/services/{}", segment("../a b?x=1#é/c"))).with("filters", "{\"a\"}&b=1");
        let http = request.to_http(Some(ApiVersion::OLDEST)).unwrap();
        assert_eq!(
            http.uri(),
            "/v1.41/services/..%2Fa%20b%3Fx%3D1%23%C3%A9%2Fc?filters=%7B%22a%22%7D%26b%3D1"
        );
        assert_eq!(image_segments("r.example:5000/a/b:1@sha256:ab?c"), "r.example:5000/a/b:1@sha256:ab%3Fc");
    }

    #[test]
    fn messages_name_the_call_without_its_parameters() {
        assert_eq!(Request::post("/images/load").with("quiet", "1").call(), "POST /images/load");
    }

    #[test]
    fn credentials_travel_in_their_header_and_are_not_shown() {
        let auth = RegistryAuth::from_password("r.example", "ann", "secret");
        let request = Request::post("/services/create").json(&json!({})).auth(Some(&auth));
        let http = request.to_http(None).unwrap();
        assert_eq!(http.headers()["x-registry-auth"], auth.header());
        assert!(!format!("{request:?} {http:?}").contains(auth.header().to_str().unwrap()));
    }
}
