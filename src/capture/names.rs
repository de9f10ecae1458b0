// SPDX-License-Identifier: Apache-2.0
//! The names of errno values, which libc does not have on all platforms.

use core::ffi::c_int;

macro_rules! names {
    ($($name:ident)+) => {
        &[$((libc::$name, stringify!($name))),+]
    };
}

/// Those that system calls on sockets return.
static NAMES: &[(c_int, &str)] = names! {
    EPERM ENOENT EINTR EIO ENXIO E2BIG EBADF EAGAIN ENOMEM EACCES EFAULT EBUSY EEXIST ENODEV EINVAL
    ENFILE EMFILE ENOSPC ESPIPE EPIPE ERANGE EDOM ENOSYS EPROTO EOVERFLOW EBADMSG ENOTSOCK
    EDESTADDRREQ EMSGSIZE EPROTOTYPE ENOPROTOOPT EPROTONOSUPPORT ESOCKTNOSUPPORT EOPNOTSUPP
    EPFNOSUPPORT EAFNOSUPPORT EADDRINUSE EADDRNOTAVAIL ENETDOWN ENETUNREACH ENETRESET ECONNABORTED
    ECONNRESET ENOBUFS EISCONN ENOTCONN ETIMEDOUT ECONNREFUSED EHOSTDOWN EHOSTUNREACH EALREADY
    EINPROGRESS ECANCELED EUSERS ENODATA ENOLINK ESTALE
};

/// The name of an errno value. None if it is not in the list.
pub(super) fn of_errno(code: c_int) -> Option<&'static str> {
    NAMES.iter().find(|&&(known, _)| known == code).map(|&(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_have_names() {
        assert_eq!(of_errno(libc::ENOBUFS), Some("ENOBUFS"));
        assert_eq!(of_errno(libc::EPERM), Some("EPERM"));
        assert_eq!([0, -1, 4000].map(of_errno), [None; 3]);
    }
}
