//! `struct nl_sock`, of which callers only have pointers.

/// A netlink socket.
pub struct NlSock(());
