// SPDX-License-Identifier: Apache-2.0
//! Reads captures, which may come from strangers: each error has its position.
//!
//! The frames of the blocks are read here, so that the position of an error is known. `pcap-parser`
//! reads what is in them.

use super::{
    EPB_FLAGS, Event, HARDWARE_TYPE, LINK_TYPE, OPT_COMMENT, OUTGOING, PSEUDO_HEADER, comment,
};
use crate::netlink;
use core::fmt;
use pcap_parser::{
    Block, EnhancedPacketBlock, InterfaceDescriptionBlock, PcapNGOption, parse_block_be,
    parse_block_le,
};
use std::borrow::Cow;

/// The largest file that is read: a GiB.
pub const MOST_BYTES: u64 = 1 << 30;

const SECTION_HEADER: u32 = 0x0a0d_0d0a;
const CLASSIC: [u32; 4] = [0xa1b2_c3d4, 0xd4c3_b2a1, 0xa1b2_3c4d, 0x4d3c_b2a1];
const BYTE_ORDER: u32 = 0x1a2b_3c4d;

/// What is wrong with a capture.
#[derive(Clone, Debug, PartialEq)]
pub enum Problem {
    /// There are no bytes.
    Empty,
    /// The file does not start as a pcapng file does.
    NotPcapng,
    /// The file is a pcap file.
    Classic,
    /// The file ends within a block.
    Truncated {
        /// What the block says its length is.
        size: usize,
        /// Bytes that are there.
        available: usize,
    },
    /// The length of a block cannot be right.
    BlockSize(usize),
    /// The length at the end of a block is another one.
    EndSize(usize, usize),
    /// The section header has a byte-order magic that is none.
    ByteOrder(u32),
    /// The content of a block cannot be read.
    Malformed,
    /// A packet belongs to an interface that is not described.
    Interface(u32),
    /// The link type is another one than NETLINK.
    LinkType(i32),
    /// A block for packets without the information that is needed.
    SimplePacket,
    /// A packet has no header of LINKTYPE_NETLINK.
    PseudoHeader,
    /// The hardware type in that header is another one.
    HardwareType(u16),
    /// The machine that recorded has the other byte order.
    OtherByteOrder,
    /// A comment that is not UTF-8.
    CommentText,
    /// A word of the comment.
    Comment(String),
}

/// Why a capture cannot be read, and where.
#[derive(Clone, Debug, PartialEq)]
pub struct Error {
    /// The number of the block, from 1 on.
    pub block: usize,
    /// Where in the file the block starts.
    pub offset: usize,
    /// What is wrong with it.
    pub problem: Problem,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "block {} at byte {}: {}", self.block, self.offset, self.problem)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => write!(f, "the file is empty"),
            Self::NotPcapng => write!(f, "this is not a pcapng file"),
            Self::Classic => write!(
                f,
                "this is a pcap file, which has no comments; captures for replay are pcapng files"
            ),
            Self::Truncated { size, available } => write!(
                f,
                "the file is truncated: it has {available} bytes of a block of {size} bytes"
            ),
            Self::BlockSize(size) => write!(f, "a block cannot have {size} bytes"),
            Self::EndSize(start, end) => {
                write!(f, "the block starts with the length {start} and ends with the length {end}")
            }
            Self::ByteOrder(magic) => write!(f, "the byte-order magic is {magic:#010x}"),
            Self::Malformed => write!(f, "the content of the block is malformed"),
            Self::Interface(number) => {
                write!(f, "the packet is of interface {number}, which is not described")
            }
            Self::LinkType(found) => {
                write!(f, "the link type is {found} instead of {LINK_TYPE} (NETLINK)")
            }
            Self::SimplePacket => {
                write!(f, "a Simple Packet Block does not say what is needed for replay")
            }
            Self::PseudoHeader => write!(f, "the packet has no header of LINKTYPE_NETLINK"),
            Self::HardwareType(found) => write!(
                f,
                "the hardware type is {found} instead of {HARDWARE_TYPE} (ARPHRD_NETLINK)"
            ),
            Self::OtherByteOrder => write!(
                f,
                "the message is from a machine of the other byte order, and cannot be replayed here"
            ),
            Self::CommentText => write!(f, "the comment is not UTF-8"),
            Self::Comment(word) => write!(f, "the comment has the word \"{word}\""),
        }
    }
}

/// An event of a capture, and where it is in the file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Located<'a> {
    /// The number of the block, from 1 on.
    pub block: usize,
    /// The offset in the file of the bytes after the header of LINKTYPE_NETLINK.
    pub datagram_at: usize,
    /// The event.
    pub event: Event<'a>,
}

/// The events of a capture. Ends after an error.
#[derive(Clone, Debug)]
pub struct Events<'a> {
    file: &'a [u8],
    at: usize,
    blocks: usize,
    big_endian: bool,
    /// Whether the interfaces of the section count nanoseconds.
    interfaces: Vec<bool>,
    ended: bool,
}

impl<'a> Events<'a> {
    /// Of a file with these bytes.
    pub fn new(file: &'a [u8]) -> Self {
        let big_endian = cfg!(target_endian = "big");
        Self { file, at: 0, blocks: 0, big_endian, interfaces: Vec::new(), ended: false }
    }

