//! A real door on the loopback address, and who comes to it.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::net::SocketAddr;
use std::sync::Arc;

use axum::routing::get;
use axum::{Extension, Router};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Empty};
use hyper::Request;
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, SignatureScheme};
use swarmmanager_door::{Certificate, Door, DoorConfig, DoorError, Fingerprint, Origin, TrustedProxies};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// Answers with where the request came from.
fn router() -> Router {
    Router::new().route(
        "/",
        get(|Extension(origin): Extension<Origin>| async move {
            format!("{} {}", origin.address, origin.is_secure)
        }),
    )
}

struct Stage {
    address: SocketAddr,
    fingerprint: Option<Fingerprint>,
    _folder: TempDir,
}

async fn open(with_tls: bool, proxies: TrustedProxies) -> Stage {
    let folder = tempfile::tempdir().unwrap();
    let certificate = with_tls
        .then(|| Arc::new(Certificate::self_signed(folder.path(), &["localhost".to_owned()]).unwrap()));
    let fingerprint = certificate.as_ref().map(|certificate| certificate.fingerprint());
    let config = DoorConfig { address: "127.0.0.1:0".parse().unwrap(), certificate, proxies };
    let door = Door::open(config).await.unwrap();
    let address = door.address();
    tokio::spawn(door.serve(router()));
    Stage { address, fingerprint, _folder: folder }
}

/// Trusts the certificate of that fingerprint, as people do who compare it.
#[derive(Debug)]
struct Compare(Fingerprint, Arc<CryptoProvider>);

impl ServerCertVerifier for Compare {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        assert_eq!(Fingerprint::of(end_entity), self.0);
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Err(rustls::Error::General("TLS 1.3 is spoken here".into()))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, dss, &self.1.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.1.signature_verification_algorithms.supported_schemes()
    }
}

async fn ask(stage: &Stage, alpn: &[u8]) -> String {
    let provider = Arc::new(ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(&[&rustls::version::TLS13])
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Compare(stage.fingerprint.unwrap(), provider)))
        .with_no_client_auth();
    config.alpn_protocols = vec![alpn.to_vec()];
    let stream = TcpStream::connect(stage.address).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    let stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await.unwrap();
    let request = Request::get("https://localhost/").header("host", "localhost").body(Empty::<Bytes>::new());
    let request = request.unwrap();
    let response = if alpn == b"h2" {
        let handshake = hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream));
        let (mut sender, connection) = handshake.await.unwrap();
        tokio::spawn(connection);
        sender.send_request(request).await.unwrap()
    } else {
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection);
        sender.send_request(request).await.unwrap()
    };
    let body = response.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(body.to_vec()).unwrap()
}

/// Sends bytes and reads to the end.
async fn send(address: SocketAddr, bytes: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(bytes.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    // A reset ends it as well.
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn both_versions_of_http_are_served_and_told_their_origin() {
    let stage = open(true, TrustedProxies::default()).await;
    assert_eq!(ask(&stage, b"h2").await, "127.0.0.1 true");
    assert_eq!(ask(&stage, b"http/1.1").await, "127.0.0.1 true");
}

#[tokio::test]
async fn who_speaks_no_tls_gets_nothing_and_others_go_on() {
    let stage = open(true, TrustedProxies::default()).await;
    let _silent = TcpStream::connect(stage.address).await.unwrap();
    let answer = send(stage.address, "GET / HTTP/1.1\r\nhost: x\r\n\r\n").await;
    assert!(!answer.contains("127.0.0.1"), "{answer:?}");
    assert_eq!(ask(&stage, b"h2").await, "127.0.0.1 true");
}

#[tokio::test]
async fn headers_without_end_are_refused() {
    let stage = open(false, TrustedProxies::default()).await;
    let long = format!("GET / HTTP/1.1\r\nhost: x\r\nx-long: {}\r\n\r\n", "x".repeat(64 * 1024));
    let answer = send(stage.address, &long).await;
    assert!(!answer.contains("200 OK"), "{answer:?}");
}

#[tokio::test]
async fn a_declared_proxy_is_believed() {
    let request = "GET / HTTP/1.1\r\nhost: x\r\nx-forwarded-for: 192.0.2.7\r\nx-forwarded-proto: https\r\nconnection: close\r\n\r\n";
    let stage = open(false, TrustedProxies::new(vec!["127.0.0.1/32".parse().unwrap()])).await;
    assert!(send(stage.address, request).await.ends_with("192.0.2.7 true"));
    let stage = open(false, TrustedProxies::default()).await;
    assert!(send(stage.address, request).await.ends_with("127.0.0.1 false"));
}

#[tokio::test]
async fn plain_http_for_everybody_is_refused() {
    let config = DoorConfig {
        address: "0.0.0.0:0".parse().unwrap(),
        certificate: None,
        proxies: TrustedProxies::default(),
    };
    let refused = Door::open(config).await.err().unwrap();
    assert!(matches!(refused, DoorError::Plain { .. }), "{refused}");
    assert!(refused.to_string().contains("reverse proxy"), "{refused}");
}
