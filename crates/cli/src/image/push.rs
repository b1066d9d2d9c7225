//! `swarm-manager image push`.

use anyhow::{Context as _, Result};
use swarmmanager_api::ImagePush;
use swarmmanager_engine::RegistryAuth;

use crate::client::Client;
use crate::job::{Following, see_through};
use crate::secret_input;

/// What `image push` is told.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "The log-in to the registry is the one that 'docker login' keeps, in Docker's own file or in a \
                        credential helper, unless --username gives another.

Examples:
  swarm-manager image push registry.example/web:1
  swarm-manager image push web:1 --as registry.example/web:1 --username ann --password-stdin <password
  swarm-manager image push web:1 --to-nodes
  swarm-manager image push web:1 --to-nodes=ap2,ap3"
)]
pub(crate) struct Args {
    /// The image, which the manager's host has
    #[arg(value_name = "NAME[:TAG]")]
    image: String,
    /// Push it under this name, which it gets first
    #[arg(long = "as", value_name = "NAME[:TAG]", conflicts_with = "to_nodes")]
    target: Option<String>,
    /// Send it straight to the engines of these nodes, or of all, instead of to a registry
    #[arg(long, value_name = "NODE,...", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    to_nodes: Option<String>,
    /// The user to log in to the registry as
    #[arg(short, long, value_name = "NAME", requires = "password_stdin", conflicts_with = "to_nodes")]
    username: Option<String>,
    /// Read the password for the registry from standard input
    #[arg(long, requires = "username")]
    password_stdin: bool,
    /// Exit immediately instead of waiting
    #[arg(short, long)]
    detach: bool,
    /// Suppress progress output
    #[arg(short, long)]
    quiet: bool,
}

/// Pushes an image.
pub(crate) async fn run(client: &Client, args: Args) -> Result<()> {
    let name = args.target.as_ref().unwrap_or(&args.image);
    let auth = match (&args.username, &args.to_nodes) {
        (_, Some(_)) => None,
        (Some(user), None) => {
            let password = secret_input::from_stdin("the password")?;
            Some(RegistryAuth::from_password(registry(name), user, &password))
        }
        (None, None) => RegistryAuth::from_docker_config(name)
            .await
            .context("cannot use the credentials of the image's registry")?,
    };
    let to_nodes = args.to_nodes.as_ref().map(|nodes| {
        nodes.split(',').map(str::trim).filter(|node| !node.is_empty()).map(str::to_owned).collect()
    });
    let wanted = ImagePush { reference: args.image.clone(), target: args.target.clone(), to_nodes };
    let following = if args.detach { Following::Detached } else { Following::Own { quiet: args.quiet } };
    let job = client.push_image(&wanted, auth.map(|auth| auth.header())).await?;
    see_through(client, job, following).await
}

/// The registry in an image's name, by Docker's rule.
fn registry(image: &str) -> &str {
    let first = image.split_once('/').map(|(first, _)| first);
    first.filter(|first| *first == "localhost" || first.contains(['.', ':'])).unwrap_or("docker.io")
}

#[cfg(test)]
mod tests {
    use super::registry;

    #[test]
    fn a_registry_is_told_from_a_folder() {
        assert_eq!(registry("10.0.0.1:5000/web:1"), "10.0.0.1:5000");
        assert_eq!(registry("team/web"), "docker.io");
        assert_eq!(registry("web"), "docker.io");
    }
}
