//! A second way from bytes to blob id: slow, plain, and sharing no code with the crate's.
//!
//! The matrix is laid out as a whole. The code is evaluated by Lagrange interpolation over
//! GF(2^16) instead of fast transforms, with the field's parameters taken from the documentation
//! of the Leopard family of codes; hashes come one by one from the `blake2` crate.

use blake2::{digest::consts::U32, Blake2b, Digest};

const POLYNOMIAL: u32 = 0x1_002D;

/// The Cantor basis in which positions and values are written.
const BASIS: [u16; 16] = [
    0x0001, 0xACCA, 0x3C0E, 0x163E, 0xC582, 0xED2E, 0x914C, 0x4012, 0x6C98, 0x10D8, 0x6A72, 0xB900,
    0xFDB8, 0xFB34, 0xFF38, 0x991E,
];

type Symbol = Vec<u8>;
type Hash = [u8; 32];

/// The blob id of `bytes` at `shards` shards.
pub(crate) fn slow_blob_id(bytes: &[u8], shards: usize) -> Hash {
    let faults = (shards - 1) / 3;
    let (rows, columns) = (shards - 2 * faults, shards - faults);
    let mut size = bytes.len().max(1).div_ceil(rows * columns);
    size += size % 2;
    let mut padded = bytes.to_vec();
    padded.resize(rows * columns * size, 0);
    let message: Vec<Vec<Symbol>> = padded
        .chunks(columns * size)
        .map(|row| row.chunks(size).map(<[u8]>::to_vec).collect())
        .collect();
    let field = Field::new();
    let wide = extend_all(&field, message, shards);
    let matrix = transpose(extend_all(&field, transpose(wide), shards));
    id_of_matrix(bytes.len() as u64, &matrix)
}

fn id_of_matrix(len: u64, matrix: &[Vec<Symbol>]) -> Hash {
    let row_roots: Vec<Hash> = matrix.iter().map(|row| tree_of_symbols(row)).collect();
    let column_roots: Vec<Hash> =
        transpose(matrix.to_vec()).iter().map(|column| tree_of_symbols(column)).collect();
    let n = matrix.len();
    let pairs = (0..n).map(|i| hash(&[&[0], &row_roots[i], &column_roots[n - 1 - i]])).collect();
    hash(&[&[1], &len.to_le_bytes(), &tree(pairs)])
}

fn transpose(matrix: Vec<Vec<Symbol>>) -> Vec<Vec<Symbol>> {
    (0..matrix[0].len()).map(|c| matrix.iter().map(|row| row[c].clone()).collect()).collect()
}

fn hash(parts: &[&[u8]]) -> Hash {
    let mut state = Blake2b::<U32>::new();
    parts.iter().for_each(|part| state.update(part));
    state.finalize().into()
}

fn tree_of_symbols(symbols: &[Symbol]) -> Hash {
    tree(symbols.iter().map(|symbol| hash(&[&[0], symbol])).collect())
}

fn tree(mut level: Vec<Hash>) -> Hash {
    while level.len() > 1 {
        if level.len() % 2 == 1 {
            level.push([0; 32]);
        }
        level = level.chunks(2).map(|pair| hash(&[&[1], &pair[0], &pair[1]])).collect();
    }
    level[0]
}

/// GF(2^16) in the standard basis, through logarithms.
struct Field {
    log: Vec<usize>,
    exp: Vec<u16>,
}

impl Field {
    const ORDER: usize = 65_535;

    fn new() -> Self {
        let mut field = Self { log: vec![0; 1 << 16], exp: vec![0; Self::ORDER] };
        let mut power = 1u32;
        for i in 0..Self::ORDER {
            field.exp[i] = power as u16;
            field.log[power as usize] = i;
            power <<= 1;
            if power > 0xFFFF {
                power ^= POLYNOMIAL;
            }
        }
        field
    }

    fn multiply(&self, a: u16, b: u16) -> u16 {
        if a == 0 || b == 0 {
            return 0;
        }
        self.exp[(self.log[a as usize] + self.log[b as usize]) % Self::ORDER]
    }

