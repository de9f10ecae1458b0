// SPDX-License-Identifier: Apache-2.0
//! Tests of the anonymisation.

use super::*;
use crate::capture::read::Located;
use crate::capture::{Event, write};
use proptest::prelude::*;

fn attribute(kind: u16, payload: &[u8]) -> Vec<u8> {
    let mut bytes = (4 + payload.len() as u16).to_ne_bytes().to_vec();
    bytes.extend(kind.to_ne_bytes());
    bytes.extend(payload);
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes
}

fn message(kind: u16, parts: &[&[u8]]) -> Vec<u8> {
    let payload = parts.concat();
    let mut bytes = ((HEADER + payload.len()) as u32).to_ne_bytes().to_vec();
    bytes.extend(kind.to_ne_bytes());
    bytes.extend([0; 10]);
    bytes.extend(payload);
    bytes
}

/// The messages after anonymisation.
fn anonymised(messages: &[(i32, Vec<u8>)]) -> (Counts, Vec<Vec<u8>>) {
    let mut file = write::section("");
    for (protocol, message) in messages {
        let event = Event { protocol: *protocol, datagram: Some(message), ..Event::default() };
        file.extend(write::event(&event));
    }
    let counts = anonymise(&mut file).unwrap();
    let datagram =
        |located: Result<Located<'_>, _>| located.unwrap().event.datagram.unwrap().to_vec();
    (counts, Events::new(&file).map(datagram).collect())
}

const MAC: [u8; 6] = [0x52, 0x54, 0, 1, 2, 3];

#[test]
fn a_link_and_its_addresses() {
    let link = message(
        16,
        &[
            &[0; 16],
            &attribute(1, &MAC),
            &attribute(2, &[0xff; 6]),
            &attribute(3, b"enp0s3\0"),
            &attribute(34, b"serial"),
            &attribute(52, &attribute(53, b"uplink-alt\0")),
            &attribute(
                18,
                &[attribute(1, b"vxlan\0"), attribute(2, &attribute(4, &[10, 1, 2, 3]))].concat(),
            ),
        ],
    );
    let addr = message(20, &[&[0; 8], &attribute(1, &[10, 1, 2, 3]), &attribute(3, b"enp0s3\0")]);
    let loopback = message(20, &[&[0; 8], &attribute(1, &[127, 0, 0, 1]), &attribute(3, b"lo\0")]);
    let (counts, new) = anonymised(&[(0, link.clone()), (0, addr.clone()), (0, loopback.clone())]);
    assert_eq!(counts, Counts { addresses: 1, hardware: 1, names: 2 });
    let at = 32;
    assert_eq!(new[0][..at + 4], link[..at + 4]);
    assert_eq!(new[0][at + 4..at + 10], [2, 0, 0, 0, 0, 1]);
    assert_eq!(new[0][at + 16..at + 22], [0xff; 6]);
    assert_eq!(new[0][at + 28..at + 35], *b"n00001\0");
    assert_eq!(new[0][at + 40..at + 46], [0; 6]);
    let text = String::from_utf8_lossy(&new[0]).into_owned();
    assert!(text.contains("n000000001\0") && !text.contains("uplink"));
    assert!(!new.concat().windows(4).any(|bytes| bytes == [10, 1, 2, 3]));
    assert_eq!(new[0][new[0].len() - 4..], new[1][28..32]);
    assert_eq!(new[1][36..43], *b"n00001\0");
    assert_eq!(new[2], loopback);
}

#[test]
fn prefixes_stay_prefixes() {
    let addresses =
        [[192, 168, 7, 1], [192, 168, 7, 2], [192, 168, 9, 1], [192, 13, 0, 1], [8, 8, 8, 8]];
    let route = |address: &[u8]| message(24, &[&[0; 12], &attribute(1, address)]);
    let messages: Vec<_> = addresses.iter().map(|address| (0, route(address))).collect();
    let (_, new) = anonymised(&messages);
    let new: Vec<u32> = new
        .iter()
        .map(|message| u32::from_be_bytes(*message[32..].first_chunk().unwrap()))
        .collect();
    let old: Vec<u32> = addresses.iter().map(|&address| u32::from_be_bytes(address)).collect();
    for i in 0..new.len() {
        for j in 0..new.len() {
            let common = |list: &[u32]| (list[i] ^ list[j]).leading_zeros();
            assert!(common(&old) == common(&new) || common(&old) < 8, "{i} {j}");
        }
        assert!(!matches!(new[i] >> 24, 0 | 127 | 224..));
    }
}

