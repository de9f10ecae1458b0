// SPDX-License-Identifier: Apache-2.0
//! Adjusting pointers when the memory that they point into moves.

use core::ffi::c_void;

/// Returns the new value of `p`, a pointer into memory that has moved from `from` to `to`. Null
/// stays null. Callers may have set `p` to any address, so this calculates with plain addresses.
pub(crate) fn rebase(p: *mut c_void, from: *mut u8, to: *mut u8) -> *mut c_void {
    if p.is_null() {
        return p;
    }
    let ahead = p.addr().wrapping_sub(from.addr());
    to.with_addr(to.addr().wrapping_add(ahead)).cast()
}
