//! Benchmarks of the calls, of verification and of folds.
//!
//! The trapdoors of the keys are known. The parts of a fold are measured on blocks in which one
//! part counts most. What little there is of the others is charged with it once more.

use super::*;
use crate::trapdoor::Trapdoor;
use alloc::{boxed::Box, vec, vec::Vec};
use codec::{Encode, MaxEncodedLen};
use frame_benchmarking::v2::*;
use frame_support::{storage::unhashed, traits::EnsureOrigin};
use nocknock_primitives::{
    circuit::{CircuitKind, Claim, ProofBytes},
    ids::{CircuitId, FieldBytes},
    limits::{List, MAX_FOLDED_VALUES},
    model::{
        architecture::{MAX_INPUTS, MAX_SAMPLES},
        Architecture, Claimed, Dense, Description, FoldInputs, Fr, Goal, Head, KnownBlock,
    },
    task::RevealedBlock,
    traits::ProofVerifier,
};

const KEY: Trapdoor = Trapdoor::new(1);
const SUCCESSOR: Trapdoor = Trapdoor::new(2);

type Proved = ([FieldBytes; 8], ProofBytes);

/// Scores have one input more than deliveries.
fn proved(number: u32) -> Proved {
    let byte = u8::try_from(number % 32).unwrap_or_default();
    let inputs = [[byte; 32], [2; 32], [3; 32], [4; 32], [5; 32], [6; 32], [7; 32], [8; 32]];
    (inputs, KEY.prove(&inputs, number))
}

/// The kind of circuit with the longest description.
fn longest() -> Option<CircuitKind> {
    let dense = Dense { units: 1, weight_bits: 2, bias_bits: 2, sum_bits: 2, shift: 0 };
    let goal = Goal::Within { tolerance: 0 };
    let description = Description {
        inputs: 1,
        input_bits: 1,
        hidden: List::truncate_from([dense; 4].to_vec()),
        head: Head::Number { weight_bits: 2, bias_bits: 2, distance_bits: 17, goal },
        samples: 1,
    };
    let kind = CircuitKind::Score(Architecture::new(description).ok()?);
    (kind.encoded_size() == CircuitKind::max_encoded_len()).then_some(kind)
}

/// Where a block is stored.
const BLOCK: &[u8] = b"a block of rows";
const SALT: [u8; 32] = [1; 32];

/// The most rows of a block.
const MOST_ROWS: u32 = MAX_SAMPLES as u32;
/// The most inputs of an architecture.
const MOST_INPUTS: u32 = MAX_INPUTS as u32;
/// The most values of a block, in the unit of weights.
const MOST_VALUES: u32 = MAX_FOLDED_VALUES / 1024;
/// The most rows of 1,024 bytes each.
const MOST_LONG_ROWS: u32 = 255;
/// The most rows of 256 bits of labels each, in groups of four.
const MOST_LABELS: u32 = MOST_ROWS / 4;

const TWO_CLASSES: Head =
    Head::Classes { classes: 2, best: 1, weight_bits: 2, bias_bits: 2, distance_bits: 8 };
/// With one more bit, 256 bits for each row.
const MANY_LABELS: Head = Head::Labels { labels: 255, weight_bits: 2, bias_bits: 2, sum_bits: 8 };
const NUMBER: Head = Head::Number {
    weight_bits: 2,
    bias_bits: 2,
    distance_bits: 20,
    goal: Goal::Within { tolerance: 1 },
};

/// An architecture without hidden layers, which add nothing to the work of the chain.
fn flat(
    inputs: u32,
    input_bits: u8,
    head: Head,
    samples: u32,
) -> Result<Architecture, BenchmarkError> {
    let size = |number: u32| u16::try_from(number).map_err(|_| BenchmarkError::Stop("too many"));
    let (inputs, samples) = (size(inputs)?, size(samples)?);
    let description = Description { inputs, input_bits, hidden: List::default(), head, samples };
    Architecture::new(description)
        .map_err(|_| BenchmarkError::Stop("the architecture is not usable"))
}

/// A block of so many rows: labels of zero, and the largest inputs, which have to fill whole bytes.
fn revealed(architecture: &Architecture, rows: u32) -> RevealedBlock {
    let rows = u16::try_from(rows).unwrap_or(u16::MAX);
    let label = vec![0; architecture.label_bytes()];
    let inputs = vec![u8::MAX; architecture.input_bytes()];
    let samples = [label, inputs].concat().repeat(rows.into());
    let rows = [rows.to_le_bytes().to_vec(), samples].concat();
    RevealedBlock { salt: SALT, rows: List::truncate_from(rows) }
}

/// The public inputs of a claim about a block.
fn fold(architecture: &Architecture, block: &RevealedBlock) -> Option<FoldInputs> {
    let known = KnownBlock::new(architecture, &block.salt, 0, &block.rows).ok()?;
    let one = Fr::from(1u32);
    Some(known.inputs(one, one, &Claimed { sums: one, inputs: one, score: 0 }))
}

#[benchmarks]
mod benchmarks {
    use super::*;

    fn council<T: Config>() -> Result<T::RuntimeOrigin, BenchmarkError> {
        T::RegisterOrigin::try_successful_origin().map_err(|_| BenchmarkError::Weightless)
    }

