//! The samples of a step as tensors.

use super::{
    config::{ImageShift, TrainConfig},
    data::{Known, Labels, TrainingSet},
    error::TrainError,
    rng::{below, shuffle, stream, symmetric, Purpose},
    targets::ClassTargets,
    teacher::Lesson,
};
use candle_core::{Device, Result, Tensor};
use rand_chacha::{rand_core::RngCore, ChaCha20Rng};
use std::ops::Range;

/// The samples of a step.
#[derive(Clone, Debug)]
pub struct Batch {
    /// `samples x (D + 1)`, `f32`: the inputs and a 1 that the bias is multiplied with.
    pub(crate) inputs: Tensor,
    /// `samples` classes, `u32`; or `samples x outputs` numbers, `f32`: 1 for a label that is there
    /// and 0 for one that is not, or the target; of classes their shares, which add up to what the
    /// sample counts.
    pub(crate) targets: Tensor,
    /// What each hidden layer's activations are multiplied with, `samples x (units + 1)`, so that
    /// some units are left out. Empty if none are.
    pub(crate) masks: Vec<Tensor>,
}

/// The order in which an epoch visits the samples.
pub(crate) fn order_of_epoch(seed: u64, epoch: u32, samples: &[u32]) -> Vec<u32> {
    let mut order = samples.to_vec();
    let purpose = Purpose::Order { epoch: u64::from(epoch) };
    shuffle(&mut stream(seed, purpose), &mut order);
    order
}

/// The random source of a step's image shifts, with the size of the images.
fn shifts_of_step(
    seed: u64,
    step: u64,
    image: Option<ImageShift>,
) -> Option<(ImageShift, ChaCha20Rng)> {
    image.map(|image| (image, stream(seed, Purpose::Shift { step })))
}

impl Batch {
    /// Gathers samples by their numbers. Those that do not exist are passed over.
    pub fn new(
        data: &TrainingSet,
        samples: &[u32],
        device: &Device,
    ) -> std::result::Result<Self, TrainError> {
        let mut rows = Rows::new(data, samples.len(), Targets::for_labels(&data.labels));
        for (values, known) in samples.iter().filter_map(|sample| data.sample(*sample as usize)) {
            rows.push_inputs(values);
            rows.targets.push(known);
        }
        Ok(rows.into_batch(Vec::new(), device)?)
    }

    /// Number of samples.
    pub fn samples(&self) -> usize {
        self.inputs.dims().first().copied().unwrap_or(0)
    }
}

/// How samples become the batches of a training.
#[derive(Debug)]
pub(crate) struct Batches<'a> {
    lesson: Lesson<'a>,
    config: &'a TrainConfig,
    /// Nothing where plain labels say all.
    targets: Option<ClassTargets>,
    /// Inputs that are left out together.
    columns: Vec<Range<usize>>,
    /// Units of each hidden layer.
    hidden: Vec<usize>,
}

impl<'a> Batches<'a> {
    /// Of a lesson from whose samples these are trained on.
    pub(crate) fn new(lesson: Lesson<'a>, config: &'a TrainConfig, training: &[u32]) -> Self {
        let architecture = &lesson.data.architecture;
        Self {
            lesson,
            config,
            targets: ClassTargets::of_lesson(&lesson, config, training),
            columns: all_columns(lesson.columns, architecture.inputs.into()),
            hidden: architecture.hidden.iter().map(|layer| layer.units.into()).collect(),
        }
    }

    /// How many synthetic rows come on top of some samples.
    pub(crate) fn synthetic_rows(&self, samples: usize) -> usize {
        let share = self.config.synthetic_share;
        let has_rows = self.targets.is_some() && self.lesson.more.is_some();
        if has_rows {
            (samples as f64 * share / (1.0 - share)).round() as usize
        } else {
            0
        }
    }

