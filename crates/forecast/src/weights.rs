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
        let line = rows[pivot].clone();
        for (_, row) in rows.iter_mut().enumerate().filter(|(at, _)| *at != pivot) {
            let factor = row[pivot] / line[pivot];
            row.iter_mut().zip(&line).for_each(|(value, of_pivot)| *value -= factor * of_pivot);
        }
    }
    let mut weights = [0.0; FEATURES];
    for (at, &member) in members.iter().enumerate() {
        weights[member] = rows[at][size] / rows[at][at];
    }
    Some(weights)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_that_made_the_samples_are_found() {
        let mut weights = Weights::starting_with([0.0, 0.0, 0.5, 0.5]);
        for step in 0..1_000_u32 {
            let features = [7, 11, 13, 17].map(|prime| f64::from(step * prime % 101));
            weights.take(&features, 0.25 * features[0] + 0.75 * features[3]);
        }
        weights.learn(0.998);
        for (found, made) in weights.get().into_iter().zip([0.25, 0.0, 0.0, 0.75]) {
            assert!((found - made).abs() < 1e-3, "{:?}", weights.get());
        }
    }

    #[test]
    fn no_weight_is_negative() {
        let mut weights = Weights::starting_with([0.0, 0.0, 0.5, 0.5]);
        for step in 0..1_000_u32 {
            let features = [7, 11, 13, 17].map(|prime| f64::from(step * prime % 101));
            weights.take(&features, features[0] - 0.5 * features[1]);
        }
        weights.learn(0.998);
        assert!(weights.get().iter().all(|weight| *weight >= 0.0), "{:?}", weights.get());
    }

    #[test]
    fn little_experience_changes_nothing() {
        let mut weights = Weights::starting_with([0.0, 0.0, 0.5, 0.5]);
        weights.take(&[1.0; FEATURES], 5.0);
        weights.learn(0.998);
        assert_eq!(weights.forecast(&[0.0, 0.0, 4.0, 2.0]), 3.0);
    }
}
