//! How often somebody may guess.

use std::collections::HashMap;
use std::net::IpAddr;

/// Mistakes that cost nothing.
const FREE: u32 = 5;
/// Mistakes about one user, from addresses that never got it right, that cost nothing: guesses from many addresses.
const FREE_FROM_ANYWHERE: u32 = 50;
/// The wait after the first mistake too many; it doubles from there.
const FIRST_WAIT_MS: i64 = 1_000;
const LONGEST_WAIT_MS: i64 = 15 * 60 * 1000;
/// Mistakes are forgotten after an hour without another.
const FORGOTTEN_AFTER_MS: i64 = 60 * 60 * 1000;
/// What is kept at the most, so that an attacker with many addresses fills no memory.
const MOST_KEPT: usize = 10_000;

/// There were too many mistakes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many wrong passwords; try again in {} s", .wait_ms.div_euclid(1000) + 1)]
pub struct TooMany {
    /// How long to wait.
    pub wait_ms: i64,
}

/// Counts mistakes by address, and by user over all addresses. A user who signed in from an address before is not kept
/// out there by others who guess elsewhere.
#[derive(Debug, Default)]
pub struct Attempts {
    counts: HashMap<Key, Mistakes>,
    /// Who got it right from where, and when last.
    known: HashMap<(String, IpAddr), i64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    Address(IpAddr),
    User(String),
}

#[derive(Debug, Clone, Copy)]
struct Mistakes {
    count: u32,
    last_unix_ms: i64,
}

impl Attempts {
    /// Whether that user may try now from there.
    ///
    /// # Errors
    /// With the time to wait.
    pub fn check(&self, user: &str, address: IpAddr, now_unix_ms: i64) -> Result<(), TooMany> {
        let address = network(address);
        let by_address = self.wait(&Key::Address(address), FREE, now_unix_ms);
        let by_user = if self.known.contains_key(&(user.to_owned(), address)) {
            0
        } else {
            self.wait(&Key::User(user.to_owned()), FREE_FROM_ANYWHERE, now_unix_ms)
        };
        match by_address.max(by_user) {
            wait_ms if wait_ms > 0 => Err(TooMany { wait_ms }),
            _ => Ok(()),
        }
    }

    /// Notes a mistake.
    pub fn failed(&mut self, user: &str, address: IpAddr, now_unix_ms: i64) {
        let address = network(address);
        self.forget_old(now_unix_ms);
        let mut keys = vec![Key::Address(address)];
        if !self.known.contains_key(&(user.to_owned(), address)) {
            keys.push(Key::User(user.to_owned()));
        }
        for key in keys {
            let mistakes = self.counts.entry(key).or_insert(Mistakes { count: 0, last_unix_ms: now_unix_ms });
            mistakes.count = mistakes.count.saturating_add(1);
            mistakes.last_unix_ms = now_unix_ms;
        }
    }

    /// Notes that somebody got it right.
    pub fn succeeded(&mut self, user: &str, address: IpAddr, now_unix_ms: i64) {
        let address = network(address);
        self.forget_old(now_unix_ms);
        self.counts.remove(&Key::Address(address));
        self.known.insert((user.to_owned(), address), now_unix_ms);
    }

    fn wait(&self, key: &Key, free: u32, now_unix_ms: i64) -> i64 {
        let Some(mistakes) = self.counts.get(key).filter(|mistakes| mistakes.count >= free) else { return 0 };
        let doublings = (mistakes.count - free).min(20);
        let wait = (FIRST_WAIT_MS << doublings).min(LONGEST_WAIT_MS);
        (mistakes.last_unix_ms + wait - now_unix_ms).clamp(0, LONGEST_WAIT_MS)
    }

    fn forget_old(&mut self, now_unix_ms: i64) {
        let is_recent = |last: i64| now_unix_ms - last < FORGOTTEN_AFTER_MS;
        if self.counts.len() >= MOST_KEPT {
            self.counts.retain(|_, mistakes| is_recent(mistakes.last_unix_ms));
        }
        if self.counts.len() >= MOST_KEPT {
            // Whoever made the fewest mistakes loses least by being forgotten.
            let mut all: Vec<u32> = self.counts.values().map(|mistakes| mistakes.count).collect();
            let middle = all.len() / 2;
            let (_, median, _) = all.select_nth_unstable(middle);
            let median = *median;
            self.counts.retain(|_, mistakes| mistakes.count > median);
        }
        if self.known.len() >= MOST_KEPT {
            self.known.clear();
        }
    }
}

