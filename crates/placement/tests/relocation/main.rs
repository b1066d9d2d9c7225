//! What has to hold for every relocation, whatever it sees.

#![allow(clippy::unwrap_used, reason = "a test says what failed by panicking")]

mod arbitrary;
mod checks;
mod harm;
mod world;

use proptest::prelude::*;

use arbitrary::{open_world, world};
use world::World;

/// Ours.
const OURS: &[&str] = &["cost-benefit"];
/// Those that say where an instance goes.
const REACTIVE: &[&str] = &["thr-mmt-0.8", "iqr-mc-1.5", "mad-rs-2.5", "lr-mmt-1.2-pabfd", "ols-mu-1.2"];
/// Those that leave it to the policy.
const EVICTING: &[&str] =
    &["seed-audit", "low-node-utilization", "low-node-utilization-deviation", "low-node-load"];

/// A world with an order of its nodes and one of its instances.
fn shuffled_world() -> impl Strategy<Value = (World, World)> {
    world().prop_flat_map(|world| {
        let orders = (
            Just((0..world.nodes.len()).collect::<Vec<_>>()).prop_shuffle(),
            Just((0..world.instances.len()).collect::<Vec<_>>()).prop_shuffle(),
        );
        orders.prop_map(move |(nodes, instances)| (world.clone(), world.shuffled(&nodes, &instances)))
    })
}

mod ours {
    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(100))]

        #[test]
        fn nothing_moves_to_where_it_may_not_run(world in world()) {
            checks::moves_are_allowed(&world, OURS)?;
        }

        #[test]
        fn what_moves_can_move(world in world()) {
            checks::what_moves_can_move(&world, OURS)?;
        }

        #[test]
        fn no_node_gets_more_of_a_service_than_it_may(world in world()) {
            checks::no_more_of_a_service_than_may(&world, OURS)?;
        }

        #[test]
        fn no_move_promises_more_than_a_node_has(world in world()) {
            checks::promises_are_kept(&world, OURS)?;
        }

        #[test]
        fn no_plan_promises_more_than_a_node_has(world in world()) {
            checks::promises_are_kept_in_the_end(&world, OURS)?;
        }

        #[test]
        fn the_order_of_nodes_and_instances_does_not_matter((world, other) in shuffled_world()) {
            checks::order_does_not_matter(&world, &other, OURS)?;
        }

        #[test]
        fn the_unit_of_cpu_does_not_matter(world in world()) {
            checks::unit_does_not_matter(&world, OURS)?;
        }

        #[test]
        fn what_stays_the_same_comes_to_rest(world in open_world()) {
            checks::comes_to_rest(world, OURS)?;
        }

        #[test]
        fn what_stays_the_same_never_comes_back(world in open_world()) {
            checks::nothing_comes_back(world, OURS)?;
        }

        #[test]
        fn every_plan_lessens_the_harm(world in world()) {
            checks::moves_help(world)?;
        }

        #[test]
        fn what_came_lately_or_is_not_known_stays(world in world()) {
            checks::newcomers_stay(world)?;
        }

        #[test]
        fn of_a_service_no_more_go_at_a_time_than_may(world in world()) {
            checks::services_keep_running(world)?;
        }
    }
}

mod others {
    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(30))]

        #[test]
        fn nothing_moves_to_where_it_may_not_run(world in world()) {
            checks::moves_are_allowed(&world, REACTIVE)?;
        }

        #[test]
        fn what_moves_can_move(world in world()) {
            checks::what_moves_can_move(&world, REACTIVE)?;
            checks::what_moves_can_move(&world, EVICTING)?;
        }

        #[test]
        fn no_node_gets_more_of_a_service_than_it_may(world in world()) {
            checks::no_more_of_a_service_than_may(&world, REACTIVE)?;
        }

        #[test]
        fn no_move_promises_more_than_a_node_has(world in world()) {
            checks::promises_are_kept(&world, REACTIVE)?;
        }

        #[test]
        fn the_order_of_nodes_and_instances_does_not_matter((world, other) in shuffled_world()) {
            checks::order_does_not_matter(&world, &other, REACTIVE)?;
            checks::order_does_not_matter(&world, &other, EVICTING)?;
        }

        #[test]
        fn the_unit_of_cpu_does_not_matter(world in world()) {
            checks::unit_does_not_matter(&world, REACTIVE)?;
            checks::unit_does_not_matter(&world, EVICTING)?;
        }

        #[test]
        fn what_stays_the_same_comes_to_rest(world in open_world()) {
            checks::comes_to_rest(world, REACTIVE)?;
        }

        #[test]
        fn what_stays_the_same_never_comes_back(world in open_world()) {
            checks::nothing_comes_back(world, REACTIVE)?;
        }

        #[test]
        fn no_move_overloads_a_node_that_was_not(world in world()) {
            checks::no_further_overload(world)?;
        }
    }
}
