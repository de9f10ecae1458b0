// SPDX-License-Identifier: Apache-2.0
//! The types of nlsock-ext.h. Later versions of the library may add fields at the end of a
//! structure. So a function that fills in a structure also gets the size that the structure has in
//! the caller's version.

use core::ffi::{c_char, c_int, c_uint, c_void};

/// A flag for nlsock_transact_multiple() and nlsock_dump_start(): only a reply or an error ends a
/// request; an acknowledgement does not.
pub const NLSOCK_AWAIT_REPLY: c_uint = 1;

/// A flag for nlsock_transact_multiple(): all requests are sent in one datagram, or none is sent.
pub const NLSOCK_ONE_DATAGRAM: c_uint = 2;

/// A flag for nlsock_dump_start() and nlsock_dump_all_flags(): makes the kernel check the request
/// strictly, as after nlsock_pool_set_strict_checking().
pub const NLSOCK_STRICT_CHECKING: c_uint = 4;

/// A flag for nlsock_dump_all_flags(): returns the table even if it changed during the dump.
pub const NLSOCK_EVEN_IF_CHANGED: c_uint = 8;

/// A flag for nlsock_transact_multiple(): one acknowledgement for each datagram suffices.
pub const NLSOCK_ONE_ACK: c_uint = 16;

/// A function that gets log messages: see nlsock_log_set_handler().
pub type Handler = Option<
    unsafe extern "C" fn(
        aux: *mut c_void,
        level: c_int,
        module: *const c_char,
        text: *const c_char,
    ),
>;

/// Numbers of events since the process started, or since nlsock_counters_reset().
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct Counters {
    /// Receives that reported that messages were lost (ENOBUFS).
    pub overflow: u64,
    /// Datagrams received.
    pub received: u64,
    /// Messages received that were longer than the room that was there for them: the allocation of
    /// their buffer.
    pub recv_jumbo: u64,
    /// Messages sent.
    pub sent: u64,
    /// Messages that the kernel dropped. The kernel counts them; its count is read when a receive
    /// fails with ENOBUFS.
    pub dropped: u64,
    /// Requests sent again because their replies may have been lost.
    pub resent: u64,
    /// Messages ignored because they did not answer a request that was waiting for a reply.
    pub stale: u64,
    /// Messages of other processes that were discarded: see nlsock_sock_set_kernel_only().
    pub spoofed: u64,
    /// Sockets from the pool that were closed after use instead of being returned to it: either
    /// messages may still have been in their receive queues, or the sockets must not be used again.
    pub discarded: u64,
}

/// What the kernel requires of an attribute, as far as it reported that (since Linux 5.10).
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExtackPolicy {
    /// The type of the payload, one of NL_ATTR_TYPE_U8, ... in <linux/netlink.h>; 0 if the kernel
    /// reported no requirements.
    pub r#type: u32,
    /// The least payload size in bytes; 0 if there is no such limit.
    pub min_len: u32,
    /// The greatest payload size in bytes; 0 if there is no such limit.
    pub max_len: u32,
    /// Whether 'min' and 'max' are known.
    pub has_range: bool,
    /// Whether 'min' and 'max' are signed. If so, convert them to int64_t.
    pub is_signed: bool,
    /// The least value. Only if 'has_range'.
    pub min: u64,
    /// The greatest value. Only if 'has_range'.
    pub max: u64,
    /// The bits that may be set in the value; 0 if that is unknown.
    pub mask: u64,
}

/// What the kernel reported beyond success or an errno value: its extended acknowledgement
/// ("extack"). Offsets are in bytes from the start of the request's header; 0 means unknown.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Extack {
    /// The errno value; 0 if nothing failed. The kernel may also comment on a success, mostly with
    /// a warning in 'message'.
    pub error: c_int,
    /// The offset of the attribute that the kernel objects to.
    pub offset: u32,
    /// The number of attribute types in 'path'.
    pub n_path: u32,
    /// The types of the nested attributes that contain the attribute at 'offset', the outermost
    /// first, and then the type of that attribute itself. If there are more than 8 types, the last
    /// ones are left out.
    pub path: [u16; 8],
    /// Whether the request lacks an attribute that the kernel requires.
    pub missing: bool,
    /// The type of the missing attribute. Only if 'missing'.
    pub missing_type: u32,
    /// The offset of the nested attribute that lacks the missing attribute; 0 if the top level of
    /// the message lacks it. Only if 'missing'.
    pub missing_nest: u32,
    /// The kernel's error text, cut after 255 bytes; empty if there is none. It may contain any
    /// character: see nlsock_extack_format().
    pub message: [c_char; 256],
    /// The number of bytes in 'cookie'.
    pub cookie_len: u32,
    /// An identifier, whose meaning depends on the protocol.
    pub cookie: [u8; 20],
    /// What the kernel requires of the attribute at 'offset'.
    pub policy: ExtackPolicy,
}

/// Details of a dump that has ended.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct DumpResult {
    /// The errno value in the message that ends the dump; 0 if that message contains none.
    /// nl_dump_done() returns this value only after nlsock_set_strict_dumps().
    pub error: c_int,
    /// Whether the table changed during the dump (NLM_F_DUMP_INTR). If so, entries may be missing
    /// or appear twice.
    pub interrupted: bool,
    /// Whether the message that ends the dump arrived.
    pub complete: bool,
    /// The number of messages, without the one that ends the dump.
    pub messages: u64,
    /// The extended acknowledgement in the message that ends or refuses the dump.
    pub extack: Extack,
}

/// Where a message came from.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct Source {
    /// The port id of the sender; 0 for the kernel.
    pub port_id: u32,
    /// The multicast group that the message was sent to; 0 for none.
    pub group: u32,
    /// Whether the message came from another network namespace.
    pub has_nsid: bool,
    /// The id that the other namespace has in the socket's own namespace. Only if 'has_nsid'.
    pub nsid: c_int,
}
