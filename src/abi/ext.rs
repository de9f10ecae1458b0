//! The types of nlsock-ext.h.

use core::ffi::{c_char, c_int, c_void};

/// Receives a log message in place of standard error: 'aux', level, module, text.
pub type Handler = Option<
    unsafe extern "C" fn(
        aux: *mut c_void,
        level: c_int,
        module: *const c_char,
        text: *const c_char,
    ),
>;

/// Event counts since the process started. Later versions may add fields at the end.
#[repr(C)]
#[derive(Debug, Default)]
pub struct Counters {
    /// Receives that found that messages had been lost (ENOBUFS).
    pub overflow: u64,
    /// Datagrams received.
    pub received: u64,
    /// Datagrams received that were larger than the buffer's allocation.
    pub recv_jumbo: u64,
    /// Messages sent.
    pub sent: u64,
}
