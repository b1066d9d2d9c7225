//! What comes from the manager: it is followed, and followed again when it hangs up.

use std::pin::pin;
use std::time::Duration;

use futures_util::StreamExt;
use swarmmanager_api::Event;
use tokio::sync::mpsc::Sender;
use tokio::task::JoinHandle;
use tokio::time::sleep;

use crate::client::{Client, ClientError, News};

/// Between two attempts to reach a manager that is not there.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// What is followed: all nodes, or one.
pub(super) type Target = Option<String>;

/// What is heard, and about what.
#[derive(Debug)]
pub(super) struct Heard {
    pub(super) target: Target,
    pub(super) what: What,
}

/// What is heard.
#[derive(Debug)]
pub(super) enum What {
    /// Something happened.
    Event(Event),
    /// The manager is there.
    Alive,
    /// The connection is gone; it is tried again.
    Lost(String),
}

/// Follows until aborted or until nobody listens.
pub(super) fn follow(client: &Client, target: Target, heard: Sender<Heard>) -> JoinHandle<()> {
    let client = client.clone();
    tokio::spawn(async move {
        loop {
            let reason = match follow_once(&client, &target, &heard).await {
                Ok(()) => "the manager hung up".to_owned(),
                Err(error) => error.brief(),
            };
            let lost = Heard { target: target.clone(), what: What::Lost(reason) };
            if heard.send(lost).await.is_err() {
                return;
            }
            sleep(RETRY_AFTER).await;
        }
    })
}

async fn follow_once(client: &Client, target: &Target, heard: &Sender<Heard>) -> Result<(), ClientError> {
    let mut news = pin!(client.follow(target.as_deref()).await?);
    while let Some(news) = news.next().await {
        let what = match news? {
            News::Event(event) => What::Event(event),
            News::Alive => What::Alive,
        };
        if heard.send(Heard { target: target.clone(), what }).await.is_err() {
            return Ok(());
        }
    }
    Ok(())
}
