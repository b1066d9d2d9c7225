//! How many may wait at the door: connections whose handshake is not done yet.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

/// In all.
const MOST: usize = 1024;
/// From one address; agents behind one NAT knock one after the other.
const MOST_FROM_ONE: u32 = 64;

#[derive(Debug, Default)]
struct Waiting {
    total: usize,
    by_address: HashMap<IpAddr, u32>,
}

/// The connections in handshake.
#[derive(Debug, Clone, Default)]
pub(crate) struct Admission(Arc<Mutex<Waiting>>);

/// A place among them, given back when dropped.
pub(crate) struct Place {
    admission: Admission,
    address: IpAddr,
}

impl Admission {
    /// A place for a connection from that address, if there is one.
    pub(crate) fn enter(&self, address: IpAddr) -> Option<Place> {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.total >= MOST
            || waiting.by_address.get(&address).is_some_and(|count| *count >= MOST_FROM_ONE)
        {
            return None;
        }
        waiting.total += 1;
        *waiting.by_address.entry(address).or_default() += 1;
        Some(Place { admission: self.clone(), address })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut waiting = self.admission.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.total -= 1;
        if let Some(count) = waiting.by_address.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                waiting.by_address.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_cannot_take_every_place() {
        let admission = Admission::default();
        let (greedy, other) = (IpAddr::from([10, 0, 0, 1]), IpAddr::from([10, 0, 0, 2]));
        let places: Vec<Place> = std::iter::from_fn(|| admission.enter(greedy)).collect();
        assert_eq!(places.len(), 64);
        assert!(admission.enter(other).is_some());
        drop(places);
        assert!(admission.enter(greedy).is_some());
        assert_eq!(admission.0.lock().unwrap().total, 0);
    }
}