    /// The value at `at` of the polynomial of least degree that is 1 at `one` and 0 at the other
    /// points of `chunk`. All are positions, the differences of which are their exclusive or.
    fn lagrange(&self, chunk: std::ops::Range<usize>, one: usize, at: usize) -> u16 {
        let mut log = 0;
        for other in chunk.filter(|other| *other != one) {
            log += self.log[standard(at ^ other) as usize];
            log += Self::ORDER - self.log[standard(one ^ other) as usize];
        }
        self.exp[log % Self::ORDER]
    }
}

/// A position or value written in the Cantor basis, in the standard basis.
fn standard(cantor: usize) -> u16 {
    (0..16).filter(|bit| cantor >> bit & 1 == 1).fold(0, |sum, bit| sum ^ BASIS[bit])
}

/// `weights[j][i]`: how much original symbol `i` contributes to repair symbol `j`.
fn weights(field: &Field, originals: usize, repairs: usize) -> Vec<Vec<u16>> {
    let (wide, narrow) = (originals.next_power_of_two(), repairs.next_power_of_two());
    let high_rate = wide > narrow || (wide == narrow && originals <= repairs);
    let weight = |i: usize, j: usize| {
        if high_rate {
            // Originals lie behind the chunk of repairs; each chunk of them adds its own
            // polynomial.
            let base = narrow * (1 + i / narrow);
            field.lagrange(base..base + narrow, narrow + i, j)
        } else {
            field.lagrange(0..wide, i, wide + j)
        }
    };
    (0..repairs).map(|j| (0..originals).map(|i| weight(i, j)).collect()).collect()
}

/// Appends repair symbols to every line.
fn extend_all(field: &Field, lines: Vec<Vec<Symbol>>, shards: usize) -> Vec<Vec<Symbol>> {
    let originals = lines[0].len();
    let weights = weights(field, originals, shards - originals);
    let extend = |mut line: Vec<Symbol>| {
        let values: Vec<Vec<u16>> = line.iter().map(|symbol| unpack(symbol)).collect();
        for row in &weights {
            let mut sum = vec![0; values[0].len()];
            for (weight, value) in row.iter().zip(&values) {
                for (sum, element) in sum.iter_mut().zip(value) {
                    *sum ^= field.multiply(*weight, *element);
                }
            }
            line.push(pack(&sum));
        }
        line
    };
    lines.into_iter().map(extend).collect()
}

/// The field elements of a symbol: a block of 64 bytes holds 32 low bytes, then 32 high bytes;
/// the last block may be shorter.
fn unpack(symbol: &[u8]) -> Vec<u16> {
    let elements = |block: &[u8]| {
        let (low, high) = block.split_at(block.len() / 2);
        let pairs = low.iter().zip(high);
        pairs
            .map(|(low, high)| standard(usize::from(u16::from_le_bytes([*low, *high]))))
            .collect::<Vec<u16>>()
    };
    symbol.chunks(64).flat_map(elements).collect()
}

fn pack(elements: &[u16]) -> Symbol {
    let cantor: Vec<[u8; 2]> =
        elements.iter().map(|element| from_standard(*element).to_le_bytes()).collect();
    let block = |pairs: &[[u8; 2]]| {
        let low = pairs.iter().map(|pair| pair[0]);
        low.chain(pairs.iter().map(|pair| pair[1])).collect::<Vec<u8>>()
    };
    cantor.chunks(32).flat_map(block).collect()
}

/// The inverse of `standard`, from a table.
fn from_standard(value: u16) -> u16 {
    static INVERSE: std::sync::LazyLock<Vec<u16>> = std::sync::LazyLock::new(|| {
        let mut inverse = vec![0; 1 << 16];
        for cantor in 0..1 << 16 {
            inverse[standard(cantor) as usize] = cantor as u16;
        }
        inverse
    });
    INVERSE[value as usize]
}
