//! The samples of a step as tensors.

use super::{
    config::ImageShift,
    data::{Known, Labels, TrainingSet},
    error::TrainError,
    rng::{shuffle, stream, symmetric, Purpose},
};
use candle_core::{Device, Result, Tensor};
use rand_chacha::ChaCha20Rng;

/// The samples of a step.
#[derive(Clone, Debug)]
pub struct Batch {
    /// `samples x (D + 1)`, `f32`: the inputs and a 1 that the bias is multiplied with.
    pub(crate) inputs: Tensor,
    /// `samples` classes, `u32`; or `samples x outputs` numbers, `f32`: 1 for a label that is there
    /// and 0 for one that is not, or the target.
    pub(crate) targets: Tensor,
}

/// The order in which an epoch visits the samples.
pub(crate) fn order_of_epoch(seed: u64, epoch: u32, samples: &[u32]) -> Vec<u32> {
    let mut order = samples.to_vec();
    let purpose = Purpose::Order { epoch: u64::from(epoch) };
    shuffle(&mut stream(seed, purpose), &mut order);
    order
}

/// The random source of a step's image shifts, with the size of the images.
pub(crate) fn shifts_of_step(
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
        Ok(Self::gather(data, samples, None, device)?)
    }

    /// Gathers samples, moving each image if asked to.
    pub(crate) fn gather(
        data: &TrainingSet,
        samples: &[u32],
        mut shifts: Option<(ImageShift, ChaCha20Rng)>,
        device: &Device,
    ) -> Result<Self> {
        let width = usize::from(data.architecture.inputs) + 1;
        let mut inputs = Vec::with_capacity(samples.len() * width);
        let mut targets = Targets::for_labels(&data.labels);
        let found = samples.iter().filter_map(|sample| data.sample(*sample as usize));
        for (values, known) in found {
            match &mut shifts {
                Some((image, rng)) => extend_moved(&mut inputs, values, *image, rng),
                None => inputs.extend(values.iter().map(|value| f32::from(*value))),
            }
            inputs.push(1.0);
            targets.push(known);
        }
        let count = inputs.len() / width;
        Ok(Self {
            inputs: Tensor::from_vec(inputs, (count, width), device)?,
            targets: targets.into_tensor(count, device)?,
        })
    }

    /// Number of samples.
    pub fn samples(&self) -> usize {
        self.inputs.dims().first().copied().unwrap_or(0)
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
    fn epochs_visit_every_sample_in_another_order() {
        let samples: Vec<u32> = (10..60).collect();
        let [first, second] = [0, 1].map(|epoch| order_of_epoch(5, epoch, &samples));
        assert_ne!(first, second);
        let mut sorted = second;
        sorted.sort_unstable();
        assert_eq!(sorted, samples);
    }
}
