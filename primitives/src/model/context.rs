//! `ctx`, the public input that ties a proof to one chain, circuit, task, worker and block.
//!
//! A proof that was made for one of them says nothing under the `ctx` of another, so nobody can
//! pass off a copied proof as their own.

use super::field::from_digest;
use crate::ids::{BlockIndex, CircuitId, TaskId};
use blake2::{digest::consts::U32, Blake2b, Digest};
use nocknock_poseidon::Fr;

/// What a proof is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContextDomain {
    /// The score of a test block in a task.
    Score,
    /// The score of the champion of an experiment on a test block of a task. Worker and circuit are
    /// those of the champion, whoever proves.
    Champion,
    /// The delivery of a model in a task. The block index is 0.
    Delivery,
    /// The registration of a worker with a score on the practice block. The task is the account's
    /// registration round, so that a proof can be used only once; the block index is 0.
    Registration {
        /// A seed of the draw, so that a proof cannot be made long before it is used.
        seed: [u8; 32],
    },
}

impl ContextDomain {
    const fn tag(self) -> &'static [u8; 16] {
        match self {
            Self::Score => b"nn/ctx/score/v2\0",
            Self::Champion => b"nn/ctx/champion\0",
            Self::Delivery => b"nn/ctx/deliver/2",
            Self::Registration { .. } => b"nn/ctx/register3",
        }
    }
}

/// Everything that `ctx` binds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Context {
    /// What the proof is for.
    pub domain: ContextDomain,
    /// The hash of the chain's first block.
    pub genesis_hash: [u8; 32],
    /// The circuit of the proof.
    pub circuit: CircuitId,
    /// The task.
    pub task: TaskId,
    /// The account of the worker that proves.
    pub worker: [u8; 32],
    /// The block.
    pub block: BlockIndex,
}

impl Context {
    /// blake2b-256 over tag, genesis hash, circuit id, task (8 bytes, little endian), worker, in a
    /// registration the seed, and block index (2 bytes, little endian), its top three bits cleared,
    /// as a big-endian number.
    pub fn to_field(&self) -> Fr {
        let mut hash = Blake2b::<U32>::new();
        hash.update(self.domain.tag());
        hash.update(self.genesis_hash);
        hash.update(self.circuit.as_bytes());
        hash.update(self.task.to_le_bytes());
        hash.update(self.worker);
        if let ContextDomain::Registration { seed } = self.domain {
            hash.update(seed);
        }
        hash.update(self.block.to_le_bytes());
        from_digest(hash.finalize().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXAMPLE: Context = Context {
        domain: ContextDomain::Score,
        genesis_hash: [1; 32],
        circuit: CircuitId([2; 32]),
        task: 3,
        worker: [4; 32],
        block: 5,
    };

    #[test]
    fn every_part_changes_the_context() {
        let changed = [
            Context { domain: ContextDomain::Champion, ..EXAMPLE },
            Context { domain: ContextDomain::Delivery, ..EXAMPLE },
            Context { domain: ContextDomain::Registration { seed: [6; 32] }, ..EXAMPLE },
            Context { genesis_hash: [9; 32], ..EXAMPLE },
            Context { circuit: CircuitId([9; 32]), ..EXAMPLE },
            Context { task: 9, ..EXAMPLE },
            Context { worker: [9; 32], ..EXAMPLE },
            Context { block: 9, ..EXAMPLE },
        ];
        for context in changed {
            assert_ne!(context.to_field(), EXAMPLE.to_field(), "{context:?}");
        }
    }

    #[test]
    fn each_seed_makes_another_registration() {
        let with = |seed| {
            let domain = ContextDomain::Registration { seed };
            Context { domain, ..EXAMPLE }.to_field()
        };
        let mut other = [6; 32];
        other[31] ^= 1;
        assert_ne!(with([6; 32]), with(other));
    }

    #[test]
    fn each_purpose_has_a_tag_of_its_own() {
        use ContextDomain::{Champion, Delivery, Registration, Score};
        let registration = Registration { seed: [6; 32] };
        assert_eq!(Champion.tag(), b"nn/ctx/champion\0");
        let mut tags = [Score, Champion, Delivery, registration].map(ContextDomain::tag);
        tags.sort_unstable();
        assert!(tags.windows(2).all(|pair| pair[0] != pair[1]));
    }
}
