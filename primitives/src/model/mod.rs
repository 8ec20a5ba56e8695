//! The models that are proved about: layered ones over integers, with any number of inputs, up to
//! four hidden layers, and one of several heads.
//!
//! One definition for three users: the runtime, which folds a revealed block; the worker, which
//! trains, commits and delivers; and the circuits, which prove.
//!
//! # The integer model
//!
//! All numbers are integers, `>>` rounds down, and `x` are the inputs of a sample:
//!
//! ```text
//! h_0 = x
//! y_l = W_l·h_(l−1) + b_l        h_l = max(y_l, 0) >> shift_l        for each hidden layer l
//! z   = W·h_L + b                                                    the head
//! ```
//!
//! | head | a sample counts |
//! |---|---|
//! | classes | 1 if at most `best − 1` other outputs are at least as large as that of its class |
//! | labels | 1 for each label that holds if and only if its output is at least 0 |
//! | number, absolute error | `cap − abs(z − target)`, if that is positive |
//! | number, within | 1 if `abs(z − target) <= tolerance` |
//!
//! An architecture is data and not a name: its [digest](Architecture::digest) is part of every
//! hash. And a circuit does not hold the samples. The chain, which has them, [folds](fold) a block
//! to one number with challenges that are drawn after everything else is fixed.
//!
//! # Widths
//!
//! Each value has a declared width, and nothing can be proved about a model on a block on which one
//! of its values leaves it. The requester chooses the samples, so whoever commits to a model makes
//! sure [beforehand](Weights::is_safe) that no sample can do that. Soundness does not rest on it:
//! see [`architecture`].
//!
//! # Where things are
//!
//! * [`architecture`] and [`names`]: sizes, widths and what follows from them.
//! * [`weights`]: the parameters of a model.
//! * [`samples`] and [`root`]: data blocks, their bytes on the chain and their roots.
//! * [`transcript`] and [`fold`]: the challenges, and what the chain computes with them.
//! * [`fold_size`]: how much work that is.
//! * [`known_block`]: a block that a verifier has, and the public inputs of claims about it.
//! * [`baseline`]: the score that needs no model.
//! * [`sealed`]: the ciphertext of a model, and the commitment to it.
//! * [`recipient`]: delivery of the key that opens it.
//! * [`context`]: the public input that ties a proof to its purpose.
//! * [`inputs`]: the public inputs of the statements that are proved, in their order.
//! * [`field`]: field elements as 32 bytes.

pub mod architecture;
pub mod baseline;
pub mod context;
pub mod field;
pub mod fold;
pub mod fold_size;
pub mod inputs;
pub mod known_block;
pub mod names;
pub mod recipient;
pub mod root;
pub mod samples;
pub mod sealed;
pub mod transcript;
pub mod weights;

pub use architecture::{
    Activation, Architecture, ArchitectureError, Dense, Description, Goal, Head, Layer,
};
pub use context::{Context, ContextDomain};
pub use fold_size::FoldSize;
pub use inputs::FoldInputs;
pub use known_block::{Claimed, KnownBlock};
pub use nocknock_poseidon::Fr;
pub use recipient::{RecipientKey, RecipientSecret, SealInputs, SealedKey};
pub use root::block_root;
pub use samples::{Block, Label, Sample, SampleError, WireError};
pub use sealed::{ModelOwner, SealedModel};
pub use weights::{LayerWeights, UnsafeModel, WeightError, Weights};
