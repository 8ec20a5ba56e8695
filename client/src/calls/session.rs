//! Calls about the keys with which validators author and finalise.

use super::{Argument, Call};
use crate::types::SessionKeys;

const PALLET: &str = "Session";

/// Registers session keys for the sender, from the second session after this one on. The proof that
/// comes with them shows that the sender may, so that nobody registers the keys of others.
pub fn set_keys(made: &SessionKeys) -> Call {
    let keys = Argument::Value(made.keys.clone());
    Call::new(PALLET, "set_keys").with_argument("keys", keys).with("proof", &made.proof)
}
