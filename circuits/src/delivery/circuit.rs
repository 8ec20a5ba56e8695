//! The rows of D1: four sponges. Encryption itself is an addition and costs no row.

use super::Private;
use crate::{
    gadgets::{sponge, Sponge},
    r1cs::{input, wire, Synthesizer, Term},
};
use nocknock_primitives::model::{
    commit::Purpose, inputs::delivery as inputs, packing::weight_elements, MlpShape,
};

/// Wires of the public inputs.
const CONTEXT: usize = input(inputs::CONTEXT);
const COMMITMENT: usize = input(inputs::COMMITMENT);
const CIPHERTEXT_HASH: usize = input(inputs::CIPHERTEXT_HASH);
const KEY_HASH: usize = input(inputs::KEY_HASH);

/// Allocates all private wires and writes all rows.
pub(super) fn synthesize(cs: &mut Synthesizer, shape: &MlpShape, private: &Private) {
    cs.section("model commitment");
    let packed = private.packed.iter().copied().chain(std::iter::repeat_with(Default::default));
    let plaintext = std::iter::once(private.salt).chain(packed.take(weight_elements(shape)));
    let plaintext: Vec<Vec<Term>> =
        plaintext.map(|element| wire(cs.witness(element)).to_vec()).collect();
    let digest = sponge(cs, Purpose::Model.tag(shape), plaintext.clone());
    cs.enforce_equal(digest, wire(COMMITMENT));

    cs.section("key");
    let key = cs.witness(private.key);
    let digest = sponge(cs, Purpose::Key.tag(shape), vec![wire(key).to_vec()]);
    cs.enforce_equal(digest, wire(KEY_HASH));

    cs.section("keystream");
    let inputs = vec![wire(key).to_vec(), wire(CONTEXT).to_vec()];
    let state = Sponge::absorb(cs, Purpose::Keystream.tag(shape), inputs);
    let stream = state.squeeze(cs, plaintext.len());

    cs.section("ciphertext");
    let elements = plaintext.into_iter().zip(stream);
    let ciphertext = elements.map(|(plain, key)| [plain, key].concat()).collect();
    let digest = sponge(cs, Purpose::Ciphertext.tag(shape), ciphertext);
    cs.enforce_equal(digest, wire(CIPHERTEXT_HASH));
}
