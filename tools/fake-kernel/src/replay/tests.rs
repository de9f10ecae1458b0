// SPDX-License-Identifier: Apache-2.0
//! Tests of replay.

use super::faults::Faults;
use super::*;
use crate::capture::{CallName, Event, write};
use crate::netlink::{ACK, DONE, ERROR, MULTI};
use proptest::prelude::*;

const LINK: u16 = 18;

fn message(kind: u16, flags: u16, seq: u32, pid: u32, payload: &[u8]) -> Vec<u8> {
    let mut bytes = ((HEADER + payload.len()) as u32).to_ne_bytes().to_vec();
    bytes.extend(kind.to_ne_bytes());
    bytes.extend(flags.to_ne_bytes());
    bytes.extend(seq.to_ne_bytes());
    bytes.extend(pid.to_ne_bytes());
    bytes.extend(payload);
    bytes
}

/// A capture that grows.
struct Capture(Vec<u8>);

impl Capture {
    fn new() -> Self {
        Self(write::section("tests"))
    }

    fn event(&mut self, event: Event<'_>) -> &mut Self {
        self.0.extend(write::event(&Event { pid: 1, ..event }));
        self
    }

    fn sent(&mut self, socket: u32, datagram: &[u8]) -> &mut Self {
        let event = Event { outgoing: true, datagram: Some(datagram), ..Event::default() };
        self.event(Event { socket, port: 100_000 + socket, ..event })
    }

    fn received(&mut self, socket: u32, group: u32, datagram: &[u8]) -> &mut Self {
        let event = Event { datagram: Some(datagram), group, ..Event::default() };
        self.event(Event { socket, port: 100_000 + socket, ..event })
    }

    fn ioctl(&mut self, request: u32, before: &[u8], after: &[u8], error: i32) -> &mut Self {
        let payload = [&request.to_ne_bytes()[..], before, after].concat();
        let datagram = message(netlink::NOOP, 0, 0, 0, &payload);
        let call = Some(CallName("ioctl"));
        let event = Event { outgoing: true, datagram: Some(&datagram), ..Event::default() };
        self.event(Event { call, error, ..event })
    }

    fn joined(&mut self, socket: u32, group: u32) -> &mut Self {
        self.event(Event { socket, outgoing: true, join: group, ..Event::default() })
    }

    fn failed(&mut self, socket: u32, outgoing: bool, call: &str, error: i32) -> &mut Self {
        let call = Some(CallName(call));
        self.event(Event { socket, outgoing, call, error, ..Event::default() })
    }

    fn replay(&self) -> Player {
        let replay = Replay::load(&self.0).unwrap();
        let counters = Counters::own(replay.places());
        Player { replay, counters, ports: BTreeSet::new() }
    }
}

struct Player {
    replay: Replay,
    counters: Counters,
    ports: BTreeSet<u32>,
}

impl Player {
    fn answer(&self, request: &[u8]) -> Option<Answer> {
        let Self { replay, counters, ports } = self;
        replay.request((0, request), (Message(request), 9), ports, counters, None)
    }

    fn ioctl(&self, request: u32, before: &[u8]) -> Option<(i32, Vec<u8>)> {
        self.replay.ioctl(request, before, &self.counters)
    }

    fn data(&self, request: &[u8]) -> Vec<Vec<u8>> {
        self.answer(request).unwrap().parts.into_iter().map(|part| part.data).collect()
    }
}

#[test]
fn sequence_numbers_and_port_ids_do_not_matter() {
    let refused = |request: &[u8], seq, pid| {
        let code = (-libc::EPERM).to_ne_bytes();
        message(ERROR, 0, seq, pid, &[&code[..], &request[..HEADER]].concat())
    };
    let recorded = message(LINK, 0, 77, 0, b"abcd");
    let replay =
        Capture::new().sent(1, &recorded).received(1, 0, &refused(&recorded, 77, 100_001)).replay();
    let live = message(LINK, 0, 5, 9, b"abcd");
    assert_eq!(replay.data(&live), [refused(&live, 5, 9)]);
    assert_eq!(replay.answer(&message(LINK, 0, 5, 9, b"abce")), None);
    assert_eq!(replay.answer(&message(LINK, 4, 5, 9, b"abcd")), None);
    assert_eq!(replay.replay.difference(0, Message(&message(LINK, 0, 1, 0, b"abce"))), Some(19));
    assert_eq!(
        replay.replay.difference(0, Message(&message(LINK, 0, 1, 0, b"abcdefgh"))),
        Some(20)
    );
    assert_eq!(replay.replay.difference(0, Message(&message(9, 0, 1, 0, b""))), None);
    let Player { replay, counters, ports } = replay;
    let other_protocol = replay.request((16, &live), (Message(&live), 9), &ports, &counters, None);
    assert_eq!(other_protocol, None);
}

