#![doc = include_str!("../README.md")]

pub mod blocks;
pub mod curriculum;
pub mod names;
pub mod practice;
pub mod quantise;
pub mod salt;
pub mod split;
pub mod state;
pub mod table;
pub mod train_blob;

mod encoding;
mod hex_bytes;
mod number_as_text;
mod shape;

pub use blocks::{Block, PrepareError, PreparedTask};
pub use encoding::encoding_hash;
pub use practice::practice_block;
pub use quantise::{QuantiseError, Quantiser, Range};
pub use salt::BlockSalt;
pub use shape::{most_test_blocks, shape_name, TooLargeError};
pub use split::{SplitOptions, SplitSeed};
pub use state::{RequesterState, StateError};
pub use table::{Description, LabelColumn, ReadOptions, Table, TableError};
pub use train_blob::{Samples, TrainBlob, TrainBlobError};
