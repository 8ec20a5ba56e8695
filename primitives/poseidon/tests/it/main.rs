//! Poseidon against its definition, another implementation and published values.

mod circom;
mod sponge;
mod vectors;
