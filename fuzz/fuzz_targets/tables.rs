//! libFuzzer's entry to [`nocknock_fuzz::tables`].

#![no_main]

libfuzzer_sys::fuzz_target!(init: nocknock_fuzz::let_readers_panic(), |data: &[u8]| {
    nocknock_fuzz::tables(data)
});