#[test]
fn each_use_has_its_answer() {
    let get = |seq| message(LINK, 0, seq, 0, b"");
    let reply = |seq, text: &[u8]| message(16, 0, seq, 100_001, text);
    let replay = Capture::new()
        .sent(1, &get(1))
        .received(1, 0, &reply(1, b"one."))
        .sent(1, &get(2))
        .received(1, 0, &reply(2, b"two."))
        .replay();
    for (seq, text) in [(50, b"one."), (51, b"two."), (52, b"two.")] {
        assert_eq!(replay.data(&get(seq)), [message(16, 0, seq, 9, text)]);
    }
}

#[test]
fn answers_to_several_requests_are_told_apart() {
    let get = |seq, text: &[u8]| message(LINK, ACK, seq, 0, text);
    let part = |seq, text: &[u8]| message(16, MULTI, seq, 100_001, text);
    let done = |seq| message(DONE, MULTI, seq, 100_001, &[0; 4]);
    let both = [get(1, b"aaaa"), get(2, b"bbbb")].concat();
    let replay = Capture::new()
        .sent(1, &both)
        .received(1, 0, &[part(2, b"b1b1"), part(2, b"b2b2"), part(1, b"a1a1")].concat())
        .received(1, 0, &part(1, b"a2a2"))
        .received(1, 0, &done(2))
        .received(1, 0, &done(1))
        .replay();
    let with = |mut datagram: Vec<u8>, seq: u32| {
        for at in [0, 20] {
            if at < datagram.len() {
                netlink::set_u32(&mut datagram, at + 8, seq);
                netlink::set_u32(&mut datagram, at + 12, 9);
            }
        }
        datagram
    };
    let a = replay.answer(&get(7, b"aaaa")).unwrap();
    assert!(a.dump);
    let data: Vec<_> = a.parts.into_iter().map(|part| part.data).collect();
    assert_eq!(data, [with(part(1, b"a1a1"), 7), with(part(1, b"a2a2"), 7), with(done(1), 7)]);
    let b = replay.data(&get(8, b"bbbb"));
    let b1b2 = [part(2, b"b1b1"), part(2, b"b2b2")].concat();
    assert_eq!(b, [with(b1b2, 8), with(done(2), 8)]);
}

#[test]
fn numbers_that_are_used_again() {
    let get = |text: &[u8]| message(LINK, 0, 0, 0, text);
    let reply = |text: &[u8]| message(16, 0, 0, 100_001, text);
    let replay = Capture::new()
        .sent(1, &get(b"set."))
        .sent(1, &get(b"get1"))
        .received(1, 0, &reply(b"one."))
        .sent(1, &get(b"get2"))
        .received(1, 0, &reply(b"two."))
        .replay();
    assert_eq!(replay.data(&get(b"set.")), [b""; 0]);
    assert_eq!(replay.answer(&get(b"get1")).unwrap().parts[0].data[16..], *b"one.");
    assert_eq!(replay.answer(&get(b"get2")).unwrap().parts[0].data[16..], *b"two.");
}

#[test]
fn sockets_of_a_program_that_another_one_follows() {
    let get = |text: &[u8]| message(LINK, ACK, 1, 0, text);
    let replay = Capture::new()
        .sent(1, &get(b"old."))
        .failed(0, true, "execve", 0)
        .sent(1, &get(b"new."))
        .received(1, 0, &message(16, 0, 1, 100_001, b"repl"))
        .replay();
    assert_eq!(replay.data(&get(b"old.")), [b""; 0]);
    assert_eq!(replay.answer(&get(b"new.")).unwrap().parts[0].data[16..], *b"repl");
}

