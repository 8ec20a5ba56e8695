//! Tasks whose models answer with a number.

use super::{check_size, Block, PrepareError, PreparedTask};
use crate::{
    encoding::Encoding,
    profile::{Numbers, Profile},
    split::{split, SplitOptions},
    table::Table,
    train_blob::MAX_ENCODING_BYTES,
};
use nocknock_primitives::model::{Architecture, Label, Sample};

/// Parts of the range of all numbers of which each block gets equally many rows.
const STRATA: usize = 16;

impl PreparedTask {
    /// Encodes the rows of a table that have a class or a number, whichever models are to say, and
    /// splits them into blocks under fresh salts.
    pub fn from_profile(
        table: &Table,
        profile: &Profile,
        encoding: Encoding,
        architecture: &Architecture,
        options: &SplitOptions,
    ) -> Result<Self, PrepareError> {
        match (&profile.labels, &profile.numbers) {
            (Some(labels), _) => Self::from_table(table, labels, encoding, architecture, options),
            (None, Some(numbers)) => {
                Self::from_numbers(table, numbers, encoding, architecture, options)
            }
            (None, None) => Err(PrepareError::NoLabels),
        }
    }

    /// Encodes the rows of a table that have a number to be learnt, and splits them into blocks
    /// under fresh salts. Each block gets small and large numbers alike.
    pub fn from_numbers(
        table: &Table,
        numbers: &Numbers,
        encoding: Encoding,
        architecture: &Architecture,
        options: &SplitOptions,
    ) -> Result<Self, PrepareError> {
        check_size(architecture)?;
        check_encoding(&encoding, numbers, architecture)?;
        let samples = samples(table, numbers, &encoding)?;
        let dealt = split(&strata(&numbers.known()), architecture, options, None)?;
        let mut blocks = Vec::with_capacity(dealt.len());
        for (index, rows) in (0..).zip(dealt) {
            let rows = rows.iter().filter_map(|row| samples.get(*row).cloned());
            blocks.push(Block::seal(architecture, index, rows.collect())?);
        }
        let roots = blocks.iter().map(|block| block.root(architecture)).collect();
        let (architecture, encoding_hash) = (architecture.clone(), encoding.hash());
        Ok(Self { architecture, encoding, encoding_hash, roots, blocks })
    }
}

/// The encoding is for numbers of this column and for this architecture, and can be published.
fn check_encoding(
    encoding: &Encoding,
    numbers: &Numbers,
    architecture: &Architecture,
) -> Result<(), PrepareError> {
    encoding.check_architecture(architecture)?;
    if encoding.scale().is_none() || encoding.label() != numbers.column {
        return Err(PrepareError::OtherNumbers);
    }
    let found = encoding.to_json().len();
    if found > MAX_ENCODING_BYTES {
        return Err(PrepareError::EncodingTooLong { found });
    }
    Ok(())
}

/// The rows of a table that have a number, as samples in the table's order.
fn samples(
    table: &Table,
    numbers: &Numbers,
    encoding: &Encoding,
) -> Result<Vec<Sample>, PrepareError> {
    let scale = encoding.scale().ok_or(PrepareError::OtherNumbers)?;
    let encoder = encoding.for_table(table)?;
    let rows = numbers.of_row.iter().enumerate();
    let known = rows.filter_map(|(row, number)| Some((row, (*number)?)));
    let sample = |(row, number)| Sample {
        inputs: encoder.row(row),
        label: Label::Number(scale.target(number)),
    };
    Ok(known.map(sample).collect())
}

