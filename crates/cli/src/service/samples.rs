//! Services for tests.

use swarmmanager_api::{
    ContainerUsage, Convergence, Demand, Instance, InstanceState, Mode, Protocol, PublishMode, PublishedPort,
    Service, ServiceDetail,
};

/// Three instances are wanted, one runs, one starts, one has no node.
pub(crate) fn web() -> ServiceDetail {
    let running = Instance {
        name: "web-0".into(),
        task: Some("t0aaaaaaaaaaaaaaaaaaaaaaa".into()),
        number: Some(0),
        image: "r:5000/nginx:1.27@sha256:0123".into(),
        node: Some("w1j2qapx7m0nqk4ur3c8pz2vh".into()),
        hostname: Some("ap1".into()),
        desired_state: "running".into(),
        state: InstanceState::Running,
        since_unix_ms: Some(0),
        error: None,
        usage: Some(ContainerUsage {
            id: "ab".repeat(32),
            task: None,
            service: None,
            cpu_used_mhz: 42.4,
            memory_working_set_bytes: 5 << 20,
            network_rx_bytes_per_s: 0.0,
            network_tx_bytes_per_s: 0.0,
            block_read_bytes_per_s: 0.0,
            block_write_bytes_per_s: 0.0,
            writable_layer_bytes: None,
        }),
    };
    let starting = Instance {
        name: "web-1".into(),
        task: Some("t1aaaaaaaaaaaaaaaaaaaaaaa".into()),
        number: Some(1),
        node: Some("x9k2qapx7m0nqk4ur3c8pz2vh".into()),
        hostname: Some("ap2".into()),
        state: InstanceState::Preparing,
        since_unix_ms: Some(58_000),
        error: Some("No such image: r:5000/nginx:1.27, and nobody to ask".into()),
        usage: None,
        ..running.clone()
    };
    ServiceDetail {
        service: Service {
            name: "web".into(),
            id: "s0aaaaaaaaaaaaaaaaaaaaaaa".into(),
            image: running.image.clone(),
            mode: Mode::Replicated(3),
            desired: 3,
            running: 1,
            demand: Demand::default(),
            publish: vec![PublishedPort {
                target: 80,
                published: Some(8080),
                protocol: Protocol::Tcp,
                mode: PublishMode::Host,
            }],
            created_unix_ms: 0,
            convergence: Convergence::Blocked { message: "1 of 3 instances have no suitable node".into() },
        },
        instances: vec![running, starting],
        labels: [("team".to_owned(), "edge".to_owned())].into(),
        constraints: vec!["node.labels.zone==north".into()],
        affinity: vec!["db".into()],
        anti_affinity: vec!["batch".into(), "video".into()],
        can_roll_back: false,
        specs: vec![serde_json::json!({"Name": "web-0"})],
    }
}
