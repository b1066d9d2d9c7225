//! The relocations, by name.

use crate::relocation::{CostBenefit, Never, Relocation};

/// The relocation of that name. `seed` is what the random ones among them draw from.
///
/// # Errors
///
/// Names the ones that there are, where there is none of that name.
pub fn relocation(name: &str, _seed: u64) -> Result<Box<dyn Relocation>, UnknownRelocation> {
    match name {
        "none" => Ok(Box::new(Never)),
        "cost-benefit" => Ok(Box::new(CostBenefit::default())),
        _ => Err(UnknownRelocation { name: name.to_owned() }),
    }
}

/// There is no such relocation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no relocation {name:?}; choose one of none, cost-benefit")]
pub struct UnknownRelocation {
    name: String,
}
