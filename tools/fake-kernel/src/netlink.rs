// SPDX-License-Identifier: Apache-2.0
//! Netlink's bytes: messages in a datagram, and attributes.

/// Bytes of a message's header.
pub const HEADER: usize = 16;
/// NLMSG_NOOP.
pub const NOOP: u16 = 1;
/// NLMSG_ERROR.
pub const ERROR: u16 = 2;
/// NLMSG_DONE.
pub const DONE: u16 = 3;
/// NLM_F_MULTI.
pub const MULTI: u16 = 2;
/// NLM_F_ACK.
pub const ACK: u16 = 4;
/// NLM_F_ECHO.
pub const ECHO: u16 = 8;
/// NLM_F_DUMP_INTR.
pub const DUMP_INTR: u16 = 16;
/// NLM_F_DUMP: NLM_F_ROOT and NLM_F_MATCH.
pub const DUMP: u16 = 0x300;

/// The number of 16 bits at an offset; 0 if it is not there.
pub fn u16_at(bytes: &[u8], at: usize) -> u16 {
    bytes
        .get(at..)
        .and_then(|rest| rest.first_chunk())
        .map_or(0, |bytes| u16::from_ne_bytes(*bytes))
}

/// The number of 32 bits at an offset; 0 if it is not there.
pub fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes
        .get(at..)
        .and_then(|rest| rest.first_chunk())
        .map_or(0, |bytes| u32::from_ne_bytes(*bytes))
}

/// Stores a number of 32 bits at an offset, if that is there.
pub fn set_u32(bytes: &mut [u8], at: usize, value: u32) {
    if let Some(to) = bytes.get_mut(at..).and_then(|rest| rest.first_chunk_mut()) {
        *to = value.to_ne_bytes();
    }
}

/// Stores a number of 16 bits at an offset, if that is there.
pub fn set_u16(bytes: &mut [u8], at: usize, value: u16) {
    if let Some(to) = bytes.get_mut(at..).and_then(|rest| rest.first_chunk_mut()) {
        *to = value.to_ne_bytes();
    }
}

/// A message: the fields of its header, and its bytes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Message<'a>(pub &'a [u8]);

impl<'a> Message<'a> {
    /// `nlmsg_type`
    pub fn kind(self) -> u16 {
        u16_at(self.0, 4)
    }

    /// `nlmsg_flags`
    pub fn flags(self) -> u16 {
        u16_at(self.0, 6)
    }

    /// `nlmsg_seq`
    pub fn seq(self) -> u32 {
        u32_at(self.0, 8)
    }

    /// `nlmsg_pid`
    pub fn pid(self) -> u32 {
        u32_at(self.0, 12)
    }

    /// What follows the header.
    pub fn payload(self) -> &'a [u8] {
        self.0.get(HEADER..).unwrap_or_default()
    }
}

/// The messages of a datagram. After the last whole one, it yields what is left, if anything is.
#[derive(Clone, Copy, Debug)]
pub struct Messages<'a>(pub &'a [u8]);

impl<'a> Iterator for Messages<'a> {
    type Item = Result<Message<'a>, &'a [u8]>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let size = u32_at(self.0, 0) as usize;
        let whole = if size < HEADER { None } else { self.0.get(..size) };
        let Some(message) = whole else {
            return Some(Err(core::mem::take(&mut self.0)));
        };
        self.0 = self.0.get(size.next_multiple_of(4)..).unwrap_or_default();
        Some(Ok(Message(message)))
    }
}

/// The attributes in some bytes, each with its type without flags, and with the place of its
/// payload. Ends where there is no whole attribute.
#[derive(Clone, Copy, Debug)]
pub struct Attributes<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Attributes<'a> {
    /// The attributes that start at an offset.
    pub fn new(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, at }
    }
}

impl Iterator for Attributes<'_> {
    type Item = (u16, core::ops::Range<usize>);

    fn next(&mut self) -> Option<Self::Item> {
        let start = self.at;
        let size = usize::from(u16_at(self.bytes, start));
        self.bytes.get(start..start + size).filter(|attribute| attribute.len() >= 4)?;
        self.at = start + size.next_multiple_of(4);
        Some((u16_at(self.bytes, start + 2) & 0x3fff, start + 4..start + size))
    }
}

/// The first attribute of a type.
pub fn attribute(bytes: &[u8], at: usize, kind: u16) -> Option<&[u8]> {
    let (_, place) = Attributes::new(bytes, at).find(|attribute| attribute.0 == kind)?;
    bytes.get(place)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(size: u32, rest: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0; HEADER];
        bytes[..4].copy_from_slice(&size.to_ne_bytes());
        bytes.extend(rest);
        bytes
    }

    #[test]
    fn messages_are_aligned() {
        let mut datagram = message(17, &[1, 0, 0, 0]);
        datagram.extend(message(16, &[]));
        let sizes: Vec<_> = Messages(&datagram).map(|found| found.unwrap().0.len()).collect();
        assert_eq!(sizes, [17, 16]);
        let last = message(17, &[1]);
        assert_eq!(Messages(&last).count(), 1);
    }

    #[test]
    fn what_is_not_a_message_comes_last() {
        for size in [0, 15, 17, u32::MAX] {
            let datagram = message(size, &[]);
            assert_eq!(Messages(&datagram).collect::<Vec<_>>(), [Err(&datagram[..])]);
        }
        assert_eq!(Messages(&[1, 2]).next(), Some(Err(&[1, 2][..])));
    }

    #[test]
    fn attributes_in_their_order() {
        let mut bytes = vec![0xff; 4];
        for (kind, payload) in [(3u16, &b"abc\0\0"[..]), (0x8004, &[])] {
            bytes.extend((4 + payload.len() as u16).to_ne_bytes());
            bytes.extend(kind.to_ne_bytes());
            bytes.extend(payload);
            bytes.resize(bytes.len().next_multiple_of(4), 0);
        }
        let found: Vec<_> = Attributes::new(&bytes, 4).collect();
        assert_eq!(found, [(3, 8..13), (4, 20..20)]);
        assert_eq!(attribute(&bytes, 4, 3), Some(&b"abc\0\0"[..]));
        assert_eq!(attribute(&bytes, 4, 5), None);
        assert_eq!(Attributes::new(&bytes, usize::MAX - 2).next(), None);
    }
}
