//! How a container tells that it is well.

use swarmmanager_api::Healthcheck;

use crate::duration::Duration;

/// The options of the health check.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Health check")]
pub(super) struct HealthFlags {
    /// Command to run to check health
    #[arg(long, value_name = "COMMAND")]
    health_cmd: Option<String>,
    /// Time between running the check
    #[arg(long, value_name = "DURATION")]
    health_interval: Option<Duration>,
    /// Consecutive failures needed to report unhealthy
    #[arg(long, value_name = "COUNT")]
    health_retries: Option<u32>,
    /// Maximum time to allow one check to run
    #[arg(long, value_name = "DURATION")]
    health_timeout: Option<Duration>,
    /// Start period for the container to initialize before counting retries towards unstable
    #[arg(long, value_name = "DURATION")]
    health_start_period: Option<Duration>,
    /// Disable any container-specified HEALTHCHECK
    #[arg(long, conflicts_with_all = [
        "health_cmd", "health_interval", "health_retries", "health_timeout", "health_start_period",
    ])]
    no_healthcheck: bool,
}

impl HealthFlags {
    /// The check, if any of its options was given.
    pub(super) fn healthcheck(&self) -> Option<Healthcheck> {
        let check = Healthcheck {
            command: self.health_cmd.clone(),
            disable: self.no_healthcheck,
            interval_ms: self.health_interval.map(Duration::ms),
            timeout_ms: self.health_timeout.map(Duration::ms),
            retries: self.health_retries,
            start_period_ms: self.health_start_period.map(Duration::ms),
        };
        (check != Healthcheck::default()).then_some(check)
    }
}
