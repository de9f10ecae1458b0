// SPDX-License-Identifier: Apache-2.0
//! What the targets use of the library's private parts.

use crate::abi::Extack;
use crate::flavour::OfpBuf;
use crate::host::level::Level;
use crate::host::log;
use crate::socket::extack;
use crate::wire::{self, Description, Header, Messages, Names};
use core::ffi::{CStr, c_char, c_int, c_void};
use core::fmt;
use core::mem::MaybeUninit;
use core::sync::atomic::AtomicBool;
use core::sync::atomic::Ordering::Relaxed;
use std::sync::Once;

/// Whether a message was logged at debug level.
static DETAILS: AtomicBool = AtomicBool::new(false);

/// Whether a message was logged at debug level, so that it was formatted.
pub fn logged_details() -> bool {
    DETAILS.load(Relaxed)
}

/// Logs everything, to nowhere, so that the formatting is fuzzed, too.
pub fn log_everything() {
    static START: Once = Once::new();
    START.call_once(|| {
        for module in [&log::SOCKET, &log::MESSAGE] {
            module.honor_rate_limits.store(false, Relaxed);
        }
        assert_eq!(crate::ffi::ext::nlsock_log_set_level(Level::Dbg as c_int), 0);
        // SAFETY: the handler uses nothing but its arguments.
        crate::ffi::ext::nlsock_log_set_handler(Some(check_line), core::ptr::null_mut());
    });
}

unsafe extern "C" fn check_line(
    _aux: *mut c_void,
    level: c_int,
    module: *const c_char,
    text: *const c_char,
) {
    // SAFETY: the handler's contract: two C strings.
    let (module, text) = unsafe { (CStr::from_ptr(module), CStr::from_ptr(text)) };
    assert!((1..=Level::Dbg as c_int).contains(&level));
    assert!([c"netlink", c"netlink_socket"].contains(&module));
    if level == Level::Dbg as c_int && text.to_bytes().windows(3).any(|part| part == b"nl(") {
        DETAILS.store(true, Relaxed);
    }
    assert!(!text.is_empty() && !text.to_bytes().contains(&b'\n'));
}

/// A structure for the functions that set one up.
pub fn ofpbuf() -> OfpBuf {
    // SAFETY: of pointers and integers, zeros are values.
    unsafe { MaybeUninit::zeroed().assume_init() }
}

/// The fields of a buffer, whose names differ between the interfaces.
pub trait Fields {
    fn base(&self) -> *mut c_void;
    fn data(&self) -> *mut c_void;
    fn size(&self) -> usize;
    fn set(&mut self, data: *mut c_void, size: usize);
}

impl Fields for OfpBuf {
    fn base(&self) -> *mut c_void {
        // SAFETY: a reference can be read.
        unsafe { *Self::base((&raw const *self).cast_mut()) }
    }

    fn data(&self) -> *mut c_void {
        // SAFETY: a reference can be read.
        unsafe { *Self::data((&raw const *self).cast_mut()) }
    }

    fn size(&self) -> usize {
        // SAFETY: a reference can be read.
        unsafe { *Self::size((&raw const *self).cast_mut()) as usize }
    }

    fn set(&mut self, data: *mut c_void, size: usize) {
        // SAFETY: a mutable reference can be written.
        unsafe {
            *Self::data(self) = data;
            *Self::size(self) = size as u32;
        }
    }
}

struct Plain;

impl Names for Plain {
    fn family(&self, id: u16, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{id}")
    }
    fn errno(&self, code: i32, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", crate::errno::text(code))
    }
}

/// The line that the log shows of a message.
pub fn describe(message: &[u8], protocol: i32) -> String {
    Description { message, protocol, names: Plain }.to_string()
}

/// The messages of a datagram by length, and how many bytes are left.
pub fn messages(datagram: &[u8]) -> (Vec<usize>, usize) {
    let mut messages = Messages::new(datagram);
    let lengths = messages.by_ref().map(|(_, message)| message.len()).collect();
    (lengths, messages.rest().len())
}

/// What a message says beyond its code.
pub fn extack(message: &[u8], request: &[u8]) -> Option<Extack> {
    extack::read(1, Header::parse(message)?, message, request)
}

/// The types of the attributes that lead to `offset`, and how many there are.
pub fn path(request: &[u8], offset: usize) -> ([u16; 4], usize) {
    let mut types = [0; 4];
    let depth = wire::path(request, offset, &mut types);
    (types, depth)
}
