//! Answers that come line by line, one JSON object each: events and the progress of transfers.

use bytes::{Buf, Bytes, BytesMut};
use http::Response;
use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};
use serde::de::DeserializeOwned;

use crate::EngineError;
use crate::answer::understood;

/// The longest line that makes sense, in bytes.
const LONGEST_LINE: usize = 1 << 20;

/// The lines of an answer that is still arriving.
pub(crate) struct Lines<B = Incoming> {
    call: String,
    body: B,
    buffer: BytesMut,
    /// How much of the buffer is known to have no end of line.
    searched: usize,
}

impl Lines {
    pub(crate) fn new(call: String, response: Response<Incoming>) -> Self {
        Self::of_body(call, response.into_body())
    }
}

impl<B: Body<Data = Bytes, Error = hyper::Error> + Unpin> Lines<B> {
    fn of_body(call: String, body: B) -> Self {
        Self { call, body, buffer: BytesMut::new(), searched: 0 }
    }

    /// The next object, or `None` at the end.
    pub(crate) async fn next<T: DeserializeOwned>(&mut self) -> Result<Option<T>, EngineError> {
        loop {
            let Some(line) = self.next_line().await? else { return Ok(None) };
            if !line.trim_ascii().is_empty() {
                return understood(&self.call, &line).map(Some);
            }
        }
    }

    async fn next_line(&mut self) -> Result<Option<Bytes>, EngineError> {
        loop {
            if let Some(found) = self.buffer[self.searched..].iter().position(|byte| *byte == b'\n') {
                let line = self.buffer.split_to(self.searched + found).freeze();
                self.buffer.advance(1);
                self.searched = 0;
                return Ok(Some(line));
            }
            self.searched = self.buffer.len();
            if self.searched > LONGEST_LINE {
                return Err(EngineError::TooLarge { call: self.call.clone(), limit: LONGEST_LINE as u64 });
            }
            match self.body.frame().await {
                Some(Err(source)) => return Err(EngineError::interrupted(&self.call, source)),
                Some(Ok(frame)) => self.buffer.extend_from_slice(frame.data_ref().map_or(&[], |data| data)),
                None => {
                    self.searched = 0;
                    let rest = self.buffer.split().freeze();
                    return Ok((!rest.is_empty()).then_some(rest));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::stream;
    use http_body_util::StreamBody;
    use hyper::body::Frame;
    use serde_json::Value;

    fn lines(frames: Vec<Vec<u8>>) -> Lines<impl Body<Data = Bytes, Error = hyper::Error> + Unpin> {
        let frames = frames.into_iter().map(|data| Ok(Frame::data(Bytes::from(data))));
        Lines::of_body("GET /events".into(), StreamBody::new(stream::iter(frames)))
    }

    async fn all(frames: &[&str]) -> Vec<String> {
        let mut lines = lines(frames.iter().map(|frame| frame.as_bytes().to_vec()).collect());
        let mut all = Vec::new();
        while let Some(value) = lines.next::<Value>().await.unwrap() {
            all.push(value.to_string());
        }
        all
    }

    #[tokio::test]
    async fn lines_are_found_however_they_are_cut() {
        let text = "{\"a\":1}\r\n\n{\"b\":2}\n{\"c\":3}";
        let expected = ["{\"a\":1}", "{\"b\":2}", "{\"c\":3}"];
        assert_eq!(all(&[text]).await, expected);
        for cut in 1..text.len() {
            let (first, second) = text.split_at(cut);
            assert_eq!(all(&[first, second]).await, expected, "cut at {cut}");
        }
        let letters: Vec<&str> = text.split_inclusive(|_| true).collect();
        assert_eq!(all(&letters).await, expected);
    }

    #[tokio::test]
    async fn a_line_without_an_end_is_given_up() {
        let mut endless = lines(vec![vec![b'x'; 1 << 16]; 1000]);
        let error = endless.next::<Value>().await.unwrap_err();
        assert!(matches!(error, EngineError::TooLarge { .. }), "{error:?}");
    }

    #[tokio::test]
    async fn what_is_no_json_is_refused() {
        let mut garbage = lines(vec![b"{\"a\":\n".to_vec()]);
        let error = garbage.next::<Value>().await.unwrap_err();
        assert!(matches!(error, EngineError::Malformed { .. }), "{error:?}");
    }
}
