//! Links against real collectors: tonic servers over real TLS, with certificates in the shape of Swarm's.

use std::sync::Arc;
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::server::WebPkiClientVerifier;
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use swarmmanager_telemetry::wire::collector_server::{Collector, CollectorServer};
use swarmmanager_units::NodeId;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tonic::{Request, Response, Status, Streaming};

use super::*;

/// A Swarm's root and what it signs: O = cluster, OU = role, CN = node id, and the role as a DNS name.
struct Swarm {
    root: CertifiedIssuer<'static, KeyPair>,
}

impl Swarm {
    fn new() -> Self {
        let mut params = CertificateParams::new([]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, "swarm-ca");
        Self { root: CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap() }
    }

    fn node(
        &self,
        id: &str,
        role: &str,
    ) -> (rustls::pki_types::CertificateDer<'static>, PrivateKeyDer<'static>) {
        let mut params = CertificateParams::new([role.to_owned(), id.to_owned()]).unwrap();
        params.distinguished_name.push(DnType::OrganizationName, "cluster");
        params.distinguished_name.push(DnType::OrganizationalUnitName, role);
        params.distinguished_name.push(DnType::CommonName, id);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.root).unwrap();
        (certificate.der().clone(), PrivateKeyDer::Pkcs8(key.serialize_der().into()))
    }

    fn roots(&self) -> Arc<RootCertStore> {
        let mut roots = RootCertStore::empty();
        roots.add(self.root.der().clone()).unwrap();
        Arc::new(roots)
    }

    fn credentials(&self, id: &str) -> Credentials {
        let (certificate, key) = self.node(id, "swarm-worker");
        let mut tls = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(self.roots())
            .with_client_auth_cert(vec![certificate], key)
            .unwrap();
        tls.alpn_protocols = vec![b"h2".to_vec()];
        Credentials { node_id: NodeId::from(id), tls: Arc::new(tls) }
    }

    fn server_config(&self) -> Arc<ServerConfig> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let (certificate, key) = self.node("manager", "swarm-manager");
        let clients =
            WebPkiClientVerifier::builder_with_provider(self.roots(), provider.clone()).build().unwrap();
        let mut tls = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_client_cert_verifier(clients)
            .with_single_cert(vec![certificate], key)
            .unwrap();
        tls.alpn_protocols = vec![b"h2".to_vec()];
        Arc::new(tls)
    }
}

/// What a manager got: the certificate's node and the report.
type Received = (Vec<u8>, wire::NodeReport);

struct Recorder {
    peer: Vec<u8>,
    reports: mpsc::UnboundedSender<Received>,
}

#[tonic::async_trait]
impl Collector for Recorder {
    async fn report(
        &self,
        request: Request<Streaming<wire::NodeReport>>,
    ) -> Result<Response<wire::StreamSummary>, Status> {
        let mut stream = request.into_inner();
        let mut accepted = 0;
        while let Some(report) = stream.message().await? {
            accepted += 1;
            let _ = self.reports.send((self.peer.clone(), report));
        }
        Ok(Response::new(wire::StreamSummary { accepted }))
    }
}

/// A manager that listens until it is stopped.
struct Manager {
    address: SocketAddr,
    task: JoinHandle<()>,
    reports: mpsc::UnboundedReceiver<Received>,
}

impl Manager {
    async fn start(swarm: &Swarm, address: &str) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let acceptor = TlsAcceptor::from(swarm.server_config());
        let (sender, reports) = mpsc::unbounded_channel();
        let task = tokio::spawn(async move {
            let mut connections = tokio::task::JoinSet::new();
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (acceptor, sender) = (acceptor.clone(), sender.clone());
                connections.spawn(async move {
                    let Ok(stream) = acceptor.accept(stream).await else { return };
                    let peer = stream.get_ref().1.peer_certificates().unwrap()[0].to_vec();
                    let service = CollectorServer::new(Recorder { peer, reports: sender });
                    let service = hyper_util::service::TowerToHyperService::new(service);
                    let _ = hyper::server::conn::http2::Builder::new(hyper_util::rt::TokioExecutor::new())
                        .serve_connection(hyper_util::rt::TokioIo::new(stream), service)
                        .await;
                });
            }
        });
        Self { address, task, reports }
    }

    fn as_target(&self) -> SocketAddr {
        self.address
    }

    /// Ends it and all of its connections, as a crash would.
    async fn stop(self) -> SocketAddr {
        self.task.abort();
        let _ = self.task.await;
        self.address
    }

    async fn next(&mut self) -> Received {
        tokio::time::timeout(Duration::from_secs(20), self.reports.recv())
            .await
            .expect("no report came")
            .unwrap()
    }

    async fn next_sequence(&mut self) -> u64 {
        self.next().await.1.sequence
    }
}

fn report(sequence: u64) -> wire::NodeReport {
    let node = wire::NodeSample { cpu_used_mhz: 1.0, ..Default::default() };
    wire::NodeReport { node_id: "worker".into(), sequence, node: Some(node), ..Default::default() }
}

fn uplink(swarm: &Swarm) -> Uplink {
    let info = wire::AgentInfo { version: "1.2.3".into(), node_scope: "host".into() };
    Uplink::new(swarm.credentials("worker"), info)
}