    fn candidate(key: Trapdoor) -> Result<Box<Candidate>, BenchmarkError> {
        let kind = longest().ok_or(BenchmarkError::Stop("there is a longer description"))?;
        Ok(Box::new(key.candidate(kind)))
    }

    fn registered<T: Config>() -> Result<CircuitId, BenchmarkError> {
        Pallet::<T>::do_register_circuit(*candidate(KEY)?)
            .map_err(|_| BenchmarkError::Stop("the circuit cannot be registered"))
    }

    #[benchmark]
    fn register_circuit() -> Result<(), BenchmarkError> {
        let origin = council::<T>()?;
        let candidate = candidate(KEY)?;
        let id = candidate.info.id();
        #[extrinsic_call]
        _(origin as T::RuntimeOrigin, candidate);
        assert!(Circuits::<T>::contains_key(id));
        Ok(())
    }

    #[benchmark]
    fn replace_circuit() -> Result<(), BenchmarkError> {
        let origin = council::<T>()?;
        let (id, successor) = (registered::<T>()?, candidate(SUCCESSOR)?);
        #[extrinsic_call]
        _(origin as T::RuntimeOrigin, id, successor);
        assert!(Circuits::<T>::get(id).is_some_and(|record| !record.is_active()));
        Ok(())
    }

    #[benchmark]
    fn disable_circuit() -> Result<(), BenchmarkError> {
        let origin =
            T::DisableOrigin::try_successful_origin().map_err(|_| BenchmarkError::Weightless)?;
        let id = registered::<T>()?;
        #[extrinsic_call]
        _(origin as T::RuntimeOrigin, id);
        assert!(Circuits::<T>::get(id).is_some_and(|record| !record.is_usable()));
        Ok(())
    }

    #[benchmark]
    fn verify_one() -> Result<(), BenchmarkError> {
        let id = registered::<T>()?;
        let (inputs, proof) = proved(1);
        let verified;
        #[block]
        {
            verified = Pallet::<T>::verify(&id, Claim { inputs: &inputs, proof: &proof });
        }
        assert!(verified.is_ok());
        Ok(())
    }

    #[benchmark]
    fn verify_batch(p: Linear<2, 64>) -> Result<(), BenchmarkError> {
        let id = registered::<T>()?;
        let proved: Vec<Proved> = (0..p).map(proved).collect();
        let claims: Vec<_> = proved.iter().map(|(inputs, proof)| Claim { inputs, proof }).collect();
        let verified;
        #[block]
        {
            verified = Pallet::<T>::verify_batch(&id, &claims);
        }
        assert!(verified.is_ok());
        Ok(())
    }

    /// The bytes are read as well. Rows of 1,024 bytes have as few values as there can be in so
    /// many bytes.
    #[benchmark]
    fn fold_bytes(b: Linear<1, MOST_LONG_ROWS>) -> Result<(), BenchmarkError> {
        let architecture = flat(511, 16, NUMBER, MOST_LONG_ROWS)?;
        unhashed::put(BLOCK, &revealed(&architecture, b));
        let folded;
        #[block]
        {
            let stored = unhashed::get::<RevealedBlock>(BLOCK);
            folded = stored.and_then(|stored| fold(&architecture, &stored));
        }
        assert!(folded.is_some());
        Ok(())
    }

    #[benchmark]
    fn fold_rows(r: Linear<1, MOST_ROWS>) -> Result<(), BenchmarkError> {
        let architecture = flat(8, 1, TWO_CLASSES, MOST_ROWS)?;
        let block = revealed(&architecture, r);
        let folded;
        #[block]
        {
            folded = fold(&architecture, &block);
        }
        assert!(folded.is_some());
        Ok(())
    }

    #[benchmark]
    fn fold_values(v: Linear<1, MOST_VALUES>) -> Result<(), BenchmarkError> {
        let architecture = flat(128, 1, TWO_CLASSES, MOST_ROWS)?;
        let block = revealed(&architecture, v.saturating_mul(8));
        let folded;
        #[block]
        {
            folded = fold(&architecture, &block);
        }
        assert!(folded.is_some());
        Ok(())
    }

    #[benchmark]
    fn fold_inputs(d: Linear<1, MOST_INPUTS>) -> Result<(), BenchmarkError> {
        let architecture = flat(d, 8, TWO_CLASSES, 1)?;
        let block = revealed(&architecture, 1);
        let folded;
        #[block]
        {
            folded = fold(&architecture, &block);
        }
        assert!(folded.is_some());
        Ok(())
    }

    #[benchmark]
    fn fold_labels(l: Linear<1, MOST_LABELS>) -> Result<(), BenchmarkError> {
        let samples = l.saturating_mul(4);
        let architecture = flat(8, 1, MANY_LABELS, samples)?;
        let block = revealed(&architecture, samples);
        let folded;
        #[block]
        {
            folded = fold(&architecture, &block);
        }
        assert!(folded.is_some());
        Ok(())
    }

    impl_benchmark_test_suite!(Pallet, crate::mock::new_test_ext(), crate::mock::Test);
}
