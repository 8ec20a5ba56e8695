//! Reed-Solomon for several codewords at a time.
//!
//! The encoder works on blocks of 32 field elements. A symbol of few bytes would leave most of its
//! block empty, so the symbols that several codewords have at the same position share a block.

use reed_solomon_simd::{EncoderResult, Error, ReedSolomonEncoder};

use super::layout::Layout;

/// Bytes of the encoder's blocks.
const BLOCK: usize = 64;

/// The most codewords extended together.
const MAX_WORDS: usize = 16;

/// Appends repair symbols to codewords, up to one symbol per shard.
pub(super) struct Extender {
    encoder: ReedSolomonEncoder,
    message_len: usize,
    symbol_len: usize,
    words: usize,
    /// What the codewords have at one position.
    shared: Vec<u8>,
}

impl Extender {
    /// For codewords that begin with `message_len` symbols.
    pub(super) fn new(layout: &Layout, message_len: usize) -> Result<Self, Error> {
        let symbol_len = layout.symbol_len;
        let words = words(symbol_len);
        let repair_len = layout.shards - message_len;
        Ok(Self {
            encoder: ReedSolomonEncoder::new(message_len, repair_len, words * symbol_len)?,
            message_len,
            symbol_len,
            words,
            shared: vec![0; words * symbol_len],
        })
    }

    /// The repair symbols of at most [`words`] codewords, given by their message symbols.
    pub(super) fn extend(&mut self, messages: &[Vec<&[u8]>]) -> Result<Repairs<'_>, Error> {
        for position in 0..self.message_len {
            if self.words == 1 {
                self.encoder.add_original_shard(messages[0][position])?;
            } else {
                self.share(messages, position);
                self.encoder.add_original_shard(&self.shared)?;
            }
        }
        let extended = self.encoder.encode()?;
        let apart = match self.words {
            1 => Vec::new(),
            words => (0..words).map(|word| separate(&extended, word, self.symbol_len)).collect(),
        };
        Ok(Repairs { extended, apart, symbol_len: self.symbol_len })
    }

    /// Puts symbols side by side as the encoder reads them: the low bytes of all field elements,
    /// which are the first half of every symbol, before all high bytes.
    fn share(&mut self, messages: &[Vec<&[u8]>], position: usize) {
        let half = self.symbol_len / 2;
        let (low, high) = self.shared.split_at_mut(self.words * half);
        let targets = low.chunks_exact_mut(half).zip(high.chunks_exact_mut(half));
        for (message, (low, high)) in messages.iter().zip(targets) {
            let symbol = message[position];
            low.copy_from_slice(&symbol[..half]);
            high.copy_from_slice(&symbol[half..]);
        }
    }
}

/// How many codewords are extended together.
pub(super) fn words(symbol_len: usize) -> usize {
    (BLOCK / symbol_len).clamp(1, MAX_WORDS)
}

/// The repair symbols of one of several codewords, one after the other.
fn separate(extended: &EncoderResult<'_>, word: usize, symbol_len: usize) -> Vec<u8> {
    let half = symbol_len / 2;
    let mut symbols = Vec::new();
    for shared in extended.recovery_iter() {
        let (low, high) = shared.split_at(shared.len() / 2);
        symbols.extend_from_slice(&low[word * half..][..half]);
        symbols.extend_from_slice(&high[word * half..][..half]);
    }
    symbols
}

/// Repair symbols of several codewords.
pub(super) struct Repairs<'a> {
    extended: EncoderResult<'a>,
    /// Those of each codeword; empty if there is only one, which `extended` holds as it is.
    apart: Vec<Vec<u8>>,
    symbol_len: usize,
}

impl Repairs<'_> {
    /// The repair symbols of codeword `word`.
    pub(super) fn of(&self, word: usize) -> Vec<&[u8]> {
        match self.apart.get(word) {
            Some(symbols) => symbols.chunks_exact(self.symbol_len).collect(),
            None => self.extended.recovery_iter().collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blob_id::ShardCount;

    /// Codewords that share blocks come out as if each had been extended alone.
    #[test]
    fn sharing_a_block_changes_nothing() {
        let shards = ShardCount::new(10).unwrap();
        for len in [1, 70, 140, 280, 700, 1050] {
            let layout = Layout::new(len, shards).unwrap();
            let size = layout.symbol_len;
            let count = words(size);
            let bytes: Vec<u8> = (0..count * 4 * size).map(|i| (i * 31 % 255) as u8).collect();
            let messages: Vec<Vec<&[u8]>> =
                bytes.chunks(4 * size).map(|message| message.chunks(size).collect()).collect();
            let mut extender = Extender::new(&layout, 4).unwrap();
            let repairs = extender.extend(&messages).unwrap();
            for (word, message) in messages.iter().enumerate() {
                let alone = reed_solomon_simd::encode(4, 6, message).unwrap();
                assert_eq!(repairs.of(word), alone, "{size} bytes, codeword {word}");
            }
        }
    }
}
