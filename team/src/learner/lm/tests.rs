use super::*;
use crate::learner::data::{Corpus, Draw};
use nocknock_training::set_compute_threads;
use std::{collections::BTreeSet, sync::Once};

const TINY: LmSettings = LmSettings { layers: 2, width: 8, heads: 2, context: 6 };

/// Decay alone would move tensors that no gradient reaches.
const WITHOUT_DECAY: AdamWSettings =
    AdamWSettings { beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weight_decay: 0.0 };

fn model(settings: LmSettings) -> Lm {
    // Products of matrices as small as these are not worth a second thread, nor the search for one.
    static ONCE: Once = Once::new();
    ONCE.call_once(|| set_compute_threads(1));
    Lm::new(settings, WITHOUT_DECAY, 1, &Device::Cpu).unwrap()
}

fn batch(step: u32, rows: usize, length: usize) -> Batch {
    let text = "The lazy dog sees the quick fox, and the quick fox sees the lazy dog. ".repeat(6);
    let corpus = Corpus::new(&[text]).unwrap();
    corpus.batch(&[0], &Draw { seed: 1, round: 0, slot: 0, step }, rows, length).unwrap()
}

fn numbers(model: &Lm) -> Vec<f32> {
    let mut numbers = vec![0.0; model.layout().parameters()];
    model.read(&mut numbers).unwrap();
    numbers
}

/// The numbers of each tensor, by name.
fn by_tensor<'m, 'n>(model: &'m Lm, numbers: &'n [f32]) -> Vec<(&'m str, &'n [f32])> {
    let mut rest = numbers;
    let tensors = model.layout().tensors().iter();
    let named = tensors.map(|tensor| {
        let (own, later) = rest.split_at(tensor.parameters().unwrap());
        rest = later;
        (tensor.name.as_str(), own)
    });
    named.collect()
}

#[test]
fn one_step_moves_every_tensor() {
    let mut model = model(TINY);
    let before = numbers(&model);
    model.step(&batch(0, 4, 6), 0.01).unwrap();
    let after = numbers(&model);
    for ((name, before), (_, after)) in
        by_tensor(&model, &before).into_iter().zip(by_tensor(&model, &after))
    {
        assert_ne!(before, after, "{name} has not moved");
    }
}

#[test]
fn gradients_are_the_slopes_of_the_loss() {
    let mut model = model(TINY);
    let batch = batch(0, 4, 6);
    let start = numbers(&model);
    let (_, gradients) = model.gradients(&batch).unwrap();
    let gradients = join(&gradients).unwrap();
    let mean_loss = |model: &Lm| model.evaluate(&batch).unwrap().mean_loss().unwrap();
    let named = by_tensor(&model, &gradients).into_iter();
    let named = named.map(|(name, slopes)| (name.to_owned(), slopes));
    let named: Vec<(String, &[f32])> = named.collect();
    let half_step = 1e-2f32;
    let mut first = 0;
    for (name, slopes) in named {
        for place in steepest(slopes, 3) {
            let mut at = |by: f32| {
                let mut moved = start.clone();
                moved[first + place] += by;
                model.write(&moved).unwrap();
                mean_loss(&model)
            };
            let slope = (at(half_step) - at(-half_step)) / f64::from(2.0 * half_step);
            let found = f64::from(slopes[place]);
            let error = (slope - found).abs();
            assert!(error < 0.03 * slope.abs() + 1e-4, "{name}: {found} instead of {slope}");
            assert!(slope.abs() > 1e-3, "{name} is too flat at {slope} to show anything");
        }
        first += slopes.len();
    }
}

/// Places of the steepest slopes, where rounding hides least.
fn steepest(slopes: &[f32], count: usize) -> Vec<usize> {
    let mut places: Vec<usize> = (0..slopes.len()).collect();
    places.sort_by(|one, other| slopes[*other].abs().total_cmp(&slopes[*one].abs()));
    places.truncate(count);
    places
}

/// Found once with an implementation of ChaCha20 and these rules in another language.
const PINNED: &str = "e36d1c1d934f6039098e26c642196d5191dd0374ea20384c850dbc8837ed015b";

