//! Tests of the runtime as a whole, on the state that its presets build.

mod chain;
mod cheats;
mod council;
mod fees;
mod finality_votes;
mod free_calls;
mod mandatory_weight;
mod metadata;
mod offences;
mod operational;
mod presets;
mod protocol;
mod proxies;
mod sequences;
mod signs_of_life;
mod silent_validators;
mod storage_layout;
mod versions;
mod wasm_fold;
mod world;
