//! What happens when a container exits.

use clap::ValueEnum;
use swarmmanager_api::{RestartCondition, RestartPolicy};

use crate::duration::Duration;

/// The options of the restart policy.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Restart policy")]
pub(super) struct RestartFlags {
    /// Restart when condition is met [default: any]
    #[arg(long, value_enum, value_name = "CONDITION")]
    restart_condition: Option<ConditionFlag>,
    /// Delay between restart attempts [default: 5s]
    #[arg(long, value_name = "DURATION")]
    restart_delay: Option<Duration>,
    /// Maximum number of restarts before giving up
    #[arg(long, value_name = "COUNT")]
    restart_max_attempts: Option<u64>,
    /// Window used to evaluate the restart policy
    #[arg(long, value_name = "DURATION")]
    restart_window: Option<Duration>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum ConditionFlag {
    None,
    OnFailure,
    Any,
}

impl RestartFlags {
    /// The policy, if any of its options was given.
    pub(super) fn policy(&self) -> Option<RestartPolicy> {
        let policy = RestartPolicy {
            condition: self.restart_condition.map_or(RestartCondition::Any, |condition| match condition {
                ConditionFlag::None => RestartCondition::None,
                ConditionFlag::OnFailure => RestartCondition::OnFailure,
                ConditionFlag::Any => RestartCondition::Any,
            }),
            delay_ms: self.restart_delay.map(Duration::ms),
            max_attempts: self.restart_max_attempts,
            window_ms: self.restart_window.map(Duration::ms),
        };
        (policy != RestartPolicy::default()).then_some(policy)
    }
}
