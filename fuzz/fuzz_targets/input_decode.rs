//! libFuzzer's entry to [`nocknock_fuzz::input_decode`].

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| nocknock_fuzz::input_decode(data));
