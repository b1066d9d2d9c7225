//! Which policies are compared with which relocations.

use anyhow::Result;
use swarmmanager_placement::relocation::relocation;
use swarmmanager_placement::{policies, policy};
use swarmmanager_simulator::comparison::Contender;

/// Every one of the policies with every one of the relocations, each pair once.
///
/// # Errors
/// Where there is no policy or no relocation of a name.
pub(super) fn contenders(names: &[String], relocations: &[String], seed: u64) -> Result<Vec<Contender>> {
    let mut chosen: Vec<String> = Vec::new();
    for name in names {
        if name == "all" {
            chosen.extend(policies().iter().map(|policy| policy.name().to_owned()));
        } else {
            policy(name)?;
            chosen.push(name.clone());
        }
    }
    for name in relocations {
        relocation(name, seed)?;
    }
    let mut contenders: Vec<Contender> = Vec::new();
    for policy in &chosen {
        for relocation in relocations {
            let contender = Contender { policy: policy.clone(), relocation: relocation.clone() };
            if !contenders.contains(&contender) {
                contenders.push(contender);
            }
        }
    }
    Ok(contenders)
}
