//! Files that gzip or zstd packed, as they were before.

use flate2::bufread::MultiGzDecoder;
use std::{
    fs::File,
    io::{self, BufRead, BufReader},
};
use zstd::stream::read::Decoder;

/// First bytes of a file that gzip packed.
const GZIP: &[u8] = b"\x1f\x8b";

/// First bytes of a file that zstd packed.
const ZSTD: &[u8] = b"\x28\xb5\x2f\xfd";

/// The file's content from where the file stands. Its first bytes tell whether it is packed, its
/// name does not matter.
pub(super) fn open(file: File) -> io::Result<Box<dyn BufRead + Send>> {
    let mut file = BufReader::new(file);
    let beginning = file.fill_buf()?;
    if beginning.starts_with(GZIP) {
        return Ok(Box::new(BufReader::new(MultiGzDecoder::new(file))));
    }
    if beginning.starts_with(ZSTD) {
        return Ok(Box::new(BufReader::new(Decoder::with_buffer(file)?)));
    }
    Ok(Box::new(file))
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{write::GzEncoder, Compression};
    use std::io::{Read, Seek, Write};

    const TEXT: &[u8] = b"a,k\n1,x\n2,y\n";

    fn unpack(packed: &[u8]) -> io::Result<Vec<u8>> {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(packed).unwrap();
        file.rewind().unwrap();
        let mut content = Vec::new();
        open(file)?.read_to_end(&mut content)?;
        Ok(content)
    }

    fn gzipped(text: &[u8]) -> Vec<u8> {
        let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
        packer.write_all(text).unwrap();
        packer.finish().unwrap()
    }

    fn zstandard(text: &[u8]) -> Vec<u8> {
        zstd::stream::encode_all(text, 1).unwrap()
    }

    #[test]
    fn packed_files_are_read_as_they_were_before() {
        for packed in [TEXT.to_vec(), gzipped(TEXT), zstandard(TEXT)] {
            assert_eq!(unpack(&packed).unwrap(), TEXT);
        }
        assert_eq!(unpack(b"").unwrap(), b"");
    }

    #[test]
    fn all_members_of_a_packed_file_are_read() {
        assert_eq!(unpack(&[gzipped(b"a,k\n"), gzipped(b"1,x\n2,y\n")].concat()).unwrap(), TEXT);
        assert_eq!(
            unpack(&[zstandard(b"a,k\n"), zstandard(b"1,x\n2,y\n")].concat()).unwrap(),
            TEXT
        );
    }

    #[test]
    fn a_packed_file_that_is_cut_is_refused() {
        for packed in [gzipped(TEXT), zstandard(TEXT)] {
            for cut in [&packed[..5], &packed[..packed.len() - 1]] {
                assert!(unpack(cut).is_err(), "{cut:?}");
            }
        }
    }
}
