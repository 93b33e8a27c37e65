#![no_main]

libfuzzer_sys::fuzz_target!(init: harness::assert_all_can_be_entered(), |input: &[u8]| harness::request::check(input));
