//! Operations of the model that the tensor library has not, or whose own ones cut the gradient:
//! fused ones for the CPU, and the same composed of differentiable ones for every device.

mod composed;
mod fused;

use candle_core::{Result, Tensor};

/// Shares of attention, from `.. x T x T` scores: row `i` gives a softmax of its first `i + 1`
/// scores, and zeros behind them.
pub(super) fn causal_softmax(scores: &Tensor) -> Result<Tensor> {
    if scores.device().is_cpu() {
        scores.contiguous()?.apply_op1(fused::CausalSoftmax)
    } else {
        composed::causal_softmax(scores)
    }
}

/// The cross-entropy of each row in nats, `N x 1`, from `N x C` logits and the `N` right classes.
pub(super) fn cross_entropy(logits: &Tensor, classes: &[u32]) -> Result<Tensor> {
    if logits.device().is_cpu() {
        logits.contiguous()?.apply_op1(fused::CrossEntropy { classes: classes.into() })
    } else {
        composed::cross_entropy(logits, classes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{stream, uniform};
    use candle_core::{Device, Var};

    fn numbers(extents: &[usize]) -> Tensor {
        let mut random = stream(3, "test", &[]);
        let count = extents.iter().product::<usize>();
        let numbers: Vec<f32> = (0..count).map(|_| 4.0 * uniform(&mut random)).collect();
        Tensor::from_vec(numbers, extents, &Device::Cpu).unwrap()
    }

    /// What an operation gives, and the gradient of its weighted sum.
    fn both_ways(
        inputs: &Tensor,
        operation: impl Fn(&Tensor) -> Result<Tensor>,
    ) -> (Vec<f32>, Vec<f32>) {
        let variable = Var::from_tensor(inputs).unwrap();
        let result = operation(variable.as_tensor()).unwrap();
        let sum = (&result * numbers(result.dims())).unwrap().sum_all().unwrap();
        let gradient = sum.backward().unwrap().remove(variable.as_tensor()).unwrap();
        let flat = |tensor: &Tensor| tensor.flatten_all().unwrap().to_vec1::<f32>().unwrap();
        (flat(&result), flat(&gradient))
    }

    fn assert_near(one: &[f32], other: &[f32]) {
        assert_eq!(one.len(), other.len());
        for (one, other) in one.iter().zip(other) {
            assert!((one - other).abs() < 1e-5, "{one} and {other}");
        }
    }

    #[test]
    fn the_fused_causal_softmax_is_the_composed_one() {
        let scores = numbers(&[2, 3, 5, 5]);
        let fused = both_ways(&scores, causal_softmax);
        let composed = both_ways(&scores, composed::causal_softmax);
        assert_near(&fused.0, &composed.0);
        assert_near(&fused.1, &composed.1);
    }

    #[test]
    fn shares_of_attention_add_up_and_see_nothing_later() {
        let shares = causal_softmax(&numbers(&[1, 4, 4])).unwrap();
        for (row, shares) in shares.to_vec3::<f32>().unwrap()[0].iter().enumerate() {
            assert!((shares.iter().sum::<f32>() - 1.0).abs() < 1e-6);
            assert!(shares[row + 1..].iter().all(|share| *share == 0.0));
        }
    }

    #[test]
    fn the_fused_cross_entropy_is_the_composed_one() {
        let (logits, classes) = (numbers(&[6, 7]), [0, 6, 3, 3, 1, 5]);
        let fused = both_ways(&logits, |logits| cross_entropy(logits, &classes));
        let composed = both_ways(&logits, |logits| composed::cross_entropy(logits, &classes));
        assert_near(&fused.0, &composed.0);
        assert_near(&fused.1, &composed.1);
    }

    #[test]
    fn a_class_that_does_not_exist_is_refused() {
        let logits = numbers(&[2, 3]);
        assert!(cross_entropy(&logits, &[0, 3]).is_err());
        assert!(cross_entropy(&logits, &[0]).is_err());
    }
}
