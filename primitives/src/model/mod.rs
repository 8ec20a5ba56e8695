//! The models that are proved about: small multilayer perceptrons over integers.
//!
//! One definition for three users: the runtime, which recomputes the root of a revealed block; the
//! worker, which trains, commits and delivers; and the circuits, which prove.
//!
//! * [`shape`]: the named architectures, and the check that no sum overflows its width.
//! * [`rows`] and [`wire`]: the samples of a data block, their rules and their bytes on the chain.
//! * [`weights`]: the parameters of a model.
//! * [`commit`]: the roots of blocks, the commitment to a model, and what delivery hashes.
//! * [`delivery`]: encryption of a model under the key that is paid for.
//! * [`context`]: the public input that ties a proof to its purpose.
//! * [`inputs`]: the public inputs of the statements that are proved, in their order.
//! * [`field`]: field elements as 32 bytes.
//! * [`layered`]: models of any depth and with other outputs than one class, on samples that the
//!   chain folds.
//!
//! The arithmetic of the perceptron, with `>>` rounding down:
//!
//! ```text
//! y = W1·x + b1        h = max(y, 0) >> shift        z = W2·h + b2
//! a row is correct  iff  z[label] > z[j] for every j != label
//! ```

pub mod commit;
pub mod context;
pub mod delivery;
pub mod field;
pub mod inputs;
pub mod layered;
pub mod packing;
pub mod rows;
pub mod shape;
pub mod weights;
pub mod wire;

pub use commit::{block_root, ciphertext_hash, key_hash, model_commitment};
pub use context::{Context, ContextDomain};
pub use inputs::{DeliveryInputs, FoldInputs, ScoreInputs};
pub use nocknock_poseidon::Fr;
pub use rows::{check_rows, Row, RowError, RowFault};
pub use shape::{MlpShape, ShapeError};
pub use weights::{WeightError, Weights};