#[test]
fn notifications_follow_what_was_before_them() {
    let get = message(LINK, 0, 4, 0, b"");
    let reply = message(16, 0, 4, 100_001, b"repl");
    let news = |text: &[u8]| message(16, 0, 0, 0, text);
    // As the kernel sends it to others, about a request of somebody else with the same number.
    let of_another = message(16, 0, 4, 123, b"othr");
    let replay = Capture::new()
        .joined(1, 5)
        .received(1, 5, &news(b"new1"))
        .sent(1, &get)
        .received(1, 0, &of_another)
        .received(1, 0, &reply)
        .received(1, 5, &news(b"new2"))
        .sent(2, &get)
        .received(1, 0, &news(b"new3"))
        .replay();
    assert!(!replay.replay.is_finished(&replay.counters));
    let joined = replay.replay.join(0, 5, &replay.counters).parts;
    assert_eq!((joined.len(), joined[0].group, joined[0].notification), (1, 5, true));
    assert_eq!(joined[0].data, news(b"new1"));
    let answer = replay.answer(&get).unwrap().parts;
    let order: Vec<_> = answer.iter().map(|part| (part.notification, &part.data[16..])).collect();
    assert_eq!(
        order,
        [(true, &b"othr"[..]), (false, &b"repl"[..]), (true, &b"new2"[..]), (true, &b"new3"[..])]
    );
    assert!(replay.replay.is_finished(&replay.counters));
    // Answers come again when they run out, notifications do not.
    let again = |replay: &Player| replay.answer(&get).unwrap().parts.len();
    assert_eq!((again(&replay), again(&replay)), (0, 0));
    assert_eq!(replay.replay.join(0, 5, &replay.counters), Answer::default());
    assert_eq!(replay.replay.join(0, 6, &replay.counters), Answer::default());
}

/// A capture in which a daemon looks, adds something, looks twice, and removes it again.
fn changing() -> Capture {
    let mut capture = Capture::new();
    for (n, (request, answer)) in [
        ("look", "none"),
        ("add.", ""),
        ("look", "some"),
        ("look", "more"),
        ("del.", ""),
        ("look", "gone"),
    ]
    .iter()
    .enumerate()
    {
        let seq = n as u32;
        capture.sent(1, &asks(request, seq));
        if answer.is_empty() {
            capture.received(1, 0, &message(ERROR, 0, seq, 100_001, &[0; 20]));
        } else {
            capture.received(1, 0, &message(16, 0, seq, 100_001, answer.as_bytes()));
        }
    }
    capture
}

fn asks(text: &str, seq: u32) -> Vec<u8> {
    message(LINK, if text == "look" { 0 } else { ACK }, seq, 0, text.as_bytes())
}

#[test]
fn answers_fit_the_changes() {
    for (asked, answered) in [
        ("look add. look look del. look", "none some more gone"),
        // As often as it likes.
        ("look look add. look look look del. look look", "none none some more more gone gone"),
        ("add. look del. look", "some gone"),
        ("look add. del. look", "none gone"),
        // What it does not do any more, or in another order, holds nothing up.
        ("look del. look", "none gone"),
        ("del. look add. look", "gone gone"),
    ] {
        let player = changing().replay();
        let mut found = Vec::new();
        for text in asked.split(' ') {
            let answer = player.answer(&asks(text, 9)).unwrap().parts.remove(0);
            if text == "look" {
                found.push(String::from_utf8(answer.data[16..].to_vec()).unwrap());
            }
        }
        assert_eq!(found.join(" "), answered, "{asked}");
    }
}

#[test]
fn what_is_a_change() {
    let answers = |flags, answers: &[Vec<u8>], times| {
        let mut capture = Capture::new();
        for _ in 0..times {
            capture.sent(1, &message(LINK, flags, 1, 0, b"abcd"));
            for answer in answers {
                capture.received(1, 0, answer);
            }
        }
        Replay::load(&capture.0).unwrap().changes.len()
    };
    let reply = message(16, 0, 1, 100_001, b"");
    let code =
        |error: i32| message(ERROR, 0, 1, 100_001, &[&error.to_ne_bytes()[..], &[0; 16]].concat());
    let echo = netlink::ECHO;
    assert_eq!(answers(ACK, &[code(0)], 2), 2);
    assert_eq!(answers(ACK, &[code(-1)], 1), 0);
    assert_eq!(answers(ACK, &[reply.clone(), code(0)], 1), 0);
    assert_eq!(answers(echo, std::slice::from_ref(&reply), 1), 1);
    assert_eq!(answers(echo, std::slice::from_ref(&reply), 2), 0);
    assert_eq!(answers(0, &[reply], 1), 0);
    assert_eq!(answers(0, &[], 1), 0);
}

#[test]
fn notifications_wait_for_changes_on_other_sockets() {
    let news = |text: &[u8]| message(16, 0, 0, 0, text);
    let mut capture = Capture::new();
    capture.joined(3, 5).received(3, 5, &news(b"new1"));
    capture.0.extend(&changing().0[write::section("tests").len()..]);
    capture.received(3, 5, &news(b"new2"));
    let player = capture.replay();
    let parts = player.replay.join(0, 5, &player.counters).parts;
    let may_come = || {
        let reached = |part: &Part| player.replay.reached(part.position, &player.counters);
        parts.iter().map(reached).collect::<Vec<_>>()
    };
    assert_eq!(may_come(), [true, false]);
    let _ = player.answer(&asks("add.", 7));
    assert_eq!(may_come(), [true, false]);
    let _ = player.answer(&asks("del.", 7));
    assert_eq!(may_come(), [true, true]);
}

