//! What the storage of a task costs those who cause it: one definition for the chain, which demands
//! it, and the programs, which offer it.

use crate::model::Architecture;

/// Bytes of a field element on the chain.
const ELEMENT: u32 = 32;

/// Bytes of a root of a block.
const ROOT: u32 = 32;

/// More than a settled task takes without its roots: its record, its ranking and its deliveries
/// without ciphertexts.
const RECORD: u32 = 2_048;

/// How much storage something takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Footprint {
    /// Entries.
    pub items: u32,
    /// Bytes in all entries together.
    pub bytes: u32,
}

impl Footprint {
    /// Both together.
    pub const fn plus(self, other: Self) -> Self {
        Self {
            items: self.items.saturating_add(other.items),
            bytes: self.bytes.saturating_add(other.bytes),
        }
    }

    /// As much so many times.
    pub const fn times(self, count: u32) -> Self {
        Self { items: self.items.saturating_mul(count), bytes: self.bytes.saturating_mul(count) }
    }

    /// What it costs.
    pub fn price(&self, per_item: u128, per_byte: u128) -> u128 {
        let items = per_item.saturating_mul(self.items.into());
        items.saturating_add(per_byte.saturating_mul(self.bytes.into()))
    }
}

/// The revealed test blocks of a task, all of them full. They go when the task is settled.
pub fn revealed_blocks(architecture: &Architecture, test_blocks: u16) -> Footprint {
    let bytes = architecture.wire_bytes(architecture.samples.into());
    Footprint { items: 1, bytes: counted(bytes) }.times(test_blocks.into())
}

/// What stays of a task with this many blocks and shares until it is removed: its record, its roots
/// and a delivered model for each share.
pub fn record(architecture: &Architecture, roots: u32, shares: u32) -> Footprint {
    let task = Footprint { items: 3, bytes: ROOT.saturating_mul(roots).saturating_add(RECORD) };
    let items = architecture.chunks().saturating_add(2);
    let delivery = Footprint { items, bytes: ciphertext_bytes(architecture) };
    task.plus(delivery.times(shares))
}

/// The ciphertext of a model that a worker uploads.
pub fn ciphertext(architecture: &Architecture) -> Footprint {
    let items = architecture.chunks().saturating_add(1);
    Footprint { items, bytes: ciphertext_bytes(architecture) }
}

fn ciphertext_bytes(architecture: &Architecture) -> u32 {
    counted(architecture.weight_elements()).saturating_mul(ELEMENT)
}

/// A size as a number of 32 bits, which no architecture exceeds.
fn counted(size: usize) -> u32 {
    u32::try_from(size).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::names::named;

    fn digits() -> Architecture {
        named("digits-64x32x10").unwrap()
    }

    #[test]
    fn blocks_cost_what_full_ones_take() {
        let blocks = revealed_blocks(&digits(), 2);
        assert_eq!(blocks, Footprint { items: 2, bytes: 2 * (2 + 195 * 33) });
        assert_eq!(revealed_blocks(&digits(), 0), Footprint::default());
    }

    #[test]
    fn a_ciphertext_costs_its_chunks_and_elements() {
        let (chunks, elements) = (digits().chunks(), digits().weight_elements() as u32);
        let ciphertext = ciphertext(&digits());
        assert_eq!(ciphertext, Footprint { items: 1 + chunks, bytes: 32 * elements });
    }

    #[test]
    fn a_record_costs_its_roots_and_a_model_for_each_share() {
        let (chunks, elements) = (digits().chunks(), digits().weight_elements() as u32);
        let none = record(&digits(), 40, 0);
        assert_eq!(none, Footprint { items: 3, bytes: 2_048 + 40 * 32 });
        let items = 3 + 3 * (2 + chunks);
        let bytes = 2_048 + 40 * 32 + 3 * 32 * elements;
        assert_eq!(record(&digits(), 40, 3), Footprint { items, bytes });
    }

    #[test]
    fn a_price_adds_items_and_bytes_and_does_not_overflow() {
        let some = Footprint { items: 3, bytes: 50 };
        assert_eq!(some.price(20, 7), 3 * 20 + 50 * 7);
        assert_eq!(some.price(u128::MAX, 1), u128::MAX);
        assert_eq!(some.price(1, u128::MAX), u128::MAX);
        let most = Footprint { items: u32::MAX, bytes: u32::MAX };
        assert_eq!(most.plus(some), most);
        assert_eq!(most.times(2), most);
    }

    /// 2 MiB of test blocks are 210 tokens at 0.02 for an item and 0.0001 for a byte.
    #[test]
    fn the_most_test_data_costs_what_was_planned() {
        let most = Footprint { items: 32, bytes: 2 * 1024 * 1024 };
        assert_eq!(most.price(200, 1) / 10_000, 210);
    }
}
