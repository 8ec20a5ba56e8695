//! The Grain LFSR in its self-shrinking mode, which the Poseidon paper (eprint 2019/458, appendix
//! F) uses as the public source of round constants and matrices.
//!
//! The build script compiles this file too, so that tables and parameters come from one generator.

/// Bits of one integer: the size of the field.
const FIELD_BITS: u16 = 254;

/// The field's modulus, little-endian limbs.
const MODULUS: [u64; 4] =
    [0x43e1_f593_f000_0001, 0x2833_e848_79b9_7091, 0xb850_45b6_8181_585d, 0x3064_4e72_e131_a029];

/// Register bits, `b_0` in the lowest position.
pub(crate) struct Grain {
    register: u128,
}

impl Grain {
    /// The generator for a width and its round counts, after the 160 steps that are thrown away.
    pub(crate) fn new(width: u16, full_rounds: u16, partial_rounds: u16) -> Self {
        let mut seed = Seed { register: 0, filled: 0 };
        seed.push(1, 2); // a prime field
        seed.push(0, 4); // the S-box is a power
        seed.push(FIELD_BITS, 12);
        seed.push(width, 12);
        seed.push(full_rounds, 10);
        seed.push(partial_rounds, 10);
        (0..30).for_each(|_| seed.push(1, 1));
        let mut grain = Self { register: seed.register };
        (0..160).for_each(|_| _ = grain.step());
        grain
    }

    /// An integer below the modulus: larger ones are passed over.
    pub(crate) fn field_element(&mut self) -> [u64; 4] {
        loop {
            let limbs = self.integer();
            if limbs.iter().rev().lt(MODULUS.iter().rev()) {
                return limbs;
            }
        }
    }

    /// The next 254 bits, most significant first, as little-endian limbs.
    pub(crate) fn integer(&mut self) -> [u64; 4] {
        let mut limbs = [0; 4];
        for _ in 0..FIELD_BITS {
            shift_in(&mut limbs, self.bit());
        }
        limbs
    }

    /// Self-shrinking: of each pair of bits the first decides whether the second is used.
    fn bit(&mut self) -> bool {
        loop {
            let (chosen, bit) = (self.step(), self.step());
            if chosen {
                return bit;
            }
        }
    }

    fn step(&mut self) -> bool {
        let taps = [62, 51, 38, 23, 13, 0];
        let bit = taps.iter().fold(0, |sum, tap| sum ^ (self.register >> tap)) & 1;
        self.register = (self.register >> 1) | (bit << 79);
        bit == 1
    }
}

struct Seed {
    register: u128,
    filled: u32,
}

impl Seed {
    /// Appends the lowest `bits` bits of `value`, most significant first.
    fn push(&mut self, value: u16, bits: u32) {
        for position in (0..bits).rev() {
            self.register |= u128::from((value >> position) & 1) << self.filled;
            self.filled = self.filled.saturating_add(1);
        }
    }
}

fn shift_in(limbs: &mut [u64; 4], bit: bool) {
    let mut carry = u64::from(bit);
    for limb in limbs {
        let top = *limb >> 63;
        *limb = (*limb << 1) | carry;
        carry = top;
    }
}
