//! Multiple correlation to the last bit as CloudSim has it.
//!
//! Where some VM's history is constant, CloudSim's R² contains what rounding left of it, and that decides now and then
//! which VM goes. So this computes in the order of the library that it uses (Apache Commons Math 3.6.1): Householder
//! reflections, back substitution, residuals. For decisions that matter see [`Selection`](swarmmanager_placement::relocation::Selection), which
//! leaves such histories out.

/// The index of the history with the highest R² against all others, the first of several that are equal. `None` where
/// there are too few values for so many histories, or one says nothing at all.
pub(super) fn most_correlated(histories: &[&[f64]]) -> Option<usize> {
    let length = histories.first()?.len();
    if histories.len() < 2 || histories.len() > length {
        return None;
    }
    // The newest value comes first.
    let series: Vec<Vec<f64>> = histories.iter().map(|one| one.iter().rev().copied().collect()).collect();
    let mut equations = Equations::new(&series);
    let mut best = (0, f64::MIN_POSITIVE);
    for index in 0..series.len() {
        equations.reflect_next()?;
        let correlation = equations.determination(&series, index)?;
        if correlation > best.1 {
            best = (index, correlation);
        }
    }
    Some(best.0)
}

/// A constant and all series, made orthogonal to each other one by one. Those before a series are the same whichever of
/// the later ones is explained by the others, so that the work on them is done once.
#[derive(Clone)]
struct Equations {
    /// Down to the diagonal what back substitution needs, below that the mirror that made it so.
    columns: Vec<Vec<f64>>,
    /// The diagonal, as far as it has come.
    diagonal: Vec<f64>,
}

impl Equations {
    fn new(series: &[Vec<f64>]) -> Self {
        let constant = series.first().map(|one| vec![1.0; one.len()]);
        Self { columns: constant.into_iter().chain(series.iter().cloned()).collect(), diagonal: Vec::new() }
    }

    /// Mirrors the next column onto its diagonal, and the later ones with it. `None` if nothing is left of it.
    fn reflect_next(&mut self) -> Option<()> {
        let column = self.diagonal.len();
        let (done, rest) = self.columns.split_at_mut(column + 1);
        let mirror = &mut done[column][column..];
        let length = dot(mirror, mirror).sqrt();
        let entry = if mirror[0] > 0.0 { -length } else { length };
        mirror[0] -= entry;
        for other in rest {
            reflect(&mut other[column..], mirror, entry);
        }
        self.diagonal.push(entry);
        (entry != 0.0).then_some(())
    }

    /// R² of one series, where the constant and the series before it are done; `None` if the equations are singular.
    fn determination(&self, series: &[Vec<f64>], index: usize) -> Option<f64> {
        let target = &series[index];
        let factors = self.coefficients(index)?;
        let mut estimate = vec![factors[0]; target.len()];
        let others = series.iter().enumerate().filter(|(other, _)| *other != index);
        for ((_, one), factor) in others.zip(&factors[1..]) {
            estimate.iter_mut().zip(one).for_each(|(sum, value)| *sum += value * factor);
        }
        let residuals = target.iter().zip(estimate).map(|(value, estimate)| value - estimate);
        let unexplained = residuals.fold(0.0, |sum, value| sum + value * value);
        Some(1.0 - unexplained / squared_deviations(target))
    }

    /// Least squares: the factors by which the constant and the other series add up to one series.
    fn coefficients(&self, index: usize) -> Option<Vec<f64>> {
        let mut equations = self.clone();
        let target = equations.columns.remove(index + 1);
        equations.columns.push(target);
        while equations.diagonal.len() + 1 < equations.columns.len() {
            equations.reflect_next()?;
        }
        let mut target = equations.columns.pop()?;
        for row in (0..equations.diagonal.len()).rev() {
            target[row] /= equations.diagonal[row];
            let (above, factor) = target.split_at_mut(row);
            let column = &equations.columns[row];
            above.iter_mut().zip(column).for_each(|(value, entry)| *value -= factor[0] * entry);
        }
        target.truncate(equations.diagonal.len());
        Some(target)
    }
}

fn reflect(values: &mut [f64], mirror: &[f64], entry: f64) {
    let factor = dot(values, mirror) / (entry * mirror[0]);
    values.iter_mut().zip(mirror).for_each(|(value, normal)| *value += factor * normal);
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).fold(0.0, |sum, (a, b)| sum + a * b)
}

fn squared_deviations(values: &[f64]) -> f64 {
    let (mut mean, mut sum) = (0.0, 0.0);
    for (before, value) in values.iter().enumerate() {
        let deviation = value - mean;
        let share = deviation / (before as f64 + 1.0);
        mean += share;
        sum += before as f64 * deviation * share;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_one_that_is_the_sum_of_the_others_is_the_most_correlated() {
        // R² is 8 / 8.04 of the sum, and 4 / 4.04 of either part.
        let (a, b) = ([1.0, 1.0, -1.0, -1.0], [1.0, -1.0, 1.0, -1.0]);
        let nearly_sum = [2.1, -0.1, -0.1, -1.9];
        assert_eq!(most_correlated(&[&a, &nearly_sum, &b]), Some(1));
        assert_eq!(most_correlated(&[&a, &b, &nearly_sum]), Some(2));
    }

    #[test]
    fn of_two_series_it_is_the_square_of_their_correlation() {
        let series = [vec![1.0, 2.0, 3.0, 4.0], vec![1.0, 2.0, 2.0, 3.0]];
        let mut equations = Equations::new(&series);
        for index in 0..2 {
            equations.reflect_next().unwrap();
            assert!((equations.determination(&series, index).unwrap() - 0.9).abs() < 1e-12);
        }
        assert!((squared_deviations(&series[0]) - 5.0).abs() < 1e-12);
    }

    #[test]
    fn too_few_values_and_nothing_at_all_say_nothing() {
        assert_eq!(most_correlated(&[]), None);
        assert_eq!(most_correlated(&[&[1.0, 2.0]]), None);
        assert_eq!(most_correlated(&[&[1.0, 2.0], &[2.0, 3.0], &[2.0, 1.0]]), None);
        assert_eq!(most_correlated(&[&[0.0; 4], &[1.0, 2.0, 4.0, 3.0]]), None);
    }
}
