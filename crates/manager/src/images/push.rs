//! An image sent to a registry.

use std::collections::HashMap;

use swarmmanager_api::{ImagePush, Job, JobKind};
use swarmmanager_engine::{Engine, EngineError, LayerProgress, RegistryAuth};

use crate::cluster::chain;
use crate::jobs::{Jobs, NewItem, Run};

/// Begins to push an image of this host's engine.
pub(crate) async fn push(
    engine: &Engine,
    jobs: &Jobs,
    wanted: &ImagePush,
    auth: Option<RegistryAuth>,
    by: &str,
) -> Result<Job, EngineError> {
    // So that a name that is none is refused at once.
    engine.image_inspect(&wanted.reference).await?;
    if let Some(target) = &wanted.target {
        engine.image_tag(&wanted.reference, target).await?;
    }
    let name = wanted.target.clone().unwrap_or_else(|| wanted.reference.clone());
    let engine = engine.clone();
    let title = format!("Push {name}");
    Ok(jobs.start(JobKind::Push, title, by, Vec::new(), |run| async move {
        let mut layers = Layers { run: &run, items: HashMap::new() };
        let pushed = engine.image_push(&name, auth.as_ref(), |progress| layers.hear(&progress)).await;
        match pushed {
            Ok(digest) => {
                layers.finish();
                let digest = digest.map_or_else(String::new, |digest| format!("; its digest is {digest}"));
                Ok(format!("{name} is pushed{digest}"))
            }
            Err(error) => Err(format!("{name} is not pushed: {}", chain(&error))),
        }
    }))
}

/// The layers as they turn up.
struct Layers<'a> {
    run: &'a Run,
    items: HashMap<String, usize>,
}

impl Layers<'_> {
    fn hear(&mut self, progress: &LayerProgress) {
        let item = match self.items.get(&progress.layer) {
            Some(item) => *item,
            // What Docker says of the tag as a whole stands in its place too, but has no progress of a layer's.
            None if !is_of_layer(&progress.status) => return,
            None => {
                let item = self.run.add(NewItem::new(&progress.layer));
                self.items.insert(progress.layer.clone(), item);
                item
            }
        };
        match progress.status.as_str() {
            "Pushed" => self.run.done(item, "pushed"),
            "Layer already exists" => self.run.skip(item, "the registry has it"),
            status if status.starts_with("Mounted from") => self.run.skip(item, "the registry has it"),
            status => {
                self.run.step(item, status.to_lowercase());
                if let Some((done, total)) = progress.bytes {
                    self.run.progress(item, done.min(total), total);
                }
            }
        }
    }

    /// What was not spoken of to its end went with the rest.
    fn finish(&self) {
        for item in self.items.values().filter(|item| !self.run.is_over(**item)) {
            self.run.done(*item, "pushed");
        }
    }
}

fn is_of_layer(status: &str) -> bool {
    matches!(status, "Preparing" | "Waiting" | "Pushing" | "Pushed" | "Layer already exists")
        || status.starts_with("Mounted from")
}
