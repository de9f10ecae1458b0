// SPDX-License-Identifier: Apache-2.0
//! Tests of the reader and the writer.

use super::read::{Events, Located, Problem};
use super::{CallName, Event, write};
use crate::netlink::HEADER;
use proptest::prelude::*;

fn datagram(size: u32) -> Vec<u8> {
    let mut bytes = vec![7; size as usize];
    bytes[..4].copy_from_slice(&size.to_ne_bytes());
    bytes
}

fn file(events: &[Event<'_>]) -> Vec<u8> {
    let mut bytes = write::section("tests 1.0");
    for event in events {
        bytes.extend(write::event(event));
    }
    bytes
}

fn events(file: &[u8]) -> Vec<Event<'_>> {
    Events::new(file).map(|event| event.unwrap().event).collect()
}

fn problem(file: &[u8]) -> (usize, usize, Problem) {
    let error = Events::new(file).last().unwrap().unwrap_err();
    (error.block, error.offset, error.problem)
}

/// Swaps the byte order of a capture's blocks, but for what is in them.
fn swapped(mut file: Vec<u8>) -> Vec<u8> {
    let swap4 = |bytes: &mut [u8]| bytes.reverse();
    let mut at = 0;
    while at < file.len() {
        let kind = u32::from_ne_bytes(*file[at..].first_chunk().unwrap());
        let size = u32::from_ne_bytes(*file[at + 4..].first_chunk().unwrap()) as usize;
        let (mut numbers, options) = match kind {
            1 => (vec![(8, 2), (12, 4)], 16),
            6 => {
                let data = u32::from_ne_bytes(*file[at + 20..].first_chunk().unwrap()) as usize;
                let numbers = (8..28).step_by(4).map(|at| (at, 4)).collect();
                (numbers, 28 + data.next_multiple_of(4))
            }
            _ => (vec![(8, 4), (12, 2), (14, 2), (16, 8)], 24),
        };
        let mut option = options;
        while option < size - 4 {
            let code = u16::from_ne_bytes(*file[at + option..].first_chunk().unwrap());
            let length = u16::from_ne_bytes(*file[at + option + 2..].first_chunk().unwrap());
            numbers.extend([(option, 2), (option + 2, 2)]);
            if kind == 6 && code == 2 {
                numbers.push((option + 4, 4));
            }
            option += 4 + usize::from(length).next_multiple_of(4);
        }
        numbers.extend([(0, 4), (4, 4), (size - 4, 4)]);
        for (field, length) in numbers {
            swap4(&mut file[at + field..at + field + length]);
        }
        at += size;
    }
    file
}

#[test]
fn what_is_written_can_be_read() {
    let bytes = datagram(37);
    let sent = Event {
        time: 1_700_000_000_123_456_789,
        outgoing: true,
        protocol: 16,
        datagram: Some(&bytes),
        pid: 42,
        socket: 3,
        port: 4_000_000_000,
        call: Some(CallName("sendmsg")),
        error: libc::EPERM,
        ..Event::default()
    };
    let received =
        Event { datagram: Some(&bytes), peer: 7, group: 9, nsid: Some(-1), ..Event::default() };
    let joined =
        Event { join: 1, outgoing: true, call: Some(CallName("setsockopt")), ..Event::default() };
    let failed =
        Event { error: libc::ENOBUFS, call: Some(CallName("recvmsg")), ..Event::default() };
    let unnamed = Event { error: 4000, leave: 2, ..Event::default() };
    let all = [sent, received, joined, failed, unnamed];
    let file = file(&all);
    assert_eq!(events(&file), all);
    assert_eq!(events(&swapped(file)), all);
}

#[test]
fn sections_of_several_programs_interleave() {
    let bytes = datagram(16);
    let event = |pid| Event { datagram: Some(&bytes), pid, ..Event::default() };
    let mut all = file(&[event(1)]);
    all.extend(swapped(file(&[event(2), event(3)])));
    all.extend(file(&[event(4)]));
    let pids: Vec<_> = events(&all).iter().map(|event| event.pid).collect();
    assert_eq!(pids, [1, 2, 3, 4]);
}

#[test]
fn positions_of_datagrams() {
    let bytes = datagram(20);
    let file = file(&[Event { datagram: Some(&bytes), ..Event::default() }; 2]);
    for found in Events::new(&file) {
        let Located { datagram_at, event, .. } = found.unwrap();
        assert_eq!(event.datagram, file.get(datagram_at..datagram_at + 20));
    }
}

#[test]
fn truncated_anywhere() {
    let bytes = datagram(33);
    let whole = file(&[Event { datagram: Some(&bytes), pid: 1, ..Event::default() }; 2]);
    let starts: Vec<_> = [0, write::section("tests 1.0").len()].into();
    for size in 0..whole.len() {
        let found: Vec<_> = Events::new(&whole[..size]).collect();
        let Some(Err(error)) = found.last() else {
            // Between two blocks.
            assert!(size > starts[0] && found.len() < 2);
            continue;
        };
        match error.problem {
            Problem::Truncated { .. } => assert!(error.offset < size),
            Problem::Empty => assert_eq!(size, 0),
            Problem::NotPcapng => assert!(size < 4),
            ref other => panic!("{size}: {other}"),
        }
    }
}