#[test]
fn the_first_numbers_follow_from_the_seed_to_the_bit() {
    let numbers = numbers(&model(TINY));
    let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
    let digest = blake3::hash(&bytes).to_hex();
    assert_eq!(digest.as_str(), PINNED);
}

#[test]
fn another_seed_gives_other_first_numbers() {
    let other = Lm::new(TINY, WITHOUT_DECAY, 2, &Device::Cpu).unwrap();
    assert_ne!(numbers(&model(TINY)), numbers(&other));
}

#[test]
fn tensors_are_counted_by_their_names() {
    let settings = LmSettings { layers: 3, width: 96, heads: 4, context: 64 };
    let layout = Lm::layout_of(&settings).unwrap();
    assert_eq!(layout.tensors().len(), 3 * 8 + 4);
    // Bytes in and out, positions, two norms and twelve squares of each block, the last norm.
    let expected = 2 * 256 * 96 + 64 * 96 + 3 * (2 * 96 + 12 * 96 * 96) + 96;
    assert_eq!(layout.parameters(), expected);
    let names = layout.tensors().iter().map(|tensor| tensor.name.as_str());
    let names: BTreeSet<&str> = names.collect();
    assert!(names.contains("blocks.02.mlp.up") && names.contains("positions"));
}

#[test]
fn a_repetitive_text_is_learnt() {
    let settings = LmSettings { layers: 1, width: 32, heads: 2, context: 32 };
    let mut model = model(settings);
    let first = model.evaluate(&batch(1_000, 8, 32)).unwrap();
    for step in 0..60 {
        model.step(&batch(step, 8, 32), 0.01).unwrap();
    }
    let last = model.evaluate(&batch(1_000, 8, 32)).unwrap();
    let [before, after] = [first, last].map(|evaluated| evaluated.mean_loss().unwrap());
    assert!(after < before / 2.0, "{before} has become {after}");
    assert!(last.correct > first.correct);
    assert_eq!(last.count, 8 * 32);
}

#[test]
fn an_untrained_model_expects_all_bytes_about_alike() {
    let loss = model(TINY).evaluate(&batch(0, 4, 6)).unwrap().mean_loss().unwrap();
    assert!((loss - 256f64.ln()).abs() < 0.5, "{loss}");
}

#[test]
fn the_loss_of_a_step_is_the_one_before_it() {
    let mut model = model(TINY);
    let batch = batch(0, 4, 6);
    let before = model.evaluate(&batch).unwrap().mean_loss().unwrap();
    let loss = model.step(&batch, 0.01).unwrap();
    assert!((f64::from(loss) - before).abs() < 1e-4);
}

#[test]
fn what_comes_later_is_not_seen() {
    let model = model(TINY);
    let texts = Texts { rows: 1, length: 6 };
    let logits = |text: &[u8]| {
        let logits = model.logits(text, texts, Var::as_detached_tensor).unwrap();
        logits.to_vec2::<f32>().unwrap()
    };
    let (one, other) = (logits(b"abcdef"), logits(b"abcdxy"));
    for (place, (one, other)) in one.iter().zip(&other).enumerate() {
        let differs = one.iter().zip(other).any(|(one, other)| (one - other).abs() > 1e-4);
        assert_eq!(differs, place > 3, "byte {place}");
    }
}

#[test]
fn numbers_that_are_written_are_read_back_to_the_bit() {
    let mut model = model(TINY);
    let count = model.layout().parameters();
    let written: Vec<f32> = (0..count).map(|place| (place as f32).sin()).collect();
    model.write(&written).unwrap();
    assert_eq!(bits(&numbers(&model)), bits(&written));
}

fn bits(numbers: &[f32]) -> Vec<u32> {
    numbers.iter().copied().map(f32::to_bits).collect()
}

