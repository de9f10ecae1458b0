//! The list element inside `struct ofpbuf`.

/// A doubly linked list's head or element. An empty list's head points to itself both ways.
#[repr(C)]
#[derive(Debug)]
pub struct List {
    /// Previous list element.
    pub prev: *mut List,
    /// Next list element.
    pub next: *mut List,
}
