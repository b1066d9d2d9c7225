//! What Swarm's services say was asked for, and what is left to do about it. Pure.

use std::collections::BTreeMap;

use swarmmanager_api::Demand;
use swarmmanager_engine::Service as SwarmService;
use swarmmanager_units::NodeId;

use super::labels;
use super::reading::{demand, label, pinned_node};
use super::settings::Settings;
use super::wanted::{Wanted, revision};

/// A service as its user sees it, gathered from its Swarm services.
#[derive(Debug, Clone)]
pub(crate) struct ManagedService {
    pub(crate) name: String,
    pub(crate) layout: Layout,
    /// Its last update, where it had one.
    pub(crate) wanted: Option<Wanted>,
}

/// How a service is laid out in Swarm.
#[derive(Debug, Clone)]
pub(crate) enum Layout {
    /// One Swarm service for each instance, by number.
    Instances { instances: BTreeMap<u32, InstanceService>, desired: u32, removing: bool },
    /// One Swarm service, placed by Swarm on every node.
    Global(Box<InstanceService>),
}

/// One Swarm service of ours.
#[derive(Debug, Clone)]
pub(crate) struct InstanceService {
    pub(crate) swarm: SwarmService,
    pub(crate) node: Option<NodeId>,
    /// Swarm's own number of replicas: 1, or 0 for an anchor that does not run.
    pub(crate) replicas: u64,
    /// Which update it has; 0 for none.
    pub(crate) revision: u64,
}

impl InstanceService {
    fn new(swarm: SwarmService) -> Self {
        let replicas = swarm.spec.pointer("/Mode/Replicated/Replicas").and_then(serde_json::Value::as_u64);
        Self {
            node: pinned_node(&swarm.spec),
            replicas: replicas.unwrap_or(0),
            revision: revision(&swarm.spec),
            swarm,
        }
    }

    /// Whether it is meant to run on a node.
    pub(crate) fn is_placed(&self) -> bool {
        self.replicas > 0 && self.node.is_some()
    }

    /// The demand of its instance.
    pub(crate) fn demand(&self) -> Demand {
        demand(&self.swarm.spec)
    }
}

impl ManagedService {
    /// Its Swarm services, by number.
    pub(crate) fn parts(&self) -> Vec<&InstanceService> {
        match &self.layout {
            Layout::Instances { instances, .. } => instances.values().collect(),
            Layout::Global(one) => vec![&**one],
        }
    }

    /// Which instance that Swarm service is.
    pub(crate) fn number_of(&self, part: &InstanceService) -> Option<u32> {
        let Layout::Instances { instances, .. } = &self.layout else { return None };
        instances.iter().find(|(_, known)| known.swarm.id == part.swarm.id).map(|(number, _)| *number)
    }

    /// What its instances are to be, as far as updates change it.
    pub(crate) fn settings(&self) -> Settings {
        let of_anchor = || self.anchor().map(|anchor| Settings::of(&anchor.swarm.spec));
        self.wanted.as_ref().map(|wanted| wanted.settings.clone()).or_else(of_anchor).unwrap_or_default()
    }

    /// The spec that further instances are made from.
    pub(crate) fn template(&self) -> Option<serde_json::Value> {
        let anchor = &self.anchor()?.swarm.spec;
        Some(self.wanted.as_ref().map_or_else(|| anchor.clone(), |wanted| wanted.applied(anchor)))
    }

    /// The Swarm service that speaks for the whole: the anchor, or the lowest instance where the anchor is missing.
    pub(crate) fn anchor(&self) -> Option<&InstanceService> {
        match &self.layout {
            Layout::Instances { instances, .. } => instances.values().next(),
            Layout::Global(one) => Some(&**one),
        }
    }
}

/// Gathers our services from all of Swarm's, by name.
pub(crate) fn managed_services<'a>(
    all: impl IntoIterator<Item = &'a SwarmService>,
) -> BTreeMap<String, ManagedService> {
    let mut services: BTreeMap<String, ManagedService> = BTreeMap::new();
    for swarm in all {
        let Some(name) = label(&swarm.spec, labels::SERVICE) else { continue };
        let part = InstanceService::new(swarm.clone());
        let Some(number) = label(&swarm.spec, labels::INSTANCE).and_then(|text| text.parse::<u32>().ok())
        else {
            let wanted = Wanted::of(&part.swarm.spec);
            let layout = Layout::Global(Box::new(part));
            let service = ManagedService { name: name.to_owned(), layout, wanted };
            services.entry(name.to_owned()).or_insert(service);
            continue;
        };
        let service = services.entry(name.to_owned()).or_insert_with(|| ManagedService {
            name: name.to_owned(),
            layout: Layout::Instances { instances: BTreeMap::new(), desired: 0, removing: false },
            wanted: None,
        });
        if let Layout::Instances { instances, .. } = &mut service.layout {
            instances.insert(number, part);
        }
    }
    for service in services.values_mut() {
        if let Layout::Instances { instances, desired, removing } = &mut service.layout {
            let anchor = instances.get(&0).map(|anchor| &anchor.swarm.spec);
            let wanted =
                anchor.and_then(|spec| label(spec, labels::REPLICAS)).and_then(|text| text.parse().ok());
            // Without its anchor a service is what is left of it: somebody removed the anchor behind our back.
            *desired = wanted.or_else(|| instances.keys().next_back().map(|last| last + 1)).unwrap_or(0);
            service.wanted = anchor.and_then(Wanted::of);
            *removing = anchor.and_then(|spec| label(spec, labels::REMOVING)) == Some("true");
        }
    }
    services
}

