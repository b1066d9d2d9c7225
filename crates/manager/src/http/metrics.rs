//! `/metrics` in Prometheus' format.

use std::fmt;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{DescriptorEncoder, EncodeLabelSet, EncodeMetric};
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};
use swarmmanager_api::{Node, NodeList, Status};

use super::refusal::Refusal;
use crate::state::Manager;
use crate::views;

const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Everything that is measured now, and the counters since the start.
pub(super) async fn scrape(State(manager): State<Manager>) -> Result<impl IntoResponse, Refusal> {
    let mut registry = Registry::with_prefix("swarmmanager");
    let nodes = views::node_list(&manager.view());
    registry.register_collector(Box::new(Reported { status: manager.status(), nodes }));
    let mut text = String::new();
    encode(&mut text, &registry)
        .map_err(|error| Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()))?;
    Ok(([("content-type", CONTENT_TYPE)], text))
}

/// Gauges read off the latest view, so that nothing is kept twice.
struct Reported {
    status: Status,
    nodes: NodeList,
}

impl fmt::Debug for Reported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reported")
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfNode {
    node: String,
    hostname: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfCause {
    cause: String,
}

/// A gauge of a node.
struct NodeGauge {
    name: &'static str,
    help: &'static str,
    unit: Option<Unit>,
    read: fn(&Node) -> Option<f64>,
}

/// Every gauge of a node.
fn node_gauges() -> Vec<NodeGauge> {
    type Read = fn(&Node) -> Option<f64>;
    let plain = |name, help, read: Read| NodeGauge { name, help, unit: None, read };
    let bytes = |name, help, read: Read| NodeGauge { name, help, unit: Some(Unit::Bytes), read };
    let seconds = |name, help, read: Read| NodeGauge { name, help, unit: Some(Unit::Seconds), read };
    vec![
        seconds("node_reading_age", "Age of the latest reading", |n| {
            n.reading_age_ms.map(|ms| ms as f64 / 1e3)
        }),
        plain("node_cpu_capacity_mhz", "CPU of the node", |n| Some(n.reading.as_ref()?.cpu_capacity_mhz)),
        plain("node_cpu_used_mhz", "CPU in use", |n| Some(n.reading.as_ref()?.cpu_used_mhz)),
        plain("node_cpu_reserved_mhz", "CPU demanded of the node", |n| Some(n.reserved_cpu_mhz)),
        bytes("node_memory_total", "Memory of the node", |n| {
            Some(n.reading.as_ref()?.memory_total_bytes as f64)
        }),
        bytes("node_memory_used", "Memory in use", |n| Some(n.reading.as_ref()?.memory_used_bytes as f64)),
        bytes("node_memory_reserved", "Memory demanded of the node", |n| {
            Some(n.reserved_memory_bytes as f64)
        }),
        bytes("node_disk_total", "Disk of the node", |n| Some(n.reading.as_ref()?.disk_total_bytes as f64)),
        bytes("node_disk_used", "Disk in use", |n| Some(n.reading.as_ref()?.disk_used_bytes as f64)),
        bytes("node_disk_reserved", "Disk demanded of the node", |n| Some(n.reserved_disk_bytes as f64)),
        plain("node_network_receive_bytes_per_second", "Received", |n| {
            Some(n.reading.as_ref()?.network_rx_bytes_per_s)
        }),
        plain("node_network_transmit_bytes_per_second", "Sent", |n| {
            Some(n.reading.as_ref()?.network_tx_bytes_per_s)
        }),
        plain("node_instances", "Instances placed on the node", |n| Some(f64::from(n.instances))),
    ]
}

impl Collector for Reported {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        for NodeGauge { name, help, unit, read } in node_gauges() {
            let gauges = Family::<OfNode, Gauge<f64, std::sync::atomic::AtomicU64>>::default();
            for node in &self.nodes.nodes {
                if let Some(value) = read(node) {
                    let labels = OfNode { node: node.id.clone(), hostname: node.hostname.clone() };
                    gauges.get_or_create(&labels).set(value);
                }
            }
            gauges.encode(encoder.encode_descriptor(name, help, unit.as_ref(), gauges.metric_type())?)?;
        }
        let status = &self.status;
        for (name, help, value) in [
            ("leading", "Whether this manager acts", u32::from(status.leading)),
            ("nodes", "Nodes in the Swarm", status.nodes),
            ("nodes_ready", "Nodes that are ready", status.nodes_ready),
            ("agents_live", "Nodes whose agent is live", status.agents_live),
            ("services", "Services kept", status.services),
            ("instances_desired", "Instances that should run", status.instances_desired),
            ("instances_running", "Instances that run", status.instances_running),
        ] {
            let gauge = Gauge::<i64>::default();
            gauge.set(value.into());
            gauge.encode(encoder.encode_descriptor(name, help, None, gauge.metric_type())?)?;
        }
        let accepted = ConstCounter::new(status.collector.accepted);
        accepted.encode(encoder.encode_descriptor(
            "reports_accepted",
            "Reports taken in",
            None,
            accepted.metric_type(),
        )?)?;
        let refused = Family::<OfCause, prometheus_client::metrics::counter::Counter>::default();
        for (cause, count) in &status.collector.refused {
            refused.get_or_create(&OfCause { cause: cause.clone() }).inc_by(*count);
        }
        refused.encode(encoder.encode_descriptor(
            "reports_refused",
            "Reports and connections refused",
            None,
            refused.metric_type(),
        )?)
    }
}