#[test]
fn networks_stay_networks() {
    let route = |address: &[u8]| (0, message(24, &[&[0; 12], &attribute(1, address)]));
    let host = [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9];
    let mut network = host;
    network[15] = 0;
    let (_, new) = anonymised(&[route(&[10, 77, 0, 0]), route(&network), route(&host)]);
    assert_eq!(new[0][34..36], [0, 0]);
    assert_eq!(new[1][36..48], [0; 12]);
    assert!(new[2][36..48] != [0; 12]);
    assert_eq!(new[1][32..36], new[2][32..36]);
}

#[test]
fn routes_with_several_next_hops() {
    let hop = |gateway: &[u8]| {
        let attributes = attribute(5, gateway);
        let mut bytes = (8 + attributes.len() as u16).to_ne_bytes().to_vec();
        bytes.extend([0; 6]);
        bytes.extend(attributes);
        bytes
    };
    let v6 = [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9];
    let hops = [hop(&[10, 9, 8, 7]), hop(&[10, 9, 8, 6])].concat();
    let via = [&[10, 0][..], &v6].concat();
    let route = message(24, &[&[0; 12], &attribute(9, &hops), &attribute(18, &via)]);
    let (counts, new) = anonymised(&[(0, route)]);
    assert_eq!(counts.addresses, 3);
    assert!(!new[0].windows(3).any(|bytes| bytes == [10, 9, 8]));
    assert!(!new[0].windows(16).any(|bytes| bytes == v6));
}

#[test]
fn errors_contain_requests() {
    let request = message(20, &[&[0; 8], &attribute(1, &[10, 1, 2, 3])]);
    let error = message(2, &[&[0xff; 4], &request]);
    let (counts, new) = anonymised(&[(0, error)]);
    assert_eq!(counts.addresses, 1);
    assert!(!new[0].windows(4).any(|bytes| bytes == [10, 1, 2, 3]));
}

#[test]
fn other_protocols_have_what_is_known() {
    let link = message(16, &[&[0; 16], &attribute(1, &MAC), &attribute(3, b"veth0\0")]);
    let other =
        message(40, &[&[1, 1], &MAC, &attribute(9, b"veth0\0"), &attribute(9, b"veth01\0")]);
    let (_, new) = anonymised(&[(16, other), (0, link)]);
    assert_eq!(new[0][18..24], [2, 0, 0, 0, 0, 1]);
    assert_eq!(new[0][28..34], *b"n0001\0");
    assert_eq!(new[0][40..47], *b"veth01\0");
}

