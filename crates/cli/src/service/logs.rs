//! `swarm-manager service logs`.

use std::pin::pin;
use std::str::FromStr;

use anyhow::Result;
use futures_util::StreamExt;
use jiff::Timestamp;
use swarmmanager_api::{LogLine, LogQuery, LogSource};

use crate::client::{Client, LogNews};
use crate::duration::Duration;
use crate::exit::{AlreadySaid, say_error};
use crate::output::{iso, print, say, unix_ms};

/// What `service logs` is told.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  swarm-manager service logs web
  swarm-manager service logs -f --tail 20 web
  swarm-manager service logs --since 10m --instance 0 web")]
pub(crate) struct Args {
    /// Follow log output
    #[arg(short, long)]
    follow: bool,
    /// Number of lines to show from the end of the logs of each instance
    #[arg(short = 'n', long, value_name = "LINES", default_value = "all")]
    tail: String,
    /// Show logs since a timestamp (2013-01-02T13:23:37Z) or relative (42m for 42 minutes)
    #[arg(long, value_name = "MOMENT")]
    since: Option<Since>,
    /// Show timestamps
    #[arg(short, long)]
    timestamps: bool,
    /// Do not neatly format logs
    #[arg(long)]
    raw: bool,
    /// Show only the logs of that instance
    #[arg(long, value_name = "NUMBER")]
    instance: Option<u32>,
    /// Name, or ID by a prefix
    #[arg(value_name = "SERVICE")]
    service: String,
}

/// A moment, or how long ago it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Since {
    At(i64),
    Ago(u64),
}

impl FromStr for Since {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Ok(moment) = text.parse::<Timestamp>() {
            return Ok(Self::At(moment.as_millisecond()));
        }
        let ago = text.parse::<Duration>();
        ago.map(|ago| Self::Ago(ago.ms()))
            .map_err(|_| "write a timestamp such as 2013-01-02T13:23:37Z, or 42m")
    }
}

impl Since {
    fn unix_ms(self, now_unix_ms: i64) -> i64 {
        match self {
            Self::At(moment) => moment,
            Self::Ago(ms) => now_unix_ms.saturating_sub_unsigned(ms),
        }
    }
}

/// Shows what the instances write.
pub(crate) async fn run(client: &Client, args: &Args) -> Result<()> {
    let query = LogQuery {
        tail: Some(args.tail.clone()),
        follow: args.follow,
        timestamps: args.timestamps,
        instance: args.instance,
        since_unix_ms: args.since.map(|since| since.unix_ms(unix_ms())),
    };
    let mut news = pin!(client.logs(&args.service, &query).await?);
    let (mut failed, mut width) = (false, 0);
    while let Some(news) = news.next().await {
        match news? {
            LogNews::Line(line) => {
                let text = shown(&line, args, &mut width);
                match line.stream {
                    LogSource::Stdout => print(&format!("{text}\n"))?,
                    LogSource::Stderr => say(&text),
                }
            }
            LogNews::Error(message) => {
                failed = true;
                say_error(&anyhow::Error::msg(message));
            }
            LogNews::End => break,
        }
    }
    if failed { Err(AlreadySaid.into()) } else { Ok(()) }
}

/// A line with what stands before it; `width` is that of the widest name so far.
fn shown(line: &LogLine, args: &Args, width: &mut usize) -> String {
    let time = if args.timestamps { format!("{} ", iso(line.unix_ms)) } else { String::new() };
    if args.raw {
        return format!("{time}{}", line.line);
    }
    let node = line.hostname.as_deref().or(line.node.as_deref()).unwrap_or("?");
    let name = format!("{}@{node}", line.instance);
    *width = (*width).max(name.chars().count());
    format!("{time}{name:0$}    | {1}", *width, line.line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        args: Args,
    }

    fn line(instance: &str, text: &str) -> LogLine {
        LogLine {
            instance: instance.into(),
            node: Some("n1".into()),
            hostname: Some("ap1".into()),
            stream: LogSource::Stdout,
            unix_ms: 1_500,
            line: text.into(),
        }
    }

    fn all(flags: &str) -> Vec<String> {
        let args = Line::parse_from(format!("logs {flags} web").split_whitespace()).args;
        let mut width = 0;
        [line("web-10", "hello"), line("web-1", "world")]
            .iter()
            .map(|line| shown(line, &args, &mut width))
            .collect()
    }

    #[test]
    fn lines_are_written_as_docker_writes_them() {
        assert_eq!(all(""), ["web-10@ap1    | hello", "web-1@ap1     | world"]);
        assert_eq!(all("-t --raw"), ["1970-01-01T00:00:01.5Z hello", "1970-01-01T00:00:01.5Z world"]);
    }

    #[test]
    fn a_moment_is_absolute_or_relative() {
        assert_eq!("1970-01-01T00:00:02Z".parse::<Since>().unwrap().unix_ms(9_000), 2_000);
        assert_eq!("1m30s".parse::<Since>().unwrap().unix_ms(100_000), 10_000);
        assert!("yesterday".parse::<Since>().is_err());
    }
}
