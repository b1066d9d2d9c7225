//! What travels over the HTTP API: requests, answers and live events, with their OpenAPI schemas.
//!
//! The server (`swarmmanager-manager`) and its clients (`swarmmanager-cli`, the console) share these types. A field's
//! name ends in its unit (`_mhz`, `_bytes`, `_ms`), moments are milliseconds since 1970 by the manager's clock.
//! Requests refuse fields that they do not know, so that a misspelt one is not silently without effect.

mod access;
mod decision;
mod error;
mod event;
mod fleet;
mod history;
mod image;
mod job;
mod join;
mod logs;
mod node;
mod node_removal;
mod node_update;
mod secret_text;
mod service;
mod service_create;
mod service_update;
mod status;
mod suggestion;
mod swarm;

pub use access::{
    AuditEntry, AuditList, PasswordChange, Session, SessionInfo, SessionList, SetUp, SetUpLink, Settings,
    SignIn, TokenCreate, TokenCreated, TokenInfo, TokenList, User, UserCreate, UserList, UserRole,
    UserUpdate, Via, Welcome,
};
pub use decision::{Action, Decision, DecisionList, Outcome};
pub use error::ApiError;
pub use event::{Event, EventTopic};
pub use fleet::{Fleet, FleetInstance, FleetNode, FleetReadings};
pub use history::{ContainerHistory, ContainerHistoryList, HistoryQuery, HistoryResolution, NodeHistory};
pub use image::{Image, ImageList, ImagePush};
pub use job::{ItemState, Job, JobItem, JobKind, JobList, JobState};
pub use join::{
    AcceptedHostKey, CheckedNode, HostKey, HostKeyState, JoinCheck, JoinNode, SshAuth, SwarmJoin,
    SwarmJoinCheck,
};
pub use logs::{LogLine, LogQuery, LogSource};
pub use node::{
    AgentState, Availability, ContainerUsage, MemberState, Node, NodeDetail, NodeList, PlacedInstance,
    Pressure, Reading, Role,
};
pub use node_removal::{NodesDrain, NodesRemove};
pub use node_update::NodeUpdate;
pub use secret_text::SecretText;
pub use service::{
    Convergence, Instance, InstanceState, PlacementPreview, Removed, ScaleRequest, Service, ServiceDetail,
    ServiceList,
};
pub use service_create::{
    Demand, EndpointMode, FileReference, Healthcheck, Mode, Mount, MountKind, NetworkAttachment, Protocol,
    PublishMode, PublishedPort, ResourceLimits, RestartCondition, RestartPolicy, ServiceCreate, UpdateOrder,
};
pub use service_update::{DemandUpdate, LimitsUpdate, ServiceUpdate};
pub use status::{CollectorCounters, Status};
pub use suggestion::{SuggestedImage, SuggestedNetwork, Suggestions};
pub use swarm::{
    DestroyPlan, JoinTokens, LeavingNode, RotateToken, Swarm, SwarmCa, SwarmDestroy, SwarmInit, SwarmLeave,
    SwarmState,
};

/// The default Unix socket of `swarm-manager serve`.
pub const DEFAULT_SOCKET: &str = "/run/swarmmanager/swarm-manager.sock";
