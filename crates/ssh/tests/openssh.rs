//! Sessions with a real OpenSSH server.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod server;

use std::io;
use std::path::Path;
use std::pin::Pin;
use std::process::{Command, Stdio};
use std::task::{Context, Poll};

use server::{Server, key, key_of};
use swarmmanager_ssh::{
    Credentials, HostKeys, NewHostKeys, OwnKey, Proof, Session, SshError, Target, Verdict, host_key,
};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _, ReadBuf};
use tokio::net::UnixListener;

/// A user's key and a server that takes it.
fn stage() -> (tempfile::TempDir, Credentials, Server) {
    let folder = tempfile::tempdir().unwrap();
    let line = key(&folder.path().join("id"), "");
    let credentials =
        Credentials { private_key: Some(read(&folder.path().join("id"))), ..Credentials::default() };
    (folder, credentials, Server::start(&line))
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

async fn open(server: &Server, credentials: &Credentials) -> Session {
    let opened =
        Session::open(&server.target(), credentials, &server.host_keys(), &NewHostKeys::Accept).await;
    match opened {
        Ok(session) => session,
        Err(error) => panic!("{error}: {}", server.log()),
    }
}

async fn refused(
    target: &Target,
    credentials: &Credentials,
    keys: &HostKeys,
    accept: &NewHostKeys,
) -> SshError {
    match Session::open(target, credentials, keys, accept).await {
        Ok(_) => panic!("let in"),
        Err(error) => error,
    }
}

#[tokio::test]
async fn commands_run_with_their_input_and_end_with_their_status() {
    let (_folder, credentials, server) = stage();
    let session = open(&server, &credentials).await;
    assert_eq!(session.proof(), Proof::Key);
    let output = session.run("tr a-z A-Z; echo oops >&2; exit 7", b"hello\n").await.unwrap();
    assert_eq!((output.status, &*output.stdout, &*output.stderr), (7, &b"HELLO\n"[..], &b"oops\n"[..]));
    let mut told = Vec::new();
    let output =
        session.follow("printf 'one\\ntwo\\nthree'", b"", |line| told.push(line.to_owned())).await.unwrap();
    assert_eq!((output.status, told), (0, ["one", "two", "three"].map(str::to_owned).to_vec()));
    let killed = session.run("kill -9 $$", b"").await.unwrap();
    assert_eq!(killed.status, 128);
    let error = session.run("yes", b"").await.unwrap_err();
    assert!(matches!(error, SshError::TooMuch { .. }), "{error}");
}

#[tokio::test]
async fn a_file_arrives_whole_with_its_mode() {
    let (folder, credentials, server) = stage();
    let session = open(&server, &credentials).await;
    let path = folder.path().join("it's here");
    let content: Vec<u8> = (0..3_000_000_u32).map(|n| (n % 251) as u8).collect();
    session.upload(path.to_str().unwrap(), 0o750, content.as_slice()).await.unwrap();
    assert!(std::fs::read(&path).unwrap() == content);
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&path).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o750);
    // Far more than fits into a window: what ended early does not leave the sender waiting.
    let error =
        session.upload("/no/such/folder/file", 0o600, content.as_slice()).await.unwrap_err().to_string();
    assert!(error.contains("/no/such/folder/file") && error.contains("No such"), "{error}");
    let broken = content.as_slice().chain(Broken);
    let error = session.upload(path.to_str().unwrap(), 0o600, broken).await.unwrap_err();
    assert!(matches!(error, SshError::Read { .. }), "{error}");
    assert!(std::fs::read(&path).unwrap() == content, "half a file took the place of a whole one");
}

/// A disk that fails.
struct Broken;

impl AsyncRead for Broken {
    fn poll_read(self: Pin<&mut Self>, _: &mut Context<'_>, _: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Err(io::Error::other("the disk fails")))
    }
}

#[tokio::test]
async fn a_connection_that_is_lost_is_no_end_of_a_command() {
    let (_folder, credentials, server) = stage();
    let session = open(&server, &credentials).await;
    // The server's process for this session is the parent of the user's shell.
    let error = session.run("echo begun; kill -9 $PPID; sleep 60", b"").await.unwrap_err();
    assert!(matches!(error, SshError::Lost { .. } | SshError::Protocol(_)), "{error}");
}

#[tokio::test]
async fn a_unix_socket_there_is_a_stream_here() {
    let (folder, credentials, server) = stage();
    let session = open(&server, &credentials).await;
    let path = folder.path().join("socket");
    let listener = UnixListener::bind(&path).unwrap();
    let echo = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut asked = [0; 4];
        stream.read_exact(&mut asked).await.unwrap();
        stream.write_all(&asked).await.unwrap();
    });
    let mut stream = session.unix_stream(path.to_str().unwrap()).await.unwrap();
    stream.write_all(b"ping").await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    assert_eq!(answer, b"ping");
    echo.await.unwrap();
    let Err(error) = session.unix_stream("/no/such/socket").await else { panic!() };
    assert!(error.to_string().contains("/no/such/socket"), "{error}");
    let mut cat = session.stream("cat").await.unwrap();
    cat.write_all(b"through a command").await.unwrap();
    cat.shutdown().await.unwrap();
    let mut answer = String::new();
    cat.read_to_string(&mut answer).await.unwrap();
    assert_eq!(answer, "through a command");
}

