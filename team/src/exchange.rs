//! What a member asks of the others: objects by their hash, and the log of the run.

use crate::{
    object::{ObjectId, Sealed},
    order::Entry,
    signed::Said,
};
use std::{fmt, time::Duration};

/// Where members put what they have made, and find what others have. Nothing that it gives is
/// believed: objects are hashed, and entries are checked by the order and by their signatures.
///
/// Calls block.
pub trait Exchange: Send + Sync + fmt::Debug {
    /// Offers an object to the others. It is no error if it is there already.
    ///
    /// # Errors
    ///
    /// If no post takes it.
    fn put(&self, object: &Sealed) -> Result<(), ExchangeError>;

    /// The bytes of an object, whose hash is its name. At most `most` bytes are read.
    ///
    /// # Errors
    ///
    /// If nobody has it, or it is longer.
    fn get(&self, id: &ObjectId, most: usize) -> Result<Vec<u8>, ExchangeError>;

    /// Asks the home to append what a member says, and gives the index of the entry.
    ///
    /// # Errors
    ///
    /// If the home cannot be reached, or refuses it.
    fn append(&self, said: &Said) -> Result<u64, ExchangeError>;

    /// The entries of the log from an index on; waits so long for the first one.
    ///
    /// # Errors
    ///
    /// If the home cannot be reached.
    fn follow(&self, from: u64, wait: Duration) -> Result<Vec<Entry>, ExchangeError>;
}

/// Why an exchange has failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExchangeError {
    /// Nobody who could be asked has it.
    #[error("no post has the object {0}")]
    Unknown(ObjectId),
    /// It is longer than it may be.
    #[error("the object {id} is longer than {most} bytes")]
    TooLong {
        /// Which object.
        id: ObjectId,
        /// The most bytes.
        most: usize,
    },
    /// The home does not append this.
    #[error("the home refuses this entry: {0}")]
    Refused(String),
    /// The log has grown meanwhile; follow it, then say it again.
    #[error("the log has grown to {head} entries")]
    Stale {
        /// Entries of the log.
        head: u64,
    },
    /// A post keeps no more objects of this member.
    #[error("the post has no room for more objects of this member")]
    Full,
    /// Nothing was reached. Trying again later may help.
    #[error("{0}")]
    Unreachable(String),
}
