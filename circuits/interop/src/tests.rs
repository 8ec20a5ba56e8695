//! Round trips, agreement with files that snarkjs made, and damaged files.

use std::io::Cursor;

use ark_bn254::{Bn254, Fq, Fr, G1Affine, G2Affine};
use ark_ec::AffineRepr;
use ark_ff::{BigInteger, PrimeField};
use ark_groth16::{
    prepare_verifying_key, r1cs_to_qap::R1CSToQAP, Groth16, Proof, ProvingKey, VerifyingKey,
};
use ark_relations::gr1cs::{
    ConstraintSynthesizer, ConstraintSystemRef, LinearCombination, SynthesisError, Variable,
};
use ark_std::{
    rand::{rngs::StdRng, SeedableRng},
    UniformRand,
};
use nocknock_circuits::reduction::CircomReduction;

use crate::{
    r1cs::{read_r1cs, write_r1cs, R1cs, R1csError},
    snarkjs::{
        proof_from_json, proof_to_json, public_inputs_from_json, public_inputs_to_json,
        verifying_key_from_json, verifying_key_to_json,
    },
    wtns::{read_wtns, write_wtns, WtnsError},
    zkey::{read_zkey, ContributionKind, Zkey, ZkeyError},
};

const CHAIN_R1CS: &[u8] = include_bytes!("../tests/data/snarkjs/chain.r1cs");
const CHAIN_WTNS: &[u8] = include_bytes!("../tests/data/snarkjs/chain.wtns");
const CHAIN_ZKEY: &[u8] = include_bytes!("../tests/data/snarkjs/chain.zkey");
const CHAIN_UNTOUCHED_ZKEY: &[u8] = include_bytes!("../tests/data/snarkjs/untouched.zkey");
const CHAIN_OPEN_ZKEY: &[u8] = include_bytes!("../tests/data/snarkjs/open.zkey");
const TRANSCRIPT: &str = include_str!("../tests/data/snarkjs/transcript.txt");
const KEY_JSON: &str = include_str!("../tests/data/snarkjs/verification_key.json");
const PROOF_JSON: &str = include_str!("../tests/data/snarkjs/proof.json");
const PUBLIC_JSON: &str = include_str!("../tests/data/snarkjs/public.json");

/// `w_0 = x`, `w_{i+1} = (w_i + i)·w_i` for five steps, `y = w_5`; y and x are public.
fn chain() -> R1cs {
    let one = Fr::from(1u8);
    let (mut a, mut b, mut c) = (vec![], vec![], vec![]);
    for step in 0..5usize {
        let (from, to) = (2 + step, 3 + step);
        a.push(match step {
            0 => vec![(one, from)],
            _ => vec![(Fr::from(step as u64), 0), (one, from)],
        });
        b.push(vec![(one, from)]);
        c.push(vec![(one, to)]);
    }
    a.push(vec![(one, 7)]);
    b.push(vec![(one, 0)]);
    c.push(vec![(one, 1)]);
    R1cs { wires: 8, public: 2, a, b, c }
}

/// The assignment of [`chain`] for x = 3.
fn chain_assignment() -> Vec<Fr> {
    let mut values = vec![Fr::from(3u8)];
    for step in 0..5u64 {
        let last = values[step as usize];
        values.push((last + Fr::from(step)) * last);
    }
    [vec![Fr::from(1u8), values[5]], values].concat()
}

fn to_r1cs_bytes(system: &R1cs) -> Vec<u8> {
    let mut bytes = vec![];
    write_r1cs(&mut bytes, &system.view()).unwrap();
    bytes
}

/// Replays a system of plain matrices for arkworks' key generator.
struct Replay(R1cs);

impl ConstraintSynthesizer<Fr> for Replay {
    fn generate_constraints(self, cs: ConstraintSystemRef<Fr>) -> Result<(), SynthesisError> {
        let Self(system) = self;
        let values = chain_assignment();
        let mut variables = vec![Variable::One];
        for (wire, value) in values.iter().enumerate().skip(1) {
            variables.push(if wire <= system.public {
                cs.new_input_variable(|| Ok(*value))?
            } else {
                cs.new_witness_variable(|| Ok(*value))?
            });
        }
        let combine = |row: &[(Fr, usize)]| {
            row.iter().fold(LinearCombination::zero(), |sum, (coefficient, wire)| {
                sum + (*coefficient, variables[*wire])
            })
        };
        for ((a, b), c) in system.a.iter().zip(&system.b).zip(&system.c) {
            cs.enforce_r1cs_constraint(|| combine(a), || combine(b), || combine(c))?;
        }
        Ok(())
    }
}

