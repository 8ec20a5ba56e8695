//! Whole rounds: what is merged, how far the model moves, and that all machines agree.

use super::*;
use crate::{
    update::{
        decode, encode,
        testing::{bell, header, layout, EVERY_KIND},
        Header, UpdateKind,
    },
    Layout,
};
use rayon::ThreadPoolBuilder;

const PLAIN: Outer = Outer { rate: 1.0, momentum: 0.0, clip: 1_000.0, work_ratio: 1_000.0 };
const CARRIED: Outer = Outer { rate: 0.7, momentum: 0.9, clip: 1.0, work_ratio: 4.0 };

/// The digest of a fixed state after fixed updates. A processor, compiler or change with which it
/// differs cannot take part in a team with the others.
const GOLDEN: &str = "b0d375582fb9daf0cd465bd7019f0be50441dffa348d71bad5ecc3c50f9df66e";

/// What a member sends who says exactly this.
fn update(layout: &Layout, slot: u8, work: u32, numbers: &[f32]) -> Update {
    update_of(layout, UpdateKind::F32, slot, work, numbers)
}

fn update_of(layout: &Layout, kind: UpdateKind, slot: u8, work: u32, numbers: &[f32]) -> Update {
    let header = Header { slot, work, ..header(layout, kind) };
    decode(layout, &encode(layout, &header, numbers).unwrap()).unwrap()
}

/// One update of each kind.
fn updates(layout: &Layout, seed: u64) -> Vec<Update> {
    let members = EVERY_KIND.into_iter().zip((0u8..).zip([320, 64, 512, 320, 9_000]));
    let updates = members.map(|(kind, (slot, work))| {
        let numbers = bell(seed + u64::from(slot), layout.parameters());
        update_of(layout, kind, slot, work, &numbers)
    });
    updates.collect()
}

fn included(updates: &[Update]) -> Vec<Included<'_>> {
    updates.iter().map(Included::from).collect()
}

/// Where zeros come to by these updates.
fn moved(outer: &Outer, updates: &[Update]) -> Vec<f32> {
    let mut state = State::new(vec![0.0; updates[0].parameters()], outer).unwrap();
    state.close(outer, &included(updates)).unwrap();
    state.parameters
}

/// The state after three rounds of updates of all kinds.
fn after_three_rounds(layout: &Layout) -> State {
    let mut state = State::new(bell(100, layout.parameters()), &CARRIED).unwrap();
    for round in 0..3 {
        state.close(&CARRIED, &included(&updates(layout, 10 * round))).unwrap();
    }
    state
}

#[test]
fn the_bits_of_a_state_are_those_of_every_machine() {
    let layout = layout(&[&[40, 64], &[17], &[3, 5]]);
    let digest = blake3::Hash::from_bytes(after_three_rounds(&layout).digest(&layout));
    assert_eq!(digest.to_hex().as_str(), GOLDEN);
}

#[test]
fn any_number_of_threads_gives_the_same_bits() {
    let layout = layout(&[&[200, 250], &[77]]);
    assert!(layout.parameters() > 3 * PART);
    let digest_of = |threads: usize| {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| after_three_rounds(&layout).digest(&layout))
    };
    let one = digest_of(1);
    assert_eq!([digest_of(2), digest_of(8)], [one, one]);
}

#[test]
fn the_order_in_which_updates_come_changes_no_bit() {
    let layout = layout(&[&[32, 40], &[9]]);
    let updates = updates(&layout, 1);
    let start = State::new(bell(2, layout.parameters()), &CARRIED).unwrap();
    let mut included = included(&updates);
    let mut first = start.clone();
    first.close(&CARRIED, &included).unwrap();
    assert_ne!(first, start);
    for _ in 1..updates.len() {
        included.rotate_left(1);
        let mut other = start.clone();
        other.close(&CARRIED, &included).unwrap();
        assert_eq!(other.digest(&layout), first.digest(&layout));
    }
}

#[test]
fn without_momentum_the_model_moves_by_the_mean_weighed_by_work() {
    let layout = layout(&[&[3]]);
    let updates =
        [update(&layout, 0, 100, &[1.0, 0.0, -2.0]), update(&layout, 4, 300, &[1.0, 4.0, 0.0])];
    let found = moved(&Outer { rate: 2.0, ..PLAIN }, &updates);
    assert_eq!(found, [-2.0, -6.0, 1.0]);
}

#[test]
fn momentum_carries_a_share_of_the_movement_over_and_looks_ahead() {
    let layout = layout(&[&[1]]);
    let outer = Outer { momentum: 0.5, ..PLAIN };
    let mut state = State::new(vec![0.0], &outer).unwrap();
    let [one, none] = [1.0, 0.0].map(|number| update(&layout, 0, 1, &[number]));
    state.close(&outer, &[Included::from(&one)]).unwrap();
    assert_eq!([state.parameters[0], state.momentum[0]], [-1.5, 1.0]);
    state.close(&outer, &[Included::from(&none)]).unwrap();
    assert_eq!([state.parameters[0], state.momentum[0]], [-1.75, 0.5]);
}

