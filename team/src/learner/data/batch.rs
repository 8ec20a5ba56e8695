//! Texts and what follows each of their bytes.

use super::DataError;

/// Texts of one length, each with the byte that follows each of its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    inputs: Vec<u8>,
    targets: Vec<u8>,
    rows: usize,
    length: usize,
}

impl Batch {
    /// A batch of windows, each one byte longer than its text.
    ///
    /// # Errors
    ///
    /// If there are no windows, or they are not of one length of two bytes or more.
    pub fn new(windows: &[&[u8]]) -> Result<Self, DataError> {
        let size = windows.first().ok_or(DataError::Nothing)?.len();
        let (mut inputs, mut targets) = (Vec::new(), Vec::new());
        for window in windows {
            let (Some((_, behind)), Some((_, before))) =
                (window.split_first(), window.split_last())
            else {
                return Err(DataError::Windows);
            };
            if window.len() != size || before.is_empty() {
                return Err(DataError::Windows);
            }
            inputs.extend_from_slice(before);
            targets.extend_from_slice(behind);
        }
        Ok(Self { inputs, targets, rows: windows.len(), length: size - 1 })
    }

    /// The texts, one after the other.
    pub fn inputs(&self) -> &[u8] {
        &self.inputs
    }

    /// The byte behind each byte of the texts.
    pub fn targets(&self) -> &[u8] {
        &self.targets
    }

    /// How many texts there are.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// How many bytes each text has.
    pub fn length(&self) -> usize {
        self.length
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_byte_has_the_next_one_as_its_target() {
        let batch = Batch::new(&[b"abc", b"xyz"]).unwrap();
        assert_eq!((batch.rows(), batch.length()), (2, 2));
        assert_eq!((batch.inputs(), batch.targets()), (&b"abxy"[..], &b"bcyz"[..]));
    }

    #[test]
    fn windows_that_make_no_batch_are_refused() {
        assert_eq!(Batch::new(&[]), Err(DataError::Nothing));
        assert_eq!(Batch::new(&[b"abc", b"ab"]), Err(DataError::Windows));
        assert_eq!(Batch::new(&[b"a"]), Err(DataError::Windows));
        assert_eq!(Batch::new(&[b""]), Err(DataError::Windows));
    }
}