fn prove<Q: R1CSToQAP>(key: &ProvingKey<Bn254>, system: &R1cs) -> Proof<Bn254> {
    let rng = &mut StdRng::seed_from_u64(1);
    Groth16::<Bn254, Q>::create_proof_with_reduction_and_matrices(
        key,
        Fr::rand(rng),
        Fr::rand(rng),
        &[system.a.clone(), system.b.clone(), system.c.clone()],
        system.public + 1,
        system.a.len(),
        &chain_assignment(),
    )
    .unwrap()
}

fn accepted(key: &VerifyingKey<Bn254>, proof: &Proof<Bn254>, inputs: &[Fr]) -> bool {
    let prepared = prepare_verifying_key(key);
    Groth16::<Bn254>::verify_proof(&prepared, proof, inputs).unwrap()
}

fn chain_key<Q: R1CSToQAP>() -> ProvingKey<Bn254> {
    let rng = &mut StdRng::seed_from_u64(2);
    Groth16::<Bn254, Q>::generate_random_parameters_with_reduction(Replay(chain()), rng).unwrap()
}

/// Calls `read` with every prefix, and with every byte changed in turn.
fn replay_damage(bytes: &[u8], mut read: impl FnMut(&[u8], &str)) {
    for length in 0..bytes.len() {
        read(&bytes[..length], "truncated");
    }
    for position in 0..bytes.len() {
        let mut damaged = bytes.to_vec();
        damaged[position] ^= 0x80;
        read(&damaged, "changed");
    }
}

mod r1cs_files {
    use super::*;

    #[test]
    fn the_writer_reproduces_the_file_that_snarkjs_accepted() {
        assert_eq!(to_r1cs_bytes(&chain()), CHAIN_R1CS);
    }

    #[test]
    fn a_written_system_reads_back_unchanged() {
        let system = read_r1cs(Cursor::new(to_r1cs_bytes(&chain()))).unwrap();
        assert_eq!(system, chain());
    }

    #[test]
    fn a_file_that_names_a_wire_twice_is_refused() {
        // The second row of A is `1·one + 1·w`; both terms become the constant one.
        let position = 12 + (12 + 64) + 12 + (12 + 3 * 36) + 4 + 36;
        let mut bytes = CHAIN_R1CS.to_vec();
        assert_eq!(bytes[position], 3);
        bytes[position] = 0;
        let outcome = read_r1cs(Cursor::new(bytes));
        assert!(matches!(outcome, Err(R1csError::UntidyRow { row: 1 })), "{outcome:?}");
    }

    #[test]
    fn a_file_with_wires_in_another_order_reads_the_same() {
        let first = 12 + (12 + 64) + 12 + (12 + 3 * 36) + 4;
        let mut bytes = CHAIN_R1CS.to_vec();
        bytes[first..first + 72].rotate_left(36);
        assert_ne!(bytes, CHAIN_R1CS);
        assert_eq!(read_r1cs(Cursor::new(bytes)).unwrap(), chain());
    }

    #[test]
    fn rows_that_readers_disagree_about_are_not_written() {
        let (zero, one) = (Fr::from(0u8), Fr::from(1u8));
        for row in [vec![(one, 3), (one, 3)], vec![(one, 3), (one, 0)], vec![(zero, 3)]] {
            let mut untidy = chain();
            untidy.a[1] = row;
            let outcome = write_r1cs(vec![], &untidy.view());
            assert!(matches!(outcome, Err(R1csError::UntidyRow { row: 1 })), "{outcome:?}");
        }
    }

    #[test]
    fn uneven_matrices_and_unknown_wires_are_refused() {
        let mut uneven = chain();
        uneven.c.pop();
        let outcome = write_r1cs(vec![], &uneven.view());
        assert!(matches!(outcome, Err(R1csError::UnevenRows { a: 6, b: 6, c: 5 })), "{outcome:?}");
        let mut unknown = chain();
        unknown.b[2] = vec![(Fr::from(1u8), 8)];
        let outcome = write_r1cs(vec![], &unknown.view());
        assert!(matches!(outcome, Err(R1csError::UnknownWire { row: 2, wire: 8, .. })));
    }

