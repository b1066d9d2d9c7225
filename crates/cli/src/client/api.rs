//! What a manager can be asked.

use http::HeaderValue;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::json;
use swarmmanager_api::{
    Decision, DecisionList, NodeDetail, NodeList, PlacementPreview, Removed, ScaleRequest, ServiceCreate,
    ServiceDetail, ServiceList, SetUpLink, Status, TokenCreate, TokenCreated, TokenList, User, UserCreate,
    UserList, UserUpdate,
};

use super::{Client, ClientError};

/// Which entries of the journal to read.
#[derive(Debug, Clone, Default)]
pub(crate) struct DecisionQuery {
    /// The service as its user named it.
    pub(crate) service: String,
    /// Only of this instance.
    pub(crate) instance: Option<u32>,
    /// At most so many.
    pub(crate) limit: u32,
}

impl Client {
    /// How the manager is.
    pub(crate) async fn status(&self) -> Result<Status, ClientError> {
        self.get("/api/v1/status").await
    }

    /// Every node.
    pub(crate) async fn nodes(&self) -> Result<NodeList, ClientError> {
        self.get("/api/v1/nodes").await
    }

    /// One node with its containers.
    pub(crate) async fn node(&self, reference: &str) -> Result<NodeDetail, ClientError> {
        self.get(&format!("/api/v1/nodes/{}", segment(reference))).await
    }

    /// Every service.
    pub(crate) async fn services(&self) -> Result<ServiceList, ClientError> {
        self.get("/api/v1/services").await
    }

    /// One service with its instances.
    pub(crate) async fn service(&self, reference: &str) -> Result<ServiceDetail, ClientError> {
        self.get(&format!("/api/v1/services/{}", segment(reference))).await
    }

    /// Creates a service, with the credentials of its image's registry.
    pub(crate) async fn create(
        &self,
        service: &ServiceCreate,
        auth: Option<HeaderValue>,
    ) -> Result<ServiceDetail, ClientError> {
        self.post("/api/v1/services", service, auth).await
    }

    /// Changes how many instances a service has.
    pub(crate) async fn scale(&self, reference: &str, replicas: u32) -> Result<ServiceDetail, ClientError> {
        let path = format!("/api/v1/services/{}/scale", segment(reference));
        self.post(&path, &ScaleRequest { replicas }, None).await
    }

    /// Removes a service.
    pub(crate) async fn remove(&self, reference: &str) -> Result<Removed, ClientError> {
        self.delete(&format!("/api/v1/services/{}", segment(reference))).await
    }

    /// Where the instances of such a service would go, by that policy or the manager's own.
    pub(crate) async fn preview(
        &self,
        service: &ServiceCreate,
        policy: Option<&str>,
    ) -> Result<PlacementPreview, ClientError> {
        let query = policy.map(|policy| format!("?policy={}", segment(policy))).unwrap_or_default();
        self.post(&format!("/api/v1/placements/preview{query}"), &json!(service), None).await
    }

    /// Entries of the journal without their numbers, newest first.
    pub(crate) async fn decisions(&self, query: &DecisionQuery) -> Result<Vec<Decision>, ClientError> {
        let mut path = format!("/api/v1/decisions?service={}&limit={}", segment(&query.service), query.limit);
        if let Some(instance) = query.instance {
            path.push_str(&format!("&instance={instance}"));
        }
        let list: DecisionList = self.get(&path).await?;
        Ok(list.decisions)
    }

    /// One entry of the journal with its numbers.
    pub(crate) async fn decision(&self, id: i64) -> Result<Decision, ClientError> {
        self.get(&format!("/api/v1/decisions/{id}")).await
    }

    /// Every user.
    pub(crate) async fn users(&self) -> Result<UserList, ClientError> {
        self.get("/api/v1/users").await
    }

    /// Makes an account.
    pub(crate) async fn create_user(&self, user: &UserCreate) -> Result<User, ClientError> {
        self.post("/api/v1/users", user, None).await
    }

    /// Gives a user another role or password.
    pub(crate) async fn update_user(&self, name: &str, update: &UserUpdate) -> Result<User, ClientError> {
        self.patch(&format!("/api/v1/users/{}", segment(name)), update).await
    }

    /// Removes a user.
    pub(crate) async fn remove_user(&self, name: &str) -> Result<(), ClientError> {
        self.delete_quietly(&format!("/api/v1/users/{}", segment(name))).await
    }

    /// A link that makes the first account.
    pub(crate) async fn set_up_link(&self) -> Result<SetUpLink, ClientError> {
        self.post("/api/v1/setup-link", &json!({}), None).await
    }

    /// Tokens of the caller, or of everybody.
    pub(crate) async fn tokens(&self) -> Result<TokenList, ClientError> {
        self.get("/api/v1/tokens").await
    }

    /// Makes a token.
    pub(crate) async fn create_token(&self, token: &TokenCreate) -> Result<TokenCreated, ClientError> {
        self.post("/api/v1/tokens", token, None).await
    }

    /// Ends a token.
    pub(crate) async fn remove_token(&self, id: &str) -> Result<(), ClientError> {
        self.delete_quietly(&format!("/api/v1/tokens/{}", segment(id))).await
    }
}

/// What a user typed, as one part of a path or of a query.
pub(super) fn segment(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}
