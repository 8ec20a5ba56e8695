//! To how much a page unpacks, where the crate unpacks all of it before it compares.

use ::parquet::basic::Compression;
use brotli::Decompressor;
use flate2::bufread::MultiGzDecoder;
use std::io::{self, BufRead, Read};

/// Bytes that are unpacked at a time.
const BUFFER_BYTES: usize = 4_096;

/// To how many bytes one that LZ4 packed unpacks at most.
const MOST_OF_LZ4: u64 = 255;

/// First and last number with which frames of LZ4 begin.
const FRAMES: [(u32, u32); 3] =
    [(0x184d_2204, 0x184d_2204), (0x184c_2102, 0x184c_2102), (0x184d_2a50, 0x184d_2a5f)];

/// How pages are packed that are unpacked whatever their size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Packing {
    Gzip,
    Brotli,
    /// In frames, as some old programs did.
    Lz4,
}

impl Packing {
    pub(super) fn of(compression: Compression) -> Option<Self> {
        match compression {
            Compression::GZIP(_) => Some(Self::Gzip),
            Compression::BROTLI(_) => Some(Self::Brotli),
            Compression::LZ4 => Some(Self::Lz4),
            Compression::UNCOMPRESSED
            | Compression::SNAPPY
            | Compression::LZO
            | Compression::ZSTD(_)
            | Compression::LZ4_RAW => None,
        }
    }

    /// To how many bytes so many ones unpack: no less than they do, or more than `most`.
    pub(super) fn unpacked(
        self,
        mut page: impl BufRead,
        packed: u64,
        most: u64,
    ) -> io::Result<u64> {
        match self {
            Self::Gzip => count(MultiGzDecoder::new(page), most),
            Self::Brotli => count(Decompressor::new(page, BUFFER_BYTES), most),
            Self::Lz4 => {
                let mut start = Vec::new();
                page.by_ref().take(4).read_to_end(&mut start)?;
                let start: [u8; 4] = start.try_into().unwrap_or_default();
                let factor = if is_frame(u32::from_le_bytes(start)) { MOST_OF_LZ4 } else { 0 };
                Ok(packed.saturating_mul(factor))
            }
        }
    }
}

fn is_frame(start: u32) -> bool {
    FRAMES.iter().any(|(first, last)| (*first..=*last).contains(&start))
}

/// Bytes that can be read, or one more than `most`.
fn count(unpacked: impl Read, most: u64) -> io::Result<u64> {
    io::copy(&mut unpacked.take(most.saturating_add(1)), &mut io::sink())
}
