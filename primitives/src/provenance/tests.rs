use super::*;
use crate::ids::{BlobId, CircuitId, ContentHash, ModelCommitment, RecordId};
use alloc::{string::ToString, vec::Vec};

const GENESIS: [u8; 32] = [0x11; 32];

fn provenance() -> Provenance<[u8; 32]> {
    Provenance {
        experiment: 3,
        task: 4,
        version: 5,
        submitter: [0x22; 32],
        model: ModelCommitment([0x33; 32]),
        circuit: CircuitId([0x44; 32]),
        score: Score::new(187, 190),
        data_roots: ContentHash([0x55; 32]),
        train_data: Some(BlobId([0x66; 32])),
        attestation: Attestation {
            image: Some(ContentHash([0x77; 32])),
            code: Some(ContentHash([0x88; 32])),
            hyperparameters: Some(ContentHash([0x99; 32])),
            model_blob: Some(BlobId([0xaa; 32])),
        },
    }
}

fn leaves(count: u8) -> Vec<Node> {
    (0..count).map(|number| keccak_256(&[number])).collect()
}

/// The tree by its definition, without anything of the code under test.
fn plain_root(leaves: &[Node]) -> Node {
    if let [leaf] = leaves {
        return *leaf;
    }
    let mut left = 1;
    while left * 2 < leaves.len() {
        left *= 2;
    }
    let mut pair = [plain_root(&leaves[..left]), plain_root(&leaves[left..])];
    pair.sort();
    keccak_256(&pair.concat())
}

fn anchor_of(leaves: &[Node], first: RecordId) -> Anchor<u32> {
    Anchor {
        number: 2,
        first,
        count: u32::try_from(leaves.len()).unwrap(),
        root: plain_root(leaves),
        block: 9,
    }
}

/// Three records from number 7 on, and the proof of the second.
fn proved() -> (Anchor<u32>, InclusionProof) {
    let leaves: Vec<_> =
        (7..10).map(|id| provenance().leaf(GENESIS, id).hash(keccak_256)).collect();
    let proof = InclusionProof {
        record: 8,
        anchor: 2,
        siblings: siblings(&leaves, 1, keccak_256).unwrap(),
    };
    (anchor_of(&leaves, 7), proof)
}

#[test]
fn the_hash_is_that_of_the_evm() {
    assert_eq!(
        hex::encode(keccak_256(b"")),
        "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"
    );
}

#[test]
fn a_leaf_and_a_root_are_what_an_independent_program_computed() {
    let leaf = provenance().leaf(GENESIS, 7);
    assert_eq!(leaf.as_bytes().len(), 544);
    assert_eq!(
        hex::encode(leaf.hash(keccak_256)),
        "4d75be4327f6f385dc2aa037477cb26c799062874710374aa95d378cbbc5a31d"
    );
    assert_eq!(
        hex::encode(proved().0.root),
        "c814884ea2d9dc9af8d867925f89bcb0f06db6dcd75a9c27f94aa82f529855ab"
    );
}

#[test]
fn what_was_not_given_is_a_word_of_zeros() {
    let bare = Provenance { train_data: None, attestation: Attestation::default(), ..provenance() };
    assert_eq!(
        hex::encode(bare.leaf(GENESIS, 7).hash(keccak_256)),
        "47ab62f1b938fe86179452b478f7e453926ba5ba316667eda480600964f55e14"
    );
}

#[test]
fn a_growing_tree_has_the_root_of_its_definition() {
    let mut frontier = Frontier::default();
    assert!(frontier.is_empty());
    assert_eq!(frontier.root(keccak_256), None);
    let all = leaves(70);
    for count in 1..=all.len() {
        assert!(frontier.push(all[count - 1], keccak_256));
        assert_eq!(frontier.root(keccak_256), Some(plain_root(&all[..count])), "{count}");
        assert_eq!(frontier.peaks().len(), count.count_ones() as usize);
    }
    assert_eq!(frontier.count(), 70);
}

#[test]
fn a_full_tree_takes_no_leaf() {
    let mut full = Frontier { count: u32::MAX, peaks: leaves(32).try_into().unwrap() };
    let before = full.clone();
    assert!(!full.push([1; 32], keccak_256));
    assert_eq!(full, before);
}

#[test]
fn the_fullest_tree_has_a_root() {
    let mut nearly_full = Frontier { count: u32::MAX - 1, peaks: leaves(31).try_into().unwrap() };
    assert!(nearly_full.push([1; 32], keccak_256));
    assert_eq!(nearly_full.peaks().len(), 32);
    assert!(nearly_full.root(keccak_256).is_some());
}