#[test]
fn special_addresses_stay() {
    for address in [
        &[0, 0, 0, 0][..],
        &[127, 0, 0, 1],
        &[224, 0, 0, 1],
        &[255, 255, 255, 255],
        &[0; 16],
        &[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
        &[0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
        &[0; 6],
        &[1, 0, 0x5e, 0, 0, 1],
    ] {
        let old = message(20, &[&[0; 8], &attribute(1, address)]);
        assert_eq!(anonymised(&[(0, old.clone())]).1[0], old, "{address:?}");
    }
    let mut local = [0; 16];
    local[..2].copy_from_slice(&[0xfe, 0x80]);
    local[15] = 9;
    let (_, new) = anonymised(&[(0, message(20, &[&[0; 8], &attribute(1, &local)]))]);
    assert_eq!(new[0][28..36], local[..8]);
}

#[test]
fn names_of_a_length_differ() {
    let names: std::collections::BTreeSet<_> =
        (0..1000).map(|number| values::name_of(number, 4)).collect();
    assert_eq!(names.len(), 1000);
}

#[test]
fn no_two_addresses_become_the_same() {
    let route = |end: u8| (0, message(24, &[&[0; 12], &attribute(1, &[10, 9, 8, end])]));
    let (_, new) = anonymised(&(0..=255).rev().map(route).collect::<Vec<_>>());
    let different: std::collections::BTreeSet<_> = new.iter().collect();
    assert_eq!(different.len(), 256);
    let (_, new) = anonymised(&(0..=255).map(route).collect::<Vec<_>>());
    let different: std::collections::BTreeSet<_> = new.iter().collect();
    assert_eq!((different.len(), new[0][35]), (256, 0));
}

/// The network of many virtual machines looks like the header of an attribute.
#[test]
fn headers_and_numbers_are_no_addresses() {
    let header = [10_u16.to_ne_bytes(), 2_u16.to_ne_bytes()].concat();
    let number = 10_u32.to_ne_bytes();
    let route = |address: &[u8], interface: &[u8]| {
        message(24, &[&[0; 12], &attribute(1, address), &attribute(4, interface)])
    };
    let link = message(16, &[&[0; 4], &number, &[0; 8], &attribute(2, &[0xff; 6])]);
    let nested = attribute(1, &attribute(2, &[0xff; 6]));
    let other = message(40, &[&[1, 1, 0, 0], &number, &attribute(3, &number), &nested]);
    let error = message(2, &[&[0xff; 4], &message(40, &[&[1, 1, 0, 0], &nested]), &nested]);
    let old = [(0, link), (16, other), (16, error)];
    let routes = [(0, route(&header, &number)), (0, route(&number, &number))];
    let (_, new) = anonymised(&[&old[..], &routes].concat());
    for ((_, old), new) in old.iter().zip(&new) {
        assert_eq!(old, new);
    }
    assert_eq!(new[3][36..], route(&header, &number)[36..]);
}

#[test]
fn addresses_of_ipv4_in_those_of_ipv6() {
    let address = |address: &[u8]| (0, message(20, &[&[0; 8], &attribute(1, address)]));
    let mut mapped = [0; 16];
    mapped[10..].copy_from_slice(&[0xff, 0xff, 192, 0, 2, 33]);
    let mut nat64 = mapped;
    nat64[..12].copy_from_slice(&[0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0]);
    let (_, new) = anonymised(&[address(&mapped), address(&nat64), address(&[192, 0, 2, 33])]);
    assert_eq!(new[0][28..40], mapped[..12]);
    assert_eq!(new[1][28..40], nat64[..12]);
    assert!(new[0][40..] == new[2][28..] && new[1][40..] == new[2][28..]);
    assert!(new[2][28..] != [192, 0, 2, 33]);
    for first in [0xfe, 0x5f, 0] {
        let mut other = [7; 16];
        other[..2].copy_from_slice(&[first, 0xc1]);
        assert!(anonymised(&[address(&other)]).1[0][29..] != other[1..], "{first:#x}");
    }
}

#[test]
fn values_in_structures_and_nests() {
    let kind = |number, kind: &[u8], data: &[u8]| {
        attribute(18, &[attribute(number, kind), attribute(number + 1, data)].concat())
    };
    let root = [&[0x80, 0][..], &MAC].concat();
    let target = attribute(8, &attribute(0, &[10, 1, 2, 3]));
    for content in [
        attribute(22, &attribute(1, &attribute(1, &[&[0; 4][..], &MAC, &[0; 26]].concat()))),
        attribute(12, &attribute(13, &root)),
        kind(1, b"bridge\0", &attribute(10, &root)),
        kind(4, b"bridge\0", &attribute(14, &root)),
        kind(4, b"bond\0", &attribute(4, &MAC)),
        kind(1, b"bond\0", &attribute(23, &attribute(5, &MAC))),
        kind(1, b"bond\0", &target),
        kind(1, b"macvlan\0", &attribute(5, &attribute(4, &MAC))),
        attribute(26, &attribute(10, &attribute(7, &[&[0x20; 12][..], &[10, 1, 2, 3]].concat()))),
    ] {
        let (_, new) = anonymised(&[(0, message(16, &[&[0; 16], &content]))]);
        let has = |value: &[u8]| new[0].windows(value.len()).any(|bytes| bytes == value);
        assert!(!has(&MAC) && !has(&[10, 1, 2, 3]), "{content:?}");
    }
    let encapsulated =
        [attribute(21, &2_u16.to_ne_bytes()), attribute(22, &attribute(2, &[10, 1, 2, 3]))];
    let (counts, _) = anonymised(&[(0, message(24, &[&[0; 12], &encapsulated.concat()]))]);
    assert_eq!(counts.addresses, 1);
}

/// A receiver had too small a buffer.
#[test]
fn messages_that_were_cut_off() {
    let whole = message(
        16,
        &[&[0; 16], &attribute(1, &MAC), &attribute(3, b"enp0s3\0"), &attribute(20, b"alias")],
    );
    for size in HEADER..whole.len() {
        let (_, new) = anonymised(&[(0, whole[..size].to_vec())]);
        assert_eq!(new[0].len(), size);
        let has = |value: &[u8]| new[0].windows(value.len()).any(|bytes| bytes == value);
        assert!(!has(&MAC[..4]) && !has(b"enp") && !has(b"ali"), "{size}");
    }
}

#[test]
fn wrong_captures_are_refused() {
    assert!(anonymise(&mut b"nothing".to_vec()).is_err());
}

proptest! {
    /// Any bytes as messages: nothing panics, and the capture keeps its structure.
    #[test]
    fn any_messages(
        messages in prop::collection::vec(
            (0..2, 16..120_u16, prop::collection::vec(0..40_u8, 0..80)), 1..6
        )
    ) {
        let old: Vec<_> = messages
            .iter()
            .map(|(protocol, kind, bytes)| (*protocol, message(*kind, &[bytes])))
            .collect();
        let (_, new) = anonymised(&old);
        for ((_, old), new) in old.iter().zip(&new) {
            prop_assert_eq!(old.len(), new.len());
            prop_assert_eq!(&old[..HEADER], &new[..HEADER]);
        }
    }
}