    #[test]
    fn damaged_files_are_refused_or_read_as_another_system() {
        replay_damage(CHAIN_R1CS, |bytes, damage| {
            let outcome = read_r1cs(Cursor::new(bytes));
            assert!(damage == "changed" || outcome.is_err());
        });
    }
}

mod wtns_files {
    use super::*;

    #[test]
    fn the_writer_reproduces_the_file_that_snarkjs_accepted() {
        let mut bytes = vec![];
        write_wtns(&mut bytes, &chain_assignment()).unwrap();
        assert_eq!(bytes, CHAIN_WTNS);
        assert_eq!(read_wtns(Cursor::new(bytes)).unwrap(), chain_assignment());
    }

    #[test]
    fn a_witness_that_does_not_begin_with_one_is_refused() {
        let mut assignment = chain_assignment();
        assignment[0] = Fr::from(2u8);
        assert!(matches!(write_wtns(vec![], &assignment), Err(WtnsError::NoLeadingOne)));
    }

    #[test]
    fn damaged_files_are_refused_or_read_as_another_witness() {
        replay_damage(CHAIN_WTNS, |bytes, damage| match read_wtns(Cursor::new(bytes)) {
            Ok(values) => assert!(damage == "changed" && values != chain_assignment()),
            Err(error) => assert!(!error.to_string().is_empty()),
        });
    }
}

mod json {
    use super::*;

    #[test]
    fn files_of_snarkjs_read_back_to_the_same_text() {
        let same = |ours: String, theirs: &str| {
            let parse = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
            assert_eq!(parse(&ours), parse(theirs));
        };
        let key = verifying_key_from_json(KEY_JSON).unwrap();
        same(verifying_key_to_json(&key).unwrap(), KEY_JSON);
        let proof = proof_from_json(PROOF_JSON).unwrap();
        same(proof_to_json(&proof).unwrap(), PROOF_JSON);
        let inputs = public_inputs_from_json(PUBLIC_JSON).unwrap();
        same(public_inputs_to_json(&inputs).unwrap(), PUBLIC_JSON);
        assert!(accepted(&key, &proof, &inputs));
        assert_eq!(inputs, chain_assignment()[1..3]);
    }

    #[test]
    fn every_departure_from_the_form_is_refused() {
        let changes = [
            ("groth16", "plonk"),
            ("bn128", "bls12381"),
            ("\"pi_c\"", "\"pi_d\""),
            ("\"1\"", "\"0\""),
            ("\"1\"", "\"01\""),
            ("\"1\"", "1"),
            ("{", "{\"more\": 1,"),
        ];
        for (from, to) in changes {
            let text = PROOF_JSON.replacen(from, to, 1);
            assert_ne!(text, PROOF_JSON);
            assert!(proof_from_json(&text).is_err(), "{from} changed to {to} was accepted");
        }
    }

    #[test]
    fn an_error_shows_foreign_text_harmless() {
        let unknown = PROOF_JSON.replacen("pi_c", "pi_\u{202e}c", 1);
        let plonk = PROOF_JSON.replacen("groth16", "\u{202e}", 1);
        for text in [unknown, plonk] {
            let error = proof_from_json(&text).unwrap_err().to_string();
            assert!(error.contains('\u{fffd}') && !error.contains('\u{202e}'), "{error}");
        }
    }

    #[test]
    fn numbers_must_be_canonical_decimals_below_the_modulus() {
        let modulus = Fr::MODULUS.to_string();
        let long = "9".repeat(79);
        for number in ["", "-1", "+1", "01", "1e3", "0x1", "1_0", " 1", &modulus, &long] {
            let text = format!("[\"{number}\"]");
            assert!(public_inputs_from_json(&text).is_err(), "{number:?} was accepted");
        }
        let largest = -Fr::from(1u8);
        let text = public_inputs_to_json(&[Fr::from(0u8), largest]).unwrap();
        assert_eq!(public_inputs_from_json(&text).unwrap(), [Fr::from(0u8), largest]);
    }

