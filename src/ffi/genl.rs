//! netlink-socket.h: names of generic netlink.

use crate::assert::c_assert;
use crate::socket::lookup;
use core::ffi::{CStr, c_char, c_int, c_uint};

/// Finds the number of the generic netlink family 'name'. Any thread may call it, each with a
/// '*number' of its own.
///
/// '*number' is a cache: 0 asks the kernel, and stores the number or a negative errno value; with
/// anything else the kernel is not asked. Returns 0 or a positive errno value: ENOENT for an
/// unknown family, EPROTO for an answer that makes no sense.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_lookup_genl_family(name: *const c_char, number: *mut c_int) -> c_int {
    // SAFETY: the rule of this module.
    unsafe {
        if *number == 0 {
            *number = match lookup::lookup_family(CStr::from_ptr(name)) {
                Ok(id) => c_int::from(id),
                Err(error) => -error.raw(),
            };
        }
        c_assert!(*number != 0, "nl_lookup_genl_family", "*number != 0");
        if *number > 0 { 0 } else { number.read().wrapping_neg() }
    }
}

/// Finds the number of the multicast group 'group_name' of the generic netlink family
/// 'family_name', for nl_sock_join_mcgroup(). Any thread may call it.
///
/// Returns 0 and stores the number, or returns a positive errno value and stores 0: ENOENT for an
/// unknown family, EPROTO for an unknown group or an answer that makes no sense.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_lookup_genl_mcgroup(
    family_name: *const c_char,
    group_name: *const c_char,
    multicast_group: *mut c_uint,
) -> c_int {
    // SAFETY: the rule of this module.
    unsafe {
        let (family, group) = (CStr::from_ptr(family_name), CStr::from_ptr(group_name));
        let (number, status) = match lookup::lookup_group(family, group) {
            Ok(number) => (number, 0),
            Err(error) => (0, error.raw()),
        };
        multicast_group.write(number);
        status
    }
}
