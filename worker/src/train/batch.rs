//! The rows of a step as tensors.

use super::{
    config::ImageShift,
    data::TrainingSet,
    rng::{shuffle, stream, symmetric, Purpose},
};
use candle_core::{Device, Result, Tensor};
use rand_chacha::ChaCha20Rng;

/// The rows of a step.
#[derive(Clone, Debug)]
pub(super) struct Batch {
    /// `rows x (D + 1)`, `f32`: the inputs and a 1 that the bias is multiplied with.
    pub(super) inputs: Tensor,
    /// `rows`, `u32`: the classes.
    pub(super) labels: Tensor,
}

/// The order in which an epoch visits the rows.
pub(super) fn order_of_epoch(seed: u64, epoch: u32, rows: &[u32]) -> Vec<u32> {
    let mut order = rows.to_vec();
    let purpose = Purpose::Order { epoch: u64::from(epoch) };
    shuffle(&mut stream(seed, purpose), &mut order);
    order
}

/// The random source of a step's image shifts, with the size of the images.
pub(super) fn shifts_of_step(
    seed: u64,
    step: u64,
    image: Option<ImageShift>,
) -> Option<(ImageShift, ChaCha20Rng)> {
    image.map(|image| (image, stream(seed, Purpose::Shift { step })))
}

impl Batch {
    /// Gathers rows, moving each image if asked to.
    pub(super) fn gather(
        data: &TrainingSet,
        rows: &[u32],
        mut shifts: Option<(ImageShift, ChaCha20Rng)>,
        device: &Device,
    ) -> Result<Self> {
        let width = usize::from(data.shape.inputs) + 1;
        let mut inputs = Vec::with_capacity(rows.len() * width);
        let mut labels = Vec::with_capacity(rows.len());
        for (values, label) in rows.iter().filter_map(|row| data.row(*row as usize)) {
            match &mut shifts {
                Some((image, rng)) => extend_moved(&mut inputs, values, *image, rng),
                None => inputs.extend(values.iter().map(|value| f32::from(*value))),
            }
            inputs.push(1.0);
            labels.push(u32::from(label));
        }
        let count = labels.len();
        Ok(Self {
            inputs: Tensor::from_vec(inputs, (count, width), device)?,
            labels: Tensor::from_vec(labels, count, device)?,
        })
    }

    /// Number of rows.
    pub(super) fn rows(&self) -> usize {
        self.labels.elem_count()
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
    use nocknock_primitives::model::shape::TINY_4X3X2;

    const IMAGE: ImageShift = ImageShift { width: 2, height: 2, chance: 0.6 };

    fn data() -> TrainingSet {
        TrainingSet { shape: TINY_4X3X2, inputs: vec![0, 1, 2, 3, 3, 2, 1, 0], labels: vec![0, 1] }
    }

    #[test]
    fn rows_get_a_one_for_the_bias() {
        let batch = Batch::gather(&data(), &[1, 0], None, &Device::Cpu).unwrap();
        let inputs: Vec<Vec<f32>> = batch.inputs.to_vec2().unwrap();
        assert_eq!(inputs, [[3.0, 2.0, 1.0, 0.0, 1.0], [0.0, 1.0, 2.0, 3.0, 1.0]]);
        assert_eq!(batch.labels.to_vec1::<u32>().unwrap(), [1, 0]);
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
    fn epochs_visit_every_row_in_another_order() {
        let rows: Vec<u32> = (10..60).collect();
        let [first, second] = [0, 1].map(|epoch| order_of_epoch(5, epoch, &rows));
        assert_ne!(first, second);
        let mut sorted = second;
        sorted.sort_unstable();
        assert_eq!(sorted, rows);
    }
}
