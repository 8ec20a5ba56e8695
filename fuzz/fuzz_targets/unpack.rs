//! libFuzzer's entry to [`nocknock_fuzz::unpack`].

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| nocknock_fuzz::unpack(data));
