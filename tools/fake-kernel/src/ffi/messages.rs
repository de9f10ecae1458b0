// SPDX-License-Identifier: Apache-2.0
//! Rules and expectations about messages; the names of generic netlink families.

use super::{Session, bytes};
use crate::messages::Request;
use crate::netlink::Message;
use crate::script::statement::Selector;

/// Adds a rule for messages, whose items the caller keeps. Returns its number, from 0 on, or -1 if
/// there are too many.
///
/// # Safety
///
/// `selector` is one that fk_script_line() stored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fk_message_rule(session: *mut Session, selector: *const Selector) -> i32 {
    // SAFETY: the caller's promise.
    let (session, selector) = unsafe { (&mut *session, &*selector) };
    session.session.rules.add(selector).map_or(-1, |number| number as i32)
}

/// Counts messages for an `expect message` line, whose result the tool reports. Returns false if
/// there are too many.
///
/// # Safety
///
/// `selector` is one that fk_script_line() stored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fk_message_expect(
    session: *mut Session,
    selector: *const Selector,
) -> bool {
    // SAFETY: the caller's promise.
    let (session, selector) = unsafe { (&mut *session, &*selector) };
    session.session.rules.expect(selector)
}

/// Removes all rules for messages (`calm`). Expectations remain.
///
/// # Safety
///
/// `session` is that of fk_session_new().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fk_message_calm(session: *mut Session) {
    // SAFETY: the caller's promise.
    unsafe { &mut *session }.session.rules.clear();
}

/// Counts a request for all rules and expectations, and returns the number of the rule that it is
/// answered by, or -1. To be called once for each request that is sent, whichever answer it gets.
///
/// # Safety
///
/// `message` is a netlink message of `size` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fk_message_find(
    session: *mut Session,
    protocol: i32,
    message: *const u8,
    size: usize,
    position: i32,
) -> i32 {
    // SAFETY: the caller's promise.
    let (session, message) = unsafe { (&mut *session, Message(bytes(message, size))) };
    let request = Request { protocol, message, position };
    session.session.find_rule(request).map_or(-1, |number| number as i32)
}

/// Learns names and numbers of generic netlink families from a datagram. To be called for each
/// datagram of NETLINK_GENERIC that is queued for the program.
///
/// # Safety
///
/// `datagram` has `size` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fk_learn(session: *mut Session, datagram: *const u8, size: usize) {
    // SAFETY: the caller's promise.
    let (session, datagram) = unsafe { (&mut *session, bytes(datagram, size)) };
    session.session.rules.families.learn(datagram);
}
