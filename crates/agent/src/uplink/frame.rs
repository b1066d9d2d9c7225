//! How a report goes over the wire: the part that all managers share, and the part that is this manager's own.
//!
//! In Protocol Buffers two messages written one after the other are one message: single fields of the second win,
//! and messages within are merged. So the sample is encoded once, and what differs (its age at the moment of
//! sending, how many reports this manager missed, the introduction at a stream's start) is appended.

use std::time::Instant;

use bytes::BufMut;
use prost::Message;
use swarmmanager_telemetry::wire;
use tonic::Status;
use tonic::codec::{BufferSettings, Codec, EncodeBuf, Encoder};
use tonic_prost::ProstDecoder;

use super::backlog::Sealed;

/// Reports of 100 containers take about 8 KiB; one is sent at a time but after an interruption.
const BUFFERS: (usize, usize) = (4 << 10, 16 << 10);

/// The codec of one stream.
#[derive(Debug, Clone)]
pub(crate) struct ReportCodec {
    /// Goes into the first report.
    info: Option<wire::AgentInfo>,
}

impl ReportCodec {
    pub(crate) fn introducing(info: wire::AgentInfo) -> Self {
        Self { info: Some(info) }
    }
}

impl Codec for ReportCodec {
    type Encode = (Sealed, u64);
    type Decode = wire::StreamSummary;
    type Encoder = Self;
    type Decoder = ProstDecoder<wire::StreamSummary>;

    fn encoder(&mut self) -> Self::Encoder {
        self.clone()
    }

    fn decoder(&mut self) -> Self::Decoder {
        ProstDecoder::new(settings())
    }
}

impl Encoder for ReportCodec {
    type Item = (Sealed, u64);
    type Error = Status;

    fn encode(&mut self, (report, dropped): Self::Item, frame: &mut EncodeBuf<'_>) -> Result<(), Status> {
        frame.put(report.body);
        own_part(report.sampled_at, Instant::now(), dropped, self.info.take())
            .encode(frame)
            .map_err(|error| Status::internal(error.to_string()))
    }

    fn buffer_settings(&self) -> BufferSettings {
        settings()
    }
}

fn settings() -> BufferSettings {
    BufferSettings::new(BUFFERS.0, BUFFERS.1)
}

fn own_part(
    sampled_at: Instant,
    now: Instant,
    dropped_reports: u64,
    agent: Option<wire::AgentInfo>,
) -> wire::NodeReport {
    let age = now.saturating_duration_since(sampled_at).as_millis();
    wire::NodeReport {
        age_ms: i64::try_from(age).unwrap_or(i64::MAX),
        node: Some(wire::NodeSample { dropped_reports, ..Default::default() }),
        agent,
        ..Default::default()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn both_parts_together_are_one_report() {
        let shared = wire::NodeReport {
            node_id: "node".into(),
            sequence: 7,
            clock_unix_ms: 1,
            node: Some(wire::NodeSample {
                cpu_used_mhz: 5.0,
                core_used_mhz: vec![2.0, 3.0],
                temperature_celsius: Some(0.0),
                ..Default::default()
            }),
            containers: vec![wire::ContainerSample { id: vec![1; 32], ..Default::default() }],
            ..Default::default()
        };
        let start = Instant::now();
        let info = wire::AgentInfo { version: "1".into(), node_scope: "host".into() };
        let mut bytes = shared.encode_to_vec();
        own_part(start, start + Duration::from_millis(1500), 3, Some(info.clone()))
            .encode(&mut bytes)
            .unwrap();

        let mut expected = shared;
        expected.age_ms = 1500;
        expected.agent = Some(info);
        expected.node.as_mut().unwrap().dropped_reports = 3;
        assert_eq!(wire::NodeReport::decode(&*bytes).unwrap(), expected);
    }
}
