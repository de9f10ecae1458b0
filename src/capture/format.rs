// SPDX-License-Identifier: Apache-2.0
//! The blocks of a capture: docs/capture-format.md describes them.

use super::names;
use crate::errno::Errno;
use core::ffi::c_int;
use core::fmt::{self, Write};

/// The type of the block that a section starts with. A file starts with these bytes, too.
pub(super) const SECTION_HEADER: u32 = 0x0a0d_0d0a;
const INTERFACE_DESCRIPTION: u32 = 1;
const ENHANCED_PACKET: u32 = 6;
const BYTE_ORDER_MAGIC: u32 = 0x1a2b_3c4d;
const LINKTYPE_NETLINK: u16 = 253;
const ARPHRD_NETLINK: u16 = 824;
/// The packet type of what is sent; that of what is received is 0.
const PACKET_OUTGOING: u16 = 4;

/// Codes of options.
mod option {
    pub(super) const END: u16 = 0;
    pub(super) const COMMENT: u16 = 1;
    pub(super) const PACKET_FLAGS: u16 = 2;
    pub(super) const USER_APPLICATION: u16 = 4;
    pub(super) const TIME_RESOLUTION: u16 = 9;
}

/// A message that says nothing. It stands for what has no datagram.
pub(super) const NOOP: [u8; 16] = {
    let [a, b, c, d] = 16u32.to_ne_bytes();
    let [e, f] = (libc::NLMSG_NOOP as u16).to_ne_bytes();
    [a, b, c, d, e, f, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
};

/// Bytes on the stack. What exceeds `N` bytes is lost.
struct Bytes<const N: usize> {
    bytes: [u8; N],
    size: usize,
}

impl<const N: usize> Bytes<N> {
    fn new() -> Self {
        Self { bytes: [0; N], size: 0 }
    }

    fn put(&mut self, bytes: &[u8]) -> &mut Self {
        let room = self.bytes.get_mut(self.size..).unwrap_or_default();
        room.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
        self.size += bytes.len().min(room.len());
        self
    }

    fn put_u16(&mut self, value: u16) -> &mut Self {
        self.put(&value.to_ne_bytes())
    }

    fn put_u32(&mut self, value: u32) -> &mut Self {
        self.put(&value.to_ne_bytes())
    }

    /// Puts zeros that make up for `size` bytes before them.
    fn pad(&mut self, size: usize) -> &mut Self {
        self.put([0; 3].get(..size.wrapping_neg() % 4).unwrap_or_default())
    }

    fn put_option(&mut self, code: u16, value: &[u8]) -> &mut Self {
        self.put_u16(code).put_u16(value.len() as u16).put(value).pad(value.len())
    }

    fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.size).unwrap_or_default()
    }
}

impl<const N: usize> Write for Bytes<N> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.put(text.as_bytes());
        Ok(())
    }
}

/// The size of a section's two blocks, in bytes, at most.
pub(super) const SECTION_SIZE: usize = 96;

/// The two blocks that each section starts with.
pub(super) struct Section(Bytes<SECTION_SIZE>);

impl Section {
    pub(super) fn new() -> Self {
        let application = concat!("libnlsock ", env!("CARGO_PKG_VERSION")).as_bytes();
        let mut section = Bytes::new();
        let size = 36 + application.len().next_multiple_of(4) as u32;
        section.put_u32(SECTION_HEADER).put_u32(size).put_u32(BYTE_ORDER_MAGIC);
        section.put_u16(1).put_u16(0).put(&(-1i64).to_ne_bytes());
        section.put_option(option::USER_APPLICATION, application);
        section.put_option(option::END, &[]).put_u32(size);

        section.put_u32(INTERFACE_DESCRIPTION).put_u32(32);
        section.put_u16(LINKTYPE_NETLINK).put_u16(0).put_u32(0);
        section.put_option(option::TIME_RESOLUTION, &[9]);
        section.put_option(option::END, &[]).put_u32(32);
        Self(section)
    }

    pub(super) fn bytes(&self) -> &[u8] {
        self.0.bytes()
    }
}

/// What happened on a socket.
#[derive(Clone, Copy)]
pub(crate) struct Event {
    /// The time of the real-time clock, in nanoseconds.
    pub(crate) time: u64,
    pub(crate) outbound: bool,
    /// The protocol of the socket.
    pub(crate) protocol: c_int,
    /// A number that no other socket has. None if it is not known.
    pub(crate) socket: Option<u64>,
    /// The port id of the socket.
    pub(crate) port: u32,
    /// The port id of the other side; 0 for the kernel.
    pub(crate) peer: u32,
    /// The multicast group that a datagram was received from; 0 for none.
    pub(crate) group: u32,
    /// The id of the network namespace that a datagram was received from. None for the socket's.
    pub(crate) nsid: Option<c_int>,
    /// The name of the system call.
    pub(crate) call: &'static str,
    pub(crate) error: Option<Errno>,
    /// The multicast group that the socket has joined; 0 for none.
    pub(crate) join: u32,
    /// The multicast group that the socket has left; 0 for none.
    pub(crate) leave: u32,
}