#[test]
fn an_update_that_is_too_long_counts_as_long_as_the_median() {
    let layout = layout(&[&[2]]);
    let of = |long: f32| {
        [
            update(&layout, 0, 1, &[1.0, 0.0]),
            update(&layout, 1, 1, &[1.0, 0.0]),
            update(&layout, 2, 1, &[0.0, long]),
        ]
    };
    let outer = Outer { clip: 1.0, ..PLAIN };
    assert_eq!(moved(&outer, &of(1_048_576.0)), moved(&outer, &of(1.0)));
    assert_eq!(moved(&Outer { clip: 2.0, ..PLAIN }, &of(8.0)), moved(&PLAIN, &of(2.0)));
    let shorter = moved(&outer, &of(0.25));
    assert!((shorter[1] + 0.25 / 3.0).abs() < 1e-6, "{shorter:?}");
}

#[test]
fn work_counts_up_to_a_multiple_of_the_median() {
    let layout = layout(&[&[2]]);
    let of = |work: u32| {
        [
            update(&layout, 0, 10, &[1.0, 0.0]),
            update(&layout, 1, 10, &[1.0, 0.0]),
            update(&layout, 2, work, &[0.0, 1.0]),
        ]
    };
    let outer = Outer { work_ratio: 2.0, ..PLAIN };
    assert_eq!(moved(&outer, &of(u32::MAX)), [-0.5, -0.5]);
    assert_eq!(moved(&outer, &of(20)), [-0.5, -0.5]);
    assert_ne!(moved(&outer, &of(19)), [-0.5, -0.5]);
}

#[test]
fn rounds_that_cannot_be_merged_leave_the_state_as_it_was() {
    let [layout, other] = [layout(&[&[2]]), layout(&[&[3]])];
    let good = update(&layout, 3, 1, &[1.0, 2.0]);
    let large = update(&layout, 3, 1, &[3e38, 0.0]);
    let foreign = update(&other, 5, 1, &[1.0; 3]);
    let [good, large, foreign] = [&good, &large, &foreign].map(Included::from);
    let mut state = State::new(vec![1.0, 2.0], &PLAIN).unwrap();
    let before = state.clone();
    let mut refused = |outer: Outer, included: &[Included<'_>]| {
        let error = state.close(&outer, included).unwrap_err();
        assert_eq!(state, before);
        error
    };
    assert_eq!(refused(PLAIN, &[]), OuterError::Empty);
    assert_eq!(refused(PLAIN, &[good, good]), OuterError::TwoOfASlot { slot: 3 });
    let size = OuterError::Size { slot: 5, expected: 2, found: 3 };
    assert_eq!(refused(PLAIN, &[good, foreign]), size);
    let idle = Included { work: 0, ..good };
    assert_eq!(refused(PLAIN, &[idle]), OuterError::NoWork);
    assert_eq!(refused(Outer { rate: 9.0, ..PLAIN }, &[large]), OuterError::NotFinite);
    let momentum = OuterError::Momentum { expected: 2, found: 0 };
    assert_eq!(refused(CARRIED, &[good]), momentum);
    let refused_by_name = [
        Outer { rate: f64::NAN, ..PLAIN },
        Outer { momentum: 1.0, ..PLAIN },
        Outer { clip: 0.0, ..PLAIN },
        Outer { work_ratio: f64::INFINITY, ..PLAIN },
    ];
    for outer in refused_by_name {
        assert!(matches!(refused(outer, &[good]), OuterError::Setting { .. }), "{outer:?}");
    }
}

#[test]
fn tiny_numbers_and_minus_zero_become_plus_zero() {
    let layout = layout(&[&[3]]);
    let start = [-0.0, 1e-31, 1.0].to_vec();
    let mut state = State::new(start, &PLAIN).unwrap();
    assert_eq!(state.parameters.iter().map(|number| number.to_bits()).sum::<u32>(), 1f32.to_bits());
    state.close(&PLAIN, &[Included::from(&update(&layout, 0, 1, &[0.0, 0.0, 1.0]))]).unwrap();
    assert!(state.parameters.iter().all(|number| number.to_bits() == 0));
    assert_eq!(State::new(vec![f32::NAN], &PLAIN), Err(OuterError::NotFinite));
}

#[test]
fn a_digest_names_the_layout_and_each_bit_of_the_state() {
    let [layout, same_size] = [layout(&[&[2]]), layout(&[&[1, 2]])];
    let state = State { parameters: vec![1.0, 2.0], momentum: vec![0.0, 3.0] };
    let digest = state.digest(&layout);
    assert_eq!(state.clone().digest(&layout), digest);
    let mut others = [state.clone(), state.clone()];
    others[0].parameters[1] = f32::from_bits(2f32.to_bits() + 1);
    others[1].momentum[0] = 1e-20;
    assert!(others.iter().all(|other| other.digest(&layout) != digest));
    assert_ne!(state.digest(&same_size), digest);
}
