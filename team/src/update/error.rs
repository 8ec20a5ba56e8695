//! Why an update is refused.

/// Why numbers cannot be sent, or bytes are no update.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UpdateError {
    /// There are more or fewer numbers than the model has.
    #[error("a model of {expected} numbers cannot move by {found}")]
    Size {
        /// Numbers of the model.
        expected: usize,
        /// Numbers that were given.
        found: usize,
    },
    /// A number is infinite or none at all.
    #[error("number {position} is not finite")]
    NotFinite {
        /// Its position in the model.
        position: usize,
    },
    /// The bytes end within the header.
    #[error("the update ends within its header")]
    ShortHeader,
    /// The bytes are something else.
    #[error("the update does not begin with \"NNU1\"")]
    Magic,
    /// There is no such kind.
    #[error("there is no update of kind {kind}")]
    Kind {
        /// The kind in the header.
        kind: u8,
    },
    /// A sparse update without a density, or another with one.
    #[error("one number in {one_in} is no density of this kind of update")]
    Density {
        /// The density in the header.
        one_in: u16,
    },
    /// The update is of another model.
    #[error("the update is of a model with other tensors")]
    OtherLayout,
    /// No work is in the update, so it could have no weight.
    #[error("the update is of no work")]
    NoWork,
    /// A loss is infinite or no number.
    #[error("a loss in the header is not finite")]
    Loss,
    /// No update of this kind and model is so long.
    #[error("the update has {bytes} bytes, and {most} are the most of its kind")]
    TooLong {
        /// Bytes of the update.
        bytes: usize,
        /// Bytes of the largest.
        most: usize,
    },
    /// The bytes after the header break a rule of the format.
    #[error("from number {position} on: {rule}")]
    Broken {
        /// Position of the first number of the chunk or block; that after the last number at the
        /// end.
        position: usize,
        /// The rule.
        rule: Rule,
    },
}

/// How the bytes after a header break the format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rule {
    /// The bytes end before the last number.
    #[error("the update ends early")]
    EndsEarly,
    /// Bytes follow the last number.
    #[error("bytes follow the last number")]
    GoesOn,
    /// The last byte is not filled up with zeros.
    #[error("the bits after the last number are not zero")]
    Padding,
    /// A number would lie behind the chunk.
    #[error("a gap leads out of its chunk")]
    Gap,
    /// The gaps are not coded as short as possible.
    #[error("the parameter of the gaps is not the first of the best")]
    Parameter,
    /// A magnitude is negative, infinite or no number.
    #[error("a magnitude is negative or not finite")]
    Magnitude,
    /// The magnitudes of a chunk are in the wrong order.
    #[error("the first magnitude is above the second")]
    Order,
    /// Two magnitudes of which one has no number, or a second class without a magnitude of its own.
    #[error("two magnitudes differ exactly if both have numbers")]
    Classes,
    /// A number of magnitude zero has a minus sign, or another place than the first that is free.
    #[error("a zero is negative or not at the first free place")]
    Zero,
    /// A code is below the smallest.
    #[error("a code is below the smallest")]
    Code,
    /// The scale of a block is not its largest magnitude.
    #[error("the scale of a block is not its largest magnitude")]
    Scale,
    /// A number is infinite, no number, minus zero, or so small that it is zero.
    #[error("a number is not finite, or should be zero")]
    Number,
}