#[test]
fn notifications_are_not_left_out() {
    let mut capture = changing();
    let news = message(16, 0, 0, 0, b"news");
    let get = asks("look", 7);
    capture.received(1, 5, &news).sent(1, &asks("set.", 8));
    capture.received(1, 0, &message(ERROR, 0, 8, 100_001, &[0; 20])).sent(1, &get);
    let player = capture.replay();
    let _ = player.answer(&asks("set.", 1));
    let parts = player.answer(&get).unwrap().parts;
    assert_eq!(parts.len(), 1);
    assert_eq!((parts[0].notification, &parts[0].data), (true, &news));
}

#[test]
fn a_socket_that_only_receives() {
    let news = message(16, 0, 0, 0, b"news");
    let replay = Capture::new().received(3, 0, &news).replay();
    assert_eq!(replay.replay.join(0, 0, &replay.counters).parts[0].data, news);
}

#[test]
fn failing_calls() {
    let get = message(LINK, 0, 4, 0, b"");
    let failing =
        Event { outgoing: true, datagram: Some(&get), error: libc::EPERM, ..Event::default() };
    let replay = Capture::new()
        .failed(1, true, "socket", libc::EMFILE)
        .event(failing)
        .sent(1, &get)
        .failed(1, false, "recvmsg", libc::EAGAIN)
        .failed(1, false, "recvmsg", libc::ENOBUFS)
        .received(1, 0, &message(16, 0, 4, 100_001, b""))
        .event(Event { outgoing: true, join: 3, error: libc::EINVAL, ..Event::default() })
        .event(Event { protocol: 7, ..Event::default() })
        .replay();
    let Player { replay: recorded, counters, .. } = &replay;
    assert_eq!(recorded.call(Call::Socket, 0, counters), libc::EMFILE);
    assert_eq!(recorded.call(Call::Socket, 0, counters), 0);
    assert_eq!(recorded.call(Call::Connect, 0, counters), 0);
    assert_eq!(recorded.send(0, &get, counters), libc::EPERM);
    assert_eq!(recorded.send(0, &get, counters), 0);
    assert_eq!(recorded.send(0, &get, counters), 0);
    assert_eq!(recorded.join(0, 3, counters).error, libc::EINVAL);
    let parts = replay.answer(&get).unwrap().parts;
    assert_eq!((parts.len(), parts[0].error, parts[1].error), (2, libc::ENOBUFS, 0));
    assert!(parts[0].first);
    // After a datagram, an error keeps its place.
    let replay = Capture::new()
        .sent(1, &get)
        .received(1, 0, &message(16, 0, 4, 100_001, b""))
        .failed(1, false, "recvmsg", libc::ENOBUFS)
        .replay();
    let parts = replay.answer(&get).unwrap().parts;
    assert_eq!((parts[1].error, parts[1].first), (libc::ENOBUFS, false));
}

#[test]
fn a_protocol_that_could_not_be_opened() {
    let replay = Capture::new().failed(1, true, "socket", libc::EPROTONOSUPPORT).replay();
    for _ in 0..3 {
        let error = replay.replay.call(Call::Socket, 0, &replay.counters);
        assert_eq!(error, libc::EPROTONOSUPPORT);
    }
}

#[test]
fn port_ids_in_requests() {
    let set =
        |port: u32| message(LINK, 0, 1, 0, &[&[4, 0, 5, 0], &port.to_ne_bytes()[..]].concat());
    let mut replay = Capture::new()
        .sent(1, &set(100_002))
        .received(1, 0, &message(16, 0, 1, 100_001, b"one."))
        .sent(2, &set(100_001))
        .received(2, 0, &message(16, 0, 1, 100_002, b"two."))
        .replay();
    assert_eq!(replay.replay.port(0, &replay.counters), 100_001);
    assert_eq!(replay.replay.port(0, &replay.counters), 100_002);
    assert_eq!(replay.replay.port(0, &replay.counters), 0);
    assert_eq!(replay.answer(&set(70_000)), None);
    replay.ports.extend([70_000, 80_000]);
    assert_eq!(replay.answer(&set(70_000)).unwrap().parts[0].data[16..], *b"one.");
    assert_eq!(replay.answer(&set(80_000)).unwrap().parts[0].data[16..], *b"two.");
    assert_eq!(replay.answer(&set(100_001)).unwrap().parts[0].data[16..], *b"two.");
}

