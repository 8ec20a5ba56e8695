//! What a sponsored task of some data costs, by the amounts of this release.

use crate::{
    amount::Amount,
    output::{number, table, text},
};
use nocknock_client::{Balance, NNK};
use nocknock_dataset::{Encoding, SplitPlan};
use nocknock_primitives::{
    deposits::{ciphertext, record, revealed_blocks, Footprint},
    model::Architecture,
};
use serde::Serialize;

/// The least reward.
const LEAST_REWARD: Balance = NNK;

/// The least bond, without what blocks add to it.
const LEAST_BOND: Balance = NNK;

/// What each block adds to the least bond.
const BOND_OF_A_BLOCK: Balance = NNK / 10;

/// The least stake, without the price of a ciphertext.
const LEAST_STAKE: Balance = NNK / 10;

/// The price of an entry that is stored.
const PRICE_OF_AN_ITEM: Balance = NNK / 50;

/// The price of a byte that is stored.
const PRICE_OF_A_BYTE: Balance = NNK / 10_000;

/// Millionths of each payment that the validators get.
const VALIDATORS_MILLIONTHS: u32 = 20_000;

/// What they get of it at least.
const LEAST_FOR_VALIDATORS: Balance = NNK / 10;

/// The deposit for an experiment, without its description, each byte of which costs as much as
/// other bytes.
const EXPERIMENT_DEPOSIT: Balance = 3 * NNK / 50;

/// Bytes, about, that training data has for each block beside its rows: index, salt and length.
const BLOCK_HEADER: usize = 100;

/// What a sponsored task costs whoever offers it, with the least amounts and one winner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Cost {
    /// Goes to the winner, but for the validators' part. What is not paid comes back.
    least_reward: Amount,
    /// Percentage of each payment that the validators get.
    validators_percent: u32,
    /// What they get of it at least.
    least_for_validators: Amount,
    /// Comes back when the task is settled, unless the test blocks are not revealed in time.
    bond: Amount,
    /// Comes back when the chain removes the task.
    record_deposit: Amount,
    /// Held for a new experiment, without its description.
    experiment_deposit: Amount,
    /// For each byte of that description.
    deposit_per_byte: Amount,
    /// Held of each worker.
    worker_stake: Amount,
    /// Bytes, about, of the training data in a store.
    training_bytes: usize,
    /// Most bytes of test blocks on the chain, from the reveal to settlement.
    revealed_bytes: u32,
    /// Transactions that reveal test blocks.
    reveals: u16,
    /// All transactions of the requester: these, the offer, and the training data.
    transactions: u16,
}

impl Cost {
    pub(super) fn of(architecture: &Architecture, encoding: &Encoding, plan: &SplitPlan) -> Self {
        let price = |of: Footprint| of.price(PRICE_OF_AN_ITEM, PRICE_OF_A_BYTE);
        let revealed = revealed_blocks(architecture, plan.test_blocks);
        let for_blocks = BOND_OF_A_BLOCK.saturating_mul(plan.blocks.into());
        let bond = LEAST_BOND.saturating_add(for_blocks).saturating_add(price(revealed));
        Self {
            least_reward: Amount(LEAST_REWARD),
            validators_percent: VALIDATORS_MILLIONTHS / 10_000,
            least_for_validators: Amount(LEAST_FOR_VALIDATORS),
            bond: Amount(bond),
            record_deposit: Amount(price(record(architecture, plan.blocks.into(), 1))),
            experiment_deposit: Amount(EXPERIMENT_DEPOSIT),
            deposit_per_byte: Amount(PRICE_OF_A_BYTE),
            worker_stake: Amount(LEAST_STAKE.saturating_add(price(ciphertext(architecture)))),
            training_bytes: training_bytes(architecture, encoding, plan),
            revealed_bytes: revealed.bytes,
            reveals: plan.test_blocks,
            transactions: plan.test_blocks.saturating_add(2),
        }
    }

    /// The same for people.
    pub(super) fn text(&self) -> String {
        let row =
            |what: &str, amount: Amount, goes: String| vec![text(what), number(amount), text(goes)];
        let (percent, least) = (self.validators_percent, self.least_for_validators);
        let rows = [
            row(
                "reward, at least",
                self.least_reward,
                format!(
                    "to the winner, without {percent} % and {least} at least for the validators; \
                     what is not paid comes back"
                ),
            ),
            row(
                "bond",
                self.bond,
                "comes back, unless you do not reveal the test blocks in time".to_owned(),
            ),
            row(
                "deposit for the record",
                self.record_deposit,
                "comes back when the chain removes the task".to_owned(),
            ),
        ];
        let amounts = table(&["a sponsored task costs", "NNK", ""], rows);
        format!("{amounts}\n{}", self.remarks())
    }

    fn remarks(&self) -> String {
        format!(
            "These are the least amounts for one winner; nothing of them is burnt. A new \
             experiment holds {} NNK, and {} for each byte of its description and of the hash of \
             an encoding that it names. Workers stake {} NNK each, which is burnt if they do not \
             prove or deliver. The training data takes about {} bytes in a store, the test blocks \
             at most {} bytes on the chain. You send {} transactions, {} of them to reveal test \
             blocks; `propose-task --dry-run` tells the fee of the offer. A task of the curriculum \
             holds nothing.",
            self.experiment_deposit,
            self.deposit_per_byte,
            self.worker_stake,
            self.training_bytes,
            self.revealed_bytes,
            self.transactions,
            self.reveals,
        )
    }
}

