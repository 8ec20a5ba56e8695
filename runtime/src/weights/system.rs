//! Weights of `frame_system`: those of the SDK, but for the code of a new runtime.
//!
//! The SDK's figure for `apply_authorized_upgrade`, 167 ms, is for a compressed runtime of 4.3 MB.
//! This one has 1 MB, and the time goes with the size: the code is decompressed to read its
//! version. What is here is a **bound made by hand**, half as large again as the time for such a
//! runtime would be. It has not been measured yet. Code that nobody has authorised is charged the
//! same and costs no more than its hash.

use frame_support::weights::Weight;

type Sdk = frame_system::weights::SubstrateWeight<crate::Runtime>;
type DbWeight = <crate::Runtime as frame_system::Config>::DbWeight;

/// The SDK's weights, with that bound.
#[derive(Debug)]
pub struct WithSmallerCode;

impl frame_system::WeightInfo for WithSmallerCode {
    fn remark(b: u32) -> Weight {
        Sdk::remark(b)
    }
    fn remark_with_event(b: u32) -> Weight {
        Sdk::remark_with_event(b)
    }
    fn set_heap_pages() -> Weight {
        Sdk::set_heap_pages()
    }
    fn set_code() -> Weight {
        Sdk::set_code()
    }
    fn set_storage(i: u32) -> Weight {
        Sdk::set_storage(i)
    }
    fn kill_storage(i: u32) -> Weight {
        Sdk::kill_storage(i)
    }
    fn kill_prefix(p: u32) -> Weight {
        Sdk::kill_prefix(p)
    }
    fn authorize_upgrade() -> Weight {
        Sdk::authorize_upgrade()
    }
    fn apply_authorized_upgrade() -> Weight {
        Weight::from_parts(60_000_000_000, 67_035)
            .saturating_add(DbWeight::get().reads_writes(2, 2))
    }
}
