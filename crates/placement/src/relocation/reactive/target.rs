//! Where an instance goes.

use crate::relocation::roster::by_number;

/// Power grows with the capacity to this: a node of twice the capacity draws a third more, not twice as much.
///
/// So it is between the two servers of Beloglazov and Buyya 2012, table 1: a HP ProLiant G4 of 3,720 MIPS draws 117 W
/// under full load and a G5 of 5,320 MIPS 135 W; ln (135 / 117) / ln (5320 / 3720) = 0.4.
const EXPONENT: f64 = 0.4;
/// What grows with the use: an idle server draws 70 % of what it draws under full load (section 3 of the same).
const DYNAMIC: f64 = 0.3;

/// Which of the nodes that may take an instance is preferred.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// The one that will be used least, as a share.
    LeastUsed,
    /// The one whose power grows least, as PABFD (power aware best fit decreasing) has it.
    ///
    /// `power = capacity^0.4 × (0.7 + 0.3 × use)`. No node is ever off, so that the first instance costs no more than
    /// others. The power of nodes of the same size grows by the same; the fullest of them is the best fit.
    LeastPower,
}

impl Target {
    /// The best first; equal ones stay in order. `after` gives the capacity and the use after the move, in MHz; the
    /// use after the move differs between nodes by what is on them alone.
    pub(super) fn sort(self, nodes: &mut [usize], after: impl Fn(usize) -> (f64, f64)) {
        let share = |node: usize| {
            let (capacity, used) = after(node);
            used / capacity
        };
        match self {
            Self::LeastUsed => nodes.sort_by(|a, b| by_number(share(*a), share(*b))),
            Self::LeastPower => nodes.sort_by(|a, b| {
                let growth = |node: usize| growth(after(node).0);
                by_number(growth(*a), growth(*b)).then_with(|| by_number(share(*b), share(*a)))
            }),
        }
    }
}

/// By how much the power of a node of that capacity grows with each megahertz that is used.
fn growth(capacity: f64) -> f64 {
    DYNAMIC * capacity.powf(EXPONENT - 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(target: Target, nodes: &[(f64, f64)]) -> Vec<usize> {
        let mut order: Vec<usize> = (0..nodes.len()).collect();
        target.sort(&mut order, |node| nodes[node]);
        order
    }

    #[test]
    fn the_least_used_is_first() {
        assert_eq!(sorted(Target::LeastUsed, &[(1_000.0, 600.0), (4_000.0, 2_000.0)]), [1, 0]);
    }

    #[test]
    fn power_grows_least_on_large_nodes_and_the_fullest_of_a_size_is_first() {
        // Growth by MHz: 0.3 × 1000^−0.6 = 0.0048, 0.3 × 4000^−0.6 = 0.0021.
        let nodes = [(1_000.0, 100.0), (4_000.0, 1_000.0), (4_000.0, 2_000.0), (1_000.0, 100.0)];
        assert_eq!(sorted(Target::LeastPower, &nodes), [2, 1, 0, 3]);
    }
}
