//! Brings an image from one engine to another.

use std::fs::File;
use std::io::{self, Write as _};
use std::ops::Range;
use std::os::unix::fs::FileExt as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::stream::{self, Stream, StreamExt as _};
use swarmmanager_engine::{Engine, EngineError, Image};
use tokio::sync::OnceCell;
use tokio::time::{MissedTickBehavior, interval};

use super::archive::Archive;

/// What is read of the file at once.
const PIECE: u64 = 64 << 10;
const TELL_EVERY: Duration = Duration::from_millis(250);

/// How an image came to be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Brought {
    /// It was.
    Before,
    /// It was sent.
    Sent {
        /// What went over the line.
        bytes: u64,
        /// Layers that were there, and were not sent.
        spared: usize,
        /// Layers that it has.
        layers: usize,
    },
}

/// An image of an engine on its way to others. It is read from there once, when the first of them wants it.
pub(crate) struct Shipment {
    from: Engine,
    reference: String,
    image: Image,
    archive: OnceCell<Archive>,
}

impl Shipment {
    /// Looks for the image; nothing is read yet.
    pub(crate) async fn of(from: &Engine, reference: &str) -> Result<Self, EngineError> {
        let image = from.image_inspect(reference).await?;
        Ok(Self { from: from.clone(), reference: reference.to_owned(), image, archive: OnceCell::new() })
    }

    /// Brings it to another engine, less the layers that that one has. `on_progress` hears how many bytes of how many
    /// were sent.
    pub(crate) async fn bring(
        &self,
        to: &Engine,
        mut on_progress: impl FnMut(u64, u64),
    ) -> Result<Brought, EngineError> {
        let Self { image, reference, .. } = self;
        if to.has_image(&image.id).await? {
            if names_it(reference, image) {
                to.image_tag(&image.id, reference).await?;
            }
            return Ok(Brought::Before);
        }
        let present = layers_there(to, image).await?;
        let archive = self.archive.get_or_try_init(|| saved(&self.from, reference)).await?;
        let layers = image.root.layers.len();
        let bytes = match send(to, archive, present, &mut on_progress).await {
            Ok(bytes) => bytes,
            // An engine with another store than Docker's own wants all layers.
            Err(EngineError::Transfer { message }) if present > 0 => {
                tracing::debug!(message, "the engine wants the layers that it has as well");
                let bytes = send(to, archive, 0, &mut on_progress).await?;
                return Ok(Brought::Sent { bytes, spared: 0, layers });
            }
            Err(error) => return Err(error),
        };
        Ok(Brought::Sent { bytes, spared: present, layers })
    }
}

/// Whether that is a name that the image can be given elsewhere; its id and its digest are none.
fn names_it(reference: &str, image: &Image) -> bool {
    let hex = |id: &str| id.trim_start_matches("sha256:").to_owned();
    !reference.contains('@') && !hex(&image.id).starts_with(&hex(reference))
}

/// How many of the image's layers the engine has, counted from the lowest: each only with all below it.
async fn layers_there(engine: &Engine, image: &Image) -> Result<usize, EngineError> {
    let mut most = 0;
    for other in engine.images().await? {
        // One that was removed in between has no layers.
        let Ok(other) = engine.image_inspect(&other.id).await else { continue };
        let common =
            image.root.layers.iter().zip(&other.root.layers).take_while(|(ours, theirs)| ours == theirs);
        most = most.max(common.count());
    }
    Ok(most)
}

/// The image as a file without a name: gone with the last who reads it.
async fn saved(engine: &Engine, reference: &str) -> Result<Archive, EngineError> {
    let mut file = tempfile::tempfile().map_err(broken)?;
    let mut pieces = engine.image_save(reference).await?;
    while let Some(piece) = pieces.next().await {
        let piece = piece?;
        file = blocking(move || file.write_all(&piece).map(|()| file)).await?;
    }
    blocking(move || Archive::of(file)).await
}

async fn send(
    to: &Engine,
    archive: &Archive,
    present: usize,
    on_progress: &mut impl FnMut(u64, u64),
) -> Result<u64, EngineError> {
    let selection = archive.select(present);
    let sent = Arc::new(AtomicU64::new(0));
    let pieces = pieces(Arc::clone(&archive.file), selection.ranges, Arc::clone(&sent));
    let mut loading = std::pin::pin!(to.image_load_from(pieces));
    let mut ticks = interval(TELL_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            loaded = &mut loading => {
                loaded?;
                on_progress(selection.bytes, selection.bytes);
                return Ok(selection.bytes);
            }
            _ = ticks.tick() => on_progress(sent.load(Ordering::Relaxed), selection.bytes),
        }
    }
}

/// Those parts of the file, piece by piece.
fn pieces(
    file: Arc<File>,
    ranges: Vec<Range<u64>>,
    sent: Arc<AtomicU64>,
) -> impl Stream<Item = io::Result<axum::body::Bytes>> + Send + 'static {
    let starts = ranges.into_iter().flat_map(|range| {
        let end = range.end;
        range.step_by(PIECE as usize).map(move |start| (start, (end - start).min(PIECE)))
    });
    let starts: Vec<(u64, u64)> = starts.collect();
    stream::iter(starts).then(move |(start, length)| {
        let (file, sent) = (Arc::clone(&file), Arc::clone(&sent));
        async move {
            let read = tokio::task::spawn_blocking(move || read_piece(&file, start, length)).await;
            let piece = read.map_err(io::Error::other)??;
            sent.fetch_add(length, Ordering::Relaxed);
            Ok(piece)
        }
    })
}

fn read_piece(file: &File, start: u64, length: u64) -> io::Result<axum::body::Bytes> {
    let mut piece = vec![0; length as usize];
    file.read_exact_at(&mut piece, start)?;
    Ok(piece.into())
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, EngineError> {
    tokio::task::spawn_blocking(work).await.map_err(|error| broken(io::Error::other(error)))?.map_err(broken)
}

/// This host's own disk failed.
fn broken(error: io::Error) -> EngineError {
    EngineError::Transfer { message: format!("the image cannot be kept on this host meanwhile: {error}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_or_a_digest_is_no_name_to_give_an_image() {
        let id = "sha256:cfe2a3b41f9ce1ae8a3d1e2c3a1d3a3e1a5b1e0d4f7a0c0b9e8d7c6b5a493827";
        let image: Image = serde_json::from_value(serde_json::json!({ "Id": id })).unwrap();
        for (reference, is_name) in [
            ("web", true),
            ("r.example:5000/team/web:1", true),
            ("cafe", true),
            (id, false),
            ("cfe2a3b41f9c", false),
            ("web@sha256:cfe2a3b41f9ce1ae8a3d1e2c3a1d3a3e1a5b1e0d4f7a0c0b9e8d7c6b5a493827", false),
        ] {
            assert_eq!(names_it(reference, &image), is_name, "{reference}");
        }
    }
}