/// One change that brings Swarm nearer to what was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// Remove the Swarm services of these instances, in this order.
    Remove(Vec<u32>),
    /// Keep the anchor, but let nothing run.
    Park,
    /// Place these instances and let them run; those that have no Swarm service yet get one.
    Place(Vec<u32>),
    /// Bring the last update to this instance, once those that have it run with it.
    Update(u32),
}

/// The next change, or `None` where Swarm has what was asked for.
///
/// Removals come before placements, so that what they free can be used; the highest number goes first and the anchor
/// last, because it holds the intent.
pub(crate) fn next_step(service: &ManagedService) -> Option<Step> {
    let Layout::Instances { instances, desired, removing } = &service.layout else { return None };
    let kept = if *removing { 0 } else { (*desired).max(1) };
    let surplus: Vec<u32> = instances.range(kept..).rev().map(|(number, _)| *number).collect();
    if !surplus.is_empty() {
        return Some(Step::Remove(surplus));
    }
    if *desired == 0 {
        let runs = instances.get(&0).is_some_and(|anchor| anchor.replicas > 0);
        return if runs { Some(Step::Park) } else { next_update(service) };
    }
    let missing: Vec<u32> =
        (0..*desired).filter(|number| instances.get(number).is_none_or(|part| !part.is_placed())).collect();
    if missing.is_empty() { next_update(service) } else { Some(Step::Place(missing)) }
}

