// SPDX-License-Identifier: Apache-2.0
//! Requests of ioctl() about an interface, which programs make on sockets of any kind beside
//! netlink. In a capture, each is a message NLMSG_NOOP of `call=ioctl`. Its payload is the number
//! of the request, and `struct ifreq` as it was before and after the call.

use super::{CallName, Event};
use crate::netlink::{self, HEADER, Messages};
use core::ops::Range;

/// The bytes of an interface's name in `struct ifreq`.
pub const NAME_SIZE: usize = 16;
/// SIOCGIFNAME, which finds the name for a number.
pub const GET_NAME: u32 = 0x8910;
/// SIOCGIFFLAGS.
pub const GET_FLAGS: u32 = 0x8913;
/// SIOCGIFMETRIC.
pub const GET_METRIC: u32 = 0x891d;
/// SIOCGIFMTU.
pub const GET_MTU: u32 = 0x8921;
/// SIOCGIFHWADDR.
pub const GET_HARDWARE: u32 = 0x8927;
/// SIOCGIFINDEX.
pub const GET_INDEX: u32 = 0x8933;
/// SIOCGIFTXQLEN.
pub const GET_QUEUE: u32 = 0x8942;
/// SIOCSIFHWADDR.
const SET_HARDWARE: u32 = 0x8924;
/// SIOCSIFFLAGS, SIOCSIFMTU, SIOCSIFHWADDR, SIOCSIFTXQLEN.
const SETS: [u32; 4] = [0x8914, 0x8922, SET_HARDWARE, 0x8943];

/// Whether a request changes the interface.
pub fn sets(request: u32) -> bool {
    SETS.contains(&request)
}

/// One request.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ioctl<'a> {
    /// The number of the request.
    pub request: u32,
    /// `struct ifreq` before the call.
    pub before: &'a [u8],
    /// The same after it.
    pub after: &'a [u8],
}

impl<'a> Ioctl<'a> {
    /// That of an event, if it has one.
    pub fn of(event: &Event<'a>) -> Option<Self> {
        let datagram = event.datagram.filter(|_| event.call == Some(CallName("ioctl")))?;
        let message = Messages(datagram).next()?.ok().filter(|m| m.kind() == netlink::NOOP)?;
        let both = message.0.get(HEADER + 4..)?;
        let (before, after) = both.split_at_checked(both.len() / 2)?;
        let request = netlink::u32_at(message.0, HEADER);
        (before.len() == after.len() && before.len() >= NAME_SIZE + 4).then_some(Self {
            request,
            before,
            after,
        })
    }

    /// What it is found by: the number of the interface, or its name.
    pub fn key(&self) -> (u32, Vec<u8>) {
        let (name, rest) = self.before.split_at_checked(NAME_SIZE).unwrap_or_default();
        let name = name.split(|&byte| byte == 0).next().unwrap_or_default();
        let key = if self.request == GET_NAME { rest.get(..4).unwrap_or_default() } else { name };
        (self.request, key.to_vec())
    }
}

/// Where the names are in a message of [`Ioctl`], from its start on.
pub fn names(size: usize) -> [Range<usize>; 2] {
    let (start, half) = (HEADER + 4, size.saturating_sub(HEADER + 4) / 2);
    [start, start + half].map(|at| at..at + NAME_SIZE)
}

/// Where link-layer addresses of 6 bytes are in such a message.
pub fn hardware(request: u32, size: usize) -> impl Iterator<Item = Range<usize>> {
    // What comes before a request that only asks means nothing.
    let meant = names(size).into_iter().skip(usize::from(!sets(request)));
    let meant = meant.filter(move |_| matches!(request, GET_HARDWARE | SET_HARDWARE));
    // After `sa_family`.
    meant.map(|name| name.end + 2..name.end + 8)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(request: u32, before: &[u8], after: &[u8]) -> Vec<u8> {
        let size = (HEADER + 4 + before.len() + after.len()) as u32;
        [&size.to_ne_bytes()[..], &netlink::NOOP.to_ne_bytes(), &[0; 10], &request.to_ne_bytes()]
            .concat()
            .into_iter()
            .chain(before.iter().chain(after).copied())
            .collect()
    }

    #[test]
    fn a_request_is_found_by_name_or_number() {
        let mut before = [0; 40];
        before[..5].copy_from_slice(b"left\0");
        before[16] = 7;
        let after = [1; 40];
        for (request, key) in [(0x8942, b"left"), (GET_NAME, &[7, 0, 0, 0])] {
            let datagram = message(request, &before, &after);
            let event = |call| Event {
                datagram: Some(&datagram),
                call: Some(CallName(call)),
                ..Event::default()
            };
            let ioctl = Ioctl::of(&event("ioctl")).unwrap();
            assert_eq!(ioctl, Ioctl { request, before: &before, after: &after });
            assert_eq!(ioctl.key(), (request, key.to_vec()));
            assert_eq!(Ioctl::of(&event("sendto")), None);
            assert_eq!(names(datagram.len()), [20..36, 60..76]);
            assert_eq!(hardware(request, datagram.len()).count(), 0);
        }
    }

    #[test]
    fn link_layer_addresses_are_found() {
        let starts = |request| hardware(request, 100).map(|at| at.start).collect::<Vec<_>>();
        assert_eq!(starts(GET_HARDWARE), [78]);
        assert_eq!(starts(SET_HARDWARE), [38, 78]);
        assert_eq!(starts(0x8914), []);
        assert!(hardware(GET_HARDWARE, 100).all(|at| at.len() == 6));
    }

    #[test]
    fn a_short_one_is_none() {
        let datagram = message(1, &[0; 4], &[0; 4]);
        let event =
            Event { datagram: Some(&datagram), call: Some(CallName("ioctl")), ..Event::default() };
        assert_eq!(Ioctl::of(&event), None);
    }
}