/// Who has one IPv6 address has a whole network of 2^64 of them.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6((address.to_bits() & !u128::from(u64::MAX)).into()),
        address @ IpAddr::V4(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn fail(attempts: &mut Attempts, user: &str, address: &str, times: u32, at: i64) {
        (0..times).for_each(|_| attempts.failed(user, ip(address), at));
    }

    #[test]
    fn a_few_mistakes_cost_nothing_and_more_cost_ever_more() {
        let mut attempts = Attempts::default();
        fail(&mut attempts, "alice", "10.0.0.1", FREE - 1, 0);
        assert_eq!(attempts.check("alice", ip("10.0.0.1"), 0), Ok(()));
        for wait_ms in [1_000, 2_000, 4_000] {
            fail(&mut attempts, "alice", "10.0.0.1", 1, 0);
            assert_eq!(attempts.check("alice", ip("10.0.0.1"), 0), Err(TooMany { wait_ms }));
            assert_eq!(attempts.check("alice", ip("10.0.0.1"), wait_ms), Ok(()));
        }
        fail(&mut attempts, "alice", "10.0.0.1", 1000, 0);
        assert_eq!(attempts.check("alice", ip("10.0.0.1"), 0), Err(TooMany { wait_ms: LONGEST_WAIT_MS }));
    }

    #[test]
    fn an_address_is_slowed_whatever_user_it_tries() {
        let mut attempts = Attempts::default();
        for user in ["a", "b", "c", "d", "e"] {
            fail(&mut attempts, user, "10.0.0.1", 1, 0);
        }
        assert!(attempts.check("f", ip("10.0.0.1"), 0).is_err());
        assert_eq!(attempts.check("f", ip("10.0.0.2"), 0), Ok(()));
    }

    #[test]
    fn guesses_from_many_addresses_do_not_keep_a_user_out_of_their_own() {
        let mut attempts = Attempts::default();
        attempts.succeeded("alice", ip("192.168.0.7"), 0);
        for n in 0..FREE_FROM_ANYWHERE {
            fail(&mut attempts, "alice", &format!("10.0.1.{n}"), 1, 0);
        }
        assert!(attempts.check("alice", ip("10.0.2.1"), 0).is_err());
        assert_eq!(attempts.check("alice", ip("192.168.0.7"), 0), Ok(()));
        assert_eq!(attempts.check("bob", ip("10.0.2.1"), 0), Ok(()));
    }

    #[test]
    fn one_network_of_ipv6_is_one_guesser() {
        let mut attempts = Attempts::default();
        for n in 0..FREE {
            fail(&mut attempts, "alice", &format!("2001:db8::{n}"), 1, 0);
        }
        assert!(attempts.check("alice", ip("2001:db8::ffff"), 0).is_err());
        assert_eq!(attempts.check("alice", ip("2001:db8:0:1::1"), 0), Ok(()));
    }

    #[test]
    fn who_gets_it_right_starts_anew() {
        let mut attempts = Attempts::default();
        fail(&mut attempts, "alice", "10.0.0.1", FREE - 1, 0);
        attempts.succeeded("alice", ip("10.0.0.1"), 0);
        fail(&mut attempts, "alice", "10.0.0.1", FREE - 1, 0);
        assert_eq!(attempts.check("alice", ip("10.0.0.1"), 0), Ok(()));
    }

    #[test]
    fn memory_is_bounded_and_the_worst_are_remembered() {
        let mut attempts = Attempts::default();
        fail(&mut attempts, "alice", "10.0.0.1", 30, 0);
        for n in 0..3 * u32::try_from(MOST_KEPT).unwrap() {
            attempts.failed(&format!("u{n}"), IpAddr::V4((0x0b00_0000 + n).into()), 1);
        }
        assert!(attempts.counts.len() <= MOST_KEPT + 2);
        assert!(attempts.check("x", ip("10.0.0.1"), 1).is_err());
    }
}
