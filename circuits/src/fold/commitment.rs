//! `C_W`, opened through the ciphertext that it commits to.
//!
//! The circuit encrypts the packed weights, chunk by chunk, and hashes the ciphertext as
//! `nocknock_primitives::model::sealed` does. Encryption is an addition and costs no row:
//! an element of the ciphertext is a combination of weight bits and of the keystream's state.
//!
//! Why this binds: `C_W` opens to one `h_k` and one `q`, and these to one key and one ciphertext,
//! or a collision of Poseidon is found. Key and ciphertext determine the packed elements, which are
//! below `2^252` because the weights are in range by their bits, and so have one reading.

use super::{circuit::COMMITMENT, parameters::Model, transcript::publish, Private};
use crate::{
    gadgets::{sponge, Sponge, Stream},
    r1cs::{wire, Synthesizer, Term, ONE},
};
use ark_bn254::Fr;
use nocknock_primitives::model::{
    architecture::Architecture,
    sealed::{tags, CHUNK_ELEMENTS},
};

/// Demands that the weights open `C_W`; gives the value that the circuit computes for it.
pub(super) fn enforce(
    cs: &mut Synthesizer,
    architecture: &Architecture,
    model: &Model,
    private: &Private,
) -> Fr {
    cs.section("key and owner");
    let digest = constant(architecture.digest());
    let [key, bind] = [private.key, private.bind].map(|secret| wire(cs.witness(secret)).to_vec());
    let mut hashes = vec![digest.clone()];
    for (index, chunk) in (0u32..).zip(packed(model).chunks(CHUNK_ELEMENTS)) {
        let index = constant(index.into());
        let opening = [digest.clone(), index];
        let ciphertext = encrypt(cs, &opening, &key, chunk);
        cs.section("chunk hash");
        hashes.push(sponge(cs, tags::CHUNK, opening.into_iter().chain(ciphertext).collect()));
    }
    cs.section("ciphertext hash");
    let ciphertext = sponge(cs, tags::CIPHERTEXT, hashes);
    cs.section("key hash");
    let key = sponge(cs, tags::KEY, vec![key]);
    cs.section("commitment hash");
    let commitment = sponge(cs, tags::COMMITMENT, vec![digest, bind, key, ciphertext]);
    cs.section("model commitment");
    publish(cs, commitment, COMMITMENT)
}

/// The packed model.
fn packed(model: &Model) -> Vec<Vec<Term>> {
    let mut stream = Stream::new();
    for parameter in model.parameters() {
        let bits = parameter.bits().raised();
        stream.push(bits.terms(), bits.len());
    }
    stream.finish()
}

/// A chunk plus its keystream, which depends on the architecture, the key and the chunk's number.
fn encrypt(
    cs: &mut Synthesizer,
    [digest, index]: &[Vec<Term>; 2],
    key: &[Term],
    chunk: &[Vec<Term>],
) -> Vec<Vec<Term>> {
    cs.section("keystream");
    let inputs = vec![digest.clone(), key.to_vec(), index.clone()];
    let stream = Sponge::absorb(cs, tags::KEYSTREAM, inputs).squeeze(cs, chunk.len());
    chunk.iter().zip(stream).map(|(plain, mask)| [&plain[..], &mask[..]].concat()).collect()
}

/// The combination that is a constant.
pub(super) fn constant(value: Fr) -> Vec<Term> {
    vec![(value, ONE)]
}
