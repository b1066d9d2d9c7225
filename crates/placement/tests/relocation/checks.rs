//! What has to hold, one function each.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;
use swarmmanager_placement::relocation::{
    CostBenefit, CostBenefitSettings, Move, Plan, Relocation, relocation,
};
use swarmmanager_placement::{NodeStatus, Resource};

use crate::harm::harm;
use crate::world::World;

type Checked = Result<(), TestCaseError>;

/// Rounds within which a world has to come to rest.
const ROUNDS: usize = 500;
/// Rounds without a move after which a day passes between two of them, and days without a move after which a world is
/// at rest: a relocation may save up for a move.
const REST: [usize; 2] = [8, 3];
/// Rounds in which nothing may come back: a day.
const BACK_WITHIN: usize = 144;
/// As many rounds as `low-node-load` takes to act.
const ENOUGH: usize = 7;

fn subject(name: &str) -> Box<dyn Relocation> {
    relocation(name, 1).unwrap()
}

/// Every plan of the first rounds, each with the world that it was made in.
fn plans(world: &World, names: &[&str], mut look: impl FnMut(&World, &Plan, &str) -> Checked) -> Checked {
    for name in names {
        let (mut world, mut relocation) = (world.clone(), subject(name));
        for _ in 0..ENOUGH {
            let before = world.clone();
            let plan = world.round(&mut *relocation);
            look(&before, &plan, name)?;
            world.now += Duration::from_secs(600);
        }
    }
    Ok(())
}

/// Each move of every plan, with the world that it is carried out in.
fn moves(world: &World, names: &[&str], look: impl Fn(&World, &Move, &str) -> Checked) -> Checked {
    plans(world, names, |world, plan, name| {
        let mut world = world.clone();
        for one in &plan.moves {
            look(&world, one, name)?;
            world.carry_out(one);
        }
        Ok(())
    })
}

pub(crate) fn moves_are_allowed(world: &World, names: &[&str]) -> Checked {
    moves(world, names, |world, one, name| {
        let running = &world.instances[one.instance];
        prop_assert_eq!(&one.name, &running.name, "{}", name);
        if let Some(to) = one.to {
            prop_assert_ne!(to, running.node, "{} moves {} to where it is", name, one.name);
            let objection = world.objection(to, &running.request);
            prop_assert!(objection.is_none(), "{name} moves {} to {to}: {objection:?}", one.name);
        }
        Ok(())
    })
}

/// Nothing moves twice at a time, nor off a node that is lost: Swarm starts it elsewhere as it is.
pub(crate) fn what_moves_can_move(world: &World, names: &[&str]) -> Checked {
    plans(world, names, |world, plan, name| {
        let mut moved = BTreeSet::new();
        for one in &plan.moves {
            let node = world.instances[one.instance].node;
            prop_assert_eq!(world.nodes[node].status, NodeStatus::Ready, "{} moves {}", name, one.name);
            prop_assert!(moved.insert(one.instance), "{name} moves {} twice", one.name);
        }
        Ok(())
    })
}

pub(crate) fn no_more_of_a_service_than_may(world: &World, names: &[&str]) -> Checked {
    moves(world, names, |world, one, name| {
        let request = &world.instances[one.instance].request;
        let is_full = one.to.is_some_and(|to| world.is_full_of(to, request));
        prop_assert!(!is_full, "{name} moves {} to where there are as many as may be", one.name);
        Ok(())
    })
}

/// Looking at one move after the other.
pub(crate) fn promises_are_kept(world: &World, names: &[&str]) -> Checked {
    moves(world, names, |world, one, name| {
        let request = &world.instances[one.instance].request;
        let has_room = one.to.is_none_or(|to| request.overcommit || world.leaves_room(to, request));
        prop_assert!(has_room, "{name} moves {} to {:?}: no room", one.name, one.to);
        Ok(())
    })
}

/// Looking at what is there once all moves were made.
pub(crate) fn promises_are_kept_in_the_end(world: &World, names: &[&str]) -> Checked {
    plans(world, names, |world, plan, name| {
        let mut after = world.clone();
        for one in &plan.moves {
            after.carry_out(one);
        }
        for one in &plan.moves {
            let running = &after.instances[one.instance];
            let on = || after.instances.iter().filter(|other| other.node == running.node);
            let is_kept = on().any(|other| other.request.overcommit) || after.keeps_promise(running);
            prop_assert!(is_kept, "{name} moves {} to {}: no room", one.name, running.node);
        }
        Ok(())
    })
}

pub(crate) fn order_does_not_matter(world: &World, other: &World, names: &[&str]) -> Checked {
    same_words(world, other, names)
}

pub(crate) fn unit_does_not_matter(world: &World, names: &[&str]) -> Checked {
    same_words(world, &world.with_cpu_times(1_000.0), names)
}

