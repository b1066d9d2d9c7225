//! What a service's containers write.

use bytes::{Buf, Bytes, BytesMut};
use futures_util::stream::{self, Stream};
use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};
use jiff::Timestamp;
use swarmmanager_units::NodeId;

use crate::request::{Request, segment};
use crate::{Engine, EngineError};

/// The longest message that makes sense, in bytes. Docker cuts a container's lines at 16 KiB.
const LONGEST_MESSAGE: usize = 1 << 20;
/// What stands before each message of a container without a terminal: the stream, and how long the message is.
const HEADER: usize = 8;

/// Which lines are asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogOptions {
    /// Whether lines that are still to come are waited for.
    pub follow: bool,
    /// At most so many of each container; all where absent.
    pub tail: Option<u64>,
    /// Only those since then, in milliseconds since 1970.
    pub since_unix_ms: Option<i64>,
}

/// What a container wrote to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogStream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// A line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    /// What it was written to.
    pub stream: LogStream,
    /// When it was written, in milliseconds since 1970, by its node's clock.
    pub unix_ms: i64,
    /// The node that it comes from.
    pub node: Option<NodeId>,
    /// The task that wrote it.
    pub task: Option<String>,
    /// The line without its end; what is no UTF-8 is replaced.
    pub text: String,
}

impl Engine {
    /// What the containers of a service write, as it comes in. `tty` says whether they have a terminal, which mixes
    /// their two streams. Dropping the stream ends it.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when there is no such service; from the stream [`EngineError::Logs`] for containers
    /// whose lines cannot be had, after which others may follow.
    pub async fn service_logs(
        &self,
        id: &str,
        tty: bool,
        options: &LogOptions,
    ) -> Result<impl Stream<Item = Result<LogLine, EngineError>> + Unpin + Send + use<>, EngineError> {
        let mut request = Request::get(format!("/services/{}/logs", segment(id)))
            .with("stdout", "1")
            .with("stderr", "1")
            .with("timestamps", "1")
            .with("details", "1")
            .with("follow", if options.follow { "1" } else { "0" })
            .with("tail", &options.tail.map_or_else(|| "all".to_owned(), |lines| lines.to_string()));
        if let Some(since) = options.since_unix_ms {
            let since = since.max(0);
            request = request.with("since", &format!("{}.{:03}", since / 1000, since % 1000));
        }
        let body = self.open(&request).await?.into_body();
        let messages = Messages { call: request.call(), body, buffer: BytesMut::new(), tty };
        Ok(Box::pin(stream::unfold(messages, |mut messages| async move {
            let line = messages.next_line().await.transpose()?;
            Some((line, messages))
        })))
    }
}

/// The messages of an answer that is still arriving.
struct Messages<B = Incoming> {
    call: String,
    body: B,
    buffer: BytesMut,
    tty: bool,
}

impl<B: Body<Data = Bytes, Error = hyper::Error> + Unpin> Messages<B> {
    async fn next_line(&mut self) -> Result<Option<LogLine>, EngineError> {
        let message = if self.tty { self.plain().await? } else { self.framed().await? };
        match message {
            None => Ok(None),
            // Docker's own words about what it could not do.
            Some((3, text)) => Err(EngineError::Logs { message: lossy(&text) }),
            Some((stream, text)) => Ok(Some(line(stream, &text))),
        }
    }

    /// A message with its header.
    async fn framed(&mut self) -> Result<Option<(u8, BytesMut)>, EngineError> {
        if !self.fill(HEADER).await? {
            return Ok(None);
        }
        let mut header = self.buffer.split_to(HEADER);
        let stream = header.get_u8();
        header.advance(3);
        let length = header.get_u32() as usize;
        if length > LONGEST_MESSAGE {
            return Err(EngineError::TooLarge { call: self.call.clone(), limit: LONGEST_MESSAGE as u64 });
        }
        Ok(self.fill(length).await?.then(|| (stream, self.buffer.split_to(length))))
    }

    /// A line of a terminal.
    async fn plain(&mut self) -> Result<Option<(u8, BytesMut)>, EngineError> {
        loop {
            if let Some(end) = self.buffer.iter().position(|byte| *byte == b'\n') {
                return Ok(Some((1, self.buffer.split_to(end + 1))));
            }
            if self.buffer.len() > LONGEST_MESSAGE {
                return Err(EngineError::TooLarge { call: self.call.clone(), limit: LONGEST_MESSAGE as u64 });
            }
            if !self.fill(self.buffer.len() + 1).await? {
                let rest = self.buffer.split();
                return Ok((!rest.is_empty()).then_some((1, rest)));
            }
        }
    }