    fn number(&self, at: usize) -> u32 {
        let bytes = self.file.get(at..).and_then(|rest| rest.first_chunk()).copied();
        let bytes = bytes.unwrap_or_default();
        if self.big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) }
    }

    /// The bytes of the next block. Notes the byte order of a section that begins.
    fn frame(&mut self) -> Result<&'a [u8], Problem> {
        let rest = self.file.get(self.at..).unwrap_or_default();
        let kind = self.number(self.at);
        if self.at == 0 {
            if rest.is_empty() {
                return Err(Problem::Empty);
            } else if rest.len() >= 4 && CLASSIC.contains(&kind) {
                return Err(Problem::Classic);
            } else if rest.len() < 4 || kind != SECTION_HEADER {
                return Err(Problem::NotPcapng);
            }
        }
        if rest.len() < 12 {
            return Err(Problem::Truncated { size: 12, available: rest.len() });
        }
        if kind == SECTION_HEADER {
            // The same in both byte orders.
            let magic = self.number(self.at + 8);
            if magic == BYTE_ORDER.swap_bytes() {
                self.big_endian = !self.big_endian;
            } else if magic != BYTE_ORDER {
                return Err(Problem::ByteOrder(magic));
            }
            self.interfaces.clear();
        }
        let size = self.number(self.at + 4) as usize;
        if size < 12 || size % 4 != 0 {
            return Err(Problem::BlockSize(size));
        }
        let block = rest.get(..size).ok_or(Problem::Truncated { size, available: rest.len() })?;
        let end = self.number(self.at + size - 4) as usize;
        if end != size {
            return Err(Problem::EndSize(size, end));
        }
        Ok(block)
    }

    /// Reads the next block. Returns the event if it has one.
    fn block(&mut self) -> Result<Option<Located<'a>>, Problem> {
        let bytes = self.frame()?;
        let parse = if self.big_endian { parse_block_be } else { parse_block_le };
        let (_, block) = parse(bytes).map_err(|_| Problem::Malformed)?;
        match block {
            Block::InterfaceDescription(interface) => {
                self.interface(&interface)?;
                Ok(None)
            }
            Block::EnhancedPacket(packet) => {
                // The block's header has 28 bytes.
                let datagram_at = self.at + 28 + PSEUDO_HEADER;
                let event = self.packet(&packet)?;
                Ok(Some(Located { block: self.blocks, datagram_at, event }))
            }
            Block::SimplePacket(_) => Err(Problem::SimplePacket),
            _ => Ok(None),
        }
    }

    fn interface(&mut self, interface: &InterfaceDescriptionBlock<'_>) -> Result<(), Problem> {
        if interface.linktype.0 != LINK_TYPE {
            return Err(Problem::LinkType(interface.linktype.0));
        }
        self.interfaces.push(interface.if_tsresol == 9);
        Ok(())
    }

    fn packet(&self, packet: &EnhancedPacketBlock<'a>) -> Result<Event<'a>, Problem> {
        let interface = self.interfaces.get(packet.if_id as usize);
        let nanoseconds = *interface.ok_or(Problem::Interface(packet.if_id))?;
        let data = packet.data.get(..packet.caplen as usize).ok_or(Problem::Malformed)?;
        let (header, datagram) =
            data.split_first_chunk::<PSEUDO_HEADER>().ok_or(Problem::PseudoHeader)?;
        let field = |at: usize| u16::from_ne_bytes(netlink::u16_at(header, at).to_be_bytes());
        if field(2) != HARDWARE_TYPE {
            return Err(Problem::HardwareType(field(2)));
        }
        let time = u64::from(packet.ts_high) << 32 | u64::from(packet.ts_low);
        let mut event = Event {
            time: if nanoseconds { time } else { 0 },
            outgoing: field(0) == OUTGOING,
            protocol: field(14).into(),
            datagram: Some(datagram),
            ..Event::default()
        };
        for option in &packet.options {
            self.option(option, &mut event)?;
        }
        if event.datagram.is_some_and(is_of_other_byte_order) {
            return Err(Problem::OtherByteOrder);
        }
        Ok(event)
    }

    fn option(&self, option: &PcapNGOption<'a>, event: &mut Event<'a>) -> Result<(), Problem> {
        let Cow::Borrowed(value) = option.value else { return Err(Problem::Malformed) };
        let value = value.get(..option.len.into()).ok_or(Problem::Malformed)?;
        match option.code.0 {
            OPT_COMMENT => {
                let comment = core::str::from_utf8(value).map_err(|_| Problem::CommentText)?;
                let wrong = |word: &str| Problem::Comment(word.chars().take(60).collect());
                comment::read(comment, event).map_err(wrong)
            }
            EPB_FLAGS => {
                let flags = value.first_chunk().ok_or(Problem::Malformed)?;
                let flags = if self.big_endian {
                    u32::from_be_bytes(*flags)
                } else {
                    u32::from_le_bytes(*flags)
                };
                match flags & 3 {
                    1 => event.outgoing = false,
                    2 => event.outgoing = true,
                    _ => {}
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

/// Whether the length in the first message makes sense in the other byte order only.
fn is_of_other_byte_order(datagram: &[u8]) -> bool {
    let size = netlink::u32_at(datagram, 0);
    let plausible = |size: u32| (netlink::HEADER..=datagram.len()).contains(&(size as usize));
    datagram.len() >= netlink::HEADER && !plausible(size) && plausible(size.swap_bytes())
}

impl<'a> Iterator for Events<'a> {
    type Item = Result<Located<'a>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.ended && (self.at < self.file.len() || self.blocks == 0) {
            self.blocks += 1;
            let offset = self.at;
            match self.block() {
                Ok(event) => {
                    self.at += self.number(self.at + 4) as usize;
                    if let Some(event) = event {
                        return Some(Ok(event));
                    }
                }
                Err(problem) => {
                    self.ended = true;
                    return Some(Err(Error { block: self.blocks, offset, problem }));
                }
            }
        }
        None
    }
}
