// SPDX-License-Identifier: Apache-2.0
//! Interfaces, as far as messages about links tell. Captures of the library have no requests of
//! ioctl() about interfaces, so the answers are found here.

use super::slot::Span;
use crate::capture::ioctl::{self, NAME_SIZE};
use crate::netlink::{self, HEADER, Message};
use std::collections::BTreeMap;

const NEW_LINK: u16 = 16;
const DELETED_LINK: u16 = 17;
/// Bytes of `struct ifinfomsg`.
const LINK_HEADER: usize = 16;
/// IFLA_ADDRESS, IFLA_IFNAME, IFLA_MTU, IFLA_TXQLEN.
const ADDRESS: u16 = 1;
const NAME: u16 = 3;
const MTU: u16 = 4;
const QUEUE: u16 = 13;

/// A link, from a position of the recording on.
#[derive(Debug)]
struct Link {
    position: u32,
    /// It exists.
    exists: bool,
    /// It was made just before.
    made: bool,
    /// `ifi_index` and `ifi_flags`, as they are in the message.
    index: [u8; 4],
    flags: [u8; 4],
    mtu: Vec<u8>,
    queue: Vec<u8>,
    /// A family, then an address: the start of `struct sockaddr`.
    address: Vec<u8>,
}

/// All links, by their names.
#[derive(Debug, Default)]
pub(super) struct Links(BTreeMap<Vec<u8>, Vec<Link>>);

fn bytes_at(message: &[u8], at: usize) -> [u8; 4] {
    netlink::u32_at(message, at).to_ne_bytes()
}

/// A name without the zeros behind it.
fn name_of(bytes: &[u8]) -> &[u8] {
    bytes.split(|&byte| byte == 0).next().unwrap_or_default()
}

impl Links {
    /// Reads a message of NETLINK_ROUTE that is received at this position.
    pub(super) fn learn(&mut self, message: Message<'_>, notification: bool, position: u32) {
        let exists = message.kind() == NEW_LINK;
        // Others have a family, and do not describe the link.
        let whole = message.payload().first() == Some(&0);
        if !(exists || message.kind() == DELETED_LINK) || !whole {
            return;
        }
        let attribute = |kind| {
            let found = netlink::attribute(message.0, HEADER + LINK_HEADER, kind);
            found.unwrap_or_default().to_vec()
        };
        let name = attribute(NAME);
        let family = netlink::u16_at(message.0, HEADER + 2).to_ne_bytes();
        self.0.entry(name_of(&name).to_vec()).or_default().push(Link {
            position,
            exists,
            // As the kernel says it about a new link.
            made: exists && notification && netlink::u32_at(message.0, HEADER + 12) == u32::MAX,
            index: bytes_at(message.0, HEADER + 4),
            flags: bytes_at(message.0, HEADER + 8),
            mtu: attribute(MTU),
            queue: attribute(QUEUE),
            address: [&family[..], &attribute(ADDRESS)].concat(),
        });
    }

    /// The link at this time, if it exists.
    fn find(links: &[Link], present: Span) -> Option<&Link> {
        let before = links.iter().rev().find(|link| link.position <= present.end);
        // What was not made is older than the recording.
        before.or(links.first().filter(|link| !link.made)).filter(|link| link.exists)
    }

