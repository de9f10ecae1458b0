// SPDX-License-Identifier: Apache-2.0
//! The library's only error type: a positive errno value.

use core::ffi::{CStr, c_int};
use core::fmt;

/// A positive errno value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Errno(c_int);

impl Errno {
    pub(crate) const EAGAIN: Self = Self(libc::EAGAIN);
    pub(crate) const EBADF: Self = Self(libc::EBADF);
    pub(crate) const EBUSY: Self = Self(libc::EBUSY);
    pub(crate) const ECANCELED: Self = Self(libc::ECANCELED);
    pub(crate) const EEXIST: Self = Self(libc::EEXIST);
    pub(crate) const EINTR: Self = Self(libc::EINTR);
    pub(crate) const EINVAL: Self = Self(libc::EINVAL);
    pub(crate) const E2BIG: Self = Self(libc::E2BIG);
    pub(crate) const EMFILE: Self = Self(libc::EMFILE);
    pub(crate) const EMSGSIZE: Self = Self(libc::EMSGSIZE);
    pub(crate) const ENAMETOOLONG: Self = Self(libc::ENAMETOOLONG);
    pub(crate) const ENFILE: Self = Self(libc::ENFILE);
    pub(crate) const ENOBUFS: Self = Self(libc::ENOBUFS);
    pub(crate) const ENOENT: Self = Self(libc::ENOENT);
    pub(crate) const ENOSPC: Self = Self(libc::ENOSPC);
    pub(crate) const ENOTSOCK: Self = Self(libc::ENOTSOCK);
    pub(crate) const EPERM: Self = Self(libc::EPERM);
    pub(crate) const EPROTO: Self = Self(libc::EPROTO);
    pub(crate) const EPROTONOSUPPORT: Self = Self(libc::EPROTONOSUPPORT);
    pub(crate) const ERANGE: Self = Self(libc::ERANGE);
    pub(crate) const ENOPROTOOPT: Self = Self(libc::ENOPROTOOPT);
    pub(crate) const ETIMEDOUT: Self = Self(libc::ETIMEDOUT);
    pub(crate) const EOPNOTSUPP: Self = Self(libc::EOPNOTSUPP);

    /// The thread's errno; EINVAL if it is 0. Call after a system call has failed.
    pub(crate) fn last() -> Self {
        Self::from_raw(get())
    }

    /// The error with the errno value `code`. If `code` is not positive, the error is EINVAL, since
    /// 0 would mean success.
    pub(crate) fn from_raw(code: c_int) -> Self {
        if code > 0 { Self(code) } else { Self::EINVAL }
    }

    pub(crate) fn raw(self) -> c_int {
        self.0
    }
}

/// The value that a C function returns for `result`: 0 or a positive errno value.
pub(crate) fn status(result: Result<(), Errno>) -> c_int {
    result.map_or_else(Errno::raw, |()| 0)
}

fn location() -> *mut c_int {
    // SAFETY: no argument, no state but the thread's own.
    unsafe { libc::__errno_location() }
}

fn get() -> c_int {
    // SAFETY: libc gives each thread a valid location.
    unsafe { *location() }
}

/// Sets the thread's errno.
pub(crate) fn set(code: c_int) {
    // SAFETY: as in `get`.
    unsafe { *location() = code };
}

/// Stores the thread's errno when this object is created, and restores errno when the object is
/// dropped. A function that must not change the caller's errno creates one at its start.
pub(crate) struct Preserve(c_int);

impl Preserve {
    pub(crate) fn new() -> Self {
        Self(get())
    }
}

impl Drop for Preserve {
    fn drop(&mut self) {
        set(self.0);
    }
}

/// The size of a buffer for the text of an errno value, with its NUL, in bytes.
pub(crate) const TEXT_SIZE: usize = 128;

/// The text of an errno value, as strerror() returns it.
pub(crate) struct Text([u8; TEXT_SIZE]);

/// The text of an errno value, which can be formatted.
pub(crate) fn text(code: c_int) -> Text {
    let mut text = [0u8; TEXT_SIZE];
    write_text(code, &mut text);
    Text(text)
}

impl Text {
    pub(crate) fn as_str(&self) -> &str {
        let text = CStr::from_bytes_until_nul(&self.0).unwrap_or_default();
        // In some locales the text is not UTF-8.
        text.to_str().unwrap_or("?")
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Writes the text of an errno value, with its NUL, to `text`. A text that is too long is cut.
pub(crate) fn write_text(code: c_int, text: &mut [u8]) {
    let _errno = Preserve::new();
    // SAFETY: the pointer and the length are those of `text`. This is POSIX's strerror_r(), which
    // writes "Unknown error N" for an unknown value, and cuts a text that does not fit.
    unsafe { libc::strerror_r(code, text.as_mut_ptr().cast(), text.len()) };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_strerrors() {
        assert_eq!(text(0).as_str(), "Success");
        assert_eq!(text(libc::ENOBUFS).to_string(), "No buffer space available");
        assert_eq!(text(12345).to_string(), "Unknown error 12345");
    }

    #[test]
    fn an_error_is_never_zero() {
        assert_eq!(Errno::from_raw(0), Errno::EINVAL);
        assert_eq!(Errno::from_raw(-5), Errno::EINVAL);
        assert_eq!(status(Err(Errno::from_raw(libc::ENOENT))), libc::ENOENT);
        assert_eq!(status(Ok(())), 0);
    }

    #[test]
    fn errno_survives() {
        set(libc::EXDEV);
        {
            let _errno = Preserve::new();
            set(libc::EPERM);
        }
        assert_eq!(Errno::last().raw(), libc::EXDEV);
    }
}