/// The next instance that the last update is to be brought to, whether all others have a node or not.
pub(crate) fn next_update(service: &ManagedService) -> Option<Step> {
    let (Layout::Instances { instances, .. }, Some(wanted)) = (&service.layout, &service.wanted) else {
        return None;
    };
    let outdated = instances.iter().find(|(_, part)| part.revision != wanted.revision);
    outdated.map(|(number, _)| Step::Update(*number))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::reading::users_constraints;
    use crate::service::spec::{
        PlacedOn, References, anchor_spec, instance_spec, pinned, unpinned, with_removal, with_replicas,
    };
    use proptest::prelude::*;
    use serde_json::{Value, json};
    use swarmmanager_api::{Mode, ServiceCreate, ServiceUpdate};
    use swarmmanager_units::Megahertz;

    fn on(node: &str) -> PlacedOn {
        PlacedOn { node: node.into(), per_core: Megahertz::new(1000.0), cores: 1.0 }
    }

    fn anchor(replicas: u32) -> Value {
        let mut request = ServiceCreate::new("web", "busybox");
        request.mode = Mode::Replicated(replicas);
        request.constraints = vec!["node.id == elsewhere".into()];
        anchor_spec(&request, &References { image: "busybox".into(), ..References::default() })
    }

    /// Swarm, as far as steps go: a map from instance number to spec.
    fn gathered(specs: &BTreeMap<u32, Value>) -> Option<ManagedService> {
        let all: Vec<SwarmService> = specs
            .values()
            .map(|spec| SwarmService { spec: spec.clone(), ..SwarmService::default() })
            .collect();
        managed_services(&all).remove("web")
    }

    fn carry_out(specs: &mut BTreeMap<u32, Value>, step: Step, most: usize) {
        match step {
            Step::Remove(numbers) => {
                for number in numbers.into_iter().take(most) {
                    specs.remove(&number);
                }
            }
            Step::Park => drop(specs.insert(0, unpinned(&specs[&0]))),
            Step::Place(numbers) => {
                for number in numbers.into_iter().take(most) {
                    let template = gathered(specs).unwrap().template().unwrap();
                    let spec = match number {
                        0 => pinned(&template, &on("a")),
                        _ => instance_spec(&template, "web", number, &on("a")),
                    };
                    specs.insert(number, spec);
                }
            }
            Step::Update(number) => {
                let wanted = gathered(specs).unwrap().wanted.unwrap();
                specs.insert(number, wanted.applied(&specs[&number]));
            }
        }
    }

    fn converge(specs: &mut BTreeMap<u32, Value>, most: usize) {
        for _ in 0..1000 {
            let Some(step) = gathered(specs).as_ref().and_then(next_step) else { return };
            carry_out(specs, step, most);
        }
        panic!("does not converge");
    }

    #[test]
    fn a_pin_is_told_from_a_users_own_constraint() {
        let spec = pinned(&anchor(1), &on("here"));
        assert_eq!(pinned_node(&spec), Some("here".into()));
        assert_eq!(pinned_node(&unpinned(&spec)), None);
        assert_eq!(users_constraints(&spec), ["node.id==elsewhere"]);
        assert_eq!(
            spec["TaskTemplate"]["Placement"]["Constraints"],
            json!(["node.id == elsewhere", "node.id==here"])
        );
    }

    #[test]
    fn scaling_to_nothing_keeps_the_anchor_and_its_intent() {
        let mut specs = BTreeMap::from([(0, anchor(3))]);
        converge(&mut specs, 10);
        assert_eq!(specs.len(), 3);
        specs.insert(0, with_replicas(&specs[&0], 0));
        converge(&mut specs, 10);
        assert_eq!(specs.keys().collect::<Vec<_>>(), [&0]);
        assert_eq!(specs[&0]["Mode"]["Replicated"]["Replicas"], 0);
    }

    #[test]
    fn a_lost_anchor_is_restored_from_what_is_left() {
        let mut specs = BTreeMap::from([(0, anchor(3))]);
        converge(&mut specs, 10);
        specs.remove(&0);
        let service = gathered(&specs).unwrap();
        assert_eq!(next_step(&service), Some(Step::Place(vec![0])));
    }

    /// The anchor with an update on it that sets a variable.
    fn asked_for(specs: &BTreeMap<u32, Value>, value: u32) -> Value {
        let service = gathered(specs).unwrap();
        let update = ServiceUpdate { env_add: vec![format!("A={value}")], ..ServiceUpdate::default() };
        let previous = service.settings();
        let revision = service.wanted.as_ref().map_or(0, |wanted| wanted.revision) + 1;
        Wanted { revision, settings: previous.updated(&update, None), previous, by: None }
            .written_on(&specs[&0])
    }

    fn variables(specs: &BTreeMap<u32, Value>) -> Vec<&Value> {
        specs.values().map(|spec| &spec["TaskTemplate"]["ContainerSpec"]["Env"]).collect()
    }

    #[test]
    fn an_update_begins_with_the_intent_alone_and_reaches_one_instance_after_the_other() {
        let mut specs = BTreeMap::from([(0, anchor(3))]);
        converge(&mut specs, 10);
        let before = specs.clone();
        specs.insert(0, asked_for(&specs, 1));
        assert_eq!(specs[&0]["TaskTemplate"], before[&0]["TaskTemplate"], "nothing that runs is touched");
        for number in 0..3 {
            let step = next_step(&gathered(&specs).unwrap()).unwrap();
            assert_eq!(step, Step::Update(number));
            carry_out(&mut specs, step, 1);
            assert_eq!(pinned_node(&specs[&number]), Some("a".into()), "where it was");
        }
        assert_eq!(next_step(&gathered(&specs).unwrap()), None);
        assert_eq!(variables(&specs), [&json!(["A=1"]); 3]);
        let wanted = gathered(&specs).unwrap().wanted.unwrap();
        let back = Wanted { revision: 2, settings: wanted.previous, previous: wanted.settings, by: None };
        specs.insert(0, back.written_on(&specs[&0]));
        converge(&mut specs, 10);
        assert_eq!(variables(&specs), [&Value::Null; 3]);
        for (number, spec) in &specs {
            assert_eq!(spec["TaskTemplate"], before[number]["TaskTemplate"], "as it was before");
        }
    }

    proptest! {
        #[test]
        fn updates_and_scalings_from_any_half_done_state_lead_to_what_was_asked_for_last(
            first in 1_u32..6, then in 0_u32..6, interrupted in 0_usize..12, updates in 1_u32..4, most in 1_usize..3,
        ) {
            let mut specs = BTreeMap::from([(0, anchor(first))]);
            for update in 1..=updates {
                specs.insert(0, asked_for(&specs, update));
                for _ in 0..interrupted {
                    let Some(step) = gathered(&specs).as_ref().and_then(next_step) else { break };
                    carry_out(&mut specs, step, most);
                }
            }
            specs.insert(0, with_replicas(&specs[&0], then));
            converge(&mut specs, most);
            prop_assert_eq!(specs.len(), then.max(1) as usize);
            let expected = json!([format!("A={updates}")]);
            prop_assert!(variables(&specs).iter().all(|variables| **variables == expected), "{:?}", variables(&specs));
        }

        #[test]
        fn from_any_half_done_state_the_steps_lead_to_what_was_asked_for(
            first in 0_u32..8, then in 0_u32..8, interrupted in 0_usize..20, most in 1_usize..4, remove: bool,
        ) {
            let mut specs = BTreeMap::from([(0, anchor(first))]);
            for _ in 0..interrupted {
                let Some(step) = gathered(&specs).as_ref().and_then(next_step) else { break };
                carry_out(&mut specs, step, most);
            }
            let changed = if remove { with_removal(&specs[&0]) } else { with_replicas(&specs[&0], then) };
            specs.insert(0, changed);
            converge(&mut specs, most);
            let running = specs.values().filter(|spec| spec["Mode"]["Replicated"]["Replicas"] == 1).count();
            prop_assert_eq!(running, if remove { 0 } else { then as usize });
            prop_assert_eq!(specs.len(), if remove { 0 } else { then.max(1) as usize });
        }
    }
}
