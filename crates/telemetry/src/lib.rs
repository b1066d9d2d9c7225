//! What is measured: sample types, the wire schema between agents and managers, and the history that is kept of it.

/// The wire schema, as generated from `proto/telemetry.proto`.
pub mod wire {
    #![allow(missing_docs, unreachable_pub, clippy::all)]
    tonic::include_proto!("swarmmanager.telemetry.v1");
}
