//! libFuzzer's entry to [`nocknock_fuzz::key_decode`].

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| nocknock_fuzz::key_decode(data));
