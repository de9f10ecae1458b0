// SPDX-License-Identifier: Apache-2.0
//! Another Rust library in the same program, which catches a panic of its own.

#[unsafe(no_mangle)]
extern "C" fn other_catches_its_panic() -> bool {
    std::panic::set_hook(Box::new(|_| {}));
    std::panic::catch_unwind(|| panic!("meant to be caught")).is_err()
}
