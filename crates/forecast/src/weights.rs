//! How much of the last sample, of the recent mean and of the long mean a good forecast is made of.

/// Features of a forecast: the last sample and three means.
pub(crate) const FEATURES: usize = 4;
/// Features or weights.
pub(crate) type Features = [f64; FEATURES];

/// Least squares over what was forecast and what came, with weights that are not negative.
#[derive(Debug, Clone)]
pub(crate) struct Weights {
    products: [Features; FEATURES],
    targets: Features,
    seen: u64,
    weights: Features,
}

impl Weights {
    /// With these weights as long as nothing is learned.
    pub(crate) fn starting_with(weights: Features) -> Self {
        Self { products: [[0.0; FEATURES]; FEATURES], targets: [0.0; FEATURES], seen: 0, weights }
    }

    /// Takes note of what came after such features.
    pub(crate) fn take(&mut self, features: &Features, came: f64) {
        for (row, feature) in self.products.iter_mut().zip(features) {
            row.iter_mut().zip(features).for_each(|(product, other)| *product += feature * other);
        }
        self.targets.iter_mut().zip(features).for_each(|(target, feature)| *target += feature * came);
        self.seen += 1;
    }

    /// Lets older samples count less and finds the weights anew.
    pub(crate) fn learn(&mut self, keep: f64) {
        if self.seen < 100 {
            return;
        }
        self.weights = best(&self.products, &self.targets).unwrap_or(self.weights);
        self.products.iter_mut().flatten().for_each(|product| *product *= keep);
        self.targets.iter_mut().for_each(|target| *target *= keep);
    }

    pub(crate) fn forecast(&self, features: &Features) -> f64 {
        self.weights.iter().zip(features).map(|(weight, feature)| weight * feature).sum()
    }

    pub(crate) fn get(&self) -> Features {
        self.weights
    }
}

/// The weights, none negative, with the least squared error: the best of the solutions over each set of features that has
/// no negative one. With three features there are seven sets.
fn best(products: &[Features; FEATURES], targets: &Features) -> Option<Features> {
    let sets = 1_u32..1 << FEATURES;
    let candidates = sets.filter_map(|set| solve(products, targets, set));
    let error = |weights: &Features| {
        let mut error = 0.0;
        for row in 0..FEATURES {
            for column in 0..FEATURES {
                error += weights[row] * products[row][column] * weights[column];
            }
            error -= 2.0 * weights[row] * targets[row];
        }
        error
    };
    candidates
        .filter(|weights| weights.iter().all(|weight| *weight >= 0.0))
        .min_by(|a, b| error(a).total_cmp(&error(b)))
}

/// Least squares over the features of a set, by Gaussian elimination; nothing where they say the same.
fn solve(products: &[Features; FEATURES], targets: &Features, set: u32) -> Option<Features> {
    let members: Vec<usize> = (0..FEATURES).filter(|index| set & (1 << index) != 0).collect();
    let mut rows: Vec<Vec<f64>> = members
        .iter()
        .map(|&row| {
            let mut line: Vec<f64> = members.iter().map(|&column| products[row][column]).collect();
            // A little is added to the diagonal, so that features that are nearly alike share their weight.
            if let Some(at) = members.iter().position(|member| *member == row) {
                line[at] *= 1.0 + 1e-6;
            }
            line.push(targets[row]);
            line
        })
        .collect();
    let size = members.len();
    for pivot in 0..size {
        let best = (pivot..size).max_by(|&a, &b| rows[a][pivot].abs().total_cmp(&rows[b][pivot].abs()))?;
        rows.swap(pivot, best);
        if rows[pivot][pivot].abs() < 1e-12 {
            return None;
        }
        for row in 0..size {
            if row != pivot {
                let factor = rows[row][pivot] / rows[pivot][pivot];
                for column in pivot..=size {
                    let part = factor * rows[pivot][column];
                    rows[row][column] -= part;
                }
            }
        }
    }
    let mut weights = [0.0; FEATURES];
    for (at, &member) in members.iter().enumerate() {
        weights[member] = rows[at][size] / rows[at][at];
    }
    Some(weights)
}