#[test]
fn whoever_goes_on_from_a_saved_state_ends_at_the_same_bits() {
    let steps = |model: &mut Lm, steps: std::ops::Range<u32>| {
        for step in steps {
            model.step(&batch(step, 4, 6), 0.01).unwrap();
        }
    };
    let mut whole = model(TINY);
    steps(&mut whole, 0..6);

    let mut killed = model(TINY);
    steps(&mut killed, 0..3);
    let (saved, inner) = (numbers(&killed), killed.inner_state().unwrap());
    assert_eq!(inner.steps, 3);
    let mut resumed = Lm::new(TINY, WITHOUT_DECAY, 99, &Device::Cpu).unwrap();
    resumed.write(&saved).unwrap();
    resumed.restore_inner(&inner).unwrap();
    steps(&mut resumed, 3..6);

    assert_eq!(bits(&numbers(&resumed)), bits(&numbers(&whole)));
    assert_eq!(resumed.inner_state().unwrap(), whole.inner_state().unwrap());
}

#[test]
fn a_loss_that_is_not_finite_leaves_the_model_as_it_was() {
    let mut model = model(TINY);
    let huge = vec![f32::MAX; model.layout().parameters()];
    model.write(&huge).unwrap();
    let refused = model.step(&batch(0, 4, 6), 0.01).unwrap_err();
    assert!(matches!(refused, LearnError::NotFinite { what: "losses" }), "{refused}");
    assert_eq!(numbers(&model), huge);
    assert_eq!(model.inner_state().unwrap().steps, 0);
}

#[test]
fn a_rate_that_is_none_is_refused() {
    let mut model = model(TINY);
    for rate in [-0.01, f64::NAN, f64::INFINITY] {
        let refused = model.step(&batch(0, 4, 6), rate).unwrap_err();
        assert!(matches!(refused, LearnError::Setting { name: "rate", .. }));
    }
}

#[test]
fn numbers_of_another_model_are_refused() {
    let mut model = model(TINY);
    let count = model.layout().parameters();
    let short = vec![0.0; count - 1];
    assert!(matches!(model.read(&mut short.clone()), Err(LearnError::Length { .. })));
    assert!(matches!(model.write(&short), Err(LearnError::Length { .. })));
    let infinite = vec![f32::INFINITY; count];
    assert!(matches!(model.write(&infinite), Err(LearnError::NotFinite { .. })));
}

#[test]
fn states_that_no_optimiser_has_are_refused() {
    let mut model = model(TINY);
    let good = model.inner_state().unwrap();
    let short = InnerState { mean: vec![0.0], ..good.clone() };
    assert!(matches!(model.restore_inner(&short), Err(LearnError::Length { .. })));
    let count = good.square.len();
    let negative = InnerState { square: vec![-1.0; count], ..good.clone() };
    assert!(matches!(model.restore_inner(&negative), Err(LearnError::NegativeSquare)));
    let infinite = InnerState { mean: vec![f32::NAN; count], ..good };
    assert!(matches!(model.restore_inner(&infinite), Err(LearnError::NotFinite { .. })));
}

#[test]
fn sizes_that_make_no_model_are_refused_by_name() {
    let bad = [
        ("layers", LmSettings { layers: 0, ..TINY }),
        ("layers", LmSettings { layers: 33, ..TINY }),
        ("width", LmSettings { width: 4, ..TINY }),
        ("heads", LmSettings { heads: 0, ..TINY }),
        ("heads", LmSettings { heads: 3, ..TINY }),
        ("context", LmSettings { context: 1, ..TINY }),
        ("context", LmSettings { context: 2_049, ..TINY }),
    ];
    for (expected, settings) in bad {
        let refused = Lm::layout_of(&settings).unwrap_err();
        assert!(matches!(refused, LearnError::Setting { name, .. } if name == expected));
    }
    let huge = LmSettings { layers: 32, width: 4_096, heads: 32, context: 2_048 };
    assert!(matches!(Lm::layout_of(&huge), Err(LearnError::Layout(_))));
}

#[test]
fn a_batch_longer_than_the_context_is_refused() {
    let refused = model(TINY).evaluate(&batch(0, 4, 7)).unwrap_err();
    assert!(matches!(refused, LearnError::Context { length: 7, context: 6 }));
}
