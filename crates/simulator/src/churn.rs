//! What happens besides load: instances come, are deployed anew and go, nodes fail and return.

use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::workload::Workload;

/// How often what happens, in steps; 0 is never.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Churn {
    /// Instances that do not say when they come do so within so many steps, in random order.
    pub arrivals_within: usize,
    /// Mean steps between two deployments of an instance.
    pub redeployed_every: f64,
    /// Mean steps between two failures of a node.
    pub node_fails_every: f64,
    /// Steps that a failed node is away.
    pub node_away_for: usize,
}

impl Default for Churn {
    fn default() -> Self {
        Self { arrivals_within: 12, redeployed_every: 144.0, node_fails_every: 576.0, node_away_for: 6 }
    }
}

/// What happens at the beginning of a step.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Happening {
    /// Nodes that return.
    pub nodes_return: Vec<usize>,
    /// Nodes that fail.
    pub nodes_fail: Vec<usize>,
    /// Instances that go.
    pub depart: Vec<usize>,
    /// Instances that come, or are deployed anew, in order.
    pub deploy: Vec<usize>,
}

/// What happens at each step: the same for each policy, given the same seed.
pub fn happenings(workload: &Workload, nodes: usize, churn: &Churn, seed: u64) -> Vec<Happening> {
    // A stream for each, so that how often the one happens does not shift the other.
    let random = |stream| {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        random.set_stream(stream);
        random
    };
    let mut happenings = vec![Happening::default(); workload.steps];
    arrivals(workload, churn, &mut random(0), &mut happenings);
    failures(nodes, churn, &mut random(1), &mut happenings);
    happenings
}

fn arrivals(workload: &Workload, churn: &Churn, random: &mut ChaCha8Rng, happenings: &mut [Happening]) {
    let steps = happenings.len();
    let mut order: Vec<usize> = (0..workload.instances.len()).collect();
    order.shuffle(random);
    for index in order {
        let instance = &workload.instances[index];
        // One that goes soon comes before it goes.
        let goes = instance.departs.unwrap_or(steps).clamp(1, steps.max(1));
        let within = churn.arrivals_within.clamp(1, goes);
        let drawn = random.random_range(0..within);
        let arrives = instance.arrives.unwrap_or(drawn);
        let departs = instance.departs.unwrap_or(steps);
        if departs < steps {
            happenings[departs].depart.push(index);
        }
        let there = happenings.iter_mut().enumerate().take(departs).skip(arrives);
        for (step, happening) in there {
            let anew = chance(random, churn.redeployed_every);
            if step == arrives || anew {
                happening.deploy.push(index);
            }
        }
    }
    for happening in happenings {
        happening.deploy.shuffle(random);
    }
}

fn failures(nodes: usize, churn: &Churn, random: &mut ChaCha8Rng, happenings: &mut [Happening]) {
    for node in 0..nodes {
        let mut away_until = 0;
        for step in 0..happenings.len() {
            let fails = chance(random, churn.node_fails_every);
            if fails && step >= away_until {
                away_until = step + churn.node_away_for.max(1);
                happenings[step].nodes_fail.push(node);
                if let Some(happening) = happenings.get_mut(away_until) {
                    happening.nodes_return.push(node);
                }
            }
        }
    }
}

fn chance(random: &mut ChaCha8Rng, every: f64) -> bool {
    // Drawn in any case, so that one setting does not shift the draws of another.
    let drawn: f64 = random.random();
    every > 0.0 && drawn < 1.0 / every
}
