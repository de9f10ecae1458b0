// SPDX-License-Identifier: Apache-2.0
//! Any bytes as the choices of a conversation between the library and the fake kernel: see
//! `conversation.c`.

#![no_main]

use libfuzzer_sys::fuzz_target;
use nlsock_fuzz::entry::{log_everything, logged_details};

unsafe extern "C" {
    fn conversation(bytes: *const u8, size: usize);
}

fuzz_target!(|data: &[u8]| {
    log_everything();
    // SAFETY: these are the bytes.
    unsafe { conversation(data.as_ptr(), data.len()) };
    // Each conversation sends something.
    assert!(logged_details(), "messages are not logged");
});
