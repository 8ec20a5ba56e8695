//! libFuzzer's entry to [`nocknock_fuzz::prepared_key_decode`].

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| nocknock_fuzz::prepared_key_decode(data));
