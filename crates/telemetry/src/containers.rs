//! The last minute of a node's containers, in one block of memory.
//!
//! A report writes one row of it, and a container is a column; so taking a report in touches few places in memory
//! however many containers it has. A container that is missing from a report leaves a gap in its column.

use std::collections::HashMap;

use swarmmanager_units::ContainerId;

use crate::{ContainerSample, Moment, Statistics};

const SECONDS: usize = 61;
/// A container that was not in the reports for so long is gone.
const FORGOTTEN_AFTER_MS: u64 = 60_000;
/// Where containers come and go faster than that, the latest report's alone are remembered.
const MOST: usize = 2_000;

/// Nothing was measured.
const GAP: ContainerPoint =
    ContainerPoint { cpu_mhz: f32::NAN, memory_bytes: f32::NAN, network_rx: f32::NAN, network_tx: f32::NAN };

/// What a container used at one moment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ContainerPoint {
    /// CPU in use, in MHz.
    pub cpu_mhz: f32,
    /// Memory in use less the page cache that can be dropped at once, in bytes.
    pub memory_bytes: f32,
    /// Received, in bytes per second.
    pub network_rx: f32,
    /// Sent, in bytes per second.
    pub network_tx: f32,
}

impl ContainerPoint {
    fn of(sample: &ContainerSample) -> Self {
        Self {
            cpu_mhz: sample.cpu_used.get() as f32,
            memory_bytes: sample.memory_working_set.as_f64() as f32,
            network_rx: sample.network_rx,
            network_tx: sample.network_tx,
        }
    }

    fn is_gap(&self) -> bool {
        self.cpu_mhz.is_nan()
    }
}

#[derive(Debug, Clone, Copy)]
struct Column {
    id: ContainerId,
    last_seen: Moment,
}

/// The containers of one node.
#[derive(Debug, Clone, Default)]
pub(crate) struct Containers {
    /// Those of the latest report first, in its order.
    columns: Vec<Column>,
    /// `SECONDS` rows of a point for each column.
    points: Vec<ContainerPoint>,
    /// When each row was sampled.
    rows: Vec<Moment>,
    /// The row that is written next, which is the oldest.
    next: usize,
}

impl Containers {
    /// Takes the containers of a report in.
    pub(crate) fn record(&mut self, at: Moment, samples: &[ContainerSample]) {
        if !self.fits(at, samples) {
            self.rearrange(at, samples);
        }
        let row = self.next * self.columns.len();
        self.rows.resize(SECONDS, at);
        self.rows[self.next] = at;
        self.next = (self.next + 1) % SECONDS;
        let (seen, missing) = self.points[row..row + self.columns.len()].split_at_mut(samples.len());
        for ((point, column), sample) in seen.iter_mut().zip(&mut self.columns).zip(samples) {
            *point = ContainerPoint::of(sample);
            column.last_seen = at;
        }
        missing.fill(GAP);
    }

    /// The last minute of a container.
    pub(crate) fn get(&self, id: &ContainerId) -> Option<ContainerHistory<'_>> {
        let column = self.columns.iter().position(|column| column.id == *id)?;
        Some(ContainerHistory { containers: self, column })
    }

    /// The last minute of every container, those of the latest report first.
    pub(crate) fn all(&self) -> impl Iterator<Item = (ContainerId, ContainerHistory<'_>)> {
        let columns = self.columns.iter().enumerate();
        columns.map(|(index, column)| (column.id, ContainerHistory { containers: self, column: index }))
    }

    /// Whether these are the first columns, and none of the others is to be forgotten.
    fn fits(&self, at: Moment, samples: &[ContainerSample]) -> bool {
        let Some((seen, missing)) = self.columns.split_at_checked(samples.len()) else { return false };
        seen.iter().zip(samples).all(|(column, sample)| column.id == sample.id)
            && missing.iter().all(|column| is_remembered(column, at))
    }

    /// Makes these the first columns, and drops those that are to be forgotten.
    fn rearrange(&mut self, at: Moment, samples: &[ContainerSample]) {
        let mut others: HashMap<ContainerId, usize> =
            self.columns.iter().enumerate().map(|(index, column)| (column.id, index)).collect();
        // Of each new column, which one it was.
        let mut columns: Vec<(Column, Option<usize>)> = samples
            .iter()
            .map(|sample| (Column { id: sample.id, last_seen: at }, others.remove(&sample.id)))
            .collect();
        let mut left: Vec<usize> =
            others.into_values().filter(|index| is_remembered(&self.columns[*index], at)).collect();
        if columns.len() + left.len() <= MOST {
            left.sort_unstable();
            columns.extend(left.into_iter().map(|index| (self.columns[index], Some(index))));
        }
        let mut points = Vec::with_capacity(SECONDS * columns.len());
        for row in 0..SECONDS {
            let row = row * self.columns.len();
            points.extend(columns.iter().map(|(_, was)| was.map_or(GAP, |index| self.points[row + index])));
        }
        self.columns = columns.into_iter().map(|(column, _)| column).collect();
        self.points = points;
    }
}

fn is_remembered(column: &Column, at: Moment) -> bool {
    column.last_seen >= at.before(FORGOTTEN_AFTER_MS)
}

/// The last minute of a container.
#[derive(Debug, Clone, Copy)]
pub struct ContainerHistory<'a> {
    containers: &'a Containers,
    column: usize,
}

