//! Many proofs at once.

use crate::trapdoor::{scalar, Statement, Trapdoor};
use nocknock_groth16::{
    verify, verify_batch, BatchError, BatchItem, Fr, PreparedVerifyingKey, Proof,
};

fn items<'a>(key: &'a PreparedVerifyingKey, statements: &'a [Statement]) -> Vec<BatchItem<'a>> {
    let item = |statement: &'a Statement| BatchItem {
        key,
        inputs: &statement.inputs,
        proof: &statement.proof,
    };
    statements.iter().map(item).collect()
}

fn statements(trapdoor: &Trapdoor, count: u64) -> Vec<Statement> {
    (0..count).map(|seed| trapdoor.statement(10 * seed)).collect()
}

#[test]
fn batches_of_good_proofs_are_accepted() {
    let trapdoor = Trapdoor::new(5, 1);
    let (key, statements) = (trapdoor.prepared(), statements(&trapdoor, 64));
    for count in [1, 2, 3, 5, 64] {
        assert_eq!(verify_batch(&items(&key, &statements[..count])), Ok(()), "{count} proofs");
    }
}

#[test]
fn an_empty_batch_is_an_error() {
    assert_eq!(verify_batch(&[]), Err(BatchError::Empty));
}

#[test]
fn one_bad_proof_among_64_is_found_at_every_place() {
    let trapdoor = Trapdoor::new(5, 2);
    let (key, good) = (trapdoor.prepared(), statements(&trapdoor, 64));
    for place in 0..64 {
        let mut statements = good.clone();
        statements[place].inputs[place % 5] += Fr::from(1u64);
        assert_eq!(
            verify_batch(&items(&key, &statements)),
            Err(BatchError::Refused),
            "place {place}"
        );
    }
}

#[test]
fn a_batch_decides_like_single_verification() {
    let trapdoor = Trapdoor::new(3, 3);
    let (key, statement) = (trapdoor.prepared(), trapdoor.statement(1));
    let proof = statement.proof;
    let other = trapdoor.statement(20).proof;
    let proofs = [
        proof,
        Proof { a: other.a, ..proof },
        Proof { b: other.b, ..proof },
        Proof { c: other.c, ..proof },
        Proof { a: -proof.a, b: -proof.b, ..proof },
        Proof { a: -proof.a, ..proof },
    ];
    for proof in proofs {
        let single = verify(&key, &statement.inputs, &proof).is_ok();
        let item = BatchItem { key: &key, inputs: &statement.inputs, proof: &proof };
        assert_eq!(verify_batch(&[item]).is_ok(), single);
        assert_eq!(verify_batch(&[item, item]).is_ok(), single);
    }
}

#[test]
fn errors_that_cancel_out_without_coefficients_are_found() {
    let trapdoor = Trapdoor::new(1, 4);
    let key = trapdoor.prepared();
    let mut statements = statements(&trapdoor, 2);
    // The sum of both equations stays true.
    let (first, second) = statements.split_at_mut(1);
    std::mem::swap(&mut first[0].proof.c, &mut second[0].proof.c);
    assert_eq!(verify_batch(&items(&key, &statements)), Err(BatchError::Refused));
    statements[0].inputs[0] += Fr::from(1u64);
    statements[1].inputs[0] -= Fr::from(1u64);
    assert_eq!(verify_batch(&items(&key, &statements)), Err(BatchError::Refused));
}

#[test]
fn several_keys_share_a_batch() {
    let trapdoors: Vec<Trapdoor> = (0..3).map(|i| Trapdoor::new(2 + i, 5 + i as u64)).collect();
    let keys: Vec<_> = trapdoors.iter().map(Trapdoor::prepared).collect();
    let statements: Vec<_> = trapdoors.iter().map(|trapdoor| statements(trapdoor, 4)).collect();
    let mut batch: Vec<BatchItem<'_>> =
        keys.iter().zip(&statements).flat_map(|(key, statements)| items(key, statements)).collect();
    assert_eq!(verify_batch(&batch), Ok(()));
    batch.swap(0, 11);
    assert_eq!(verify_batch(&batch), Ok(()));
    // A proof under the wrong key, whose number of inputs fits.
    let twin = Trapdoor::new(2, 99).prepared();
    batch[11].key = &twin;
    assert_eq!(verify_batch(&batch), Err(BatchError::Refused));
}

#[test]
fn a_wrong_number_of_inputs_is_named() {
    let trapdoor = Trapdoor::new(2, 6);
    let key = trapdoor.prepared();
    let mut statements = statements(&trapdoor, 3);
    statements[1].inputs.push(scalar(1));
    let refused = BatchError::InputCount { index: 1, expected: 2, actual: 3 };
    assert_eq!(verify_batch(&items(&key, &statements)), Err(refused));
}
