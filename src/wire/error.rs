//! The kernel's verdict on a request (`struct nlmsgerr`).

use super::{HEADER, Header, u32_at};
use crate::errno::Errno;
use alloc::format;
use alloc::string::String;

/// The message type that carries a verdict.
const NLMSG_ERROR: u16 = libc::NLMSG_ERROR as u16;
/// Bytes of `struct nlmsgerr`: the code, and the header of the request that it answers.
const NLMSGERR: usize = 4 + HEADER;

/// A verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KernelError {
    /// An acknowledgement.
    Ack,
    /// A refusal, with its positive errno value.
    Refused(i32),
    /// An error message whose code is no errno value.
    Malformed,
    /// An error message too short for its content, with its length.
    Short(usize),
}

impl KernelError {
    /// What the log says of a verdict that is too short, if it is.
    pub(crate) fn complaint(self) -> Option<String> {
        match self {
            Self::Short(size) => {
                let least = HEADER + NLMSGERR;
                Some(format!("received invalid nlmsgerr ({size} bytes < {least})"))
            }
            _ => None,
        }
    }

    /// Its errno value, EPROTO where it has none. Not for acknowledgements.
    pub(crate) fn errno(self) -> Errno {
        match self {
            Self::Refused(code) => Errno::from_raw(code),
            Self::Ack | Self::Malformed | Self::Short(_) => Errno::EPROTO,
        }
    }
}

/// The verdict that `message` carries, if it carries one.
#[inline]
pub(crate) fn kernel_error(header: Header, message: &[u8]) -> Option<KernelError> {
    if header.kind != NLMSG_ERROR {
        return None;
    }
    let body = message.get(HEADER..).unwrap_or_default();
    if body.len() < NLMSGERR {
        return Some(KernelError::Short(message.len()));
    }
    let code = u32_at(body, 0).unwrap_or_default().cast_signed();
    Some(match code.checked_neg() {
        Some(0) => KernelError::Ack,
        Some(errno) if errno > 0 => KernelError::Refused(errno),
        _ => KernelError::Malformed,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(kind: u16, code: i32, size: usize) -> Option<KernelError> {
        let mut bytes = vec![0; 36];
        bytes[4..6].copy_from_slice(&kind.to_ne_bytes());
        bytes[16..20].copy_from_slice(&code.to_ne_bytes());
        kernel_error(Header::parse(&bytes).unwrap(), &bytes[..size])
    }

    #[test]
    fn verdicts() {
        assert_eq!(verdict(16, 0, 36), None);
        assert_eq!(verdict(2, 0, 36), Some(KernelError::Ack));
        assert_eq!(verdict(2, -17, 36), Some(KernelError::Refused(17)));
        assert_eq!(verdict(2, -i32::MAX, 36), Some(KernelError::Refused(i32::MAX)));
        assert_eq!(verdict(2, 1, 36), Some(KernelError::Malformed));
        assert_eq!(verdict(2, i32::MIN, 36), Some(KernelError::Malformed));
        assert_eq!(verdict(2, -17, 35), Some(KernelError::Short(35)));
        assert_eq!(verdict(2, -17, 16), Some(KernelError::Short(16)));
    }
}
