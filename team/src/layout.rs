//! Which numbers a model consists of, in the one order in which all members count them.

/// A tensor of a model: its name and its extents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TensorShape {
    /// Its name, unique in the model.
    pub name: String,
    /// Its extents, the slowest first; a single number has none.
    pub extents: Vec<usize>,
}

/// Why tensors are no model.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LayoutError {
    /// There are none.
    #[error("a model has at least one tensor")]
    Empty,
    /// Two have the same name.
    #[error("there are two tensors named {name:?}")]
    TwoOfAName {
        /// The name.
        name: String,
    },
    /// One has no numbers, or all together have more than a team can share.
    #[error("the tensor {name:?} has no numbers, or too many")]
    Size {
        /// Name of the tensor with which the limit is passed.
        name: String,
    },
}

/// The most numbers of a model: positions are counted in 32 bits.
const MOST_PARAMETERS: usize = 1 << 31;

/// The tensors of a model, sorted by name. The numbers of each follow row by row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    tensors: Vec<TensorShape>,
    parameters: usize,
}

impl TensorShape {
    /// How many numbers it has; nothing if they cannot be counted.
    pub fn parameters(&self) -> Option<usize> {
        self.extents.iter().try_fold(1usize, |product, extent| product.checked_mul(*extent))
    }
}

impl Layout {
    /// Sorts the tensors by name.
    ///
    /// # Errors
    ///
    /// If there are none, two of one name, one without numbers, or more than 2^31 numbers in all.
    pub fn new(mut tensors: Vec<TensorShape>) -> Result<Self, LayoutError> {
        tensors.sort_by(|one, other| one.name.cmp(&other.name));
        let mut parameters = 0usize;
        for tensor in &tensors {
            let more = tensor.parameters().filter(|count| *count > 0);
            let sum = more.and_then(|count| parameters.checked_add(count));
            let sum = sum.filter(|sum| *sum <= MOST_PARAMETERS);
            parameters = sum.ok_or_else(|| LayoutError::Size { name: tensor.name.clone() })?;
        }
        let twice =
            tensors.iter().zip(tensors.iter().skip(1)).find(|(one, two)| one.name == two.name);
        match twice {
            Some((one, _)) => Err(LayoutError::TwoOfAName { name: one.name.clone() }),
            None if tensors.is_empty() => Err(LayoutError::Empty),
            None => Ok(Self { tensors, parameters }),
        }
    }

    /// The tensors, by name.
    pub fn tensors(&self) -> &[TensorShape] {
        &self.tensors
    }

    /// How many numbers there are in all.
    pub fn parameters(&self) -> usize {
        self.parameters
    }

    /// A hash of names and extents: what has the same one can be merged.
    pub fn digest(&self) -> [u8; 16] {
        let mut hasher = blake3::Hasher::new_derive_key("NockNock 2026 layout of a team's model");
        for TensorShape { name, extents } in &self.tensors {
            hasher.update(&(name.len() as u64).to_le_bytes());
            hasher.update(name.as_bytes());
            hasher.update(&(extents.len() as u64).to_le_bytes());
            for extent in extents {
                hasher.update(&(*extent as u64).to_le_bytes());
            }
        }
        let mut digest = [0; 16];
        hasher.finalize_xof().fill(&mut digest);
        digest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tensor(name: &str, extents: &[usize]) -> TensorShape {
        TensorShape { name: name.to_owned(), extents: extents.to_vec() }
    }

    #[test]
    fn tensors_are_sorted_by_name_and_counted() {
        let layout = Layout::new(vec![tensor("b", &[2, 3]), tensor("a", &[])]).unwrap();
        assert_eq!(layout.tensors()[0].name, "a");
        assert_eq!(layout.parameters(), 7);
        let same = Layout::new(vec![tensor("a", &[]), tensor("b", &[2, 3])]).unwrap();
        assert_eq!(layout.digest(), same.digest());
        let turned = Layout::new(vec![tensor("a", &[]), tensor("b", &[3, 2])]).unwrap();
        assert_ne!(layout.digest(), turned.digest());
    }

    #[test]
    fn what_is_no_model_is_refused() {
        assert_eq!(Layout::new(Vec::new()), Err(LayoutError::Empty));
        let twice = Layout::new(vec![tensor("a", &[1]), tensor("a", &[2])]);
        assert_eq!(twice, Err(LayoutError::TwoOfAName { name: "a".to_owned() }));
        for extents in [&[0][..], &[usize::MAX, 2], &[1 << 31, 2]] {
            let size = LayoutError::Size { name: "a".to_owned() };
            assert_eq!(Layout::new(vec![tensor("a", extents)]), Err(size));
        }
    }
}