    #[test]
    fn points_off_the_curve_or_outside_the_subgroup_are_refused() {
        let mut proof = proof_from_json(PROOF_JSON).unwrap();
        proof.b = outside_subgroup();
        assert!(proof_from_json(&proof_to_json(&proof).unwrap()).is_err());
        proof.b = G2Affine::generator();
        proof.a = G1Affine::new_unchecked(Fq::from(1u8), Fq::from(3u8));
        assert!(proof_from_json(&proof_to_json(&proof).unwrap()).is_err());
        proof.a = G1Affine::zero();
        assert!(proof_to_json(&proof).is_err());
    }

    #[test]
    fn a_key_with_another_pairing_value_or_count_is_refused() {
        let key = verifying_key_from_json(KEY_JSON).unwrap();
        let mut other = key.clone();
        other.alpha_g1 = G1Affine::generator();
        let other = verifying_key_to_json(&other).unwrap();
        let pairing = |text: &str| {
            let value: serde_json::Value = serde_json::from_str(text).unwrap();
            value["vk_alphabeta_12"].clone()
        };
        let mut mixed: serde_json::Value = serde_json::from_str(KEY_JSON).unwrap();
        mixed["vk_alphabeta_12"] = pairing(&other);
        assert!(verifying_key_from_json(&mixed.to_string()).is_err());
        let count = KEY_JSON.replacen("\"nPublic\": 2", "\"nPublic\": 3", 1);
        assert_ne!(count, KEY_JSON);
        assert!(verifying_key_from_json(&count).is_err());
    }
}

/// A point of the twist's curve that is not in the subgroup of prime order.
fn outside_subgroup() -> G2Affine {
    (1u64..)
        .filter_map(|x| G2Affine::get_point_from_x_unchecked(x.into(), false))
        .find(|point| !point.is_in_correct_subgroup_assuming_on_curve())
        .unwrap()
}

mod reductions {
    use super::*;
    use ark_groth16::r1cs_to_qap::LibsnarkReduction;

    #[test]
    fn keys_and_proofs_of_one_reduction_fit_together_and_two_do_not_mix() {
        let (system, inputs) = (chain(), &chain_assignment()[1..3]);
        let circom = chain_key::<CircomReduction>();
        let libsnark = chain_key::<LibsnarkReduction>();
        assert_eq!(circom.vk, libsnark.vk);
        assert!(accepted(&circom.vk, &prove::<CircomReduction>(&circom, &system), inputs));
        assert!(accepted(&libsnark.vk, &prove::<LibsnarkReduction>(&libsnark, &system), inputs));
        assert!(!accepted(&circom.vk, &prove::<LibsnarkReduction>(&circom, &system), inputs));
        assert!(!accepted(&libsnark.vk, &prove::<CircomReduction>(&libsnark, &system), inputs));
    }
}

mod zkeys {
    use super::*;

    fn key() -> Zkey {
        read_zkey(Cursor::new(CHAIN_ZKEY)).unwrap()
    }

    #[test]
    fn a_ceremony_key_proves_and_another_input_is_refused() {
        let key = key();
        key.check_ceremony().unwrap();
        key.check_circuit(&chain().view()).unwrap();
        let proof = prove::<CircomReduction>(&key.proving_key, &chain());
        let mut inputs = chain_assignment()[1..3].to_vec();
        assert!(accepted(&key.proving_key.vk, &proof, &inputs));
        inputs[0] += Fr::from(1u8);
        assert!(!accepted(&key.proving_key.vk, &proof, &inputs));
    }

    #[test]
    fn the_verifying_key_is_the_one_that_snarkjs_exports() {
        assert_eq!(key().proving_key.vk, verifying_key_from_json(KEY_JSON).unwrap());
    }

    #[test]
    fn contributions_are_listed_with_their_names_and_kinds() {
        let steps = key().contributions;
        let names: Vec<_> = steps.iter().map(|step| step.name.as_str()).collect();
        assert_eq!(names, ["first", "second", "final beacon"]);
        assert_eq!(steps[0].kind, ContributionKind::Participant);
        let beacon = ContributionKind::Beacon { value: (1..=32).collect(), iterations_exp: 10 };
        assert_eq!(steps[2].kind, beacon);
    }

