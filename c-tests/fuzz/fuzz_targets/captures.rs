// SPDX-License-Identifier: Apache-2.0
//! Any bytes as a capture for replay: reading it, answering its own requests and others, with
//! faults, and anonymising it.

#![no_main]

use fake_kernel::anonymise::anonymise;
use fake_kernel::capture::{read::Events, write};
use fake_kernel::netlink::Messages;
use fake_kernel::replay::faults::Faults;
use fake_kernel::session::{Reaction, Session};
use libfuzzer_sys::fuzz_target;

/// Each event that can be read can be written, and is read again.
fn write_again(file: &[u8]) {
    for located in Events::new(file).map_while(Result::ok) {
        let mut copy = write::section("fuzz");
        copy.extend(write::event(&located.event));
        let again = Events::new(&copy).next().unwrap().unwrap().event;
        assert_eq!(again.error, located.event.error);
        assert_eq!(again.datagram.unwrap_or_default(), located.event.datagram.unwrap_or_default());
    }
}

fuzz_target!(|data: &[u8]| {
    let mut session = Session::default();
    if let Err(error) = session.load(data) {
        assert!(error.block >= 1 && error.offset <= data.len());
        assert!(!error.to_string().is_empty());
        return;
    }
    write_again(data);
    session.faults = Some(Faults(data.len() as u64));
    let requests = Events::new(data).map_while(Result::ok);
    for event in requests.map(|located| located.event).filter(|event| event.outgoing) {
        let datagram = event.datagram.unwrap_or_default();
        for message in Messages(datagram).map_while(Result::ok) {
            let reaction = session.request(event.protocol, 7, message);
            assert!(event.error != 0 || matches!(reaction, Reaction::Recorded(_)));
        }
        let _ = session.join(event.protocol, event.join);
        let _ = session.port(event.protocol);
    }
    let mut copy = data.to_vec();
    assert!(anonymise(&mut copy).is_ok());
    let kept = |file: &[u8]| Events::new(file).map_while(Result::ok).count();
    assert_eq!(kept(&copy), kept(data));
});
