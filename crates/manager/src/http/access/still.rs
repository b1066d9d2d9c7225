//! Ends what a caller follows once they would not be let in any more.

use std::future::ready;
use std::time::Duration;

use axum::response::sse::Event as Sent;
use futures_util::stream::{self, Stream, StreamExt};
use tokio::time::{MissedTickBehavior, interval};

use crate::access::{Access, Caller};

/// How soon a session that was ended sees nothing any more.
const LOOK_EVERY: Duration = Duration::from_secs(3);

/// What a follower sees next.
enum Next {
    Event(Sent),
    /// The events ended by themselves.
    End,
    /// The caller would not be let in any more.
    Out,
}

/// Those events as long as the caller would be let in; then `session_end`, and the end.
pub(in crate::http) fn while_let_in(
    events: impl Stream<Item = Sent> + Send + 'static,
    access: Access,
    caller: Caller,
) -> impl Stream<Item = Sent> + Send + 'static {
    let events = events.map(Next::Event).chain(stream::once(ready(Next::End)));
    let out = stream::once(let_out(access, caller)).map(|()| Next::Out);
    // Each item becomes what is sent and, behind a farewell, the end: nothing is waited for then.
    stream::select(events, out)
        .flat_map(|next| {
            stream::iter(match next {
                Next::Event(event) => vec![Some(event)],
                Next::End => vec![None],
                Next::Out => vec![Some(farewell()), None],
            })
        })
        .take_while(|event| ready(event.is_some()))
        .filter_map(ready)
}

fn farewell() -> Sent {
    Sent::default().event("session_end").data(r#"{"reason":"the session or the token ended"}"#)
}

async fn let_out(access: Access, caller: Caller) {
    let mut ticks = interval(LOOK_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if !access.is_still_in(&caller) {
            return;
        }
    }
}
