//! What the OpenAPI description says of all pages alike.

use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{ContentBuilder, OpenApi, Ref, RefOr, ResponseBuilder};

/// Refusals that any page may answer with which is not for everybody.
const REFUSALS: [(&str, &str); 3] = [
    ("401", "Nobody proved to be anybody"),
    ("403", "The caller may not do this, or it comes from another site"),
    ("503", "The accounts have not been read from the Swarm yet, or Swarm does not answer"),
];

/// Adds how callers prove who they are, and what they are told where they do not.
pub(super) fn complete(mut description: OpenApi) -> OpenApi {
    for item in description.paths.paths.values_mut() {
        let operations = [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete];
        for operation in operations.into_iter().flatten() {
            for (status, meaning) in REFUSALS {
                operation.responses.responses.entry(status.to_owned()).or_insert_with(|| refusal(meaning));
            }
        }
    }
    let components = description.components.get_or_insert_default();
    let cookie = ApiKey::Cookie(ApiKeyValue::new("__Host-swarmmanager"));
    components.add_security_scheme("session", SecurityScheme::ApiKey(cookie));
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
    components.add_security_scheme("token", SecurityScheme::Http(bearer));
    description
}

fn refusal(meaning: &str) -> RefOr<utoipa::openapi::Response> {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("ApiError"))).build();
    RefOr::T(ResponseBuilder::new().description(meaning).content("application/json", content).build())
}