/// For each number which part of all numbers it belongs to, by its place among them.
fn strata(numbers: &[f64]) -> Vec<u8> {
    let mut order: Vec<(usize, f64)> = numbers.iter().copied().enumerate().collect();
    order.sort_by(|(_, a), (_, b)| a.total_cmp(b));
    let mut strata = vec![0; numbers.len()];
    for (rank, (row, _)) in order.into_iter().enumerate() {
        let part = rank.saturating_mul(STRATA) / numbers.len().max(1);
        if let Some(stratum) = strata.get_mut(row) {
            *stratum = u8::try_from(part).unwrap_or(u8::MAX);
        }
    }
    strata
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        blocks::prepare,
        encoding::{EncodingError, Range},
        profile::Wanted,
        split::SplitSeed,
        table::ReadOptions,
        train_blob::TrainBlob,
    };
    use nocknock_primitives::model::names::named;
    use std::path::Path;

    const SHAPE: &str = "tiny-4x3-within";

    /// Rows with the numbers from 0 to 99, and two without a number that is finite.
    fn table() -> Table {
        let row = |n: usize| format!("{},{}.5,{}\n", n * 37 % 101, n % 5, n);
        let rows: String = (0..100).map(row).collect();
        let text = format!("a,b,price\n{rows}7,1,\n8,2,inf\n");
        Table::read_csv(text.as_bytes(), Path::new("t.csv"), &ReadOptions::default()).unwrap()
    }

    fn prepared(shape: &str) -> Result<PreparedTask, PrepareError> {
        let options = SplitOptions { seed: SplitSeed::from_bytes([1; 32]), ..options() };
        let architecture = named(shape).unwrap();
        prepare(&table(), &Wanted::default(), &architecture, Range::Auto, &options)
    }

    fn options() -> SplitOptions {
        SplitOptions::random().unwrap()
    }

    /// The targets of each block.
    fn targets(task: &PreparedTask) -> Vec<Vec<u16>> {
        let of_block = |index| {
            let block = task.block(index).unwrap().decode(task.architecture()).unwrap();
            let target = |sample: &Sample| match sample.label {
                Label::Number(target) => target,
                _ => panic!("{:?} is no number", sample.label),
            };
            block.samples().iter().map(target).collect()
        };
        (0..u16::try_from(task.roots().len()).unwrap()).map(of_block).collect()
    }

    #[test]
    fn rows_with_a_number_become_samples_with_its_target() {
        let task = prepared(SHAPE).unwrap();
        let scale = task.encoding().scale().unwrap();
        let mut found = targets(&task).concat();
        found.sort_unstable();
        let expected: Vec<u16> = (0..100).map(|n| scale.target(f64::from(n))).collect();
        assert_eq!(found, expected);
        assert!(expected.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(task.classes().is_empty());
    }

    #[test]
    fn each_block_gets_small_and_large_numbers_alike() {
        let task = prepared(SHAPE).unwrap();
        let middle = task.encoding().scale().unwrap().target(49.5);
        let blocks = targets(&task);
        assert_eq!(blocks.len(), 5);
        for block in blocks {
            let small = block.iter().filter(|target| **target < middle).count();
            assert!((9..=11).contains(&small) && block.len() == 20, "{small} of {}", block.len());
        }
    }

    #[test]
    fn training_data_with_numbers_comes_back() {
        let task = prepared(SHAPE).unwrap();
        let blob = task.train_blob(&[1]);
        let decoded = TrainBlob::decode(&blob.encode().unwrap()).unwrap();
        assert_eq!(decoded, blob);
        assert_eq!(decoded.check_against_roots(task.roots()), Ok(()));
        assert_eq!(decoded.encoding().scale(), task.encoding().scale());
        assert_eq!(decoded.count(), Ok(80));
    }

    #[test]
    fn an_encoding_of_other_numbers_or_for_another_head_is_refused() {
        let table = table();
        let profile = Profile::of(&table, &Wanted::default()).unwrap();
        let architecture = named(SHAPE).unwrap();
        let encoding = prepared(SHAPE).unwrap().encoding().clone();
        let from = |profile: &Profile, shape: &str| {
            let (shape, encoding) = (named(shape).unwrap(), encoding.clone());
            PreparedTask::from_profile(&table, profile, encoding, &shape, &options()).unwrap_err()
        };
        let mut other = profile.clone();
        other.numbers.as_mut().unwrap().column = "cost".to_owned();
        assert_eq!(from(&other, SHAPE), PrepareError::OtherNumbers);
        let nothing = Profile { numbers: None, ..profile.clone() };
        assert_eq!(from(&nothing, SHAPE), PrepareError::NoLabels);
        let classes = from(&profile, "tiny-4x3x2");
        let is_answer = |error: &PrepareError| {
            matches!(error, PrepareError::Encoding(EncodingError::Answer { .. }))
        };
        assert!(is_answer(&classes), "{classes}");
        let fitted = prepared("tiny-4x3x2").unwrap_err();
        assert!(is_answer(&fitted), "{fitted}");
        assert!(encoding.check_architecture(&architecture).is_ok());
    }

    #[test]
    fn strata_are_by_size_and_of_like_size() {
        let numbers: Vec<f64> = (0..32).rev().map(f64::from).collect();
        let strata = strata(&numbers);
        assert_eq!((strata[0], strata[1], strata[2], strata[31]), (15, 15, 14, 0));
        assert_eq!(super::strata(&[]), Vec::<u8>::new());
    }
}
