// SPDX-License-Identifier: Apache-2.0
//! Names of errno values.

use core::ffi::CStr;

macro_rules! table {
    ($($name:ident)*) => {
        &[$((
            libc::$name,
            match CStr::from_bytes_with_nul(concat!(stringify!($name), "\0").as_bytes()) {
                Ok(name) => name,
                Err(_) => unreachable!(),
            },
        )),*]
    };
}

/// Those of Linux. Two names of the same value are there once.
const NAMES: &[(i32, &CStr)] = table! {
    E2BIG EACCES EADDRINUSE EADDRNOTAVAIL EADV EAFNOSUPPORT EAGAIN EALREADY EBADE EBADF EBADFD
    EBADMSG EBADR EBADRQC EBADSLT EBFONT EBUSY ECANCELED ECHILD ECHRNG ECOMM ECONNABORTED
    ECONNREFUSED ECONNRESET EDEADLK EDESTADDRREQ EDOM EDOTDOT EDQUOT EEXIST EFAULT EFBIG EHOSTDOWN
    EHOSTUNREACH EHWPOISON EIDRM EILSEQ EINPROGRESS EINTR EINVAL EIO EISCONN EISDIR EISNAM
    EKEYEXPIRED EKEYREJECTED EKEYREVOKED EL2HLT EL2NSYNC EL3HLT EL3RST ELIBACC ELIBBAD ELIBEXEC
    ELIBMAX ELIBSCN ELNRNG ELOOP EMEDIUMTYPE EMFILE EMLINK EMSGSIZE EMULTIHOP ENAMETOOLONG ENAVAIL
    ENETDOWN ENETRESET ENETUNREACH ENFILE ENOANO ENOBUFS ENOCSI ENODATA ENODEV ENOENT ENOEXEC ENOKEY
    ENOLCK ENOLINK ENOMEDIUM ENOMEM ENOMSG ENONET ENOPKG ENOPROTOOPT ENOSPC ENOSR ENOSTR ENOSYS
    ENOTBLK ENOTCONN ENOTDIR ENOTEMPTY ENOTNAM ENOTRECOVERABLE ENOTSOCK ENOTTY ENOTUNIQ ENXIO
    EOPNOTSUPP EOVERFLOW EOWNERDEAD EPERM EPFNOSUPPORT EPIPE EPROTO EPROTONOSUPPORT EPROTOTYPE
    ERANGE EREMCHG EREMOTE EREMOTEIO ERESTART ERFKILL EROFS ESHUTDOWN ESOCKTNOSUPPORT ESPIPE ESRCH
    ESRMNT ESTALE ESTRPIPE ETIME ETIMEDOUT ETOOMANYREFS ETXTBSY EUCLEAN EUNATCH EUSERS EXDEV EXFULL
};

/// The name of an errno value, such as `ENOENT`.
pub fn name(error: i32) -> Option<&'static CStr> {
    NAMES.iter().find(|entry| entry.0 == error).map(|entry| entry.1)
}

/// The errno value of a name; 0 for `0`.
pub fn number(name: &str) -> Option<i32> {
    if name == "0" {
        return Some(0);
    }
    NAMES.iter().find(|entry| entry.1.to_bytes() == name.as_bytes()).map(|entry| entry.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers_belong_together() {
        for &(error, text) in NAMES {
            assert_eq!(name(error), Some(text));
            assert_eq!(number(text.to_str().unwrap()), Some(error));
        }
        assert_eq!(number("0"), Some(0));
        assert_eq!(number("ENONSENSE"), None);
        assert_eq!(name(0), None);
    }
}