    /// The batch of a step: samples, some of them moved, synthetic rows, and what is left out.
    pub(crate) fn of_step(&self, step: u64, samples: &[u32], device: &Device) -> Result<Batch> {
        let more = self.synthetic_rows(samples.len());
        let targets = match &self.targets {
            Some(_) => Targets::Numbers(Vec::new()),
            None => Targets::for_labels(&self.lesson.data.labels),
        };
        let mut rows = Rows::new(self.lesson.data, samples.len() + more, targets);
        self.push_samples(&mut rows, step, samples);
        self.push_synthetic(&mut rows, step, more);
        let mut rng = stream(self.config.seed, Purpose::Dropout { step });
        self.drop_inputs(&mut rows, &mut rng);
        let masks = self.masks(rows.count(), &mut rng, device)?;
        rows.into_batch(masks, device)
    }

    fn push_samples(&self, rows: &mut Rows, step: u64, samples: &[u32]) {
        let mut shifts = shifts_of_step(self.config.seed, step, self.config.image_shift);
        for sample in samples {
            let Some((values, known)) = self.lesson.data.sample(*sample as usize) else {
                continue;
            };
            match &mut shifts {
                Some((image, rng)) => rows.push_moved(values, *image, rng),
                None => rows.push_inputs(values),
            }
            match (&self.targets, known, &mut rows.targets) {
                (Some(targets), Known::Class(class), Targets::Numbers(numbers)) => {
                    targets.extend_sample(numbers, *sample, class);
                }
                (_, known, targets) => targets.push(known),
            }
        }
    }

    fn push_synthetic(&self, rows: &mut Rows, step: u64, count: usize) {
        let (Some(own), Some(more)) = (&self.targets, self.lesson.more) else {
            return;
        };
        let width = usize::from(self.lesson.data.architecture.inputs);
        let bound = u32::try_from(more.rows()).unwrap_or(u32::MAX).max(1);
        let mut rng = stream(self.config.seed, Purpose::Synthetic { step });
        for _ in 0..count {
            let row = below(&mut rng, bound) as usize;
            if let (Some(values), Targets::Numbers(numbers)) =
                (more.row(row, width), &mut rows.targets)
            {
                own.extend_synthetic(numbers, row);
                rows.push_inputs(values);
            }
        }
    }

    /// Leaves out columns of each row, and makes what is left larger by as much.
    fn drop_inputs(&self, rows: &mut Rows, rng: &mut ChaCha20Rng) {
        let share = self.config.dropout.inputs;
        if share == 0.0 {
            return;
        }
        let kept = kept_factor(share);
        for row in rows.inputs.chunks_exact_mut(rows.width) {
            for column in &self.columns {
                let factor = if is_dropped(share, rng) { 0.0 } else { kept };
                let inputs = row.get_mut(column.clone()).unwrap_or_default();
                inputs.iter_mut().for_each(|value| *value *= factor);
            }
        }
    }

    fn masks(&self, rows: usize, rng: &mut ChaCha20Rng, device: &Device) -> Result<Vec<Tensor>> {
        let share = self.config.dropout.hidden;
        if share == 0.0 {
            return Ok(Vec::new());
        }
        let kept = kept_factor(share);
        let mask = |units: &usize| {
            let mut factors = Vec::with_capacity(rows * (units + 1));
            for _ in 0..rows {
                let drawn = (0..*units).map(|_| if is_dropped(share, rng) { 0.0 } else { kept });
                factors.extend(drawn);
                // The bias stays.
                factors.push(1.0);
            }
            Tensor::from_vec(factors, (rows, units + 1), device)
        };
        self.hidden.iter().map(mask).collect()
    }
}

/// By what the rest is multiplied where a share is left out, so that the mean stays.
fn kept_factor(share: f64) -> f32 {
    (1.0 / (1.0 - share)) as f32
}

fn is_dropped(share: f64, rng: &mut ChaCha20Rng) -> bool {
    f64::from(rng.next_u32()) < share * 2f64.powi(32)
}

