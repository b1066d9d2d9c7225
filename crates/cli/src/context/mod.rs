//! `swarm-manager context`: managers under names, as `docker context` has them.

mod contexts;

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use clap::Subcommand;

use crate::output::{Column, Format, Listing, print};
use crate::target;

pub(crate) use contexts::{Contexts, DEFAULT, Remembered};

/// What `context` is told.
#[derive(Debug, clap::Args)]
#[command(arg_required_else_help = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Remember a manager: the one that --host, --token-file, --tls-ca and --tls-fingerprint name
    #[command(after_help = "Example:
  swarm-manager context create site --host https://10.0.0.7:6602 --token-file ~/site.token --tls-fingerprint AA:BB:…")]
    Create {
        /// What to call it
        name: String,
        /// What it is
        #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
        description: String,
        /// Use it from now on
        #[arg(long)]
        r#use: bool,
    },
    /// List the managers that are remembered
    #[command(visible_alias = "list")]
    Ls {
        /// 'table', 'table TEMPLATE', 'json', or a Go template
        #[arg(long, value_name = "FORMAT", default_value = "table", hide_default_value = true)]
        format: Format,
        /// Show only names
        #[arg(short, long)]
        quiet: bool,
    },
    /// Speak to that manager from now on; "default" is the one on this host
    Use {
        /// Its name
        name: String,
    },
    /// Print the name of the one in use
    Show,
    /// Forget one or more managers
    #[command(visible_alias = "remove")]
    Rm {
        /// Their names
        #[arg(required = true)]
        names: Vec<String>,
        /// Also the one in use
        #[arg(short, long)]
        force: bool,
    },
}

/// Does what the command says.
pub(crate) fn run(args: Args, target: &target::Args) -> Result<()> {
    let mut contexts = Contexts::load()?;
    match args.command {
        Command::Create { name, description, r#use } => {
            create(&mut contexts, &name, description, target)?;
            if r#use {
                contexts.current = Some(name.clone());
            }
            contexts.save()?;
            Ok(print(&format!("{name}\n"))?)
        }
        Command::Ls { format, quiet } => {
            let listing = listing(&contexts);
            Ok(print(&if quiet { listing.quiet() } else { listing.format(&format)? })?)
        }
        Command::Use { name } => {
            contexts.check(&name)?;
            contexts.current = Some(name.clone()).filter(|name| name != DEFAULT);
            contexts.save()?;
            Ok(print(&format!("{name}\n"))?)
        }
        Command::Show => Ok(print(&format!("{}\n", contexts.current.as_deref().unwrap_or(DEFAULT)))?),
        Command::Rm { names, force } => {
            for name in names {
                remove(&mut contexts, &name, force)?;
                contexts.save()?;
                print(&format!("{name}\n"))?;
            }
            Ok(())
        }
    }
}

fn create(contexts: &mut Contexts, name: &str, description: String, target: &target::Args) -> Result<()> {
    contexts::check_name(name)?;
    if contexts.get(name).is_some() {
        bail!("there is a context {name} already; remove it first: swarm-manager context rm {name}");
    }
    let Some(host) = &target.host else {
        bail!("a context wants a manager: add --host https://HOST:PORT");
    };
    let absolute =
        |path: &PathBuf| std::path::absolute(path).with_context(|| format!("cannot find {}", path.display()));
    if let Some(path) = &target.token_file {
        // A file that cannot be used is better found now.
        crate::client::Token::read(path)?;
    }
    let remembered = Remembered {
        host: Some(host.to_string()),
        token_file: target.token_file.as_ref().map(absolute).transpose()?,
        tls_ca: target.tls_ca.as_ref().map(absolute).transpose()?,
        tls_fingerprint: target.tls_fingerprint.map(|fingerprint| fingerprint.to_string()),
        description,
    };
    contexts.set(name, remembered);
    Ok(())
}

fn remove(contexts: &mut Contexts, name: &str, force: bool) -> Result<()> {
    contexts.check(name)?;
    if name == DEFAULT {
        bail!("the context default is the manager on this host and cannot be removed");
    }
    if contexts.current.as_deref() == Some(name) {
        if !force {
            bail!("context {name} is in use; add --force to remove it anyway");
        }
        contexts.current = None;
    }
    contexts.forget(name);
    Ok(())
}

const COLUMNS: [Column; 4] = [
    Column::usual("Name", "NAME"),
    Column::usual("Description", "DESCRIPTION"),
    Column::usual("Host", "HOST"),
    Column::usual("TokenFile", "TOKEN FILE"),
];

fn listing(contexts: &Contexts) -> Listing {
    let mark = |name: &str, is_current: bool| if is_current { format!("{name} *") } else { name.to_owned() };
    let this_host = vec![
        mark(DEFAULT, contexts.current.is_none()),
        "The manager on this host".to_owned(),
        format!("unix://{}", swarmmanager_api::DEFAULT_SOCKET),
        String::new(),
    ];
    let remembered = contexts.iter().map(|(name, remembered)| {
        let is_current = contexts.current.as_deref() == Some(name);
        let token_file = remembered.token_file.as_ref().map(|path| path.display().to_string());
        vec![
            mark(name, is_current),
            remembered.description.clone(),
            remembered.host.clone().unwrap_or_default(),
            token_file.unwrap_or_default(),
        ]
    });
    Listing::new(&COLUMNS, std::iter::once(this_host).chain(remembered).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target() -> target::Args {
        target::Args { host: Some("https://site:6602".parse().unwrap()), ..target::Args::default() }
    }

    #[test]
    fn a_manager_is_remembered_once() {
        let mut contexts = Contexts::default();
        create(&mut contexts, "site", "the site".into(), &target()).unwrap();
        contexts.current = Some("site".into());
        let table = listing(&contexts).format(&Format::Table(None)).unwrap();
        assert!(table.contains("site *") && table.contains("https://site:6602"), "{table}");
        let again = create(&mut contexts, "site", String::new(), &target()).unwrap_err();
        assert!(again.to_string().contains("already"), "{again}");
        assert!(create(&mut contexts, "a b", String::new(), &target()).is_err());
        assert!(create(&mut contexts, "other", String::new(), &target::Args::default()).is_err());
    }

    #[test]
    fn the_one_in_use_is_not_forgotten_by_accident() {
        let mut contexts = Contexts::default();
        create(&mut contexts, "site", String::new(), &target()).unwrap();
        contexts.current = Some("site".into());
        assert!(remove(&mut contexts, "site", false).is_err());
        remove(&mut contexts, "site", true).unwrap();
        assert_eq!(contexts.current, None);
        assert!(remove(&mut contexts, "site", true).unwrap_err().to_string().contains("no such context"));
        assert!(remove(&mut contexts, DEFAULT, true).is_err());
    }
}
