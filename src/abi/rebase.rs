//! Adjusting pointers when the memory that they point into moves.

use core::ffi::c_void;

/// The pointer that is as far from `to` as `p` is from `from`. Null stays null. Callers may set
/// these pointers to any address, so this only calculates with addresses.
pub(crate) fn rebase(p: *mut c_void, from: *mut u8, to: *mut u8) -> *mut c_void {
    if p.is_null() {
        return p;
    }
    let ahead = p.addr().wrapping_sub(from.addr());
    to.with_addr(to.addr().wrapping_add(ahead)).cast()
}
