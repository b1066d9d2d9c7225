//! Waits for a condition, at most so long, and says the last state seen.

use std::thread;
use std::time::{Duration, Instant};

use crate::LabError;

const LOOK_EVERY: Duration = Duration::from_millis(40);

/// What was seen at one look.
pub(crate) enum Look<T> {
    Done(T),
    NotYet(String),
}

/// Looks until it is done.
pub(crate) fn until<T>(
    what: impl Into<String>,
    limit: Duration,
    mut look: impl FnMut() -> Result<Look<T>, LabError>,
) -> Result<T, LabError> {
    let deadline = Instant::now() + limit;
    loop {
        let state = match look()? {
            Look::Done(value) => return Ok(value),
            Look::NotYet(state) => state,
        };
        if Instant::now() >= deadline {
            return Err(LabError::TimedOut { what: what.into(), limit, state });
        }
        thread::park_timeout(LOOK_EVERY);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Look, until};

    #[test]
    fn waiting_ends_with_the_condition() {
        let mut looks = 0;
        let found = until("three looks", Duration::from_secs(60), || {
            looks += 1;
            Ok(if looks == 3 { Look::Done(looks) } else { Look::NotYet(format!("{looks} looks")) })
        });
        assert_eq!(found.unwrap(), 3);
    }

    #[test]
    fn waiting_in_vain_says_the_last_state() {
        let error =
            until::<()>("the moon", Duration::ZERO, || Ok(Look::NotYet("clouds".into()))).unwrap_err();
        assert_eq!(error.to_string(), "waited 0 s for the moon; at last: clouds");
    }
}
