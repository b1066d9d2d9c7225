//! What the client makes of an engine that is not there, does not answer, or answers nonsense.

#![allow(clippy::unwrap_used, clippy::panic)]

mod fake;

use std::error::Error;
use std::path::Path;
use std::time::{Duration, Instant};

use fake::{Fake, http, http_stream};
use futures_util::StreamExt;
use serde_json::json;
use swarmmanager_engine::{Engine, EngineError};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::mpsc;

/// An engine that says who it is when asked, and this to everything else.
fn saying(answer: impl Into<Vec<u8>>) -> Fake {
    let answer = answer.into();
    Fake::answering(move |line| match line {
        "GET /_ping" => http("1.41", 200, "OK"),
        _ => answer.clone(),
    })
}

#[tokio::test]
async fn where_nobody_listens_the_socket_is_named() {
    let error = Engine::unix("/nowhere/docker.sock").nodes().await.unwrap_err();
    assert_eq!(error.to_string(), "Docker Engine cannot be reached at /nowhere/docker.sock");
    assert!(error.source().unwrap().to_string().contains("No such file"));
    let EngineError::Unreachable { socket, .. } = error else { panic!("{error:?}") };
    assert_eq!(socket, Path::new("/nowhere/docker.sock"));
}

#[tokio::test]
async fn a_call_without_an_answer_times_out_and_leaves_no_connection_behind() {
    let (closed_in, mut closed) = mpsc::unbounded_channel();
    let fake = Fake::serving(move |_, mut stream| {
        let closed = closed_in.clone();
        async move {
            let end = stream.read(&mut [0; 1]).await;
            closed.send(end.unwrap()).unwrap();
        }
    });
    let limit = Duration::from_millis(200);
    let engine = Engine::unix(&fake.socket).with_timeout(limit);
    let began = Instant::now();
    let error = engine.services().await.unwrap_err();
    assert!(began.elapsed() >= limit && began.elapsed() < 10 * limit, "{:?}", began.elapsed());
    assert!(matches!(&error, EngineError::TimedOut { call, .. } if call == "GET /services"), "{error:?}");
    assert_eq!(error.to_string(), "Docker Engine did not answer GET /services within 0.2 s");
    let end = tokio::time::timeout(Duration::from_secs(5), closed.recv()).await;
    assert_eq!(end.expect("the connection stays open"), Some(0));
}

#[tokio::test]
async fn an_answer_that_drips_times_out_too() {
    let fake = Fake::serving(|line, mut stream| async move {
        if line == "GET /_ping" {
            return stream.write_all(&http("1.41", 200, "OK")).await.unwrap();
        }
        stream.write_all(http_stream()).await.unwrap();
        while stream.write_all(b" ").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    });
    let engine = fake.engine().with_timeout(Duration::from_millis(200));
    let error = engine.tasks().await.unwrap_err();
    assert!(matches!(error, EngineError::TimedOut { .. }), "{error:?}");
}

