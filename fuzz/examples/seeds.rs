//! Writes the seed corpus: `cargo run --example seeds` in this folder.

use ark_bn254::{Fr, G1Affine, G1Projective, G2Affine, G2Projective};
use ark_ec::{CurveGroup, PrimeGroup};
use nocknock_fuzz::table_input;
use nocknock_groth16::{Proof, VerifyingKey};
use nocknock_poseidon::{packing::pack, to_be_bytes};
use std::{fs, io, path::Path};

/// Data files of `dataset/tests/files` that are laid out in many ways.
const FILES: [&str; 20] = [
    "fastparquet-gzip.parquet",
    "numpy-columns.npz",
    "numpy-fields.npy",
    "numpy-order-fortran.npy",
    "numpy-pair-packed.npz",
    "numpy-text-little.npy",
    "polars-categorical.parquet",
    "polars-codec-lz4.arrow",
    "polars-codec-zstd.arrow",
    "pyarrow-codec-brotli.parquet",
    "pyarrow-codec-gzip.parquet",
    "pyarrow-codec-zstd.parquet",
    "pyarrow-dictionary.arrow",
    "pyarrow-fixed.parquet",
    "pyarrow-form-delta.parquet",
    "pyarrow-form-page-2.parquet",
    "pyarrow-form-plain.parquet",
    "pyarrow-nested.arrow",
    "pyarrow-nested.parquet",
    "pyarrow-runs.arrow",
];

/// A text with two columns and two rows, as gzip packs it.
const PACKED: [u8; 32] = [
    0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0xff, 0x4b, 0xd4, 0xc9, 0xe6, 0x32, 0xd4,
    0xa9, 0xe0, 0x32, 0xd2, 0xa9, 0xe4, 0x02, 0x00, 0x08, 0xbd, 0x6b, 0x61, 0x0c, 0x00, 0x00, 0x00,
];

fn main() -> io::Result<()> {
    proofs()?;
    keys()?;
    inputs()?;
    packed()?;
    tables()
}

fn write(target: &str, name: &str, data: impl AsRef<[u8]>) -> io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target);
    fs::create_dir_all(&folder)?;
    fs::write(folder.join(name), data)
}

fn g1(multiple: u64) -> G1Affine {
    (G1Projective::generator() * Fr::from(multiple)).into_affine()
}

fn g2(multiple: u64) -> G2Affine {
    (G2Projective::generator() * Fr::from(multiple)).into_affine()
}

fn proofs() -> io::Result<()> {
    let write = |name: &str, data: &[u8]| write("proof_decode", name, data);
    let valid = Proof { a: g1(3), b: g2(5), c: g1(7) }.to_evm_bytes();
    let mut infinite = valid;
    infinite[192..].fill(0);
    write("valid", &valid)?;
    write("generators", &Proof { a: g1(1), b: g2(1), c: g1(1) }.to_evm_bytes())?;
    write("infinite_c", &infinite)?;
    write("zeros", &[0; 256])?;
    write("ones", &[0xff; 256])?;
    write("empty", &[])?;
    write("trailing", &[valid.as_slice(), &[0]].concat())
}

fn keys() -> io::Result<()> {
    let key = |inputs: u64| VerifyingKey {
        alpha_g1: g1(2),
        beta_g2: g2(3),
        gamma_g2: g2(5),
        delta_g2: g2(7),
        ic: (0..=inputs).map(|i| g1(11 + i)).collect(),
    };
    let weak = VerifyingKey { delta_g2: g2(5), ..key(1) };
    let mut too_many = key(0).to_bytes();
    too_many[448..452].fill(0xff);
    for (name, data) in [
        ("no_inputs", key(0).to_bytes()),
        ("two_inputs", key(2).to_bytes()),
        ("delta_is_gamma", weak.to_bytes()),
        ("too_many_inputs", too_many),
        ("empty", Vec::new()),
    ] {
        write("key_decode", name, data)?;
    }
    let prepared = key(0).prepare(0).map_err(io::Error::other)?.to_trusted_bytes();
    for (name, data) in [
        ("valid", prepared.as_slice()),
        ("cut", &prepared[..1000]),
        ("other_version", &[2]),
        ("empty", &[]),
    ] {
        write("prepared_key_decode", name, data)?;
    }
    Ok(())
}

fn inputs() -> io::Result<()> {
    let largest = to_be_bytes(&-Fr::from(1u64));
    let mut order = largest;
    order[31] += 1;
    write("input_decode", "zero", [0; 32])?;
    write("input_decode", "largest", largest)?;
    write("input_decode", "order", order)?;
    write("input_decode", "ones", [0xff; 32])?;
    write("input_decode", "several", [largest, order, [7; 32]].concat())
}

fn packed() -> io::Result<()> {
    let seed = |bits: u8, count: u8, values: &[u64]| -> io::Result<Vec<u8>> {
        let elements = pack(values, u32::from(bits)).map_err(io::Error::other)?;
        Ok([vec![bits, count], elements.iter().flat_map(to_be_bytes).collect()].concat())
    };
    write("unpack", "three_nibbles", seed(4, 3, &[1, 2, 3])?)?;
    write("unpack", "leftover_bits", seed(4, 2, &[1, 2, 3])?)?;
    write("unpack", "two_elements", seed(6, 50, &[33; 50])?)?;
    write("unpack", "widest", seed(64, 4, &[u64::MAX; 4])?)?;
    write("unpack", "no_values", [8, 0])?;
    write("unpack", "no_bits", [0, 1])
}

fn tables() -> io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../dataset/tests/files");
    for name in FILES {
        let ending = name.rsplit('.').next().unwrap_or_default();
        write("tables", name, table_input(ending, &fs::read(folder.join(name))?)?)?;
    }
    for (name, ending, content) in [
        ("commas", "csv", &b"a,k\n1,x\n2.5,\"y\nz\"\n"[..]),
        ("semicolons", "csv", b"a;k\r\n1,5;x\r\n-2;\r\n"),
        ("tabs", "tsv", b"2024-01-31\t0\n2024-02-01\t1\n"),
        ("lines", "jsonl", b"{\"a\":1,\"k\":\"x\"}\n{\"a\":null,\"k\":\"y\"}\n"),
        ("list", "jsonl", b"[{\"a\":1e400},\n{\"a\":true}]"),
        ("packed", "csv.gz", &PACKED),
        ("nothing", "parquet", b"PAR1"),
    ] {
        write("tables", name, table_input(ending, content)?)?;
    }
    let lines = "\u{feff}a,k\n1,\"x\ny\"\n2,😀\n".encode_utf16();
    let lines: Vec<u8> = lines.flat_map(u16::to_le_bytes).collect();
    write("tables", "utf16-little", table_input("csv", &lines)?)?;
    let objects = "\u{feff}{\"a\":1,\"k\":\"😀\"}\n{\"a\":2,\"k\":\"x\"}\n".encode_utf16();
    let objects: Vec<u8> = objects.flat_map(u16::to_be_bytes).collect();
    write("tables", "utf16-big", table_input("jsonl", &objects)?)
}
