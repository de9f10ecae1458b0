// SPDX-License-Identifier: Apache-2.0
//! netlink-socket.h: lookups of generic netlink names.

use crate::socket::lookup;
use core::ffi::{CStr, c_char, c_int, c_uint};

/// Finds the number of the generic netlink family 'name' and stores it in '*number'.
///
/// '*number' caches the kernel's answer: the kernel is asked only if '*number' is 0. If the kernel
/// answers that there is no such family, '*number' becomes the negative errno value, which later
/// calls return without another lookup. After any other failure, '*number' is still 0, and the next
/// call asks again.
///
/// The kernel is asked on an idle socket of an earlier lookup, whatever the network namespace of
/// that socket. If the kernel does not find the family there, it is asked in the thread's
/// namespace. Nearly all families exist in all namespaces. But a thread that has left the first
/// namespace may get, instead of ENOENT, the number of a family that only the first one has.
/// nlsock_pool_set_netns_aware() prevents that.
///
/// # Return value
/// - 0: '*number' is the family's number.
/// - ENOENT: there is no such family.
/// - EINVAL, ERANGE: the kernel does not accept the name, since it is too long.
/// - EPROTO: the kernel's reply makes no sense.
/// - EMFILE, ENFILE, ENOMEM, ENOBUFS, ...: the kernel could not be asked, or could not answer.
///
/// # Thread safety
/// Any thread may call it, with a '*number' that no other thread uses at the same time.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_lookup_genl_family(name: *const c_char, number: *mut c_int) -> c_int {
    // SAFETY: the caller's contract (see `ffi`).
    unsafe {
        if *number == 0 {
            *number = match lookup::lookup_family(CStr::from_ptr(name)) {
                Ok(id) => c_int::from(id),
                Err(failure) if failure.is_final() => -failure.error.raw(),
                Err(failure) => return failure.error.raw(),
            };
        }
        if *number > 0 { 0 } else { number.read().wrapping_neg() }
    }
}

/// Finds the number of the multicast group 'group_name' of the generic netlink family
/// 'family_name', for nl_sock_join_mcgroup(), and stores it in '*multicast_group'; 0 on failure.
/// The group may be one of the first network namespace, as the family of nl_lookup_genl_family().
///
/// # Return value
/// - 0: '*multicast_group' is the group's number.
/// - ENOENT: there is no such family.
/// - EPROTO: the family does not have such a group, or the kernel's reply makes no sense.
/// - Another positive errno value: the kernel could not be asked.
///
/// # Thread safety
/// Any thread may call it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_lookup_genl_mcgroup(
    family_name: *const c_char,
    group_name: *const c_char,
    multicast_group: *mut c_uint,
) -> c_int {
    // SAFETY: the caller's contract (see `ffi`).
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