/// Whether the same moves are planned in two worlds; which comes first may depend on rounding.
fn same_words(world: &World, other: &World, names: &[&str]) -> Checked {
    for name in names {
        let (mut one, mut other) = (world.clone(), other.clone());
        let mut relocations = [subject(name), subject(name)];
        for _ in 0..ENOUGH {
            let [first, second] = &mut relocations;
            let plans = [first.plan(&one.scene()), second.plan(&other.scene())];
            prop_assert_eq!(one.words(&plans[0]), other.words(&plans[1]), "{}", name);
            for world in [&mut one, &mut other] {
                world.now += Duration::from_secs(600);
            }
        }
    }
    Ok(())
}

/// Under a load that never changes there is an end of moves.
pub(crate) fn comes_to_rest(world: World, names: &[&str]) -> Checked {
    for name in names {
        let (mut world, mut relocation) = (world.clone(), subject(name));
        let mut quiet = 0;
        for _ in 0..ROUNDS {
            let is_quiet = world.round(&mut *relocation).moves.is_empty();
            quiet = if is_quiet { quiet + 1 } else { 0 };
            world.now += Duration::from_secs(if quiet < REST[0] { 600 } else { 86_400 });
            if quiet == REST[0] + REST[1] {
                break;
            }
        }
        prop_assert!(quiet == REST[0] + REST[1], "{name} does not come to rest");
    }
    Ok(())
}

/// Under a load that never changes nothing comes back to a node that it left.
pub(crate) fn nothing_comes_back(world: World, names: &[&str]) -> Checked {
    for name in names {
        let (mut world, mut relocation) = (world.clone(), subject(name));
        let mut left: BTreeSet<(Arc<str>, usize)> = BTreeSet::new();
        for _ in 0..BACK_WITHIN {
            let homes: Vec<usize> = world.instances.iter().map(|running| running.node).collect();
            for one in world.round(&mut *relocation).moves {
                let to = world.instances[one.instance].node;
                left.insert((one.name.clone(), homes[one.instance]));
                prop_assert!(!left.contains(&(one.name.clone(), to)), "{name} moves {} back", one.name);
            }
            world.now += Duration::from_secs(600);
        }
    }
    Ok(())
}

/// Every plan lessens the harm.
pub(crate) fn moves_help(mut world: World) -> Checked {
    let (mut ours, settings) = (CostBenefit::default(), CostBenefitSettings::default());
    for _ in 0..ENOUGH {
        let before = harm(&world, &settings);
        let moves = world.round(&mut ours).moves.len();
        let after = harm(&world, &settings);
        prop_assert!(moves == 0 || after < before, "{moves} moves, and {after} suffer, not {before}");
        world.now += Duration::from_secs(600);
    }
    Ok(())
}

pub(crate) fn newcomers_stay(mut world: World) -> Checked {
    let (mut ours, settings) = (CostBenefit::default(), CostBenefitSettings::default());
    for _ in 0..ENOUGH {
        let before = world.clone();
        for one in world.round(&mut ours).moves {
            let running = &before.instances[one.instance];
            let age = before.now.saturating_sub(running.since);
            prop_assert!(age >= settings.rest, "{} has been there for {age:?} only", one.name);
            prop_assert!(running.samples >= settings.samples, "{} is not known", one.name);
        }
        world.now += Duration::from_secs(240);
    }
    Ok(())
}

pub(crate) fn services_keep_running(mut world: World) -> Checked {
    let (mut ours, settings) = (CostBenefit::default(), CostBenefitSettings::default());
    for _ in 0..ENOUGH {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for one in world.round(&mut ours).moves {
            *counts.entry(world.instances[one.instance].request.service.clone()).or_default() += 1;
        }
        prop_assert!(counts.values().all(|count| *count <= settings.per_service), "{counts:?}");
        world.now += Duration::from_secs(600);
    }
    Ok(())
}

/// With a fixed limit, no node comes above it that was not.
pub(crate) fn no_further_overload(mut world: World) -> Checked {
    let above = |world: &World, node: usize| {
        let on = world.instances.iter().filter(|running| running.node == node);
        let used: f64 = on.map(|running| running.used[Resource::Cpu]).sum();
        used > (0.8 + 1e-9) * world.nodes[node].capacity.cpu.get()
    };
    let mut relocation = subject("thr-mmt-0.8");
    for _ in 0..ENOUGH {
        let before = world.clone();
        world.round(&mut *relocation);
        for node in 0..world.nodes.len() {
            prop_assert!(above(&before, node) || !above(&world, node), "{node} is overloaded now");
        }
        world.now += Duration::from_secs(600);
    }
    Ok(())
}
