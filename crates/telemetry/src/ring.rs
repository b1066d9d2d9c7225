//! The last so many values.

use std::collections::VecDeque;

/// Holds at most `capacity` values; the oldest makes room. Grows with what it holds.
#[derive(Debug, Clone)]
pub(crate) struct Ring<T> {
    values: VecDeque<T>,
    capacity: usize,
}

impl<T> Ring<T> {
    pub(crate) fn new(capacity: usize) -> Self {
        Self { values: VecDeque::new(), capacity }
    }

    pub(crate) fn push(&mut self, value: T) {
        if self.values.len() == self.capacity {
            self.values.pop_front();
        } else if self.values.len() == self.values.capacity() {
            // Doubling would reserve up to twice of what a full ring needs.
            let more = (self.values.len().max(8)).min(self.capacity - self.values.len());
            self.values.reserve_exact(more);
        }
        self.values.push_back(value);
    }

    /// Oldest first.
    pub(crate) fn iter(&self) -> std::collections::vec_deque::Iter<'_, T> {
        self.values.iter()
    }

    /// The newest `count`, oldest first.
    pub(crate) fn last(&self, count: usize) -> impl Iterator<Item = &T> + Clone {
        self.values.range(self.values.len().saturating_sub(count)..)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_makes_room_and_nothing_more_is_reserved() {
        let mut ring = Ring::new(20);
        (0..50).for_each(|value| ring.push(value));
        assert_eq!(ring.iter().copied().collect::<Vec<_>>(), (30..50).collect::<Vec<_>>());
        assert_eq!(ring.last(2).copied().collect::<Vec<_>>(), [48, 49]);
        assert_eq!(ring.values.capacity(), 20);
    }
}
