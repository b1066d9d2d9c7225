//! `swarm-manager image ls`.

use anyhow::Result;
use swarmmanager_api::Image;
use swarmmanager_units::Bytes;

use crate::client::Client;
use crate::output::{Column, Format, Listing, ago, print, unix_ms};

/// Docker shows so much of an image's id.
const SHORT_ID: usize = 12;

/// What `image ls` is told.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Show digests
    #[arg(long)]
    digests: bool,
    /// 'table', 'table TEMPLATE', 'json', or a Go template
    #[arg(long, value_name = "FORMAT", default_value = "table", hide_default_value = true)]
    format: Format,
    /// Do not shorten IDs
    #[arg(long)]
    no_trunc: bool,
    /// Show only IDs
    #[arg(short, long)]
    quiet: bool,
    /// Only of this repository, or this name with its tag
    #[arg(value_name = "REPOSITORY[:TAG]")]
    name: Option<String>,
}

const COLUMNS: [Column; 6] = [
    Column::usual("Repository", "REPOSITORY"),
    Column::usual("Tag", "TAG"),
    Column::usual("ID", "IMAGE ID"),
    Column::usual("CreatedSince", "CREATED"),
    Column::usual("Size", "SIZE"),
    Column::on_demand("Digest", "DIGEST"),
];
const WITH_DIGESTS: &str =
    "table {{.Repository}}\t{{.Tag}}\t{{.Digest}}\t{{.ID}}\t{{.CreatedSince}}\t{{.Size}}";

/// Lists images.
pub(crate) async fn run(client: &Client, args: &Args) -> Result<()> {
    let mut images = client.images().await?.images;
    images.retain(|image| args.name.as_ref().is_none_or(|name| is_called(image, name)));
    let listing = listing(&images, unix_ms(), args.no_trunc);
    let text = match (args.quiet, args.digests) {
        (true, _) => listing.format(&"{{.ID}}".parse()?)?,
        (false, true) => listing.format(&WITH_DIGESTS.parse()?)?,
        (false, false) => listing.format(&args.format)?,
    };
    Ok(print(&text)?)
}

fn is_called(image: &Image, name: &str) -> bool {
    image.repository == name || format!("{}:{}", image.repository, image.tag) == name
}

fn listing(images: &[Image], now_unix_ms: i64, whole: bool) -> Listing {
    let rows = images.iter().map(|image| {
        let id = image.id.strip_prefix("sha256:").unwrap_or(&image.id);
        vec![
            image.repository.clone(),
            image.tag.clone(),
            if whole { image.id.clone() } else { id.chars().take(SHORT_ID).collect() },
            created(image.created_unix_ms, now_unix_ms),
            Bytes::new(image.size_bytes).to_string(),
            image.digest.clone().unwrap_or_else(|| "<none>".to_owned()),
        ]
    });
    Listing::new(&COLUMNS, rows.collect())
}

/// As Docker says it: an image may say nothing of when it was made, so that it is the same whenever that is.
fn created(unix_ms: i64, now_unix_ms: i64) -> String {
    if unix_ms > 0 { ago(unix_ms, now_unix_ms) } else { "N/A".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::created;

    #[test]
    fn an_image_without_a_date_has_no_age() {
        assert_eq!(created(0, 60_000), "N/A");
        assert_eq!(created(55_000, 60_000), "5 seconds ago");
    }
}
