//! `struct nl_sock`. Callers only have pointers to it.

/// A netlink socket.
pub struct NlSock(());
