//! Answers: read whole, never more than a bound, and understood or refused.

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::EngineError;

/// The most that is read of one answer, in bytes. Measured on Docker 20.10 a task takes 2 KB and a node 2.2 KB, so that
/// this is some 130,000 tasks.
pub(crate) const LARGEST_ANSWER: u64 = 256 << 20;
/// The most that is read of a refusal, in bytes.
const LARGEST_REFUSAL: u64 = 64 << 10;
/// What a refusal's words are cut to, in characters.
const LONGEST_MESSAGE: usize = 2000;

/// Reads an answer to its end.
pub(crate) async fn read_whole<B>(call: &str, mut body: B, limit: u64) -> Result<Vec<u8>, EngineError>
where
    B: Body<Data = Bytes, Error = hyper::Error> + Unpin,
{
    let too_large = || EngineError::TooLarge { call: call.to_owned(), limit };
    let announced = body.size_hint().lower();
    if announced > limit {
        return Err(too_large());
    }
    let mut whole = Vec::with_capacity(usize::try_from(announced).unwrap_or(0));
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|source| EngineError::interrupted(call, source))?;
        let Some(data) = frame.data_ref() else { continue };
        if (whole.len() + data.len()) as u64 > limit {
            return Err(too_large());
        }
        whole.extend_from_slice(data);
    }
    Ok(whole)
}

/// Reads an answer that says no, and tells what kind of no it is.
pub(crate) async fn read_refusal(call: &str, response: http::Response<Incoming>) -> EngineError {
    let status = response.status().as_u16();
    match read_whole(call, response.into_body(), LARGEST_REFUSAL).await {
        Ok(answer) => EngineError::from_refusal(status, message(&answer)),
        Err(error) => error,
    }
}

/// Reads JSON.
pub(crate) fn understood<T: DeserializeOwned>(call: &str, answer: &[u8]) -> Result<T, EngineError> {
    serde_json::from_slice(answer)
        .map_err(|source| EngineError::Malformed { call: call.to_owned(), source: source.into() })
}

/// Docker's `{"message": …}`, or what there is instead.
fn message(answer: &[u8]) -> String {
    let json = serde_json::from_slice::<Value>(answer).ok();
    let text = json.as_ref().and_then(|json| json["message"].as_str()).map(str::to_owned);
    let text = text.unwrap_or_else(|| String::from_utf8_lossy(answer).into_owned());
    text.trim().chars().take(LONGEST_MESSAGE).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::{StreamExt, stream};
    use http_body_util::{Full, StreamBody};
    use hyper::body::Frame;

    fn whole(content: &'static [u8]) -> impl Body<Data = Bytes, Error = hyper::Error> + Unpin {
        Full::new(Bytes::from_static(content)).map_err(|never| match never {})
    }

    #[tokio::test]
    async fn an_announced_size_beyond_the_bound_is_refused_unread() {
        assert_eq!(read_whole("GET /x", whole(b"12345"), 5).await.unwrap(), b"12345");
        let error = read_whole("GET /x", whole(b"123456"), 5).await.unwrap_err();
        assert_eq!(error.to_string(), "Docker Engine's answer to GET /x is larger than 5 bytes");
    }

    #[tokio::test]
    async fn an_endless_answer_is_left_at_the_bound() {
        let endless = stream::repeat(Bytes::from_static(b"0123456789")).map(|data| Ok(Frame::data(data)));
        let error = read_whole("GET /x", StreamBody::new(endless), 1 << 20).await.unwrap_err();
        assert!(matches!(error, EngineError::TooLarge { limit: 0x10_0000, .. }), "{error:?}");
    }

    #[test]
    fn a_refusal_says_docker_s_words_or_what_came_instead() {
        assert_eq!(message(b"{\"message\":\"service web not found\"}\n"), "service web not found");
        assert_eq!(message(b"404 page not found\n"), "404 page not found");
        assert_eq!(message(b""), "");
        assert_eq!(message(&vec![b'x'; 10_000]).len(), LONGEST_MESSAGE);
    }
}