#[tokio::test]
async fn a_new_host_key_is_taken_as_somebody_said_and_a_changed_one_never() {
    let (folder, credentials, server) = stage();
    let line = read(&folder.path().join("id.pub"));
    let keys = HostKeys::new(folder.path().join("known_hosts"), Vec::new());
    let seen = host_key("127.0.0.1", server.port, &keys).await.unwrap();
    assert_eq!((seen.algorithm.as_str(), &seen.verdict), ("ssh-ed25519", &Verdict::New));
    let target = server.target();
    for accept in [NewHostKeys::Refuse, NewHostKeys::AcceptThese(vec!["SHA256:another".into()])] {
        let error = refused(&target, &credentials, &keys, &accept).await;
        assert!(error.to_string().contains(&seen.fingerprint), "{error}");
    }
    let accept = NewHostKeys::AcceptThese(vec![seen.fingerprint.clone()]);
    Session::open(&target, &credentials, &keys, &accept).await.unwrap();
    assert_eq!(host_key("127.0.0.1", server.port, &keys).await.unwrap().verdict, Verdict::Known);
    Session::open(&target, &credentials, &keys, &NewHostKeys::Refuse).await.unwrap();

    let server = server.set_up_anew(&line);
    let error = refused(&server.target(), &credentials, &keys, &NewHostKeys::Accept).await;
    assert!(matches!(error, SshError::HostKeyChanged { line: 1, .. }), "{error}");
    assert!(error.to_string().contains("known_hosts"), "{error}");
}

#[tokio::test]
async fn who_is_not_let_in_learns_what_was_tried() {
    let (folder, _, server) = stage();
    let other = folder.path().join("other");
    key(&other, "");
    let keys = server.host_keys();
    let own_key = OwnKey::load_or_make(&folder.path().join("own")).unwrap();
    let all = Credentials {
        private_key: Some(read(&other)),
        password: Some("not the password".into()),
        own_key: Some(own_key.clone()),
        ..Credentials::default()
    };
    let error = refused(&server.target(), &all, &keys, &NewHostKeys::Accept).await.to_string();
    assert!(error.contains("the private key was refused, the password was refused"), "{error}");
    assert!(!error.contains("not the password"));
    let own = Credentials { own_key: Some(own_key), ..Credentials::default() };
    let error = refused(&server.target(), &own, &keys, &NewHostKeys::Accept).await.to_string();
    assert!(error.contains("the manager's own key was refused"), "{error}");
    let error = refused(&server.target(), &Credentials::default(), &keys, &NewHostKeys::Accept).await;
    assert!(matches!(error, SshError::NoProof { .. }), "{error}");
}

#[tokio::test]
async fn keys_of_all_kinds_are_taken_and_an_encrypted_one_with_its_passphrase() {
    let folder = tempfile::tempdir().unwrap();
    let mut lines = String::new();
    for (name, passphrase, kind) in
        [("rsa", "", "rsa"), ("ecdsa", "", "ecdsa"), ("locked", "open sesame", "ed25519")]
    {
        lines.push_str(&key_of(&folder.path().join(name), passphrase, kind));
    }
    let server = Server::start(&lines);
    for name in ["rsa", "ecdsa"] {
        let credentials =
            Credentials { private_key: Some(read(&folder.path().join(name))), ..Credentials::default() };
        assert_eq!(open(&server, &credentials).await.proof(), Proof::Key, "{name}");
    }
    let mut locked =
        Credentials { private_key: Some(read(&folder.path().join("locked"))), ..Credentials::default() };
    for passphrase in [None, Some("wrong".to_owned())] {
        locked.passphrase = passphrase;
        let error = refused(&server.target(), &locked, &server.host_keys(), &NewHostKeys::Accept).await;
        assert!(matches!(error, SshError::PrivateKey(_)), "{error}");
    }
    locked.passphrase = Some("open sesame".into());
    assert_eq!(open(&server, &locked).await.proof(), Proof::Key);
}

#[tokio::test]
async fn a_key_that_an_agent_holds_is_proof_as_well() {
    let (folder, _, server) = stage();
    let socket = folder.path().join("agent");
    let mut agent =
        Command::new("ssh-agent").arg("-D").arg("-a").arg(&socket).stdout(Stdio::null()).spawn().unwrap();
    let until = std::time::Instant::now() + std::time::Duration::from_secs(10);
    while !socket.exists() {
        assert!(std::time::Instant::now() < until, "ssh-agent does not listen");
        std::thread::yield_now();
    }
    let credentials = Credentials { agent_socket: Some(socket.clone()), ..Credentials::default() };
    let error = refused(&server.target(), &credentials, &server.host_keys(), &NewHostKeys::Accept).await;
    assert!(error.to_string().contains("the agent's keys were refused"), "{error}");
    let id = folder.path().join("id");
    let added = Command::new("ssh-add").arg("-q").arg(&id).env("SSH_AUTH_SOCK", &socket).status().unwrap();
    assert!(added.success());
    assert_eq!(open(&server, &credentials).await.proof(), Proof::Agent);
    agent.kill().unwrap();
    agent.wait().unwrap();
    let error = refused(&server.target(), &credentials, &server.host_keys(), &NewHostKeys::Accept).await;
    assert!(matches!(error, SshError::Agent { .. }), "{error}");
}

#[tokio::test]
async fn a_host_that_is_not_there_is_said_to_be_so() {
    let folder = tempfile::tempdir().unwrap();
    let keys = HostKeys::new(folder.path().join("known_hosts"), Vec::new());
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let target = Target { address: "127.0.0.1".into(), port, user: "root".into() };
    let own_key = Some(OwnKey::load_or_make(folder.path()).unwrap());
    let credentials = Credentials { own_key, ..Credentials::default() };
    let error = refused(&target, &credentials, &keys, &NewHostKeys::Accept).await;
    assert!(matches!(error, SshError::Connect { .. }), "{error}");
    let nowhere = Target { address: "no-such-host.invalid".into(), ..target };
    let error = refused(&nowhere, &credentials, &keys, &NewHostKeys::Accept).await;
    assert!(matches!(error, SshError::Resolve { .. } | SshError::TimedOut { .. }), "{error}");
}
