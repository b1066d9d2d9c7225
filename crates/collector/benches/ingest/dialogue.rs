//! How the process that takes reports in talks to the one that makes them: a line asks, a line answers.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout};

use crate::{Transport, process};

/// The process that makes reports. Killed when dropped.
pub(crate) struct Generator {
    child: Child,
    questions: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
}

/// What it says at the end.
pub(crate) struct Sent {
    pub(crate) reports: u64,
}

impl Generator {
    /// Starts it; a collector's certificates are in the folder once this returns.
    pub(crate) async fn start(transport: Transport, agents: usize, folder: &Path) -> Result<Self> {
        let mut command = tokio::process::Command::from(process::this_program()?);
        command.args(["generate", transport.name(), &agents.to_string()]).arg(folder);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true).spawn()?;
        let questions = child.stdin.take().context("no stdin")?;
        let answers = BufReader::new(child.stdout.take().context("no stdout")?).lines();
        let mut generator = Self { child, questions, answers };
        ensure!(generator.answer().await? == "ready");
        Ok(generator)
    }

    /// Makes all agents connect to that port and report once a second.
    pub(crate) async fn connect(&mut self, port: u16) -> Result<()> {
        self.ask(&port.to_string()).await.map(|_| ())
    }

    /// The CPU that it has used so far.
    pub(crate) async fn cpu(&mut self) -> Result<Duration> {
        Ok(Duration::from_nanos(self.ask("cpu").await?.parse()?))
    }

    /// Makes all agents stop reporting, but not leave.
    pub(crate) async fn stop(&mut self) -> Result<Sent> {
        Ok(Sent { reports: self.ask("stop").await?.parse()? })
    }

    /// Ends it.
    pub(crate) async fn end(mut self) -> Result<()> {
        self.child.kill().await.context("cannot end the agents' process")
    }

    async fn ask(&mut self, question: &str) -> Result<String> {
        self.questions.write_all(format!("{question}\n").as_bytes()).await?;
        self.answer().await
    }

    async fn answer(&mut self) -> Result<String> {
        self.answers.next_line().await?.context("the agents' process ended")
    }
}