/// The bytes of a packet block before its datagram: the fields of the block, and the header that
/// each datagram has in a capture.
const HEAD_SIZE: usize = 28 + DATA_HEADER;
const DATA_HEADER: usize = 16;
/// The size of a comment and its padding in bytes, at most: that of all words with their longest
/// values.
const COMMENT_SIZE: usize = 192;
const TAIL_SIZE: usize = 3 + 8 + 4 + COMMENT_SIZE + 4 + 4;

/// How many bytes of a datagram are written, at most: tshark reads no packets of more than 256 KiB.
const MOST_CAPTURED: usize = (256 << 10) - DATA_HEADER;

/// What is written of a datagram that consists of two parts.
pub(super) fn shortened<'a>(first: &'a [u8], second: &'a [u8]) -> (&'a [u8], &'a [u8]) {
    let first = first.get(..MOST_CAPTURED).unwrap_or(first);
    let second = second.get(..MOST_CAPTURED - first.len()).unwrap_or(second);
    (first, second)
}

/// A packet block, without the datagram in its middle.
pub(super) struct Block {
    head: Bytes<HEAD_SIZE>,
    tail: Bytes<TAIL_SIZE>,
    size: usize,
}

impl Block {
    /// The block for an event of the process `pid`. `captured` is the number of bytes that are
    /// written of the datagram, and `original` the number of those that it has.
    pub(super) fn new(event: &Event, pid: u32, captured: usize, original: usize) -> Self {
        let none = original == 0;
        let (captured, original) =
            if none { (NOOP.len(), NOOP.len()) } else { (captured, original) };
        let mut tail = Bytes::new();
        tail.pad(captured);
        let flags: u32 = if event.outbound { 2 } else { 1 };
        tail.put_option(option::PACKET_FLAGS, &flags.to_ne_bytes());
        tail.put_option(option::COMMENT, comment(event, pid, none).bytes());
        tail.put_option(option::END, &[]);

        let size = HEAD_SIZE + captured + tail.size + 4;
        tail.put_u32(size as u32);
        let mut head = Bytes::new();
        head.put_u32(ENHANCED_PACKET).put_u32(size as u32).put_u32(0);
        head.put_u32((event.time >> 32) as u32).put_u32(event.time as u32);
        head.put_u32((DATA_HEADER + captured) as u32).put_u32((DATA_HEADER + original) as u32);
        let kind = if event.outbound { PACKET_OUTGOING } else { 0 };
        head.put(&kind.to_be_bytes()).put(&ARPHRD_NETLINK.to_be_bytes());
        head.put(&[0; 10]).put(&(event.protocol as u16).to_be_bytes());
        Self { head, tail, size }
    }

    /// The size of the whole block in bytes.
    pub(super) fn size(&self) -> usize {
        self.size
    }

    /// What comes before the datagram, and what comes after it.
    pub(super) fn parts(&self) -> (&[u8], &[u8]) {
        (self.head.bytes(), self.tail.bytes())
    }
}

fn comment(event: &Event, pid: u32, none: bool) -> Bytes<COMMENT_SIZE> {
    let mut text = Bytes::new();
    // Writing to `Bytes` does not fail.
    let _ = write_comment(&mut text, event, pid, none);
    text
}

