#![no_main]

libfuzzer_sys::fuzz_target!(init: harness::message_signature::assert_prepared(), |input: &[u8]| harness::message_signature::check(input));
