// SPDX-License-Identifier: Apache-2.0
//! NLMSG_ERROR messages: acknowledgements and errors.

use super::{HEADER, Header, u32_at};
use crate::errno::Errno;
use core::fmt;

const NLMSG_ERROR: u16 = libc::NLMSG_ERROR as u16;
/// The size of `struct nlmsgerr` in bytes: the error code, and the header of the request.
const NLMSGERR: usize = 4 + HEADER;

/// The content of an NLMSG_ERROR message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KernelError {
    /// An acknowledgement: the error code is 0.
    Ack,
    /// The kernel refused the request with this positive errno value.
    Refused(i32),
    /// The error code is neither 0 nor a negative errno value.
    Malformed,
    /// The message, of this size in bytes, is too short for `struct nlmsgerr`.
    Short(usize),
}

impl KernelError {
    /// The log text for a message that is too short. None for other messages.
    pub(crate) fn if_short(self) -> Option<impl fmt::Display> {
        match self {
            Self::Short(size) => Some(TooShort(size)),
            Self::Ack | Self::Refused(_) | Self::Malformed => None,
        }
    }

    /// The errno value of a refusal, EPROTO for a malformed message. Not to be called for an
    /// acknowledgement.
    pub(crate) fn errno(self) -> Errno {
        match self {
            Self::Refused(code) => Errno::from_raw(code),
            Self::Ack | Self::Malformed | Self::Short(_) => Errno::EPROTO,
        }
    }
}

/// The size in bytes of a message that is too short.
struct TooShort(usize);

impl fmt::Display for TooShort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let least = HEADER + NLMSGERR;
        write!(f, "received invalid nlmsgerr ({} bytes < {least})", self.0)
    }
}

/// The content of `message` if it is an NLMSG_ERROR message. None if it is of another type.
#[inline]
pub(crate) fn kernel_error(header: Header, message: &[u8]) -> Option<KernelError> {
    if header.kind != NLMSG_ERROR {
        return None;
    }
    let body = message.get(HEADER..).unwrap_or_default();
    if body.len() < NLMSGERR {
        return Some(KernelError::Short(message.len()));
    }
    let code = u32_at(body, 0).unwrap_or_default() as i32;
    Some(match code.checked_neg() {
        Some(0) => KernelError::Ack,
        Some(errno) if errno > 0 => KernelError::Refused(errno),
        _ => KernelError::Malformed,
    })
}

/// The positive errno value in an NLMSG_DONE message, which ends a dump. 0 if it contains none.
pub(crate) fn error_at_end(message: &[u8]) -> i32 {
    let code = u32_at(message, HEADER).unwrap_or_default() as i32;
    code.checked_neg().map_or(0, |error| error.max(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_at_the_end_of_a_dump() {
        let end = |code: i32| error_at_end(&[&[0; HEADER][..], &code.to_ne_bytes()].concat());
        assert_eq!((end(0), end(-22), end(22), end(i32::MIN)), (0, 22, 0, 0));
        assert_eq!(error_at_end(&[0xff; HEADER + 3]), 0);
    }

    fn parsed(kind: u16, code: i32, size: usize) -> Option<KernelError> {
        let mut bytes = vec![0; 36];
        bytes[4..6].copy_from_slice(&kind.to_ne_bytes());
        bytes[16..20].copy_from_slice(&code.to_ne_bytes());
        kernel_error(Header::parse(&bytes).unwrap(), &bytes[..size])
    }

    #[test]
    fn acknowledgements_and_errors() {
        assert_eq!(parsed(16, 0, 36), None);
        assert_eq!(parsed(2, 0, 36), Some(KernelError::Ack));
        assert_eq!(parsed(2, -17, 36), Some(KernelError::Refused(17)));
        assert_eq!(parsed(2, -i32::MAX, 36), Some(KernelError::Refused(i32::MAX)));
        assert_eq!(parsed(2, 1, 36), Some(KernelError::Malformed));
        assert_eq!(parsed(2, i32::MIN, 36), Some(KernelError::Malformed));
        assert_eq!(parsed(2, -17, 35), Some(KernelError::Short(35)));
        assert_eq!(parsed(2, -17, 16), Some(KernelError::Short(16)));
    }
}
