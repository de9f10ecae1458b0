// SPDX-License-Identifier: Apache-2.0
//! netlink.h: reading payloads of kinds that the 2014 interface lacks: 128-bit integers, IPv6,
//! Ethernet and InfiniBand addresses.

use crate::abi::foreign::{in6_addr, nlattr};
use crate::ffi::attr::read;
use crate::flavour::{eth_addr, ib_addr, ovs_be128, ovs_u128};

/// Returns the 128-bit integer in the payload of 'nla', which must have at least 16 bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_attr_get_u128(nla: *const nlattr) -> ovs_u128 {
    // SAFETY: the caller's contract (see `ffi`).
    ovs_u128::from_bytes(unsafe { read(nla) })
}

/// Returns the 128-bit integer in network byte order in the payload of 'nla', which must have at
/// least 16 bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_attr_get_be128(nla: *const nlattr) -> ovs_be128 {
    // SAFETY: the caller's contract (see `ffi`).
    ovs_be128::from_bytes(unsafe { read(nla) })
}

/// Returns the IPv6 address in the payload of 'nla', which must have at least 16 bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_attr_get_in6_addr(nla: *const nlattr) -> in6_addr {
    // SAFETY: the caller's contract (see `ffi`).
    in6_addr { s6_addr: unsafe { read(nla) } }
}

/// Returns the Ethernet address in the payload of 'nla', which must have at least 6 bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_attr_get_eth_addr(nla: *const nlattr) -> eth_addr {
    // SAFETY: the caller's contract (see `ffi`).
    eth_addr::from_bytes(unsafe { read(nla) })
}

/// Returns the InfiniBand address in the payload of 'nla', which must have at least 20 bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_attr_get_ib_addr(nla: *const nlattr) -> ib_addr {
    // SAFETY: the caller's contract (see `ffi`).
    ib_addr::from_bytes(unsafe { read(nla) })
}
