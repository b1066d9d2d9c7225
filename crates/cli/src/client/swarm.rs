//! The Swarm as a whole, long operations, and images.

use std::time::Duration;

use http::HeaderValue;
use serde_json::json;
use swarmmanager_api::{
    DestroyPlan, ImageList, ImagePush, Job, JobList, JoinCheck, JoinTokens, NodesDrain, NodesRemove, Role,
    RotateToken, Swarm, SwarmCa, SwarmDestroy, SwarmInit, SwarmJoin, SwarmJoinCheck, SwarmLeave,
};
use tokio::time::timeout;

use super::api::segment;
use super::{Client, ClientError};

/// Enough for a host that only just answers.
const REACH_LIMIT: Duration = Duration::from_secs(2);

impl Client {
    /// Whether a manager answers at all.
    pub(crate) async fn is_there(&self) -> bool {
        let answered = timeout(REACH_LIMIT, self.get::<Swarm>("/api/v1/swarm")).await;
        !matches!(answered, Err(_) | Ok(Err(ClientError::Connect { .. })))
    }

    /// The Swarm, and the manager's host's part in it.
    pub(crate) async fn swarm(&self) -> Result<Swarm, ClientError> {
        self.get("/api/v1/swarm").await
    }

    /// Starts a Swarm.
    pub(crate) async fn swarm_init(&self, wanted: &SwarmInit) -> Result<Swarm, ClientError> {
        self.post("/api/v1/swarm", wanted, None).await
    }

    /// Takes the manager's host out of its Swarm.
    pub(crate) async fn swarm_leave(&self, force: bool) -> Result<Swarm, ClientError> {
        self.post("/api/v1/swarm/leave", &SwarmLeave { force }, None).await
    }

    /// What ending the Swarm would do.
    pub(crate) async fn destroy_plan(&self) -> Result<DestroyPlan, ClientError> {
        self.get("/api/v1/swarm/destroy").await
    }

    /// Begins to end the Swarm.
    pub(crate) async fn swarm_destroy(&self, wanted: &SwarmDestroy) -> Result<Job, ClientError> {
        self.post("/api/v1/swarm/destroy", wanted, None).await
    }

    /// What lets nodes in.
    pub(crate) async fn join_tokens(&self) -> Result<JoinTokens, ClientError> {
        self.get("/api/v1/swarm/tokens").await
    }

    /// Makes a token anew.
    pub(crate) async fn rotate_token(&self, role: Role) -> Result<JoinTokens, ClientError> {
        self.post("/api/v1/swarm/tokens", &RotateToken { role }, None).await
    }

    /// The Swarm's certificate authority.
    pub(crate) async fn swarm_ca(&self) -> Result<SwarmCa, ClientError> {
        self.get("/api/v1/swarm/ca").await
    }

    /// Begins to replace the Swarm's certificate authority.
    pub(crate) async fn rotate_ca(&self) -> Result<SwarmCa, ClientError> {
        self.post("/api/v1/swarm/ca/rotate", &json!({}), None).await
    }

    /// Looks at nodes before they join.
    pub(crate) async fn check_join(&self, nodes: &SwarmJoinCheck) -> Result<JoinCheck, ClientError> {
        self.post("/api/v1/swarm/join/check", nodes, None).await
    }

    /// Begins to join nodes.
    pub(crate) async fn join(&self, wanted: &SwarmJoin) -> Result<Job, ClientError> {
        self.post("/api/v1/swarm/join", wanted, None).await
    }

    /// Begins to drain nodes.
    pub(crate) async fn drain(&self, wanted: &NodesDrain) -> Result<Job, ClientError> {
        self.post("/api/v1/nodes/drain", wanted, None).await
    }

    /// Begins to remove nodes.
    pub(crate) async fn remove_nodes(&self, wanted: &NodesRemove) -> Result<Job, ClientError> {
        self.post("/api/v1/nodes/remove", wanted, None).await
    }

    /// The images of the manager's host.
    pub(crate) async fn images(&self) -> Result<ImageList, ClientError> {
        self.get("/api/v1/images").await
    }

    /// Begins to push an image, with the credentials of its registry.
    pub(crate) async fn push_image(
        &self,
        wanted: &ImagePush,
        auth: Option<HeaderValue>,
    ) -> Result<Job, ClientError> {
        self.post("/api/v1/images/push", wanted, auth).await
    }

    /// The jobs that run, and the last that ended.
    pub(crate) async fn jobs(&self) -> Result<JobList, ClientError> {
        self.get("/api/v1/jobs").await
    }

    /// One job.
    pub(crate) async fn job(&self, id: &str) -> Result<Job, ClientError> {
        self.get(&format!("/api/v1/jobs/{}", segment(id))).await
    }

    /// Breaks a job off; gives what had been done.
    pub(crate) async fn cancel_job(&self, id: &str) -> Result<Job, ClientError> {
        self.post(&format!("/api/v1/jobs/{}/cancel", segment(id)), &json!({}), None).await
    }
}