/// The columns, and each input that is in none of them alone.
fn all_columns(columns: &[Range<usize>], inputs: usize) -> Vec<Range<usize>> {
    let mut all = Vec::new();
    let mut next = 0;
    let end = inputs..inputs;
    for column in columns.iter().chain([&end]) {
        all.extend((next..column.start).map(|input| input..input + 1));
        all.push(column.clone());
        next = column.end;
    }
    // The last one is the end itself.
    all.pop();
    all
}

/// The rows of a batch that is being gathered.
struct Rows {
    /// Inputs of a row, and the 1 behind them.
    width: usize,
    inputs: Vec<f32>,
    targets: Targets,
}

impl Rows {
    fn new(data: &TrainingSet, rows: usize, targets: Targets) -> Self {
        let width = usize::from(data.architecture.inputs) + 1;
        Self { width, inputs: Vec::with_capacity(rows * width), targets }
    }

    fn count(&self) -> usize {
        self.inputs.len() / self.width
    }

    fn push_inputs(&mut self, values: &[u16]) {
        self.inputs.extend(values.iter().map(|value| f32::from(*value)));
        self.inputs.push(1.0);
    }

    fn push_moved(&mut self, values: &[u16], image: ImageShift, rng: &mut ChaCha20Rng) {
        extend_moved(&mut self.inputs, values, image, rng);
        self.inputs.push(1.0);
    }

    fn into_batch(self, masks: Vec<Tensor>, device: &Device) -> Result<Batch> {
        let count = self.count();
        Ok(Batch {
            inputs: Tensor::from_vec(self.inputs, (count, self.width), device)?,
            targets: self.targets.into_tensor(count, device)?,
            masks,
        })
    }
}

/// What is known of samples, as numbers.
enum Targets {
    Classes(Vec<u32>),
    Numbers(Vec<f32>),
}

impl Targets {
    fn for_labels(labels: &Labels) -> Self {
        match labels {
            Labels::Classes(_) => Self::Classes(Vec::new()),
            Labels::Sets(_) | Labels::Numbers(_) => Self::Numbers(Vec::new()),
        }
    }

    fn push(&mut self, known: Known<'_>) {
        match (self, known) {
            (Self::Classes(classes), Known::Class(class)) => classes.push(class.into()),
            (Self::Numbers(numbers), Known::Set(set)) => {
                numbers.extend(set.iter().map(|holds| f32::from(*holds)));
            }
            (Self::Numbers(numbers), Known::Number(number)) => numbers.push(number.into()),
            // Data is of one kind.
            (Self::Classes(_), _) | (_, Known::Class(_)) => {}
        }
    }

    fn into_tensor(self, samples: usize, device: &Device) -> Result<Tensor> {
        match self {
            Self::Classes(classes) => Tensor::from_vec(classes, samples, device),
            Self::Numbers(numbers) => {
                let outputs = numbers.len() / samples.max(1);
                Tensor::from_vec(numbers, (samples, outputs), device)
            }
        }
    }
}

/// By how many pixels an image moves along an axis, plus one so that it stays above zero.
fn draw_move(chance: f64, rng: &mut ChaCha20Rng) -> usize {
    let drawn = f64::from(symmetric(rng));
    if drawn >= chance || drawn < -chance {
        1
    } else if drawn < 0.0 {
        0
    } else {
        2
    }
}

