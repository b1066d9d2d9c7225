//! Commands on a host, and files brought there.

use std::time::Duration;

use russh::client::Msg;
use russh::{Channel, ChannelMsg};
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::time::timeout;

use crate::SshError;
use crate::connection::HANG_UP;
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
    /// Its exit status; 128 where a signal or a lost connection ended it.
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
        mut content: impl AsyncRead + Send + Unpin,
    ) -> Result<(), SshError> {
        let quoted = format!("'{}'", path.replace('\'', r"'\''"));
        let command = format!(
            "umask 077 && cat >{quoted}.new && chmod {mode:o} {quoted}.new && mv -f {quoted}.new {quoted}"
        );
        let mut channel = self.start(&command).await?;
        let mut chunk = vec![0; CHUNK];
        loop {
            let read = content.read(&mut chunk).await;
            let read = read.map_err(|source| SshError::Read { path: path.to_owned(), source })?;
            if read == 0 {
                break;
            }
            channel.data(&chunk[..read]).await?;
        }
        channel.eof().await?;
        let output = self.collect(&mut channel, |_| {}).await?;
        match output.status {
            0 => Ok(()),
            _ => Err(SshError::Upload {
                path: path.to_owned(),
                server: self.server.clone(),
                said: String::from_utf8_lossy(&output.stderr).trim().to_owned(),
            }),
        }
    }

    async fn start(&self, command: &str) -> Result<Channel<Msg>, SshError> {
        let channel = self.handle.channel_open_session().await?;
        channel.exec(false, command).await?;
        Ok(channel)
    }

    async fn exchange(
        &self,
        command: &str,
        input: &[u8],
        on_line: impl FnMut(&str) + Send,
    ) -> Result<Output, SshError> {
        let mut channel = self.start(command).await?;
        if !input.is_empty() {
            channel.data(input).await?;
        }
        channel.eof().await?;
        self.collect(&mut channel, on_line).await
    }

    /// Reads what a command writes until it ended.
    async fn collect(
        &self,
        channel: &mut Channel<Msg>,
        mut on_line: impl FnMut(&str) + Send,
    ) -> Result<Output, SshError> {
        let mut output = Output { status: BY_SIGNAL, ..Output::default() };
        let mut lines = [Vec::new(), Vec::new()];
        while let Some(message) = channel.wait().await {
            let (is_error, data) = match message {
                ChannelMsg::Data { data } => (false, data),
                ChannelMsg::ExtendedData { data, ext: STDERR } => (true, data),
                ChannelMsg::ExitStatus { exit_status } => {
                    output.status = exit_status;
                    continue;
                }
                _ => continue,
            };
            let kept = if is_error { &mut output.stderr } else { &mut output.stdout };
            if kept.len() + data.len() > MOST_WRITTEN {
                let _ = channel.signal(HANG_UP).await;
                return Err(SshError::TooMuch { server: self.server.clone(), limit: MOST_WRITTEN });
            }
            kept.extend_from_slice(&data);
            tell(&mut lines[usize::from(is_error)], &data, &mut on_line);
        }
        for rest in lines.iter().filter(|rest| !rest.is_empty()) {
            on_line(String::from_utf8_lossy(rest).trim_end());
        }
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
