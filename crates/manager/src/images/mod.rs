//! Images on their way: to a registry, or straight to engines.

mod archive;
mod distribution;
mod push;
mod transfer;

pub(crate) use distribution::{DistributeError, distribute};
pub(crate) use push::push;
pub(crate) use transfer::Shipment;