#[test]
fn wrong_captures_are_refused() {
    assert!(Replay::load(b"nothing").is_err());
    let empty = Replay::load(&write::section("")).unwrap();
    assert_eq!(empty.places(), 1);
}

fn dump_of(n: u32) -> Capture {
    let mut capture = Capture::new();
    capture.sent(1, &message(LINK, 0x301, 1, 0, b""));
    for _ in 0..n {
        capture.received(1, 0, &message(16, MULTI, 1, 100_001, b"part"));
    }
    capture.received(1, 0, &message(DONE, MULTI, 1, 100_001, &[0; 4]));
    capture
}

#[test]
fn every_kind_of_fault_happens() {
    let replay = dump_of(8).replay();
    let mut found = [0; 5];
    for seed in 0..200 {
        let get = message(LINK, 0x301, 1, 0, b"");
        let Player { replay, counters, ports } = &replay;
        let answer = replay
            .request((0, &get), (Message(&get), 9), ports, counters, Some(Faults(seed)))
            .unwrap();
        for part in answer.parts {
            found[0] += u32::from(part.joined);
            found[1] += u32::from(part.lost);
            found[2] += u32::from(part.delay > 0);
            found[3] += u32::from(part.error == libc::ENOBUFS);
            let interrupted = Message(&part.data).flags() & netlink::DUMP_INTR != 0;
            found[4] += u32::from(interrupted);
        }
    }
    assert!(found.iter().all(|&n| n > 5), "{found:?}");
}

proptest! {
    /// The same seed gives the same faults.
    #[test]
    fn faults_are_reproducible(seed in any::<u64>(), n in 0..20_u32, slot in 0..9_usize) {
        let parts = || vec![Part::default(); n as usize];
        let (mut one, mut other) = (parts(), parts());
        Faults(seed).disturb((slot, n), true, &mut one);
        Faults(seed).disturb((slot, n), true, &mut other);
        prop_assert_eq!(&one, &other);
        prop_assert!(!one.first().is_some_and(|part| part.joined));
    }

    /// Any bytes as datagrams.
    #[test]
    fn any_datagrams(
        datagrams in prop::collection::vec(
            (any::<bool>(), prop::collection::vec(0..20_u8, 0..60)), 0..8
        )
    ) {
        let mut capture = Capture::new();
        for (outgoing, bytes) in &datagrams {
            if *outgoing { capture.sent(1, bytes) } else { capture.received(1, 0, bytes) };
        }
        if let Ok(replay) = Replay::load(&capture.0) {
            let counters = Counters::own(replay.places());
            for (_, bytes) in &datagrams {
                for message in Messages(bytes).map_while(Result::ok) {
                    let ports = BTreeSet::new();
                    let faults = Some(Faults(1));
                    let _ = replay.request((0, message.0), (message, 9), &ports, &counters, faults);
                }
            }
        }
    }
}

#[test]
fn ioctls_are_found_by_name() {
    let ifreq = |name: &[u8], rest: u8| {
        let mut bytes = [rest; 40];
        bytes[..16].fill(0);
        bytes[..name.len()].copy_from_slice(name);
        bytes
    };
    let player = Capture::new()
        .ioctl(0x8942, &ifreq(b"left", 1), &ifreq(b"left", 2), 0)
        .ioctl(0x8942, &ifreq(b"none", 1), &ifreq(b"none", 1), libc::ENODEV)
        .replay();
    let find = |request, name| player.ioctl(request, &ifreq(name, 9)).map(|(e, b)| (e, b[16]));
    assert_eq!(find(0x8942, b"left"), Some((0, 2)));
    assert_eq!(find(0x8942, b"none"), Some((libc::ENODEV, 1)));
    assert_eq!(find(0x8942, b"other"), None);
    assert_eq!(find(0x8933, b"left"), None);
}

#[test]
fn ioctls_that_change_something() {
    let (get, set) = (0x8913, 0x8914);
    let ifreq = |value: u8| [value; 40];
    let mut player = Capture::new()
        .ioctl(get, &ifreq(7), &ifreq(1), 0)
        .ioctl(set, &ifreq(7), &ifreq(7), 0)
        .ioctl(get, &ifreq(7), &ifreq(2), 0)
        .replay();
    let flags = |player: &Player| player.ioctl(get, &ifreq(7)).unwrap().1[0];
    assert_eq!((flags(&player), flags(&player)), (1, 1));
    assert_eq!(player.ioctl(set, &ifreq(7)).unwrap().0, 0);
    assert_eq!((flags(&player), flags(&player)), (2, 2));
    player.counters = Counters::own(player.replay.places());
    let _ = player.ioctl(set, &ifreq(7));
    assert_eq!(flags(&player), 2);
}