    /// The errno value of a request, or 0, and the bytes after the call; nothing if no link is
    /// known.
    pub(super) fn ioctl(
        &self,
        request: u32,
        before: &[u8],
        present: Span,
    ) -> Option<(i32, Vec<u8>)> {
        if self.0.is_empty() {
            return None;
        }
        let mut after = before.to_vec();
        let (name, value) = after.split_at_mut_checked(NAME_SIZE)?;
        if request == ioctl::GET_NAME {
            let has_index = |links: &[Link]| {
                Self::find(links, present).is_some_and(|link| value.starts_with(&link.index))
            };
            let Some((found, _)) = self.0.iter().find(|(_, links)| has_index(links)) else {
                return Some((libc::ENODEV, after));
            };
            name.fill(0);
            name.iter_mut().zip(found).for_each(|(to, byte)| *to = *byte);
            return Some((0, after));
        }
        let links = self.0.get(name_of(name)).map_or(&[][..], Vec::as_slice);
        let Some(link) = Self::find(links, present) else {
            return Some((libc::ENODEV, after));
        };
        let found: &[u8] = match request {
            ioctl::GET_INDEX => &link.index,
            // 'short'; those that are used are there.
            ioctl::GET_FLAGS => &(u32::from_ne_bytes(link.flags) as u16).to_ne_bytes(),
            ioctl::GET_MTU => &link.mtu,
            ioctl::GET_QUEUE => &link.queue,
            ioctl::GET_HARDWARE => &link.address,
            // Metrics are 0; changes work.
            ioctl::GET_METRIC => &[0; 4],
            _ => &[],
        };
        value.iter_mut().zip(found).for_each(|(to, byte)| *to = *byte);
        Some((0, after))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(kind: u16, index: u32, change: u32, name: &[u8], mtu: u32) -> Vec<u8> {
        let mut payload = vec![0, 0, 1, 0];
        if cfg!(target_endian = "big") {
            payload = vec![0, 0, 0, 1];
        }
        for number in [index, 0x1_0043, change] {
            payload.extend(number.to_ne_bytes());
        }
        for (kind, value) in
            [(NAME, name), (MTU, &mtu.to_ne_bytes()), (ADDRESS, &[2, 0, 0, 0, 0, 9])]
        {
            payload.extend((4 + value.len() as u16).to_ne_bytes());
            payload.extend(kind.to_ne_bytes());
            payload.extend(value);
            payload.resize(payload.len().next_multiple_of(4), 0);
        }
        let mut bytes = ((HEADER + payload.len()) as u32).to_ne_bytes().to_vec();
        bytes.extend(kind.to_ne_bytes());
        bytes.extend([0; 10]);
        bytes.extend(payload);
        bytes
    }

    fn links() -> Links {
        let mut links = Links::default();
        for (position, kind, change, name, mtu) in [
            (3, NEW_LINK, 0, &b"old\0"[..], 1500),
            (5, NEW_LINK, u32::MAX, b"new\0", 1500),
            (7, NEW_LINK, 0, b"new\0", 1400),
            (9, DELETED_LINK, u32::MAX, b"new\0", 1400),
        ] {
            let index = u32::from(name[0]);
            let message = link(kind, index, change, name, mtu);
            links.learn(Message(&message), true, position);
        }
        links
    }

    fn ask(links: &Links, request: u32, name: &[u8], end: u32) -> Result<Vec<u8>, i32> {
        let mut before = vec![0; 40];
        before[..name.len()].copy_from_slice(name);
        before[16] = b'o';
        let (error, after) = links.ioctl(request, &before, Span { start: 0, end }).unwrap();
        if error == 0 { Ok(after) } else { Err(error) }
    }

    #[test]
    fn links_come_and_go() {
        let links = links();
        let mtu = |name: &[u8], end| {
            ask(&links, ioctl::GET_MTU, name, end).map(|after| netlink::u32_at(&after, 16))
        };
        assert_eq!((mtu(b"old", 0), mtu(b"old", 9)), (Ok(1500), Ok(1500)));
        assert_eq!(mtu(b"new", 4), Err(libc::ENODEV));
        assert_eq!((mtu(b"new", 6), mtu(b"new", 8)), (Ok(1500), Ok(1400)));
        assert_eq!(mtu(b"new", u32::MAX), Err(libc::ENODEV));
        assert_eq!(mtu(b"other", 6), Err(libc::ENODEV));
    }

    #[test]
    fn all_requests() {
        let links = links();
        let ask = |request| ask(&links, request, b"old", 5).unwrap();
        assert_eq!(netlink::u32_at(&ask(ioctl::GET_INDEX), 16), u32::from(b'o'));
        assert_eq!(netlink::u16_at(&ask(ioctl::GET_FLAGS), 16), 0x43);
        assert_eq!(netlink::u32_at(&ask(ioctl::GET_METRIC), 16), 0);
        let address = ask(ioctl::GET_HARDWARE);
        assert_eq!((netlink::u16_at(&address, 16), &address[18..24]), (1, &[2, 0, 0, 0, 0, 9][..]));
        assert_eq!(ask(0x8914)[16], b'o');
    }

    #[test]
    fn names_are_found_by_numbers() {
        let mut before = vec![0; 40];
        before[16..20].copy_from_slice(&u32::from(b'o').to_ne_bytes());
        let links = links();
        let (error, after) = links.ioctl(ioctl::GET_NAME, &before, Span::ALL).unwrap();
        assert_eq!((error, &after[..4]), (0, &b"old\0"[..]));
        before[16..20].fill(77);
        let unknown = links.ioctl(ioctl::GET_NAME, &before, Span::ALL).unwrap();
        assert_eq!(unknown.0, libc::ENODEV);
    }

    #[test]
    fn other_messages_say_nothing() {
        let mut links = Links::default();
        let mut of_bridge = link(NEW_LINK, 1, 0, b"port\0", 1500);
        of_bridge[HEADER] = 7;
        for message in [&of_bridge, &link(24, 1, 0, b"port\0", 1500)] {
            links.learn(Message(message), false, 1);
        }
        assert_eq!(links.ioctl(ioctl::GET_MTU, &[0; 40], Span::ALL), None);
    }
}
