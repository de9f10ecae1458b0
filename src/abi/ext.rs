//! The types of nlsock-ext.h. Later versions may add fields at their ends: every function that
//! fills one in is told its size.

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

/// Event counts since the process started, or since nlsock_counters_reset().
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct Counters {
    /// Receives that found that messages had been lost (ENOBUFS).
    pub overflow: u64,
    /// Datagrams received.
    pub received: u64,
    /// Datagrams received that were larger than the buffer's allocation.
    pub recv_jumbo: u64,
    /// Messages sent.
    pub sent: u64,
    /// Messages that the kernel dropped, as it said itself when a receive found some lost.
    pub dropped: u64,
    /// Requests sent again because their replies may have been lost.
    pub resent: u64,
    /// Messages ignored because they answered no present request.
    pub stale: u64,
    /// Messages of other processes ignored: see nlsock_sock_set_kernel_only().
    pub spoofed: u64,
    /// Pooled sockets closed because they were not idle, or of another network namespace.
    pub discarded: u64,
}

/// What the kernel said of a failure beyond an errno value, as far as it said anything. Offsets
/// count bytes from the start of the request's header; 0 stands for unknown.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Extack {
    /// The errno value, 0 if nothing failed.
    pub error: c_int,
    /// Where the offending attribute starts.
    pub offset: u32,
    /// Number of types in 'path'.
    pub n_path: u32,
    /// The types of the attributes that lead to the offending one, its own last; cut after these.
    pub path: [u16; 8],
    /// Whether an attribute is missing.
    pub missing: bool,
    /// Its type, if so.
    pub missing_type: u32,
    /// Where the attribute starts that it is missing from, 0 for the message itself.
    pub missing_nest: u32,
    /// Text for people, empty if none; cut after 255 bytes.
    pub message: [c_char; 256],
}

/// How a dump went.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct DumpResult {
    /// The errno value with which the kernel ended the dump, 0 for none. nl_dump_done() does not
    /// tell it unless nlsock_set_strict_dumps() says so.
    pub error: c_int,
    /// Whether the table changed while it was dumped (NLM_F_DUMP_INTR), so that messages may be
    /// missing or there twice.
    pub interrupted: bool,
    /// Whether the kernel announced the end.
    pub complete: bool,
    /// Number of messages, without the announcement of the end.
    pub messages: u64,
    /// What the kernel said beyond that.
    pub extack: Extack,
}

/// Where a message came from.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct Source {
    /// Port id of the sender, 0 for the kernel.
    pub port_id: u32,
    /// Multicast group that the message was sent to, 0 for none.
    pub group: u32,
    /// Whether it came from another network namespace.
    pub has_nsid: bool,
    /// That namespace's number in the socket's own namespace, if so.
    pub nsid: c_int,
}
