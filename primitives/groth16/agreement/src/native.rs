//! The verifier as native code.

use crate::statement::Item;
use nocknock_groth16::{
    decode_input, verify, verify_batch, BatchItem, Fr, PreparedVerifyingKey, Proof,
};

/// Whether the item is well formed and its proof holds.
pub fn accepts(key: &PreparedVerifyingKey, item: &Item) -> bool {
    decode(item).is_some_and(|(inputs, proof)| verify(key, &inputs, &proof).is_ok())
}

/// Whether all items are well formed and their proofs hold, decided in one batch.
pub fn accepts_batch(key: &PreparedVerifyingKey, items: &[Item]) -> bool {
    let Some(decoded) = items.iter().map(decode).collect::<Option<Vec<_>>>() else {
        return false;
    };
    let items = decoded.iter().map(|(inputs, proof)| BatchItem { key, inputs, proof });
    verify_batch(&items.collect::<Vec<_>>()).is_ok()
}

fn decode(item: &Item) -> Option<(Vec<Fr>, Proof)> {
    let inputs: Result<_, _> = item.inputs.iter().map(decode_input).collect();
    Some((inputs.ok()?, Proof::from_evm_bytes(&item.proof).ok()?))
}
