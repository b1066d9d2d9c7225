//! What is expected to be used: mean and variance by resource.

use std::ops::{Index, IndexMut};

use serde::{Deserialize, Serialize};

use crate::Resource;

/// One value for each [`Resource`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    from = "Named<T>",
    into = "Named<T>",
    bound(serialize = "T: Copy + Serialize", deserialize = "T: Deserialize<'de>")
)]
pub struct PerResource<T>([T; Resource::ALL.len()]);

impl<T> PerResource<T> {
    /// In the order of [`Resource::ALL`].
    pub const fn new(values: [T; Resource::ALL.len()]) -> Self {
        Self(values)
    }

    /// What `value` says of each resource.
    pub fn of(value: impl FnMut(Resource) -> T) -> Self {
        Self(Resource::ALL.map(value))
    }

    /// Each resource with its value.
    pub fn iter(&self) -> impl Iterator<Item = (Resource, &T)> {
        Resource::ALL.into_iter().zip(&self.0)
    }

    /// The values alone.
    pub fn values(&self) -> &[T; Resource::ALL.len()] {
        &self.0
    }
}

impl<T> Index<Resource> for PerResource<T> {
    type Output = T;

    #[inline]
    fn index(&self, resource: Resource) -> &T {
        &self.0[resource as usize]
    }
}

impl<T> IndexMut<Resource> for PerResource<T> {
    #[inline]
    fn index_mut(&mut self, resource: Resource) -> &mut T {
        &mut self.0[resource as usize]
    }
}

/// [`PerResource`] as it is written down.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Named<T> {
    cpu: T,
    memory: T,
    disk: T,
    disk_io: T,
    network: T,
}

impl<T> From<Named<T>> for PerResource<T> {
    fn from(named: Named<T>) -> Self {
        Self([named.cpu, named.memory, named.disk, named.disk_io, named.network])
    }
}

impl<T> From<PerResource<T>> for Named<T> {
    fn from(PerResource([cpu, memory, disk, disk_io, network]): PerResource<T>) -> Self {
        Self { cpu, memory, disk, disk_io, network }
    }
}

/// Mean and variance of a use, in the resource's unit and its square.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Moments {
    /// Mean.
    pub mean: f64,
    /// Variance around the mean.
    pub variance: f64,
}

impl Moments {
    /// A use that never changes.
    pub const fn constant(mean: f64) -> Self {
        Self { mean, variance: 0.0 }
    }

    /// Standard deviation.
    pub fn deviation(self) -> f64 {
        self.variance.max(0.0).sqrt()
    }

    /// This use beside another one that does not depend on it.
    #[inline]
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self { mean: self.mean + other.mean, variance: self.variance + other.variance }
    }

    /// This use without a part of it.
    #[inline]
    #[must_use]
    pub fn without(self, part: Self) -> Self {
        Self { mean: (self.mean - part.mean).max(0.0), variance: (self.variance - part.variance).max(0.0) }
    }
}

/// The use of each resource that is expected.
pub type Load = PerResource<Moments>;

impl Load {
    /// This load beside another one that does not depend on it.
    #[must_use]
    pub fn with(&self, other: &Self) -> Self {
        Self::of(|resource| self[resource].with(other[resource]))
    }

    /// This load without a part of it.
    #[must_use]
    pub fn without(&self, part: &Self) -> Self {
        Self::of(|resource| self[resource].without(part[resource]))
    }
}
