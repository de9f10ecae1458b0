// SPDX-License-Identifier: Apache-2.0
//! `struct nl_sock`. Callers only have pointers to it.

/// A netlink socket.
pub struct NlSock(());
