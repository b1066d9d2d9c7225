//! Who waits at the door: connections whose handshake is not done yet.
//!
//! An honest handshake takes milliseconds. Where there is no room left, one that has waited much longer makes room
//! for the newcomer; so whoever holds every place open with silence keeps nobody out for long.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use swarmmanager_telemetry::Moment;
use tokio::sync::oneshot;

/// From one address; agents behind one NAT knock one after the other.
const MOST_FROM_ONE: usize = 64;
/// A handshake that takes longer may be given up for another.
const PATIENCE: Duration = Duration::from_secs(1);

#[derive(Debug)]
struct Waiting {
    most: usize,
    next: u64,
    /// By the order in which they came.
    places: BTreeMap<u64, Taken>,
    by_address: HashMap<IpAddr, VecDeque<u64>>,
}

#[derive(Debug)]
struct Taken {
    address: IpAddr,
    since: Moment,
    /// Dropped to make the place's holder go.
    _hold: oneshot::Sender<()>,
}

/// The connections in handshake.
#[derive(Debug, Clone)]
pub(crate) struct Admission(Arc<Mutex<Waiting>>);

/// A place among them, given back when dropped.
#[derive(Debug)]
pub(crate) struct Place {
    admission: Admission,
    number: u64,
    displaced: oneshot::Receiver<()>,
}

impl Place {
    /// Completes when another connection was given the place.
    pub(crate) async fn displaced(&mut self) {
        let _ = (&mut self.displaced).await;
    }
}

impl Admission {
    /// Room for so many.
    pub(crate) fn new(most: usize) -> Self {
        let (places, by_address) = (BTreeMap::new(), HashMap::new());
        Self(Arc::new(Mutex::new(Waiting { most, next: 0, places, by_address })))
    }

    /// A place for a connection from that address, if there is one or can be made.
    pub(crate) fn enter(&self, address: IpAddr, now: Moment) -> Option<Place> {
        let mut waiting = self.lock();
        if let Some(oldest) = waiting.in_the_way(address) {
            if now.since(waiting.places.get(&oldest)?.since) < PATIENCE {
                return None;
            }
            waiting.leave(oldest);
        }
        let (hold, displaced) = oneshot::channel();
        let number = waiting.next;
        waiting.next += 1;
        waiting.places.insert(number, Taken { address, since: now, _hold: hold });
        waiting.by_address.entry(address).or_default().push_back(number);
        Some(Place { admission: self.clone(), number, displaced })
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    /// Who would have to go for one from that address to come in: the oldest of its own, or else of all.
    fn in_the_way(&self, address: IpAddr) -> Option<u64> {
        let own = self.by_address.get(&address).filter(|own| own.len() >= MOST_FROM_ONE);
        let all = || self.places.keys().next().filter(|_| self.places.len() >= self.most);
        own.and_then(VecDeque::front).or_else(all).copied()
    }

    fn leave(&mut self, number: u64) {
        let Some(taken) = self.places.remove(&number) else { return };
        if let Some(numbers) = self.by_address.get_mut(&taken.address) {
            numbers.retain(|other| *other != number);
            if numbers.is_empty() {
                self.by_address.remove(&taken.address);
            }
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.admission.lock().leave(self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Moment = Moment::from_millis(5_000);
    const SOON: Moment = Moment::from_millis(5_999);
    const LATER: Moment = Moment::from_millis(6_000);

    fn address(last: u8) -> IpAddr {
        IpAddr::from([10, 0, 0, last])
    }

    fn fill(admission: &Admission, address: IpAddr) -> Vec<Place> {
        std::iter::from_fn(|| admission.enter(address, NOW)).collect()
    }

    fn is_displaced(place: &mut Place) -> bool {
        place.displaced.try_recv() == Err(oneshot::error::TryRecvError::Closed)
    }

    #[test]
    fn one_address_cannot_take_every_place() {
        let admission = Admission::new(1000);
        let places = fill(&admission, address(1));
        assert_eq!(places.len(), MOST_FROM_ONE);
        assert!(admission.enter(address(2), NOW).is_some());
        drop(places);
        assert!(admission.enter(address(1), NOW).is_some());
        let waiting = admission.lock();
        assert!(waiting.places.is_empty() && waiting.by_address.is_empty());
    }

    #[test]
    fn the_oldest_of_an_address_makes_room_for_its_newcomer() {
        let admission = Admission::new(1000);
        let mut other = admission.enter(address(2), NOW).unwrap();
        let mut places = fill(&admission, address(1));
        assert!(admission.enter(address(1), SOON).is_none());
        let newcomer = admission.enter(address(1), LATER);
        assert!(newcomer.is_some());
        assert!(is_displaced(&mut places[0]));
        assert!(!is_displaced(&mut places[1]) && !is_displaced(&mut other));
    }

    #[test]
    fn the_oldest_of_all_makes_room_where_every_place_is_taken() {
        let admission = Admission::new(100);
        let (mut first, mut second) = (fill(&admission, address(1)), fill(&admission, address(2)));
        assert_eq!(first.len() + second.len(), 100);
        assert!(admission.enter(address(3), SOON).is_none());
        let newcomer = admission.enter(address(3), LATER);
        assert!(newcomer.is_some() && is_displaced(&mut first[0]) && !is_displaced(&mut second[0]));
        drop(first);
        assert_eq!(admission.lock().places.len(), second.len() + 1);
    }
}