#[tokio::test]
async fn what_is_no_http_or_no_engine_is_told_apart() {
    let garbage = Fake::answering(|_| b"SSH-2.0-OpenSSH_9.2\r\n".to_vec());
    let error = garbage.engine().nodes().await.unwrap_err();
    assert!(matches!(error, EngineError::Malformed { .. }), "{error:?}");

    let web_server = Fake::answering(|_| b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".to_vec());
    let error = web_server.engine().nodes().await.unwrap_err();
    assert!(matches!(error, EngineError::NotAnEngine { .. }), "{error:?}");

    let mute = Fake::answering(|_| Vec::new());
    let error = mute.engine().nodes().await.unwrap_err();
    assert!(matches!(error, EngineError::Broken { .. }), "{error:?}");
}

#[tokio::test]
async fn an_engine_that_is_too_old_is_refused_before_anything_is_asked_of_it() {
    let fake = Fake::answering(|_| http("1.40", 200, "OK"));
    let error = fake.engine().services().await.unwrap_err();
    assert_eq!(error.to_string(), "Docker Engine speaks API 1.40; at least 1.41 (Docker 20.10) is needed");
    assert_eq!(fake.requests(), ["GET /_ping"]);
}

#[tokio::test]
async fn answers_of_another_shape_are_refused() {
    for body in ["", "{}", "null", "[1]", "[{\"ID\":1}]", "[{\"ID\":\"a\"", "\u{0}\u{1}"] {
        let error = saying(http("1.41", 200, body)).engine().nodes().await.unwrap_err();
        assert!(
            matches!(&error, EngineError::Malformed { call, .. } if call == "GET /nodes"),
            "{body}: {error:?}"
        );
    }
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_not_taken_for_whole() {
    let mut answer = http("1.41", 200, "[]     ");
    answer.truncate(answer.len() - 3);
    let error = saying(answer).engine().nodes().await.unwrap_err();
    assert!(matches!(error, EngineError::Broken { .. }), "{error:?}");
}

#[tokio::test]
async fn an_answer_too_large_to_make_sense_is_not_read() {
    let answer = b"HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nContent-Length: 99999999999\r\n\r\n[".to_vec();
    let error = saying(answer).engine().tasks().await.unwrap_err();
    assert!(matches!(error, EngineError::TooLarge { .. }), "{error:?}");
}

#[tokio::test]
async fn a_refusal_without_docker_s_message_is_still_a_refusal() {
    for (status, body, message) in [
        (500, "{\"message\":\"network nonet not found\"}", "network nonet not found"),
        (502, "<html>Bad Gateway</html>\n", "<html>Bad Gateway</html>"),
        (301, "", "refused with HTTP status 301"),
    ] {
        let error = saying(http("1.41", status, body)).engine().networks().await.unwrap_err();
        let EngineError::Refused { status: said, .. } = &error else { panic!("{error:?}") };
        assert_eq!((*said, error.to_string().as_str()), (status, message));
    }
}

#[tokio::test]
async fn an_engine_is_spoken_to_in_its_own_version() {
    let fake = Fake::answering(|line| match line {
        "GET /_ping" => http("1.53", 200, "OK"),
        _ => http("1.53", 200, "[]"),
    });
    let engine = fake.engine();
    engine.services().await.unwrap();
    engine.clone().nodes().await.unwrap();
    assert_eq!(fake.requests(), ["GET /_ping", "GET /v1.53/services", "GET /v1.53/nodes"]);
}

#[tokio::test]
async fn an_engine_that_is_replaced_by_another_version_is_followed() {
    let version = std::sync::Arc::new(std::sync::Mutex::new("1.53"));
    let now = std::sync::Arc::clone(&version);
    let fake = Fake::answering(move |line| {
        let version = *now.lock().unwrap();
        let spoken = line == "GET /_ping" || line.contains(&format!("/v{version}/"));
        match spoken {
            true => http(version, 200, "[]"),
            false => http(version, 400, "{\"message\":\"client version is too new\"}"),
        }
    });
    let engine = fake.engine();
    engine.services().await.unwrap();
    *version.lock().unwrap() = "1.41";
    engine.services().await.unwrap();
    engine.services().await.unwrap();
    assert_eq!(
        fake.requests(),
        [
            "GET /_ping",
            "GET /v1.53/services",
            "GET /v1.53/services",
            "GET /v1.41/services",
            "GET /v1.41/services"
        ]
    );
}

#[tokio::test]
async fn a_write_is_sent_once() {
    let fake = saying(http("1.41", 500, "{\"message\":\"no\"}"));
    fake.engine().service_create(&json!({"Name": "web"}), None).await.unwrap_err();
    let fake_that_hangs_up = saying(Vec::new());
    fake_that_hangs_up.engine().service_create(&json!({"Name": "web"}), None).await.unwrap_err();
    for requests in [fake.requests(), fake_that_hangs_up.requests()] {
        assert_eq!(requests, ["GET /_ping", "POST /v1.41/services/create"]);
    }
}

#[tokio::test]
async fn events_may_be_silent_for_longer_than_calls_may() {
    let fake = Fake::serving(|line, mut stream| async move {
        if line == "GET /_ping" {
            return stream.write_all(&http("1.41", 200, "OK")).await.unwrap();
        }
        stream.write_all(http_stream()).await.unwrap();
        for name in ["a", "b"] {
            tokio::time::sleep(Duration::from_millis(300)).await;
            let event = json!({"Type": "service", "Action": name, "scope": "swarm"});
            stream.write_all(format!("{event}\n").as_bytes()).await.unwrap();
        }
    });
    let engine = fake.engine().with_timeout(Duration::from_millis(100));
    let events: Vec<_> = engine.events().await.unwrap().collect().await;
    let actions: Vec<&str> = events.iter().map(|event| event.as_ref().unwrap().action.as_str()).collect();
    assert_eq!(actions, ["a", "b"]);
}

#[tokio::test]
async fn events_end_with_what_is_no_event() {
    let mut answer = http_stream().to_vec();
    answer.extend_from_slice(b"{\"Type\":\"node\",\"Action\":\"update\"}\n{\"Type\":\n{}\n");
    let mut events = saying(answer).engine().events().await.unwrap();
    assert_eq!(events.next().await.unwrap().unwrap().kind, "node");
    assert!(matches!(events.next().await.unwrap(), Err(EngineError::Malformed { .. })));
    assert!(events.next().await.is_none());
}

#[tokio::test]
async fn a_transfer_s_error_is_not_lost_among_its_progress() {
    let mut answer = http_stream().to_vec();
    answer.extend_from_slice(
        b"{\"status\":\"Preparing\"}\r\n{\"errorDetail\":{\"message\":\"denied\"},\"error\":\"denied\"}\r\n",
    );
    let error = saying(answer).engine().image_push("r.example/app:1", None, |_| {}).await.unwrap_err();
    assert!(matches!(&error, EngineError::Transfer { message } if message == "denied"), "{error:?}");
}

#[tokio::test]
async fn an_image_is_pushed_with_its_tag_alone() {
    let fake = saying(http("1.41", 200, ""));
    fake.engine().image_push("r.example:5000/team/app", None, |_| {}).await.unwrap();
    fake.engine().image_tag("sha256:41", "r.example/app").await.unwrap();
    let requests = fake.requests();
    assert_eq!(requests[1], "POST /v1.41/images/r.example:5000/team/app/push?tag=latest");
    assert_eq!(requests[3], "POST /v1.41/images/sha256:41/tag?repo=r.example%2Fapp&tag=latest");
    let error = fake.engine().image_push("r.example/../app", None, |_| {}).await.unwrap_err();
    assert!(matches!(error, EngineError::InvalidImage { .. }), "{error:?}");
    assert_eq!(fake.requests().len(), 4);
}

#[tokio::test]
async fn an_image_is_resolved_or_left_as_it_is() {
    const DIGEST: &str = "sha256:4185b8ddd608cf2798d80787b3f28fff35a2ea602238debeed47ff871f913c93";
    let answer =
        json!({"Descriptor": {"digest": DIGEST}, "Platforms": [{"architecture": "arm64", "os": "linux"}]});
    let registry = saying(http("1.41", 200, &answer.to_string()));
    let known = registry.engine();
    let pinned = format!("app@{DIGEST}");
    for (image, expected) in [
        ("r.example/app", &*format!("r.example/app:latest@{DIGEST}")),
        ("app:1", &*format!("app:1@{DIGEST}")),
        (&*pinned, &*pinned),
    ] {
        let resolved = known.resolve_image(image, None).await;
        assert_eq!(resolved.reference, expected);
        assert_eq!(resolved.platforms[0].architecture, "arm64");
    }

    let no_registry = saying(http("1.41", 500, "{\"message\":\"connection refused\"}"));
    for image in ["app:1", "not an image"] {
        let resolved = no_registry.engine().resolve_image(image, None).await;
        assert_eq!((&*resolved.reference, resolved.platforms.len()), (image, 0));
    }
}

#[tokio::test]
async fn a_registry_that_does_not_answer_is_not_waited_for_long() {
    let fake = Fake::serving(|line, mut stream| async move {
        match line.as_str() {
            "GET /_ping" => stream.write_all(&http("1.41", 200, "OK")).await.unwrap(),
            _ => drop(stream.read(&mut [0; 1]).await),
        }
    });
    let began = Instant::now();
    assert_eq!(fake.engine().resolve_image("r.example/app:1", None).await.reference, "r.example/app:1");
    assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
}
