//! Several contenders in several scenarios, side by side.

use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use swarmmanager_placement::relocation::{UnknownRelocation, relocation};
use swarmmanager_placement::{UnknownPolicy, policy};

use crate::churn::happenings;
use crate::replay::{Figures, Replay};
use crate::scenario::Scenario;

/// A placement policy with a relocation, by their names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Contender {
    /// The placement policy.
    pub policy: String,
    /// The relocation; `none` for none.
    pub relocation: String,
}

/// There is no such policy, or no such relocation.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub enum UnknownContender {
    /// No such policy.
    Policy(#[from] UnknownPolicy),
    /// No such relocation.
    Relocation(#[from] UnknownRelocation),
}

/// What came of a contender in a scenario, for each seed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Result {
    /// The contender.
    pub contender: Contender,
    /// The scenario's name.
    pub scenario: String,
    /// One for each seed, in order.
    pub runs: Vec<Figures>,
}

/// Scenarios and what came of each contender in each of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Comparison {
    /// The scenarios.
    pub scenarios: Vec<Summary>,
    /// The first seed.
    pub seed: u64,
    /// How many seeds each contender ran with.
    pub seeds: u64,
    /// By scenario, and within it by contender, in the order that they were given.
    pub results: Vec<Result>,
}

/// A scenario in numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Summary {
    /// Its name.
    pub name: String,
    /// Instances.
    pub instances: usize,
    /// Nodes.
    pub nodes: usize,
    /// Steps.
    pub steps: usize,
    /// Seconds of a step.
    pub step_seconds: u32,
}

/// Runs every contender in every scenario with the same seeds; `progress` is told of every step that was run, as a number
/// of steps in all.
///
/// # Errors
///
/// A contender is of names that there are not.
pub fn compare(
    scenarios: &[Scenario],
    contenders: &[Contender],
    seed: u64,
    seeds: u64,
    progress: &(dyn Fn(u64) + Sync),
) -> std::result::Result<Comparison, UnknownContender> {
    for contender in contenders {
        policy(&contender.policy)?;
        relocation(&contender.relocation, seed)?;
    }
    let done = AtomicU64::new(0);
    let pairs: Vec<(usize, usize)> = (0..scenarios.len())
        .flat_map(|scenario| (0..contenders.len()).map(move |contender| (scenario, contender)))
        .collect();
    let jobs: Vec<(usize, usize, u64)> = pairs
        .iter()
        .flat_map(|&(scenario, contender)| (seed..seed + seeds).map(move |seed| (scenario, contender, seed)))
        .collect();
    let step = || progress(done.fetch_add(1, Ordering::Relaxed) + 1);
    let runs = jobs
        .par_iter()
        .map(|&(scenario, contender, seed)| run(&scenarios[scenario], &contenders[contender], seed, &step))
        .collect::<std::result::Result<Vec<Figures>, UnknownContender>>()?;
    let mut runs = runs.into_iter();
    let results = pairs.iter().map(|&(scenario, contender)| Result {
        contender: contenders[contender].clone(),
        scenario: scenarios[scenario].name.clone(),
        runs: runs.by_ref().take(seeds as usize).collect(),
    });
    Ok(Comparison {
        results: results.collect(),
        scenarios: scenarios.iter().map(Summary::of).collect(),
        seed,
        seeds,
    })
}

fn run(
    scenario: &Scenario,
    contender: &Contender,
    seed: u64,
    step: &(dyn Fn() + Sync),
) -> std::result::Result<Figures, UnknownContender> {
    let policy = policy(&contender.policy)?;
    let mut relocation = relocation(&contender.relocation, seed)?;
    let happenings = happenings(&scenario.workload, scenario.nodes.len(), &scenario.churn, seed);
    let replay = Replay {
        workload: &scenario.workload,
        nodes: &scenario.nodes,
        happenings: &happenings,
        warm_up: scenario.warm_up,
    };
    Ok(replay.run(&*policy, &mut *relocation, step))
}

impl Summary {
    fn of(scenario: &Scenario) -> Self {
        Self {
            name: scenario.name.clone(),
            instances: scenario.workload.instances.len(),
            nodes: scenario.nodes.len(),
            steps: scenario.workload.steps,
            step_seconds: scenario.workload.step_seconds,
        }
    }
}
