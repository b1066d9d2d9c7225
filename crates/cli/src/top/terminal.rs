//! The edge to the terminal: keys come in, the screen goes out, and it is left as it was found.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use crossterm::event::{Event, EventStream};
use futures_util::StreamExt;
use ratatui::DefaultTerminal;
use swarmmanager_api::NodeList;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;
use tokio::time::interval;

use super::feed::{self, Heard};
use super::keys::action;
use super::state::{App, Effect};
use super::view::{Theme, draw};
use crate::client::Client;

/// Ages grow while nothing else happens.
const REDRAW_EVERY: Duration = Duration::from_secs(1);

/// Shows the nodes until the user quits.
pub(super) async fn run(client: &Client, nodes: NodeList) -> Result<()> {
    // It also sees to it that a panic leaves the terminal as it was.
    let mut terminal = ratatui::try_init().context("cannot use the terminal")?;
    let result = show(client, nodes, &mut terminal).await;
    ratatui::restore();
    result
}

async fn show(client: &Client, nodes: NodeList, terminal: &mut DefaultTerminal) -> Result<()> {
    let theme = Theme::of_environment();
    let mut app = App::new(nodes, Instant::now());
    let mut keys = EventStream::new();
    let mut ticks = interval(REDRAW_EVERY);
    let mut terminate = signal(SignalKind::terminate())?;
    let (sender, mut heard) = mpsc::channel::<Heard>(16);
    let mut following = feed::follow(client, app.target(), sender.clone());
    loop {
        terminal.draw(|frame| draw(frame, &mut app, theme, Instant::now()))?;
        let effect = tokio::select! {
            Some(heard) = heard.recv() => {
                app.hear(heard, Instant::now());
                Effect::Nothing
            }
            event = keys.next() => match event.transpose()? {
                Some(Event::Key(key)) => action(key).map_or(Effect::Nothing, |action| app.act(action)),
                Some(_) => Effect::Nothing,
                // The terminal is gone.
                None => Effect::Quit,
            },
            _ = ticks.tick() => Effect::Nothing,
            _ = terminate.recv() => Effect::Quit,
        };
        match effect {
            Effect::Nothing => {}
            Effect::Quit => return Ok(()),
            Effect::Follow(target) => {
                following.abort();
                following = feed::follow(client, target, sender.clone());
            }
        }
    }
}
