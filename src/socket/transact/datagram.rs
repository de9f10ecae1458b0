// SPDX-License-Identifier: Apache-2.0
//! Datagrams with several requests.

use crate::memory;
use crate::sys::Uninit;
use crate::wire::Header;
use core::mem::MaybeUninit;

/// The greatest size of a datagram with several requests. This is a bit less than a page, since the
/// kernel takes longer to allocate more memory.
pub(super) const MAX_BATCH_BYTES: usize = 4096 - 512;

/// Copies of several requests, one after the other. Copying them is cheaper than a system call with
/// a list of buffers.
pub(super) struct Datagram {
    memory: [Uninit; MAX_BATCH_BYTES],
    size: usize,
}

impl Datagram {
    pub(super) fn new() -> Self {
        Self { memory: [const { MaybeUninit::uninit() }; MAX_BATCH_BYTES], size: 0 }
    }

    /// Appends a copy of a request. Returns false if there is no room for it.
    #[inline]
    pub(super) fn add(&mut self, request: &[u8]) -> bool {
        let end = self.size + request.len();
        let Some(room) = self.memory.get_mut(self.size..end) else {
            return false;
        };
        // SAFETY: the memory has the size of the request, and nothing else uses it.
        unsafe { memory::copy(request.as_ptr(), room.as_mut_ptr().cast(), room.len()) };
        self.size = end;
        true
    }

    pub(super) fn size(&self) -> usize {
        self.size
    }

    /// Clears flags in the header of the request at `offset`.
    #[inline]
    pub(super) fn clear_flags(&mut self, offset: usize, flags: u16) {
        // SAFETY: `add` has written these bytes.
        let written =
            unsafe { core::slice::from_raw_parts_mut(self.memory.as_mut_ptr().cast(), self.size) };
        Header::clear_flags(written.get_mut(offset..).unwrap_or_default(), flags);
    }

    pub(super) fn bytes(&self) -> &[u8] {
        // SAFETY: `add` has written these bytes.
        unsafe { core::slice::from_raw_parts(self.memory.as_ptr().cast(), self.size) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_what_fits() {
        let mut datagram = Datagram::new();
        assert!(datagram.add(b"one") && datagram.add(b"two"));
        assert!(!datagram.add(&[0; MAX_BATCH_BYTES - 5]));
        assert_eq!(datagram.bytes(), b"onetwo");
        assert!(datagram.add(&[0; MAX_BATCH_BYTES - 6]));
    }
}
