//! The policies, by name.

mod availability;
mod binpack;
mod headroom;
mod kubernetes;
mod load_aware;
mod seed_original;
mod spread;
mod trimaran;

pub use availability::Availability;
pub use binpack::Binpack;
pub use headroom::Headroom;
pub use kubernetes::{BalancedAllocation, Kubernetes, LeastAllocated};
pub use load_aware::LoadAware;
pub use seed_original::SeedOriginal;
pub use spread::Spread;
pub use trimaran::{RiskBalancing, TargetLoadPacking};

use crate::Policy;

/// The policy that is used where none is named.
pub const DEFAULT_POLICY: &str = "headroom";

/// Every policy with the parameters that its source gives, the default one first.
pub fn policies() -> Vec<Box<dyn Policy>> {
    vec![
        Box::new(Headroom::default()),
        Box::new(Availability),
        Box::new(Spread),
        Box::new(LeastAllocated),
        Box::new(BalancedAllocation),
        Box::new(Kubernetes),
        Box::new(TargetLoadPacking::default()),
        Box::new(RiskBalancing::default()),
        Box::new(LoadAware::default()),
        Box::new(Binpack),
        Box::new(SeedOriginal),
    ]
}

/// The policy of that name.
///
/// # Errors
///
/// Names the ones that there are, where there is none of that name.
pub fn policy(name: &str) -> Result<Box<dyn Policy>, UnknownPolicy> {
    let unknown = || UnknownPolicy {
        name: name.to_owned(),
        known: policies().iter().map(|policy| policy.name()).collect::<Vec<_>>().join(", "),
    };
    policies().into_iter().find(|policy| policy.name() == name).ok_or_else(unknown)
}

/// There is no such policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no placement policy {name:?}; choose one of {known}")]
pub struct UnknownPolicy {
    name: String,
    known: String,
}
