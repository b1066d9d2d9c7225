//! Commands on a host, and files brought there.

use std::io;
use std::pin::pin;
use std::time::Duration;

use russh::client::Msg;
use russh::{ChannelMsg, ChannelReadHalf, ChannelWriteHalf, Sig};
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::time::timeout;

use crate::SshError;
use crate::session::Session;

/// What a command may write, in bytes.
const MOST_WRITTEN: usize = 1 << 20;
/// A command that only asks for something.
const SHORT: Duration = Duration::from_secs(60);
/// One that installs something, on a slow link and a slow flash.
const LONG: Duration = Duration::from_secs(1800);
const CHUNK: usize = 32 << 10;
/// Extended data of this kind is the standard error.
const STDERR: u32 = 1;
/// The status of a command that a signal ended, as shells say it.
const BY_SIGNAL: u32 = 128;

/// How a command ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Output {
    /// Its exit status; 128 where a signal ended it.
    pub status: u32,
    /// What it wrote.
    pub stdout: Vec<u8>,
    /// What it complained about.
    pub stderr: Vec<u8>,
}

impl Session {
    /// Runs a command in the user's shell with that standard input, to its end.
    ///
    /// # Errors
    /// Where it cannot be started, writes too much, or takes more than a minute. That it fails is no error.
    pub async fn run(&self, command: &str, input: &[u8]) -> Result<Output, SshError> {
        self.within(SHORT, self.exchange(command, input, |_| {})).await
    }

    /// The same for a command that takes long; `on_line` hears each line that it writes, on either output.
    ///
    /// # Errors
    /// As [`Self::run`], after half an hour.
    pub async fn follow(
        &self,
        command: &str,
        input: &[u8],
        on_line: impl FnMut(&str) + Send,
    ) -> Result<Output, SshError> {
        self.within(LONG, self.exchange(command, input, on_line)).await
    }

    /// Writes a file there. It is whole or not there: it gets its name when all of it has arrived.
    ///
    /// # Errors
    /// [`SshError::Upload`] in the host's words, [`SshError::Read`] where `content` fails.
    pub async fn upload(
        &self,
        path: &str,
        mode: u32,
        content: impl AsyncRead + Send + Unpin,
    ) -> Result<(), SshError> {
        self.within(LONG, self.send_file(path, mode, content)).await
    }

    async fn send_file(
        &self,
        path: &str,
        mode: u32,
        content: impl AsyncRead + Send + Unpin,
    ) -> Result<(), SshError> {
        let quoted = |path: &str| format!("'{}'", path.replace('\'', r"'\''"));
        let (part, path_there) = (quoted(&format!("{path}.new")), quoted(path));
        let failed = |said: &[u8]| SshError::Upload {
            path: path.to_owned(),
            server: self.server.clone(),
            said: String::from_utf8_lossy(said).trim().to_owned(),
        };
        let write = format!("umask 077 && cat >{part} && chmod {mode:o} {part}");
        let written = self.exchange(&write, content, |_| {}).await.map_err(|error| match error {
            SshError::Read { source, .. } => SshError::Read { what: path.to_owned(), source },
            error => error,
        })?;
        if written.status != 0 {
            return Err(failed(&written.stderr));
        }
        // A command of its own: to the one above, a connection that breaks looks like the end of the file.
        let named = self.exchange(&format!("mv -f {part} {path_there}"), &b""[..], |_| {}).await?;
        if named.status == 0 { Ok(()) } else { Err(failed(&named.stderr)) }
    }

    /// Runs a command, feeding it and hearing it at the same time: it may end before it has read all.
    async fn exchange(
        &self,
        command: &str,
        input: impl AsyncRead + Send + Unpin,
        on_line: impl FnMut(&str) + Send,
    ) -> Result<Output, SshError> {
        let channel = self.handle.channel_open_session().await?;
        channel.exec(false, command).await?;
        let (mut from, to) = channel.split();
        let mut collecting = pin!(self.collect(&mut from, on_line));
        let ended = tokio::select! {
            output = &mut collecting => output,
            fed = feed(&to, input) => match fed {
                Ok(()) => collecting.await,
                Err(source) => Err(SshError::Read { what: "the input".to_owned(), source }),
            },
        };
        if ended.is_err() {
            let _ = to.signal(Sig::HUP).await;
        }
        ended
    }

    /// Reads what a command writes until it ended.
    async fn collect(
        &self,
        channel: &mut ChannelReadHalf,
        mut on_line: impl FnMut(&str) + Send,
    ) -> Result<Output, SshError> {
        let mut output = Output::default();
        let mut ended = None;
        let mut lines = [Vec::new(), Vec::new()];
        while let Some(message) = channel.wait().await {
            let (is_error, data) = match message {
                ChannelMsg::Data { data } => (false, data),
                ChannelMsg::ExtendedData { data, ext: STDERR } => (true, data),
                ChannelMsg::ExitStatus { exit_status } => {
                    ended = Some(exit_status);
                    continue;
                }
                ChannelMsg::ExitSignal { .. } => {
                    ended = Some(BY_SIGNAL);
                    continue;
                }
                _ => continue,
            };
            let kept = if is_error { &mut output.stderr } else { &mut output.stdout };
            if kept.len() + data.len() > MOST_WRITTEN {
                return Err(SshError::TooMuch { server: self.server.clone(), limit: MOST_WRITTEN });
            }
            kept.extend_from_slice(&data);
            tell(&mut lines[usize::from(is_error)], &data, &mut on_line);
        }
        for rest in lines.iter().filter(|rest| !rest.is_empty()) {
            on_line(String::from_utf8_lossy(rest).trim_end());
        }
        output.status = ended.ok_or_else(|| SshError::Lost { server: self.server.clone() })?;
        Ok(output)
    }

    async fn within<T>(
        &self,
        limit: Duration,
        work: impl Future<Output = Result<T, SshError>>,
    ) -> Result<T, SshError> {
        let in_time = timeout(limit, work).await;
        in_time.unwrap_or_else(|_| Err(SshError::CommandTimedOut { server: self.server.clone(), limit }))
    }
}

/// Gives a command its input. One that takes no more has ended, and says why itself.
async fn feed(to: &ChannelWriteHalf<Msg>, mut input: impl AsyncRead + Unpin) -> io::Result<()> {
    let mut chunk = vec![0; CHUNK];
    loop {
        let read = input.read(&mut chunk).await?;
        if read == 0 {
            let _ = to.eof().await;
            return Ok(());
        }
        if to.data(&chunk[..read]).await.is_err() {
            return Ok(());
        }
    }
}

/// Says each line once it is whole. Package managers draw over their own lines, so that a carriage return ends one too.
fn tell(rest: &mut Vec<u8>, data: &[u8], on_line: &mut impl FnMut(&str)) {
    rest.extend_from_slice(data);
    while let Some(end) = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')) {
        let line: Vec<u8> = rest.drain(..=end).collect();
        let line = String::from_utf8_lossy(&line);
        if !line.trim().is_empty() {
            on_line(line.trim_end());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::tell;

    #[test]
    fn lines_are_told_once_they_are_whole() {
        let (mut rest, mut told) = (Vec::new(), Vec::new());
        for part in ["Reading", " lists\nDo", "ne\r", "\n\n", "last"] {
            tell(&mut rest, part.as_bytes(), &mut |line: &str| told.push(line.to_owned()));
        }
        assert_eq!(told, ["Reading lists", "Done"]);
        assert_eq!(rest, b"last");
    }
}
