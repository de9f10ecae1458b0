//! nlsock-ext.h: what this library has beyond the original.

use crate::abi::{Counters, Handler};
use crate::errno::status;
use crate::host::console;
use crate::host::counters::{Event, total};
use crate::host::log;
use core::ffi::{c_int, c_void};

/// Fills in '*counters', whose size in bytes the caller gives as 'size': sizeof *counters. Fields
/// that the library does not know are set to 0. Any thread may call it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nlsock_counters(counters: *mut Counters, size: usize) {
    let now = Counters {
        overflow: total(Event::Overflow),
        received: total(Event::Received),
        recv_jumbo: total(Event::Jumbo),
        sent: total(Event::Sent),
    };
    let known = size.min(size_of::<Counters>());
    let counters = counters.cast::<u8>();
    // SAFETY: the rule of this module: 'size' bytes may be written.
    unsafe {
        counters.copy_from_nonoverlapping((&raw const now).cast(), known);
        counters.add(known).write_bytes(0, size - known);
    }
}

/// Sets how much is logged: one of NLSOCK_LOG_OFF to NLSOCK_LOG_DBG. Returns 0; EINVAL for another
/// level; EOPNOTSUPP in a process that has Open vSwitch's log, whose "vlog/set" decides there.
/// Any thread may call it.
#[unsafe(no_mangle)]
pub extern "C" fn nlsock_log_set_level(level: c_int) -> c_int {
    status(log::set_level(level))
}

/// Makes log messages go to 'handler', with 'aux', in place of standard error; null undoes that.
/// Returns 0, or EOPNOTSUPP in a process that has Open vSwitch's log. Any thread may call it.
///
/// The handler gets the level, the module's name and the text, without a newline, and must not
/// keep the strings. Any thread may call it at any time, several at once; it may call the library.
#[unsafe(no_mangle)]
pub extern "C" fn nlsock_log_set_handler(handler: Handler, aux: *mut c_void) -> c_int {
    status(log::check_no_host().map(|()| console::set_handler(handler, aux)))
}