#[test]
fn the_siblings_of_each_leaf_lead_to_the_root() {
    let all = leaves(70);
    for count in 1..=all.len() {
        let tree = &all[..count];
        let depth = count.next_power_of_two().trailing_zeros() as usize;
        for (index, leaf) in tree.iter().enumerate() {
            let siblings = siblings(tree, index, keccak_256).unwrap();
            assert!(siblings.len() <= depth);
            let proof = InclusionProof { record: 0, anchor: 0, siblings };
            assert_eq!(proof.root(*leaf), plain_root(tree), "leaf {index} of {count}");
        }
        assert_eq!(siblings(tree, count, keccak_256), None);
    }
    assert_eq!(siblings(&[], 0, keccak_256), None);
}

#[test]
fn a_proof_shows_that_a_record_is_in_its_anchor() {
    let (anchor, proof) = proved();
    assert_eq!(proof.verify(GENESIS, &provenance(), &anchor), Ok(()));
}

#[test]
fn any_flipped_byte_of_a_record_is_refused() {
    let (anchor, proof) = proved();
    let leaf = provenance().leaf(GENESIS, 8);
    assert_eq!(proof.root(leaf.hash(keccak_256)), anchor.root);
    for place in 0..544 {
        let mut changed = leaf;
        changed.0[place / 32][place % 32] ^= 1;
        assert_ne!(proof.root(changed.hash(keccak_256)), anchor.root, "byte {place}");
    }
}

#[test]
fn any_flipped_byte_of_a_proof_or_a_root_is_refused() {
    let (anchor, proof) = proved();
    for place in 0..32 {
        for sibling in 0..proof.siblings.len() {
            let mut changed = proof.clone();
            changed.siblings[sibling][place] ^= 1;
            let refused = changed.verify(GENESIS, &provenance(), &anchor);
            assert_eq!(refused, Err(InclusionError::WrongRoot));
        }
        let mut changed = anchor;
        changed.root[place] ^= 1;
        let refused = proof.verify(GENESIS, &provenance(), &changed);
        assert_eq!(refused, Err(InclusionError::WrongRoot));
    }
}

#[test]
fn a_shortened_or_lengthened_proof_is_refused() {
    let (anchor, proof) = proved();
    let mut shorter = proof.clone();
    shorter.siblings.pop();
    let mut longer = proof;
    longer.siblings.try_push([0; 32]).unwrap();
    for changed in [shorter, longer] {
        let refused = changed.verify(GENESIS, &provenance(), &anchor);
        assert_eq!(refused, Err(InclusionError::WrongRoot));
    }
}

#[test]
fn a_proof_for_another_anchor_record_or_chain_is_refused() {
    let (anchor, proof) = proved();
    let other_anchor = Anchor { number: 3, ..anchor };
    let refused = proof.verify(GENESIS, &provenance(), &other_anchor);
    assert_eq!(
        refused.map_err(|error| error.to_string()),
        Err("the proof leads to anchor 2, not to anchor 3".into())
    );
    for record in [6, 10, u64::MAX] {
        let other_record = InclusionProof { record, ..proof.clone() };
        let refused = other_record.verify(GENESIS, &provenance(), &anchor);
        assert_eq!(refused, Err(InclusionError::OtherRecord(record)));
    }
    let other_chain = proof.verify([0x12; 32], &provenance(), &anchor);
    assert_eq!(other_chain, Err(InclusionError::WrongRoot));
}

#[test]
fn a_given_zero_reads_like_nothing_given() {
    let zero = Provenance { train_data: Some(BlobId([0; 32])), ..provenance() };
    let none = Provenance { train_data: None, ..provenance() };
    assert_eq!(zero.leaf(GENESIS, 1), none.leaf(GENESIS, 1));
}

#[test]
fn a_record_is_found_by_commitment_ciphertext_and_key() {
    let recorded = Recorded {
        provenance: provenance(),
        seal: Seal { key: KeyCommitment([1; 32]), ciphertext: CiphertextHash([2; 32]) },
        anchor: 0,
    };
    let marks = [
        Mark::Model(ModelCommitment([0x33; 32])),
        Mark::Ciphertext(CiphertextHash([2; 32])),
        Mark::Key(KeyCommitment([1; 32])),
    ];
    assert_eq!(recorded.marks(), marks);
}

#[test]
fn every_field_has_a_level_and_nothing_attested_is_called_proved() {
    let attested: Vec<_> = ProvenanceField::ALL
        .into_iter()
        .filter(|field| field.assurance() == Assurance::Attested)
        .collect();
    assert_eq!(
        attested,
        [
            ProvenanceField::TrainData,
            ProvenanceField::Image,
            ProvenanceField::Code,
            ProvenanceField::Hyperparameters,
            ProvenanceField::ModelBlob
        ]
    );
}
