//! The activation of a unit.

use super::{Bits, Wire};
use crate::r1cs::{wire, Synthesizer};

/// `max(y, 0) >> shift` from the `B` bits of `y + 2^(B−1)`: one row.
///
/// The top bit is the sign's opposite, and the bits below it are those of `y` if `y` is not
/// negative. So the product of the top bit and the bits from `shift` up to it is the activation.
/// `shift` is below `B − 1`.
pub(crate) fn relu_shift(cs: &mut Synthesizer, sum: Bits, shift: u32) -> Wire {
    let sign = wire(sum.top());
    let kept = sum.lowest(sum.len() - 1).above(shift);
    let value = cs.evaluate(sign) * cs.evaluate(kept.clone());
    let activation = Wire::allocate(cs, value);
    cs.enforce(kept, sign, activation.terms());
    activation
}
