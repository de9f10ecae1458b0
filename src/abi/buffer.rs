//! `struct ofpbuf` and the list element inside it.

use super::foreign::OfpbufSource;
use core::ffi::c_void;

/// A doubly linked list's head or element. An empty list's head points to itself both ways.
#[repr(C)]
#[derive(Debug)]
pub struct List {
    /// Previous list element.
    pub prev: *mut List,
    /// Next list element.
    pub next: *mut List,
}

/// A buffer for arbitrary data that grows at either end.
///
/// Callers go through the functions and inlines of ofpbuf.h; of the fields, they may use
/// 'frame', the three offsets and 'list_node'. Not thread-safe: one thread at a time.
#[repr(C)]
#[derive(Debug)]
pub struct OfpBuf {
    /// First byte of allocated space, or null.
    pub base_: *mut c_void,
    /// First byte in use.
    pub data_: *mut c_void,
    /// Number of bytes in use.
    pub size_: u32,
    /// Number of bytes allocated.
    pub allocated: u32,
    /// Start of the packet frame, or null. It moves with the data.
    pub frame: *mut c_void,
    /// Offset of the MPLS label stack from 'frame', or UINT16_MAX.
    pub l2_5_ofs: u16,
    /// Offset of the network header from 'frame', or UINT16_MAX.
    pub l3_ofs: u16,
    /// Offset of the transport header from 'frame', or UINT16_MAX.
    pub l4_ofs: u16,
    /// Where the memory at 'base_' comes from.
    pub source: OfpbufSource,
    /// For the buffer's owner to put it on a list.
    pub list_node: List,
}
