use super::*;

fn candidate(mib: u64, utilisation: f64, history: &[f64]) -> Candidate<'_> {
    Candidate { memory: Bytes::from_mib(mib), utilisation, history }
}

#[test]
fn least_memory_is_moved_soonest() {
    let all = [candidate(870, 0.1, &[]), candidate(613, 0.9, &[]), candidate(613, 0.2, &[])];
    assert_eq!(Selection::MinimumMigrationTime.choose(&all, 0), Some(1));
}

#[test]
fn least_used_is_moved() {
    let all = [candidate(1, 0.3, &[]), candidate(2, 0.1, &[]), candidate(3, 0.2, &[])];
    assert_eq!(Selection::MinimumUtilisation.choose(&all, 0), Some(1));
}

#[test]
fn random_number_decides_evenly() {
    let all = [candidate(1, 0.3, &[]); 4];
    let chosen = |random| Selection::Random.choose(&all, random);
    assert_eq!([0, u64::MAX / 4, u64::MAX / 4 + 1, u64::MAX].map(chosen), [0, 0, 1, 3].map(Some));
}

#[test]
fn the_one_that_is_the_sum_of_the_others_is_the_most_correlated() {
    let first = [1.0, 4.0, 2.0, 8.0, 5.0, 7.0];
    let second = [3.0, 1.0, 4.0, 1.0, 5.0, 9.0];
    let unlike = [2.0, 7.0, 1.0, 8.0, 2.0, 8.0];
    let like_the_first = first.map(|value| value * 1.01 + 0.02);
    let all = [
        candidate(1, 0.5, &unlike),
        candidate(9, 0.5, &second),
        candidate(9, 0.5, &first),
        candidate(9, 0.5, &like_the_first),
    ];
    assert_eq!(Selection::MaximumCorrelation.choose(&all, 0), Some(2));
}

#[test]
fn newest_values_of_a_longer_history_count() {
    let same = [candidate(9, 0.5, &[9.0, 1.0, 2.0, 4.0]), candidate(1, 0.5, &[1.0, 2.0, 4.0])];
    assert_eq!(Selection::MaximumCorrelation.choose(&same, 0), Some(0));
}

#[test]
fn without_enough_history_memory_decides() {
    let short = [candidate(9, 0.5, &[1.0]), candidate(1, 0.5, &[2.0])];
    assert_eq!(Selection::MaximumCorrelation.choose(&short, 0), Some(1));
    assert_eq!(Selection::MaximumCorrelation.choose(&short[..1], 0), Some(0));
}

#[test]
fn nothing_is_chosen_from_nothing() {
    for selection in ["mmt", "mc", "rs", "mu"] {
        assert_eq!(selection.parse::<Selection>().unwrap().choose(&[], 7), None, "{selection}");
    }
}

#[test]
fn names_are_read_and_written() {
    for name in ["mmt", "mc", "rs", "mu"] {
        assert_eq!(name.parse::<Selection>().unwrap().to_string(), name);
    }
    assert!("MMT".parse::<Selection>().is_err());
}
