//! Posts: where members put their objects, and where the home keeps the log.
//!
//! A post is trusted with nothing. Objects are sealed and named by their hash, and what is in the
//! log is signed by its authors. So a post can refuse to serve, and can do no more than that.
//!
//! [`Post`] answers over HTTP, as the home of a run or with a copy of its log. [`HttpExchange`]
//! asks.

mod client;
mod home;
mod limits;
mod log_file;
mod range;
mod reply;
mod server;
mod store;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

pub use self::{
    client::{HttpExchange, HttpSettings},
    home::{Home, HomeError, HomeSettings, Refused},
    limits::Limits,
    server::{Post, PostError, PostSettings, Role},
};

/// Bytes of entries after which an answer is full. The last of them may be beyond it.
const PAGE_BYTES: usize = 1 << 20;

/// How many rounds a member may be away from the round of a post when it puts an object.
const NEAR_ROUNDS: u32 = 1;
