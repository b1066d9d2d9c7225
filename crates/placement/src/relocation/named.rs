//! The relocations, by name.

use crate::relocation::{
    CostBenefit, LowNodeLoad, LowNodeUtilization, Never, Reactive, Relocation, SeedAudit,
};

/// Names of relocations, ours first. Those of the form `DETECTION-SELECTION-PARAMETER` stand for many more.
pub fn relocations() -> Vec<&'static str> {
    vec![
        "cost-benefit",
        "none",
        "seed-audit",
        "thr-mmt-0.8",
        "thr-mmt-0.8-pabfd",
        "iqr-mmt-1.5",
        "mad-mmt-2.5",
        "lr-mmt-1.2",
        "low-node-utilization",
        "low-node-utilization-deviation",
        "low-node-load",
    ]
}

/// The relocation of that name. `seed` is what the random ones among them draw from.
///
/// # Errors
///
/// Names the ones that there are, where there is none of that name.
pub fn relocation(name: &str, seed: u64) -> Result<Box<dyn Relocation>, UnknownRelocation> {
    let unknown = || UnknownRelocation { name: name.to_owned(), known: relocations().join(", ") };
    match name {
        "none" => Ok(Box::new(Never)),
        "cost-benefit" => Ok(Box::new(CostBenefit::default())),
        "seed-audit" => Ok(Box::new(SeedAudit::default())),
        "low-node-utilization" => Ok(Box::new(LowNodeUtilization::fixed())),
        "low-node-utilization-deviation" => Ok(Box::new(LowNodeUtilization::deviation())),
        "low-node-load" => Ok(Box::new(LowNodeLoad::default())),
        _ => Ok(Box::new(Reactive::named(name, seed).ok_or_else(unknown)?)),
    }
}

/// There is no such relocation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "there is no relocation {name:?}; choose one of {known}, or write DETECTION-SELECTION-PARAMETER with a detection of \
     thr, iqr, mad, lr, ols, a selection of mmt, mc, rs, mu and a parameter above 0, and -pabfd behind it for the \
     targets of the source"
)]
pub struct UnknownRelocation {
    name: String,
    known: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_relocation_is_found_by_its_name() {
        for name in relocations() {
            assert_eq!(relocation(name, 1).unwrap().name(), name);
        }
        assert_eq!(relocation("iqr-mc-1.7-pabfd", 1).unwrap().name(), "iqr-mc-1.7-pabfd");
    }

    #[test]
    fn another_name_is_refused_with_those_that_there_are() {
        for name in ["", "None", "thr", "thr-0.8", "thr-mmt-x", "cost-benefit-pabfd"] {
            let Err(error) = relocation(name, 1) else { unreachable!("{name} is one") };
            let text = error.to_string();
            assert!(
                text.starts_with(&format!(
                    "there is no relocation {name:?}; choose one of cost-benefit, none"
                ))
            );
            assert!(text.contains("DETECTION-SELECTION-PARAMETER"), "{text}");
        }
    }
}