#[test]
fn wrong_files() {
    let bytes = datagram(16);
    let event = Event { datagram: Some(&bytes), ..Event::default() };
    let good = file(&[event]);
    let section = write::section("tests 1.0").len();
    let first = u32::from_ne_bytes(*good[4..].first_chunk().unwrap()) as usize;
    let with = |at: usize, value: &[u8]| {
        let mut bad = good.clone();
        bad[at..at + value.len()].copy_from_slice(value);
        problem(&bad)
    };
    assert_eq!(problem(&[]), (1, 0, Problem::Empty));
    assert_eq!(problem(b"#!/bin/sh and more"), (1, 0, Problem::NotPcapng));
    assert_eq!(with(0, &0xa1b2_c3d4_u32.to_be_bytes()), (1, 0, Problem::Classic));
    assert_eq!(with(8, &5_u32.to_ne_bytes()), (1, 0, Problem::ByteOrder(5)));
    assert_eq!(with(first + 8, &1_u16.to_ne_bytes()), (2, first, Problem::LinkType(1)));
    assert_eq!(with(section + 8, &1_u32.to_ne_bytes()), (3, section, Problem::Interface(1)));
    assert_eq!(with(section + 4, &13_u32.to_ne_bytes()), (3, section, Problem::BlockSize(13)));
    assert_eq!(with(section + 4, &0_u32.to_ne_bytes()), (3, section, Problem::BlockSize(0)));
    let size = good.len() - section;
    let huge = u32::MAX - 3;
    assert_eq!(
        with(section + 4, &huge.to_ne_bytes()),
        (3, section, Problem::Truncated { size: huge as usize, available: size })
    );
    assert_eq!(with(good.len() - 4, &8_u32.to_ne_bytes()), (3, section, Problem::EndSize(size, 8)));
    assert_eq!(with(section + 20, &8_u32.to_ne_bytes()), (3, section, Problem::PseudoHeader));
    assert_eq!(with(section + 20, &huge.to_ne_bytes()), (3, section, Problem::Malformed));
    assert_eq!(with(section + 30, &[0, 1]), (3, section, Problem::HardwareType(1)));
    assert_eq!(
        with(section + 44, &16_u32.swap_bytes().to_ne_bytes()),
        (3, section, Problem::OtherByteOrder)
    );
    let simple = [&good[..section], &3_u32.to_ne_bytes(), &16_u32.to_ne_bytes(), &[0; 4]].concat();
    let simple = [&simple[..], &16_u32.to_ne_bytes()].concat();
    assert_eq!(problem(&simple), (3, section, Problem::SimplePacket));
}

#[test]
fn wrong_words_in_comments() {
    let commented = |text: &str| {
        let mut file = write::section("");
        let name = format!("x {text}");
        file.extend(write::event(&Event { call: Some(CallName(&name)), ..Event::default() }));
        Events::new(&file).last().unwrap().map(|located| located.event.pid).map_err(|e| e.problem)
    };
    assert_eq!(commented("pid=5 unknown=7 word"), Ok(5));
    for word in ["pid=x", "socket=-1", "nsid=", "error=EWRONG", "error=-3", "port=4294967296"] {
        assert_eq!(commented(word), Err(Problem::Comment(word.into())));
    }
}

#[test]
fn errors_say_where() {
    let error = Events::new(b"nothing of this kind").last().unwrap().unwrap_err();
    assert_eq!(error.to_string(), "block 1 at byte 0: this is not a pcapng file");
}

proptest! {
    /// Any event.
    #[test]
    fn round_trip(
        size in HEADER as u32..200,
        numbers in any::<[u32; 6]>(),
        time in any::<u64>(),
        outgoing in any::<bool>(),
        protocol in 0..64,
        nsid in any::<Option<i32>>(),
        none in any::<bool>(),
        error in 0..200,
    ) {
        let bytes = datagram(size);
        let [pid, socket, port, peer, group, join] = numbers;
        let event = Event {
            time, outgoing, protocol, datagram: (!none).then_some(&bytes), pid, socket, port, peer,
            group, nsid, call: Some(CallName("recvmsg")), error, join, leave: 0,
        };
        let file = file(&[event]);
        prop_assert_eq!(events(&file), [event]);
        let swapped = swapped(file);
        prop_assert_eq!(events(&swapped), [event]);
    }

    /// A changed byte: an event or an error, and an end.
    #[test]
    fn changed_bytes(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8)
    ) {
        let bytes = datagram(24);
        let mut file = file(&[Event { datagram: Some(&bytes), pid: 1, ..Event::default() }; 3]);
        for (at, value) in changes {
            let at = at.index(file.len());
            file[at] = value;
        }
        prop_assert!(Events::new(&file).count() <= 4);
    }
}
