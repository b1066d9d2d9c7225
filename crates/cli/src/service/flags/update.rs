//! What of a service is to change, as `docker service update` takes it.

use anyhow::Result;
use swarmmanager_api::{DemandUpdate, LimitsUpdate, ServiceUpdate};
use swarmmanager_units::{Bytes, CpuDemand};

use super::{CONTAINER, PLACEMENT, RESOURCES, Words, environment, labels, words};

/// The options of `service update` that change a service.
#[derive(Debug, clap::Args)]
pub(crate) struct UpdateFlags {
    /// Service image tag
    #[arg(long, value_name = "IMAGE")]
    pub(crate) image: Option<String>,
    /// Service command args
    #[arg(long, value_name = "COMMAND", value_parser = words, allow_hyphen_values = true)]
    args: Option<Words>,
    /// Force update even if no changes require it
    #[arg(long)]
    force: bool,

    /// CPU that each instance is expected to use: cores (0.5) or megahertz (500MHz)
    #[arg(long, visible_alias = "reserve-cpu", value_name = "CPU", help_heading = PLACEMENT)]
    cpu: Option<CpuDemand>,
    /// Memory that each instance is expected to use: 256m
    #[arg(long, visible_alias = "reserve-memory", value_name = "BYTES", help_heading = PLACEMENT)]
    memory: Option<Bytes>,
    /// Disk that each instance is expected to use: 1g
    #[arg(long, value_name = "BYTES", help_heading = PLACEMENT)]
    disk: Option<Bytes>,
    /// Add or update a placement constraint
    #[arg(long, value_name = "CONSTRAINT", help_heading = PLACEMENT)]
    constraint_add: Vec<String>,
    /// Remove a constraint
    #[arg(long, value_name = "CONSTRAINT", help_heading = PLACEMENT)]
    constraint_rm: Vec<String>,
    /// Add a service whose nodes are preferred
    #[arg(long, value_name = "SERVICE", help_heading = PLACEMENT)]
    affinity_add: Vec<String>,
    /// Remove a service whose nodes are preferred
    #[arg(long, value_name = "SERVICE", help_heading = PLACEMENT)]
    affinity_rm: Vec<String>,
    /// Add a service whose nodes are avoided
    #[arg(long, value_name = "SERVICE", help_heading = PLACEMENT)]
    anti_affinity_add: Vec<String>,
    /// Remove a service whose nodes are avoided
    #[arg(long, value_name = "SERVICE", help_heading = PLACEMENT)]
    anti_affinity_rm: Vec<String>,

    /// Limit CPU: cores (0.5) or megahertz (500MHz); 0 for no limit
    #[arg(long, value_name = "CPU", help_heading = RESOURCES)]
    limit_cpu: Option<CpuDemand>,
    /// Limit memory; 0 for no limit
    #[arg(long, value_name = "BYTES", help_heading = RESOURCES)]
    limit_memory: Option<Bytes>,
    /// Limit maximum number of processes (0 = unlimited)
    #[arg(long, value_name = "COUNT", help_heading = RESOURCES)]
    limit_pids: Option<u32>,

    /// Add or update an environment variable
    #[arg(long, value_name = "NAME=VALUE", help_heading = CONTAINER)]
    env_add: Vec<String>,
    /// Remove an environment variable
    #[arg(long, value_name = "NAME", help_heading = CONTAINER)]
    env_rm: Vec<String>,
    /// Add or update a service label
    #[arg(long, value_name = "KEY=VALUE", help_heading = CONTAINER)]
    label_add: Vec<String>,
    /// Remove a label by its key
    #[arg(long, value_name = "KEY", help_heading = CONTAINER)]
    label_rm: Vec<String>,
}

impl UpdateFlags {
    /// The request that these flags make.
    ///
    /// # Errors
    /// For variables that cannot be read.
    pub(crate) fn request(&self) -> Result<ServiceUpdate> {
        let demand = DemandUpdate { cpu: self.cpu, memory: self.memory, disk: self.disk };
        let limits = LimitsUpdate { cpu: self.limit_cpu, memory: self.limit_memory, pids: self.limit_pids };
        Ok(ServiceUpdate {
            image: self.image.clone(),
            demand: Some(demand).filter(|demand| *demand != DemandUpdate::default()),
            limits: Some(limits).filter(|limits| *limits != LimitsUpdate::default()),
            args: self.args.as_ref().map(|words| words.0.clone()),
            env_add: environment::variables(&[], &self.env_add)?,
            env_remove: self.env_rm.clone(),
            labels_add: labels(&self.label_add),
            labels_remove: self.label_rm.clone(),
            constraints_add: self.constraint_add.clone(),
            constraints_remove: self.constraint_rm.clone(),
            affinity_add: self.affinity_add.clone(),
            affinity_remove: self.affinity_rm.clone(),
            anti_affinity_add: self.anti_affinity_add.clone(),
            anti_affinity_remove: self.anti_affinity_rm.clone(),
            force: self.force,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;
    use serde_json::json;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        flags: UpdateFlags,
    }

    #[track_caller]
    fn check(line: &str, expected: serde_json::Value) {
        let line = Line::parse_from(shlex::split(line).unwrap());
        assert_eq!(json!(line.flags.request().unwrap()), expected);
    }

    #[test]
    fn only_what_is_named_is_asked_for() {
        check("update", json!({}));
        check(
            "update --image app:2 --args '-v --port 80' --force",
            json!({"image": "app:2", "args": ["-v", "--port", "80"], "force": true}),
        );
        check(
            "update --cpu 0.5 --limit-memory 0 --limit-pids 9",
            json!({"demand": {"cpu": "0.5"}, "limits": {"memory": 0, "pids": 9}}),
        );
        check(
            "update --env-add A=1 --env-rm B --label-add team=blue --label-rm old --constraint-add node.role==worker",
            json!({
                "env_add": ["A=1"], "env_remove": ["B"], "labels_add": {"team": "blue"}, "labels_remove": ["old"],
                "constraints_add": ["node.role==worker"],
            }),
        );
        check(
            "update --affinity-add db --affinity-rm cache --anti-affinity-add batch --anti-affinity-rm old",
            json!({
                "affinity_add": ["db"], "affinity_remove": ["cache"],
                "anti_affinity_add": ["batch"], "anti_affinity_remove": ["old"],
            }),
        );
    }
}
