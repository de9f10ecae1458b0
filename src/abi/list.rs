//! The list element inside `struct ofpbuf`.

/// The head or an element of a doubly linked list. Both pointers of an empty list's head point to
/// the head.
#[repr(C)]
#[derive(Debug)]
pub struct List {
    /// The previous element.
    pub prev: *mut List,
    /// The next element.
    pub next: *mut List,
}
