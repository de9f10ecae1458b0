// SPDX-License-Identifier: Apache-2.0
//! Message headers (`struct nlmsghdr`), and the messages of a datagram.

use super::{u16_at, u32_at};

/// The size of a message header in bytes.
pub(crate) const HEADER: usize = 16;
/// The size of a generic netlink header, which follows the message header, in bytes.
pub(crate) const GENL_HEADER: usize = 4;
/// The offset of the flags in a message header, in bytes.
const FLAGS: usize = 6;

/// A message header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    /// The length of the message with its header, in bytes.
    pub(crate) length: u32,
    pub(crate) kind: u16,
    pub(crate) flags: u16,
    pub(crate) seq: u32,
    pub(crate) port: u32,
}

impl Header {
    /// The header at the start of `bytes`. Its length field is not checked. None if `bytes` is
    /// shorter than a header.
    #[inline]
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let bytes = bytes.get(..HEADER)?;
        Some(Self {
            length: u32_at(bytes, 0)?,
            kind: u16_at(bytes, 4)?,
            flags: u16_at(bytes, FLAGS)?,
            seq: u32_at(bytes, 8)?,
            port: u32_at(bytes, 12)?,
        })
    }

    /// Clears flags in the header at the start of `message`.
    pub(crate) fn clear_flags(message: &mut [u8], flags: u16) {
        let Some(place) = message.get_mut(FLAGS..FLAGS + 2) else { return };
        let present = u16_at(place, 0).unwrap_or_default();
        place.copy_from_slice(&(present & !flags).to_ne_bytes());
    }
}

/// Iterates the messages of a datagram, each with its header. Ends at the first message that is not
/// whole; [`Messages::rest`] is then not empty.
pub(crate) struct Messages<'a> {
    rest: &'a [u8],
}

impl<'a> Messages<'a> {
    pub(crate) fn new(datagram: &'a [u8]) -> Self {
        Self { rest: datagram }
    }

    /// The bytes from the next message on. After the iteration has ended, the bytes at the end that
    /// are not a whole message.
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.rest
    }
}

impl<'a> Iterator for Messages<'a> {
    type Item = (Header, &'a [u8]);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let header = Header::parse(self.rest)?;
        let length = header.length as usize;
        if length < HEADER {
            return None;
        }
        let message = self.rest.get(..length)?;
        // There may be no padding after the last message.
        let next = length.next_multiple_of(4);
        self.rest = self.rest.get(next..).unwrap_or_default();
        Some((header, message))
    }
}

/// Which control messages a datagram contains, beside NLMSG_ERROR and NLMSG_DONE.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Control {
    /// NLMSG_NOOP, which has no meaning.
    pub(crate) noop: bool,
    /// NLMSG_OVERRUN, which reports that messages were lost.
    pub(crate) overrun: bool,
}

impl Control {
    /// Whether a datagram consists of one message, and that is not a control message. For a quick
    /// check.
    #[inline]
    pub(crate) fn none_in_single(datagram: &[u8]) -> bool {
        let Some((length, kind)) = u32_at(datagram, 0).zip(u16_at(datagram, 4)) else {
            return false;
        };
        length as usize + 3 >= datagram.len() && kind > libc::NLMSG_OVERRUN as u16
    }

    #[cold]
    #[inline(never)]
    pub(crate) fn in_datagram(datagram: &[u8]) -> Self {
        let mut control = Self::default();
        for (header, _) in Messages::new(datagram) {
            control.noop |= Self::is_noop(header);
            control.overrun |= Self::is_overrun(header);
        }
        control
    }

    #[inline]
    pub(crate) fn is_noop(header: Header) -> bool {
        header.kind == libc::NLMSG_NOOP as u16
    }

    #[inline]
    pub(crate) fn is_overrun(header: Header) -> bool {
        header.kind == libc::NLMSG_OVERRUN as u16
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(length: u32, size: usize) -> Vec<u8> {
        let mut bytes = vec![0; size];
        bytes[..4].copy_from_slice(&length.to_ne_bytes());
        bytes[4..6].copy_from_slice(&7u16.to_ne_bytes());
        bytes[8..12].copy_from_slice(&9u32.to_ne_bytes());
        bytes
    }

    #[test]
    fn a_short_header_is_none() {
        assert_eq!(Header::parse(&[0; 15]), None);
        let header = Header::parse(&message(16, 16)).unwrap();
        assert_eq!((header.length, header.kind, header.seq), (16, 7, 9));
    }

    #[test]
    fn a_datagram_is_cut_at_aligned_lengths() {
        let mut datagram = message(17, 20);
        datagram.extend(message(18, 18));
        let mut messages = Messages::new(&datagram);
        assert_eq!(messages.next().unwrap().1.len(), 17);
        assert_eq!(messages.next().unwrap().1.len(), 18);
        assert!(messages.next().is_none());
        assert!(messages.rest().is_empty());
    }

    #[test]
    fn control_messages_are_found_anywhere() {
        let of_kind = |kind: u16| {
            let mut bytes = message(16, 16);
            bytes[4..6].copy_from_slice(&kind.to_ne_bytes());
            bytes
        };
        let found = |kinds: &[u16]| {
            let datagram: Vec<u8> = kinds.iter().flat_map(|&kind| of_kind(kind)).collect();
            let Control { noop, overrun } = Control::in_datagram(&datagram);
            (noop, overrun)
        };
        assert_eq!(found(&[]), (false, false));
        assert_eq!(found(&[2, 3, 16]), (false, false));
        assert_eq!(found(&[16, 1]), (true, false));
        assert_eq!(found(&[4, 16]), (false, true));
        assert_eq!(found(&[1, 16, 4]), (true, true));
    }

    #[test]
    fn what_is_not_a_whole_message_is_garbage() {
        for bytes in [message(15, 16), message(17, 16), message(u32::MAX, 16), vec![1; 5]] {
            let mut messages = Messages::new(&bytes);
            assert!(messages.next().is_none());
            assert!(!messages.rest().is_empty());
        }
    }
}