    /// Reads until there are so many bytes; false where the answer ends before.
    async fn fill(&mut self, length: usize) -> Result<bool, EngineError> {
        while self.buffer.len() < length {
            match self.body.frame().await {
                Some(Err(source)) => return Err(EngineError::interrupted(&self.call, source)),
                Some(Ok(frame)) => self.buffer.extend_from_slice(frame.data_ref().map_or(&[], |data| data)),
                None => return Ok(false),
            }
        }
        Ok(true)
    }
}

/// Reads `MOMENT DETAILS TEXT`.
fn line(stream: u8, message: &[u8]) -> LogLine {
    let text = lossy(message);
    let (moment, rest) = text.split_once(' ').unwrap_or_default();
    let (details, text) = rest.split_once(' ').unwrap_or_default();
    let detail = |key: &str| {
        let values = details.split(',').filter_map(|detail| detail.split_once('='));
        values.filter(|(name, _)| *name == key).map(|(_, value)| value.to_owned()).next()
    };
    LogLine {
        stream: if stream == 2 { LogStream::Stderr } else { LogStream::Stdout },
        unix_ms: moment.parse::<Timestamp>().map_or(0, |moment| moment.as_millisecond()),
        node: detail("com.docker.swarm.node.id").map(NodeId::from),
        task: detail("com.docker.swarm.task.id"),
        text: text.to_owned(),
    }
}

fn lossy(message: &[u8]) -> String {
    let message = message.strip_suffix(b"\n").unwrap_or(message);
    String::from_utf8_lossy(message.strip_suffix(b"\r").unwrap_or(message)).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::StreamBody;
    use hyper::body::Frame;

    const DETAILS: &str =
        "com.docker.swarm.node.id=n1,com.docker.swarm.service.id=s1,com.docker.swarm.task.id=t1";

    fn messages(
        chunks: Vec<Vec<u8>>,
        tty: bool,
    ) -> Messages<impl Body<Data = Bytes, Error = hyper::Error> + Unpin> {
        let frames = chunks.into_iter().map(|data| Ok(Frame::data(Bytes::from(data))));
        Messages {
            call: "GET /logs".into(),
            body: StreamBody::new(stream::iter(frames)),
            buffer: BytesMut::new(),
            tty,
        }
    }

    fn framed(stream: u8, text: &str) -> Vec<u8> {
        let mut message = vec![stream, 0, 0, 0];
        message.extend(u32::try_from(text.len()).unwrap().to_be_bytes());
        message.extend(text.as_bytes());
        message
    }

    #[tokio::test]
    async fn lines_are_read_however_they_are_cut() {
        let first = framed(1, &format!("1970-01-01T00:00:01.500000000Z {DETAILS} hello  world \n"));
        let second = framed(2, &format!("1970-01-01T00:00:02Z {DETAILS} \n"));
        let whole = [first, second].concat();
        for cut in 0..whole.len() {
            let (a, b) = whole.split_at(cut);
            let mut messages = messages(vec![a.to_vec(), b.to_vec()], false);
            let hello = messages.next_line().await.unwrap().unwrap();
            assert_eq!(
                (hello.stream, hello.unix_ms, hello.text.as_str()),
                (LogStream::Stdout, 1500, "hello  world ")
            );
            assert_eq!((hello.node, hello.task.as_deref()), (Some("n1".into()), Some("t1")));
            let empty = messages.next_line().await.unwrap().unwrap();
            assert_eq!((empty.stream, empty.text.as_str()), (LogStream::Stderr, ""));
            assert_eq!(messages.next_line().await.unwrap(), None);
        }
    }

    #[tokio::test]
    async fn a_terminal_s_lines_have_no_header() {
        let text = format!("1970-01-01T00:00:01Z {DETAILS} one\r\n1970-01-01T00:00:02Z {DETAILS} two");
        let mut messages = messages(text.into_bytes().chunks(7).map(<[u8]>::to_vec).collect(), true);
        for expected in ["one", "two"] {
            assert_eq!(messages.next_line().await.unwrap().unwrap().text, expected);
        }
        assert_eq!(messages.next_line().await.unwrap(), None);
    }

    #[tokio::test]
    async fn docker_s_own_words_and_nonsense_are_errors() {
        let mut refused =
            messages(vec![framed(3, "node n2 is not available\n"), framed(1, "x y z\n")], false);
        assert_eq!(refused.next_line().await.unwrap_err().to_string(), "node n2 is not available");
        assert_eq!(refused.next_line().await.unwrap().unwrap().text, "z");
        let mut endless = messages(vec![vec![1, 0, 0, 0, 255, 255, 255, 255]], false);
        assert!(matches!(endless.next_line().await, Err(EngineError::TooLarge { .. })));
        let mut broken_off = messages(vec![framed(1, "x y z\n")[..12].to_vec()], false);
        assert_eq!(broken_off.next_line().await.unwrap(), None);
    }
}