fn targets(managers: &[&Manager]) -> BTreeSet<SocketAddr> {
    managers.iter().map(|manager| manager.as_target()).collect()
}

#[tokio::test]
async fn the_first_report_of_a_stream_introduces_the_agent() {
    let swarm = Swarm::new();
    let mut manager = Manager::start(&swarm, "127.0.0.1:0").await;
    let mut uplink = uplink(&swarm);
    uplink.set_managers(&targets(&[&manager]));
    let sampled_at = Instant::now() - Duration::from_millis(700);
    uplink.send(&report(1), sampled_at);
    uplink.send(&report(2), sampled_at);
    let ((_, first), (_, second)) = (manager.next().await, manager.next().await);
    assert_eq!(first.agent.as_ref().map(|info| &*info.version), Some("1.2.3"));
    assert_eq!(second.agent, None);
    assert_eq!((first.sequence, second.sequence), (1, 2));
    assert!((700..20_000).contains(&first.age_ms), "{}", first.age_ms);
    assert_eq!(first.node.unwrap().cpu_used_mhz, 1.0);
}

#[tokio::test]
async fn after_a_manager_s_absence_the_newest_reports_arrive_and_the_rest_is_counted() {
    let swarm = Swarm::new();
    let mut manager = Manager::start(&swarm, "127.0.0.1:0").await;
    let mut uplink = uplink(&swarm);
    uplink.set_managers(&targets(&[&manager]));
    uplink.send(&report(1), Instant::now());
    assert_eq!(manager.next_sequence().await, 1);

    let address = manager.stop().await;
    // Until the link has noticed, a report may still go into the broken connection.
    let broken = tokio::time::timeout(Duration::from_secs(10), async {
        let mut sequence = 2;
        while !uplink.backlog.is_waiting() {
            uplink.send(&report(sequence), Instant::now());
            sequence += 1;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    broken.await.expect("the link did not notice that the manager is gone");
    for sequence in 1000..1100 {
        uplink.send(&report(sequence), Instant::now());
    }

    let mut manager = Manager::start(&swarm, &address.to_string()).await;
    let (_, first) = manager.next().await;
    assert_eq!(first.sequence, 1100 - backlog::CAPACITY as u64);
    assert!(first.node.unwrap().dropped_reports >= 40);
    assert!(first.agent.is_some(), "a new stream introduces the agent again");
    for sequence in 1100 - backlog::CAPACITY as u64 + 1..1100 {
        assert_eq!(manager.next_sequence().await, sequence);
    }
}

#[tokio::test]
async fn a_dead_manager_costs_the_others_nothing() {
    let swarm = Swarm::new();
    let mut alive = Manager::start(&swarm, "127.0.0.1:0").await;
    // It takes connections and never says a word.
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let dead = Manager::start(&swarm, "127.0.0.1:0").await;
    let mut managers = targets(&[&alive, &dead]);
    managers.insert(silent.local_addr().unwrap());
    dead.stop().await;

    let mut uplink = uplink(&swarm);
    uplink.set_managers(&managers);
    for sequence in 1..=200 {
        uplink.send(&report(sequence), Instant::now());
        let (_, received) = alive.next().await;
        assert_eq!(received.sequence, sequence);
        assert_eq!(received.node.unwrap().dropped_reports, 0);
    }
}

#[tokio::test]
async fn a_renewed_certificate_is_used_at_once() {
    let swarm = Swarm::new();
    let mut manager = Manager::start(&swarm, "127.0.0.1:0").await;
    let mut uplink = uplink(&swarm);
    uplink.set_managers(&targets(&[&manager]));
    uplink.send(&report(1), Instant::now());
    let (old, _) = manager.next().await;

    uplink.renew(swarm.credentials("worker"));
    // The link has to let go of the old connection before it takes the next report.
    tokio::task::yield_now().await;
    uplink.send(&report(2), Instant::now());
    let (new, report) = manager.next().await;
    assert_ne!(old, new);
    assert_eq!(report.sequence, 2);
}

#[tokio::test]
async fn a_manager_of_another_swarm_gets_nothing() {
    let (swarm, other) = (Swarm::new(), Swarm::new());
    let mut foreign = Manager::start(&other, "127.0.0.1:0").await;
    let mut own = Manager::start(&swarm, "127.0.0.1:0").await;
    let mut uplink = uplink(&swarm);
    uplink.set_managers(&targets(&[&own, &foreign]));
    uplink.send(&report(1), Instant::now());
    assert_eq!(own.next_sequence().await, 1);
    let nothing = tokio::time::timeout(Duration::from_millis(1500), foreign.reports.recv()).await;
    assert!(nothing.is_err(), "{nothing:?}");
}

#[tokio::test]
async fn a_manager_that_was_demoted_gets_no_more() {
    let swarm = Swarm::new();
    let mut manager = Manager::start(&swarm, "127.0.0.1:0").await;
    let mut uplink = uplink(&swarm);
    uplink.set_managers(&targets(&[&manager]));
    uplink.send(&report(1), Instant::now());
    assert_eq!(manager.next_sequence().await, 1);
    uplink.set_managers(&BTreeSet::new());
    tokio::task::yield_now().await;
    uplink.send(&report(2), Instant::now());
    let nothing = tokio::time::timeout(Duration::from_millis(500), manager.reports.recv()).await;
    assert!(nothing.is_err(), "{nothing:?}");
}