/// Appends an image that may be moved along each axis; what moves in is 0.
fn extend_moved(out: &mut Vec<f32>, pixels: &[u16], image: ImageShift, rng: &mut ChaCha20Rng) {
    let [right, down] = [(); 2].map(|()| draw_move(image.chance, rng));
    for line in 0..image.height {
        let source = (line + down).checked_sub(1).filter(|at| *at < image.height);
        let line = source.and_then(|at| pixels.get(at * image.width..(at + 1) * image.width));
        for column in 0..image.width {
            let value = line.and_then(|line| line.get((column + right).checked_sub(1)?));
            out.push(value.map_or(0.0, |value| f32::from(*value)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{labels_head, number_head, tiny, tiny_with};

    const IMAGE: ImageShift = ImageShift { width: 2, height: 2, chance: 0.6 };

    fn data(labels: Labels) -> TrainingSet {
        let architecture = match &labels {
            Labels::Classes(_) => tiny(),
            Labels::Sets(_) => tiny_with(labels_head(3)),
            Labels::Numbers(_) => tiny_with(number_head(18)),
        };
        TrainingSet { architecture, inputs: vec![0, 1, 2, 3, 3, 2, 1, 0], labels }
    }

    #[test]
    fn samples_get_a_one_for_the_bias() {
        let data = data(Labels::Classes(vec![0, 1]));
        let batch = Batch::new(&data, &[1, 0, 7], &Device::Cpu).unwrap();
        let inputs: Vec<Vec<f32>> = batch.inputs.to_vec2().unwrap();
        assert_eq!(inputs, [[3.0, 2.0, 1.0, 0.0, 1.0], [0.0, 1.0, 2.0, 3.0, 1.0]]);
        assert_eq!(batch.targets.to_vec1::<u32>().unwrap(), [1, 0]);
        assert_eq!(batch.samples(), 2);
    }

    #[test]
    fn labels_and_numbers_become_targets_of_each_output() {
        let sets = data(Labels::Sets(vec![true, false, false, false, true, true]));
        let batch = Batch::new(&sets, &[1, 0], &Device::Cpu).unwrap();
        let targets: Vec<Vec<f32>> = batch.targets.to_vec2().unwrap();
        assert_eq!(targets, [[0.0, 1.0, 1.0], [1.0, 0.0, 0.0]]);
        let numbers = data(Labels::Numbers(vec![65_535, 7]));
        let batch = Batch::new(&numbers, &[1, 0], &Device::Cpu).unwrap();
        let targets: Vec<Vec<f32>> = batch.targets.to_vec2().unwrap();
        assert_eq!(targets, [[7.0], [65_535.0]]);
    }

    #[test]
    fn images_move_to_all_nine_places() {
        let mut seen = std::collections::BTreeSet::new();
        let mut rng = stream(1, Purpose::Shift { step: 0 });
        for _ in 0..200 {
            let mut out = Vec::new();
            extend_moved(&mut out, &[1, 2, 3, 4], IMAGE, &mut rng);
            seen.insert(out.into_iter().map(|pixel| pixel as u8).collect::<Vec<_>>());
        }
        let permits: [[u8; 4]; 9] = [
            [1, 2, 3, 4],
            [2, 0, 4, 0],
            [0, 1, 0, 3],
            [3, 4, 0, 0],
            [0, 0, 1, 2],
            [4, 0, 0, 0],
            [0, 3, 0, 0],
            [0, 0, 2, 0],
            [0, 0, 0, 1],
        ];
        assert_eq!(seen, permits.map(Vec::from).into_iter().collect());
    }

    #[test]
    fn inputs_outside_of_all_columns_stand_alone() {
        assert_eq!(all_columns(&[], 2), [0..1, 1..2]);
        assert_eq!(all_columns(&[1..3, 3..4], 6), [0..1, 1..3, 3..4, 4..5, 5..6]);
        assert_eq!(all_columns(&[0..2, 2..3], 3), [0..2, 2..3]);
    }

    fn step(lesson: Lesson<'_>, config: &TrainConfig, samples: &[u32]) -> Batch {
        let training: Vec<u32> = (0..).take(lesson.data.samples()).collect();
        Batches::new(lesson, config, &training).of_step(3, samples, &Device::Cpu).unwrap()
    }

    #[test]
    fn inputs_of_a_column_are_left_out_together_and_the_rest_grows() {
        let mut data = data(Labels::Classes(vec![0, 1]));
        data.inputs.fill(1);
        let columns = [1..3, 3..4];
        let lesson = Lesson { columns: &columns, ..Lesson::of(&data) };
        let dropout = crate::config::Dropout { inputs: 0.5, hidden: 0.0 };
        let config = TrainConfig { dropout, ..TrainConfig::default() };
        let batch = step(lesson, &config, &[0; 400]);
        let rows: Vec<Vec<f32>> = batch.inputs.to_vec2().unwrap();
        assert!(rows.iter().all(|row| row[1] == row[2] && row[4] == 1.0));
        assert!(rows.iter().any(|row| row[0] != row[1]));
        for place in [0, 1, 3] {
            let dropped = rows.iter().filter(|row| row[place] == 0.0).count();
            assert!((150..250).contains(&dropped), "{dropped}");
            assert!(rows.iter().all(|row| row[place] == 0.0 || row[place] == 2.0));
        }
        assert!(batch.masks.is_empty());
        // The same step leaves out the same, and judging nothing.
        let again = step(lesson, &config, &[0; 400]);
        assert_eq!(again.inputs.to_vec2::<f32>().unwrap(), rows);
        let judged = Batch::new(&data, &[0; 400], &Device::Cpu).unwrap();
        assert!(judged.inputs.to_vec2::<f32>().unwrap().concat().iter().all(|v| *v == 1.0));
    }

    #[test]
    fn hidden_units_are_left_out_but_no_bias() {
        let data = data(Labels::Classes(vec![0, 1]));
        let dropout = crate::config::Dropout { inputs: 0.0, hidden: 0.25 };
        let config = TrainConfig { dropout, ..TrainConfig::default() };
        let batch = step(Lesson::of(&data), &config, &[1; 400]);
        let [mask] = batch.masks.as_slice() else {
            panic!("there is one hidden layer");
        };
        let rows: Vec<Vec<f32>> = mask.to_vec2().unwrap();
        assert!(rows.iter().all(|row| row.len() == 4 && row[3] == 1.0));
        let units: Vec<f32> = rows.iter().flat_map(|row| row[..3].to_vec()).collect();
        let dropped = units.iter().filter(|factor| **factor == 0.0).count();
        assert!((230..370).contains(&dropped), "{dropped}");
        assert!(units.iter().all(|factor| *factor == 0.0 || (factor * 0.75 - 1.0).abs() < 1e-6));
        assert!(Batch::new(&data, &[1], &Device::Cpu).unwrap().masks.is_empty());
    }

    #[test]
    fn synthetic_rows_come_on_top_in_their_share() {
        let data = data(Labels::Classes(vec![0, 1]));
        let soft = crate::SoftLabels { classes: 2, shares: vec![0.25, 0.75] };
        let more = crate::Synthetic { inputs: vec![3; 4], soft };
        let lesson = Lesson { more: Some(&more), ..Lesson::of(&data) };
        let config =
            TrainConfig { synthetic_share: 0.75, label_smoothing: 0.0, ..TrainConfig::default() };
        let batch = step(lesson, &config, &[0, 1]);
        let targets: Vec<Vec<f32>> = batch.targets.to_vec2().unwrap();
        assert_eq!(targets[..2], [[1.0, 0.0], [0.0, 1.0]]);
        assert_eq!(targets[2..], [[0.25, 0.75]; 6]);
        let inputs: Vec<Vec<f32>> = batch.inputs.to_vec2().unwrap();
        assert_eq!(inputs[2..], [[3.0, 3.0, 3.0, 3.0, 1.0]; 6]);
        // Without the setting there are none.
        let plain = step(lesson, &TrainConfig::default(), &[0, 1]);
        assert_eq!((plain.samples(), plain.targets.dims()), (2, &[2][..]));
    }

    #[test]
    fn epochs_visit_every_sample_in_another_order() {
        let samples: Vec<u32> = (10..60).collect();
        let [first, second] = [0, 1].map(|epoch| order_of_epoch(5, epoch, &samples));
        assert_ne!(first, second);
        let mut sorted = second;
        sorted.sort_unstable();
        assert_eq!(sorted, samples);
    }
}
