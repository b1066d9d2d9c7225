//! Names that a new service may want.

use axum::Json;
use axum::extract::State;
use swarmmanager_api::{ApiError, SuggestedImage, SuggestedNetwork, Suggestions};
use swarmmanager_engine::{Image, Network};

use super::refusal::Refusal;
use crate::access::holds_accounts;
use crate::executor::ExecuteError;
use crate::service::is_own_label;
use crate::state::Manager;

/// Volumes without a name of their own have 64 digits as one.
const ANONYMOUS: usize = 64;

/// Images, networks, secrets, configs, volumes and labels that there are.
#[utoipa::path(get, path = "/suggestions", tag = "services", operation_id = "suggestions",
    responses((status = 200, body = Suggestions), (status = 503, body = ApiError)),
)]
pub(crate) async fn list(State(manager): State<Manager>) -> Result<Json<Suggestions>, Refusal> {
    let engine = manager.executor.engine();
    let (images, networks, secrets, configs, volumes) = tokio::try_join!(
        engine.images(),
        engine.networks(),
        engine.secrets(),
        engine.configs(),
        engine.volumes()
    )
    .map_err(ExecuteError::ReadSwarm)?;
    let configs = configs.into_iter().filter(|config| !holds_accounts(&config.name)).collect();
    let names = |named: Vec<swarmmanager_engine::Named>| sorted(named.into_iter().map(|one| one.name));
    let nodes = &manager.view().cluster.nodes;
    let labels = nodes.iter().flat_map(|node| &node.labels);
    // Those that say how nodes are reached choose none.
    let labels = labels.filter(|(key, _)| !is_own_label(key)).map(|(key, value)| format!("{key}={value}"));
    Ok(Json(Suggestions {
        images: suggested_images(&images),
        networks: suggested_networks(networks),
        secrets: names(secrets),
        configs: names(configs),
        volumes: sorted(volumes.into_iter().filter(|name| name.len() != ANONYMOUS)),
        node_labels: sorted(labels),
    }))
}

fn suggested_images(images: &[Image]) -> Vec<SuggestedImage> {
    let named = images.iter().flat_map(|image| image.repo_tags.iter().map(|name| (name, image.size)));
    let mut named: Vec<_> = named
        .filter(|(name, _)| !name.contains("<none>"))
        .map(|(name, size_bytes)| SuggestedImage { reference: name.clone(), size_bytes })
        .collect();
    named.sort_by(|a, b| a.reference.cmp(&b.reference));
    named
}

/// The Swarm's networks, and the node's own that services may use.
fn suggested_networks(networks: Vec<Network>) -> Vec<SuggestedNetwork> {
    let usable = |network: &Network| (network.scope == "swarm" && !network.ingress) || network.name == "host";
    let mut usable: Vec<_> = networks
        .into_iter()
        .filter(usable)
        .map(|network| SuggestedNetwork { name: network.name, driver: network.driver, scope: network.scope })
        .collect();
    usable.sort_by(|a, b| a.name.cmp(&b.name));
    usable
}

fn sorted(names: impl Iterator<Item = String>) -> Vec<String> {
    let mut names: Vec<String> = names.collect();
    names.sort();
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(name: &str, scope: &str, ingress: bool) -> Network {
        let driver = if scope == "swarm" { "overlay" } else { name };
        Network {
            id: name.into(),
            name: name.into(),
            driver: driver.into(),
            scope: scope.into(),
            attachable: false,
            ingress,
        }
    }

    #[test]
    fn only_networks_that_services_can_join_are_suggested() {
        let all = vec![
            network("shop", "swarm", false),
            network("ingress", "swarm", true),
            network("bridge", "local", false),
            network("host", "local", false),
            network("docker_gwbridge", "local", false),
        ];
        let names: Vec<String> = suggested_networks(all).into_iter().map(|network| network.name).collect();
        assert_eq!(names, ["host", "shop"]);
    }

    #[test]
    fn lists_are_sorted_and_say_nothing_twice() {
        let names = ["zone=north", "a=b", "zone=north"].map(str::to_owned);
        assert_eq!(sorted(names.into_iter()), ["a=b", "zone=north"]);
    }
}