    #[test]
    fn a_name_that_would_steer_a_terminal_or_turn_text_is_shown_harmless() {
        let mut bytes = CHAIN_ZKEY.to_vec();
        let place = bytes.windows(6).position(|window| window == b"second").unwrap();
        bytes[place..place + 6].copy_from_slice("a\u{202e}b\u{1b}".as_bytes());
        let key = read_zkey(Cursor::new(bytes)).unwrap();
        assert_eq!(key.contributions[1].name, "a\u{fffd}b\u{fffd}");
    }

    #[test]
    fn hashes_are_those_that_snarkjs_prints() {
        let printed: String = TRANSCRIPT.split_whitespace().collect();
        let key = key();
        assert!(printed.contains(&hex::encode(key.circuit_hash)));
        for step in key.contributions {
            assert!(printed.contains(&hex::encode(step.hash)), "{}", step.name);
        }
    }

    #[test]
    fn a_key_without_contributions_or_without_beacon_is_refused() {
        let untouched = read_zkey(Cursor::new(CHAIN_UNTOUCHED_ZKEY)).unwrap().check_ceremony();
        assert!(untouched.unwrap_err().to_string().contains("nobody has contributed"));
        let open = read_zkey(Cursor::new(CHAIN_OPEN_ZKEY)).unwrap().check_ceremony();
        assert!(open.unwrap_err().to_string().contains("not finished"));
    }

    #[test]
    fn a_key_of_another_circuit_is_refused() {
        let mut coefficient = chain();
        coefficient.a[3][0].0 = Fr::from(7u8);
        let mut rows = chain();
        rows.a.push(vec![]);
        rows.b.push(vec![]);
        rows.c.push(vec![]);
        let mut public = chain();
        public.public = 1;
        let mut shorter = chain();
        shorter.a.pop();
        shorter.b.pop();
        shorter.c.pop();
        for other in [coefficient, rows, public, shorter] {
            let outcome = key().check_circuit(&other.view());
            assert!(matches!(outcome, Err(ZkeyError::OtherCircuit(_))), "{outcome:?}");
        }
    }

    #[test]
    fn points_outside_the_subgroup_are_refused() {
        let good = key().proving_key.b_g2_query[3];
        let outcome = read_zkey(Cursor::new(with_point(good, outside_subgroup())));
        assert!(
            matches!(outcome, Err(ZkeyError::Point { section: 7, index: 3 })),
            "{:?}",
            outcome.map(|_| ())
        );
    }

    #[test]
    fn damaged_files_are_refused_or_read_as_another_key() {
        let original = key();
        replay_damage(CHAIN_ZKEY, |bytes, damage| {
            let Ok(read) = read_zkey(Cursor::new(bytes)) else {
                return;
            };
            assert_eq!(damage, "changed");
            let same_ceremony = read.contributions == original.contributions
                && read.circuit_hash == original.circuit_hash;
            let same_circuit = read.check_circuit(&chain().view()).is_ok();
            assert!(!same_ceremony || !same_circuit || read.proving_key != original.proving_key);
        });
    }

    #[test]
    fn foreign_lengths_do_not_make_the_reader_allocate() {
        let mut bytes = CHAIN_ZKEY.to_vec();
        let wires = 12 + 12 + 4 + 12 + 72;
        assert_eq!(bytes[wires], 8);
        bytes[wires..wires + 4].copy_from_slice(&u32::MAX.to_le_bytes());
        assert!(matches!(read_zkey(Cursor::new(bytes)), Err(ZkeyError::File(_))));
    }

    fn g2_bytes(point: G2Affine) -> Vec<u8> {
        let montgomery = |value: Fq| value.0.to_bytes_le();
        let (x, y) = point.xy().unwrap();
        [x.c0, x.c1, y.c0, y.c1].into_iter().flat_map(montgomery).collect()
    }

    /// The file with one point of the second group replaced.
    fn with_point(old: G2Affine, new: G2Affine) -> Vec<u8> {
        let (old, new) = (g2_bytes(old), g2_bytes(new));
        let mut bytes = CHAIN_ZKEY.to_vec();
        let position = bytes.windows(old.len()).position(|window| window == old).unwrap();
        bytes[position..position + new.len()].copy_from_slice(&new);
        bytes
    }
}
