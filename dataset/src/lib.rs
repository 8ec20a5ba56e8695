#![doc = include_str!("../README.md")]

pub mod blocks;
pub mod check;
pub mod curriculum;
pub mod encoding;
pub mod metric;
pub mod names;
pub mod practice;
pub mod problem;
pub mod profile;
pub mod salt;
pub mod schema;
pub mod split;
pub mod state;
pub mod table;
pub mod train_blob;
pub mod value;

mod hex_bytes;
mod shape;

pub use blocks::{prepare, Block, PrepareError, PreparedTask};
pub use check::{check, check_numbers, Check, NumberCheck};
pub use encoding::{Encoder, Encoding, EncodingError, Fitted, Needs, NumberScale, Range};
pub use metric::Metric;
pub use practice::practice_block;
pub use problem::{Problem, Problems, Severity};
pub use profile::{class_of, LabelColumn, Labels, Numbers, Profile, Wanted};
pub use salt::BlockSalt;
pub use schema::{Schema, SchemaError};
pub use shape::{most_test_blocks, shape_name, TooLargeError};
pub use split::{plan, SplitOptions, SplitPlan, SplitSeed, WeightedPlan};
pub use state::{RequesterState, StateError};
pub use table::{
    Column, Header, Pieces, ReadOptions, Table, TableError, DEFAULT_MEMORY, PIECE_ROWS,
};
pub use train_blob::{TrainBlob, TrainBlobError};
pub use value::{TextRules, Value};
