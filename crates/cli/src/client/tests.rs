//! Against a real Unix socket whose server says what the test wants.

use std::convert::Infallible;

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use swarmmanager_api::{Event, ServiceCreate};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixListener;

use super::*;

fn listen() -> (TempDir, Client, UnixListener) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("manager.sock");
    let listener = UnixListener::bind(&path).unwrap();
    (folder, Client::new(Target { host: Host::at(path), token: None, trust: Trust::System }), listener)
}

/// Answers one request by HTTP; gives the request's line and headers, and its body.
async fn answer(listener: &UnixListener, status: StatusCode, body: &'static str) -> (Request<()>, String) {
    let (stream, _) = listener.accept().await.unwrap();
    let (asked, mut heard) = tokio::sync::mpsc::unbounded_channel();
    let service = service_fn(move |request: Request<Incoming>| {
        let asked = asked.clone();
        async move {
            let (parts, body_in) = request.into_parts();
            let body_in = body_in.collect().await.unwrap().to_bytes();
            let text = String::from_utf8(body_in.to_vec()).unwrap();
            asked.send((Request::from_parts(parts, ()), text)).unwrap();
            let mut response = Response::new(Full::new(Bytes::from_static(body.as_bytes())));
            *response.status_mut() = status;
            Ok::<_, Infallible>(response)
        }
    });
    // A client that has its answer hangs up.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
    heard.recv().await.unwrap()
}

/// Answers one request by these bytes and hangs up.
async fn answer_raw(listener: &UnixListener, bytes: &[u8]) {
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut request = [0; 4096];
    assert!(stream.read(&mut request).await.unwrap() > 0);
    stream.write_all(bytes).await.unwrap();
}

#[tokio::test]
async fn what_a_user_typed_stays_one_part_of_the_path() {
    let (_folder, client, listener) = listen();
    let (result, (request, _)) = tokio::join!(
        client.node("../services/x?y=1#z"),
        answer(&listener, StatusCode::NOT_FOUND, r#"{"message":"no such node: ../services/x"}"#),
    );
    assert_eq!(request.uri().path(), "/api/v1/nodes/%2E%2E%2Fservices%2Fx%3Fy%3D1%23z");
    assert_eq!(request.uri().query(), None);
    let error = result.unwrap_err();
    assert!(error.is_not_found());
    assert_eq!(error.to_string(), "no such node: ../services/x");
}

#[tokio::test]
async fn credentials_travel_in_their_header_only() {
    let (_folder, client, listener) = listen();
    let auth = HeaderValue::from_static("c2VjcmV0");
    let web = ServiceCreate::new("web", "nginx");
    let (_, (request, body)) =
        tokio::join!(client.create(&web, Some(auth)), answer(&listener, StatusCode::CREATED, "{}"));
    assert_eq!(request.headers()["x-registry-auth"], "c2VjcmV0");
    assert!(!body.contains("c2VjcmV0"));
    assert_eq!(serde_json::from_str::<ServiceCreate>(&body).unwrap(), web);
}

#[tokio::test]
async fn a_refusal_says_what_was_done_before_it() {
    let (_folder, client, listener) = listen();
    let body = r#"{"message":"Swarm did not take instance web-1","done":"web-0 runs"}"#;
    let (result, _) = tokio::join!(client.scale("web", 2), answer(&listener, StatusCode::BAD_GATEWAY, body));
    assert_eq!(result.unwrap_err().to_string(), "Swarm did not take instance web-1\nweb-0 runs");
}

#[tokio::test]
async fn a_refusal_that_is_no_json_is_told_as_it_is() {
    let (_folder, client, listener) = listen();
    let (result, _) =
        tokio::join!(client.nodes(), answer(&listener, StatusCode::INTERNAL_SERVER_ERROR, "oh no\n"));
    assert_eq!(result.unwrap_err().to_string(), "the manager answered 500 Internal Server Error: oh no");
}

#[tokio::test]
async fn an_answer_that_cannot_be_understood_is_no_crash() {
    let (_folder, client, listener) = listen();
    for body in ["", "[]", "{\"nodes\":1}", "{\"nodes\":["] {
        let (result, _) = tokio::join!(client.nodes(), answer(&listener, StatusCode::OK, body));
        assert!(matches!(result, Err(ClientError::Answer { .. })), "{body}: {result:?}");
    }
}

#[tokio::test]
async fn a_manager_that_hangs_up_is_told_from_one_that_is_not_there() {
    let (folder, client, listener) = listen();
    for bytes in [
        &b""[..],
        b"garbage\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"nodes\"",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
    ] {
        let (result, ()) = tokio::join!(client.nodes(), answer_raw(&listener, bytes));
        assert!(matches!(result, Err(ClientError::Broken { .. })), "{bytes:?}: {result:?}");
    }
    drop(listener);
    let said = client.nodes().await.unwrap_err().to_string();
    assert!(said.contains("swarm-manager serve") && said.contains("root"), "{said}");
    drop(folder);
    assert!(matches!(client.nodes().await, Err(ClientError::Connect { .. })));
}

/// Sends these pieces as one stream of events, each for itself, and hangs up.
async fn send_events(listener: &UnixListener, pieces: &'static [&'static str]) {
    let (stream, _) = listener.accept().await.unwrap();
    let service = service_fn(move |_: Request<Incoming>| async move {
        let frames = stream::iter(pieces).then(|piece| async move {
            tokio::task::yield_now().await;
            Ok::<_, Infallible>(Frame::data(Bytes::from_static(piece.as_bytes())))
        });
        Ok::<_, Infallible>(Response::new(StreamBody::new(frames)))
    });
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

async fn heard(pieces: &'static [&'static str]) -> Result<Vec<News>, ClientError> {
    let (_folder, client, listener) = listen();
    let following = async { client.follow(None).await?.try_collect().await };
    tokio::join!(following, send_events(&listener, pieces)).0
}

#[tokio::test]
async fn events_are_read_wherever_they_are_split() {
    let news = heard(&[
        "event: no",
        "des\nda",
        "ta: {\"swarm_as_of_unix_ms\":1,",
        "\"nodes\":[]}\n",
        "\nevent: nodes\r\n",
        "data: {\"swarm_as_of_unix_ms\":2,\"nodes\":[]}\r\n\r\n",
        ":\n\n",
        "event: of-a-later-version\ndata: ?\n\nevent: nodes\ndata: {\"swarm_as",
    ]);
    let news = news.await.unwrap();
    let moments: Vec<i64> = news
        .iter()
        .filter_map(|news| match news {
            News::Event(Event::Nodes(list)) => Some(list.swarm_as_of_unix_ms),
            _ => None,
        })
        .collect();
    assert_eq!(moments, [1, 2]);
    assert!(matches!(news.last(), Some(News::Alive)), "{news:?}");
}

#[tokio::test]
async fn an_event_that_cannot_be_understood_is_an_error() {
    let result = heard(&["event: nodes\ndata: {}\n\n"]).await;
    assert!(matches!(result, Err(ClientError::Answer { .. })), "{result:?}");
}