fn write_comment(
    text: &mut Bytes<COMMENT_SIZE>,
    event: &Event,
    pid: u32,
    none: bool,
) -> fmt::Result {
    write!(text, "pid={pid}")?;
    let numbers = [
        ("socket", event.socket.unwrap_or(0)),
        ("port", event.port.into()),
        ("peer", event.peer.into()),
        ("group", event.group.into()),
    ];
    for (key, value) in numbers.into_iter().filter(|&(_, value)| value != 0) {
        write!(text, " {key}={value}")?;
    }
    if let Some(nsid) = event.nsid {
        write!(text, " nsid={nsid}")?;
    }
    write!(text, " call={}", event.call)?;
    match event.error.map(|error| (error.raw(), names::of_errno(error.raw()))) {
        Some((_, Some(name))) => write!(text, " error={name}")?,
        Some((number, None)) => write!(text, " error={number}")?,
        None => {}
    }
    let memberships = [("join", event.join), ("leave", event.leave)];
    for (key, value) in memberships.into_iter().filter(|&(_, value)| value != 0) {
        write!(text, " {key}={value}")?;
    }
    if none { text.write_str(" data=none") } else { Ok(()) }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in super::super) const EVENT: Event = Event {
        time: 0x1122_3344_5566_7788,
        outbound: true,
        protocol: 16,
        socket: Some(7),
        port: 4711,
        peer: 0,
        group: 0,
        nsid: None,
        call: "sendto",
        error: None,
        join: 0,
        leave: 0,
    };

    fn words(bytes: &[u8]) -> Vec<u32> {
        bytes.chunks(4).map(|word| u32::from_ne_bytes(word.try_into().unwrap())).collect()
    }

    fn text(event: &Event, none: bool) -> String {
        String::from_utf8(comment(event, 1, none).bytes().to_vec()).unwrap()
    }

    #[test]
    fn a_section_has_two_blocks_whose_lengths_are_right() {
        let section = Section::new();
        let bytes = section.bytes();
        let first = words(bytes)[1] as usize;
        assert_eq!(words(&bytes[..12]), [SECTION_HEADER, first as u32, BYTE_ORDER_MAGIC]);
        assert_eq!(words(&bytes[first - 8..first + 8]), [0, first as u32, 1, 32]);
        assert_eq!(bytes.len(), first + 32);
        assert_eq!(words(&bytes[first + 28..]), [32]);
        assert!(bytes[24..].starts_with(&[4, 0]) || bytes[24..].starts_with(&[0, 4]));
        assert_eq!(&bytes[28..38], b"libnlsock ");
    }

    #[test]
    fn a_block_has_its_length_at_both_ends_for_datagrams_of_all_lengths() {
        for captured in 1..9 {
            let block = Block::new(&EVENT, 99, captured, 20);
            let (head, tail) = block.parts();
            let datagram = vec![0xaa; captured];
            let all = [head, &datagram[..], tail].concat();
            assert_eq!((all.len(), all.len() % 4), (block.size(), 0));
            let size = all.len() as u32;
            let expected = [6, size, 0, 0x1122_3344, 0x5566_7788, 16 + captured as u32, 36];
            assert_eq!(words(&all)[..7], expected);
            assert_eq!(words(&all).last(), Some(&size));
            assert_eq!(all[28..44], [0, 4, 3, 56, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 16]);
            let options = &all[44 + captured.next_multiple_of(4)..];
            assert_eq!(words(&options[4..8]), [2]);
            assert!(options[12..].starts_with(b"pid=99 socket=7 port=4711 call=sendto\0\0\0"));
        }
    }

    #[test]
    fn a_long_datagram_is_shortened() {
        let long = vec![0; MOST_CAPTURED + 2];
        let (most, short) = (&long[..MOST_CAPTURED], &long[..2]);
        assert_eq!(shortened(&long, &long), (most, &[][..]));
        assert_eq!(shortened(short, &long), (short, &long[..MOST_CAPTURED - 2]));
        assert_eq!(shortened(short, short), (short, short));
        let block = Block::new(&EVENT, 1, MOST_CAPTURED, 20 << 20);
        assert_eq!(words(&block.parts().0[20..28]), [256 << 10, 16 + (20 << 20)]);
    }

    #[test]
    fn what_has_no_datagram_has_a_message_that_says_nothing() {
        let failure =
            Event { outbound: false, call: "recvmsg", error: Some(Errno::ENOBUFS), ..EVENT };
        let block = Block::new(&failure, 99, 0, 0);
        let (head, tail) = block.parts();
        assert_eq!(words(&head[20..28]), [32, 32]);
        assert_eq!(head[28..30], [0, 0]);
        assert_eq!(head.len() + NOOP.len() + tail.len(), block.size());
        assert_eq!(
            text(&failure, true),
            "pid=1 socket=7 port=4711 call=recvmsg error=ENOBUFS data=none"
        );
    }

    #[test]
    fn a_comment_has_what_is_known() {
        let received = Event { peer: 5, group: 3, nsid: Some(0), call: "recvmsg", ..EVENT };
        assert_eq!(
            text(&received, false),
            "pid=1 socket=7 port=4711 peer=5 group=3 nsid=0 call=recvmsg"
        );
        let unknown = Event { socket: None, port: 0, error: Some(Errno::from_raw(999)), ..EVENT };
        assert_eq!(text(&unknown, false), "pid=1 call=sendto error=999");
        let (joined, left) = (Event { join: 9, ..EVENT }, Event { leave: 9, ..EVENT });
        assert!(text(&joined, true).ends_with("call=sendto join=9 data=none"));
        assert!(text(&left, true).ends_with("call=sendto leave=9 data=none"));
    }

    #[test]
    fn the_longest_comment_fits() {
        let longest = Event {
            socket: Some(u64::MAX),
            port: u32::MAX,
            peer: u32::MAX,
            group: u32::MAX,
            nsid: Some(c_int::MIN),
            call: "getsockname",
            error: Some(Errno::EPROTONOSUPPORT),
            join: u32::MAX,
            leave: u32::MAX,
            ..EVENT
        };
        let comment = comment(&longest, u32::MAX, true);
        assert!(comment.bytes().ends_with(b" data=none"));
        assert_eq!(comment.bytes().len().next_multiple_of(4), COMMENT_SIZE);
        let block = Block::new(&longest, u32::MAX, 1, 1);
        assert_eq!(words(&block.parts().1[block.tail.size - 4..]), [block.size() as u32]);
        // What has no datagram has the longest comment, but no padding before it.
        assert_eq!(Block::new(&longest, u32::MAX, 0, 0).tail.size + 3, TAIL_SIZE);
    }
}
