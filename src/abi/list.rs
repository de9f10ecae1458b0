// SPDX-License-Identifier: Apache-2.0
//! The list element inside `struct ofpbuf`.

/// The head or an element of a doubly linked list. In the head of an empty list, both pointers
/// point to the head itself.
#[repr(C)]
#[derive(Debug)]
pub struct List {
    /// The previous element.
    pub prev: *mut List,
    /// The next element.
    pub next: *mut List,
}
