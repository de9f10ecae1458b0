//! Moving pointers along with the memory that they point into.

use core::ffi::c_void;

/// Where a pointer that is as far from `from` as it is will be from `to`; null stays null. It may
/// point anywhere, so this is plain address arithmetic.
pub(crate) fn rebase(p: *mut c_void, from: *mut u8, to: *mut u8) -> *mut c_void {
    if p.is_null() {
        return p;
    }
    let ahead = p.addr().wrapping_sub(from.addr());
    to.with_addr(to.addr().wrapping_add(ahead)).cast()
}
