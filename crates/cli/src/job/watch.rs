//! A job seen through to its end.

use std::time::Duration;

use anyhow::{Result, bail};
use swarmmanager_api::{Job, JobState};
use tokio::signal::ctrl_c;
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::display::Display;
use crate::client::{Client, ClientError};
use crate::exit::Interrupted;
use crate::output::{print, say};

const ASK_EVERY: Duration = Duration::from_millis(250);
/// A manager that is started anew, or whose Swarm ends, is away for a moment.
const PATIENCE: Duration = Duration::from_secs(10);

/// How a job is followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Following {
    /// Not at all: its id is printed.
    Detached,
    /// It belongs to this command: Ctrl-C breaks it off.
    Own { quiet: bool },
    /// Somebody else's: Ctrl-C only stops looking.
    Only,
}

/// Shows how a job gets on, and ends as it ends.
pub(crate) async fn see_through(client: &Client, job: Job, following: Following) -> Result<()> {
    let quiet = match following {
        Following::Detached => return Ok(print(&format!("{}\n", job.id))?),
        Following::Own { quiet } => quiet,
        Following::Only => false,
    };
    let mut display = Display::new(quiet);
    tokio::select! {
        ended = until_over(client, job.clone(), &mut display) => end(&ended?, &mut display),
        _ = ctrl_c() => {
            display.leave();
            break_off(client, &job, following, &mut display).await
        }
    }
}

async fn until_over(client: &Client, mut job: Job, display: &mut Display) -> Result<Job> {
    let mut ticks = interval(ASK_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut silent_since: Option<Instant> = None;
    loop {
        display.show(&job);
        if job.state.is_over() {
            return Ok(job);
        }
        let now = ticks.tick().await;
        match client.job(&job.id).await {
            Ok(latest) => (job, silent_since) = (latest, None),
            Err(error @ (ClientError::Connect { .. } | ClientError::Broken { .. })) => {
                if now.duration_since(*silent_since.get_or_insert(now)) > PATIENCE {
                    display.leave();
                    return Err(error.into());
                }
            }
            Err(error) => {
                display.leave();
                return Err(error.into());
            }
        }
    }
}

fn end(job: &Job, display: &mut Display) -> Result<()> {
    display.leave();
    let result = job.result.clone().unwrap_or_default();
    match job.state {
        JobState::Succeeded => Ok(print(&format!("{}\n", crate::output::capitalized(&result)))?),
        JobState::Cancelled => bail!("{} was cancelled", job.title),
        JobState::Failed | JobState::Running => bail!("{result}"),
    }
}

async fn break_off(client: &Client, job: &Job, following: Following, display: &mut Display) -> Result<()> {
    if following == Following::Only {
        say(&format!(
            "Operation continuing in background.\nUse `swarm-manager job follow {}` to check progress.",
            job.id
        ));
        return Ok(());
    }
    let ended = client.cancel_job(&job.id).await?;
    display.show(&ended);
    display.leave();
    Err(Interrupted(format!("{} was cancelled; the lines above say what had been done", job.title)).into())
}