/// Bytes, about, of the training data: the encoding, and all blocks but those that are drawn.
fn training_bytes(architecture: &Architecture, encoding: &Encoding, plan: &SplitPlan) -> usize {
    let blocks = usize::from(plan.blocks.saturating_sub(plan.test_blocks));
    // Blocks have equally many rows, or one more.
    let rows = plan.least_test_rows.div_ceil(u32::from(plan.test_blocks).max(1));
    let rows = usize::try_from(rows).unwrap_or(usize::MAX).min(architecture.samples.into());
    let block = architecture.wire_bytes(rows).saturating_add(BLOCK_HEADER);
    encoding.to_json().len().saturating_add(blocks.saturating_mul(block))
}

#[cfg(test)]
mod tests {
    use super::*;
    use codec::{Compact, Decode};
    use nocknock_dataset::{Profile, Range, ReadOptions, Table, Wanted};
    use nocknock_primitives::model::names::named;
    use serde_json::json;
    use std::path::Path;

    /// What the runtime of this release says about itself.
    const METADATA: &[u8] = include_bytes!("../../../../client/metadata/nocknock.scale");

    /// The values of all constants of this name: it, the number of its type, and its bytes follow
    /// each other.
    fn constants(name: &str) -> Vec<Vec<u8>> {
        let name = codec::Encode::encode(name);
        let places = METADATA.windows(name.len()).enumerate();
        let places = places.filter(|(_, window)| *window == name).map(|(place, _)| place);
        let value = |place: usize| {
            let mut rest = &METADATA[place + name.len()..];
            Compact::<u32>::decode(&mut rest).ok()?;
            Vec::<u8>::decode(&mut rest).ok()
        };
        places.filter_map(value).collect()
    }

    #[test]
    fn the_amounts_are_those_of_the_runtime() {
        for (name, amount) in [
            ("MinReward", LEAST_REWARD),
            ("MinBond", LEAST_BOND),
            ("BondPerBlock", BOND_OF_A_BLOCK),
            ("MinStake", LEAST_STAKE),
            ("DepositPerItem", PRICE_OF_AN_ITEM),
            ("DepositPerByte", PRICE_OF_A_BYTE),
            ("RecordFee", LEAST_FOR_VALIDATORS),
            ("BaseDeposit", EXPERIMENT_DEPOSIT),
            ("ByteDeposit", PRICE_OF_A_BYTE),
        ] {
            assert!(constants(name).contains(&amount.to_le_bytes().to_vec()), "{name}");
        }
        let share = VALIDATORS_MILLIONTHS.to_le_bytes().to_vec();
        assert_eq!(constants("ValidatorShare"), [share]);
    }

    fn encoding(architecture: &Architecture) -> Encoding {
        let lines: String = (0..40).map(|row| format!("{row}.5,{}\n", row % 2)).collect();
        let text = format!("a,class\n{lines}");
        let options = ReadOptions::default();
        let table = Table::read_csv(text.as_bytes(), Path::new("data.csv"), &options).unwrap();
        let profile = Profile::of(&table, &Wanted::default()).unwrap();
        Encoding::fit(&table, &profile, architecture, Range::Auto).unwrap().encoding
    }

    fn cost(shape: &str, blocks: u16, test_blocks: u16) -> Cost {
        let architecture = named(shape).unwrap();
        let least_test_rows = u32::from(test_blocks) * u32::from(architecture.samples);
        let plan = SplitPlan { blocks, test_blocks, least_test_rows };
        Cost::of(&architecture, &encoding(&architecture), &plan)
    }

    /// docs/requester.md has the same numbers.
    #[test]
    fn deposits_are_those_that_the_chain_demands() {
        let hundredths = |amount: Amount| (amount.0 + NNK / 200) / (NNK / 100);
        for (shape, expected) in [
            ("digits-64x32x10", [333, 55, 33]),
            ("table-128x64x10", [823, 105, 83]),
            ("mnist-784x128x10", [1_383, 434, 412]),
            ("embed-384x64x10", [3_284, 232, 210]),
        ] {
            let cost = cost(shape, 10, 2);
            let found = [cost.bond, cost.record_deposit, cost.worker_stake].map(hundredths);
            assert_eq!(found, expected, "{shape}");
        }
    }

    #[test]
    fn transactions_and_bytes_follow_from_the_blocks() {
        let few = cost("digits-64x32x10", 10, 2);
        assert_eq!((few.reveals, few.transactions), (2, 4));
        assert_eq!(few.revealed_bytes, 2 * (2 + 195 * 33));
        assert!(few.training_bytes > 8 * 195 * 33, "{few:?}");
        assert!(few.training_bytes < 8 * 195 * 33 + 5_000, "{few:?}");
        let text = few.text();
        for words in ["2 %", "3.3274", "4 transactions, 2 of them", "0.06 NNK, and 0.0001 for"] {
            assert!(text.contains(words), "no {words} in {text}");
        }
    }

    #[test]
    fn amounts_are_texts_for_programs() {
        let value = serde_json::to_value(cost("digits-64x32x10", 10, 2)).unwrap();
        assert_eq!((&value["bond"], &value["least_reward"]), (&json!("3.3274"), &json!("1")));
        assert_eq!(value["validators_percent"], 2);
    }
}