impl ContainerHistory<'_> {
    /// Seconds seen of the last 61.
    pub fn samples(&self) -> usize {
        self.points().count()
    }

    /// CPU in use over the newest `seconds` seen, in MHz.
    pub fn cpu(&self, seconds: usize) -> Option<Statistics> {
        Statistics::of(self.newest(seconds).map(|point| f64::from(point.cpu_mhz)))
    }

    /// Memory in use over the newest `seconds` seen, in bytes.
    pub fn memory(&self, seconds: usize) -> Option<Statistics> {
        Statistics::of(self.newest(seconds).map(|point| f64::from(point.memory_bytes)))
    }

    fn newest(&self, seconds: usize) -> impl Iterator<Item = ContainerPoint> {
        self.points().map(|(_, point)| point).skip(self.samples().saturating_sub(seconds))
    }

    /// What was seen and when, oldest first; seconds in which it was not are left out.
    pub fn points(&self) -> impl Iterator<Item = (Moment, ContainerPoint)> {
        let Containers { columns, points, rows: moments, next } = self.containers;
        let rows = (0..SECONDS).map(move |age| (next + age) % SECONDS);
        let seen = rows.map(move |row| (row, points[row * columns.len() + self.column]));
        seen.filter(|(_, point)| !point.is_gap()).map(|(row, point)| (moments[row], point))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;
    use swarmmanager_units::{Bytes, Megahertz};

    use super::*;

    fn id(number: u16) -> ContainerId {
        let mut bytes = [0; 32];
        bytes[..2].copy_from_slice(&number.to_le_bytes());
        ContainerId::from_bytes(bytes)
    }

    fn sample(number: u16, cpu: f64) -> ContainerSample {
        ContainerSample {
            id: id(number),
            cpu_used: Megahertz::new(cpu),
            memory_working_set: Bytes::new(0),
            network_rx: 0.0,
            network_tx: 0.0,
            block_read: 0.0,
            block_write: 0.0,
            writable_layer: None,
        }
    }

    #[test]
    fn a_container_is_remembered_for_a_minute_in_whatever_order_reports_come() {
        let mut containers = Containers::default();
        containers.record(Moment::from_millis(1000), &[sample(1, 10.0), sample(2, 20.0)]);
        containers.record(Moment::from_millis(2000), &[sample(2, 22.0), sample(3, 30.0), sample(1, 12.0)]);
        containers.record(Moment::from_millis(3000), &[sample(3, 31.0)]);
        assert_eq!(containers.get(&id(1)).unwrap().cpu(60).unwrap().mean, 11.0);
        assert_eq!(containers.get(&id(2)).unwrap().cpu(1).unwrap().mean, 22.0);
        assert_eq!(containers.get(&id(3)).unwrap().samples(), 2);
        containers.record(Moment::from_millis(62_000), &[sample(3, 32.0)]);
        assert!(containers.get(&id(1)).is_some());
        containers.record(Moment::from_millis(62_001), &[sample(3, 32.0)]);
        assert!(containers.get(&id(1)).is_none());
        assert_eq!(containers.get(&id(3)).unwrap().samples(), 4);
    }

    #[test]
    fn a_node_whose_containers_are_new_each_second_is_not_remembered_without_end() {
        let mut containers = Containers::default();
        for second in 0..30_u16 {
            let samples: Vec<_> = (0..1000).map(|number| sample(second * 1000 + number, 1.0)).collect();
            containers.record(Moment::from_millis(u64::from(second) * 1000), &samples);
            assert!((1000..=MOST).contains(&containers.columns.len()), "{second}");
        }
    }

    #[test]
    fn a_container_that_a_report_names_twice_does_no_harm() {
        let mut containers = Containers::default();
        for second in 1..5 {
            containers.record(Moment::from_millis(second * 1000), &[sample(1, 1.0), sample(1, 2.0)]);
        }
        assert!(containers.get(&id(1)).is_some());
        assert_eq!(containers.columns.len(), 2);
    }

    proptest! {
        /// Beside a plain list of what was seen of each container.
        #[test]
        fn every_container_s_last_minute_is_what_was_reported_of_it(
            seconds in prop::collection::vec(prop::collection::btree_set(0..6_u16, 0..6), 1..150),
            backwards: bool,
        ) {
            let (mut containers, mut seen) = (Containers::default(), BTreeMap::<u16, Vec<(usize, f64)>>::new());
            for (second, present) in seconds.iter().enumerate() {
                let mut samples: Vec<_> = present.iter().map(|number| sample(*number, second as f64)).collect();
                if backwards && second % 2 == 1 {
                    samples.reverse();
                }
                containers.record(Moment::from_millis(second as u64 * 1000), &samples);
                for number in present {
                    seen.entry(*number).or_default().push((second, second as f64));
                }
            }
            let last = seconds.len() - 1;
            for (number, all) in seen {
                let kept: Vec<f64> =
                    all.iter().filter(|(second, _)| second + SECONDS > last).map(|(_, cpu)| *cpu).collect();
                let history = containers.get(&id(number));
                let points: Vec<_> = history.iter().flat_map(ContainerHistory::points).collect();
                let cpu: Vec<f64> = points.iter().map(|(_, point)| f64::from(point.cpu_mhz)).collect();
                prop_assert_eq!(cpu, kept);
                // What was used stands beside the second in which it was.
                for (at, point) in points {
                    prop_assert_eq!(at, Moment::from_millis(point.cpu_mhz as u64 * 1000));
                }
            }
        }
    }
}
