//! Several requests put together, for the kernel to take at once.

use super::MAX_BATCH_BYTES;
use crate::memory;
use crate::sys::Uninit;
use core::mem::MaybeUninit;

/// Copied into one place: describing where each of them is would cost more.
pub(super) struct Datagram {
    memory: [Uninit; MAX_BATCH_BYTES],
    size: usize,
}

impl Datagram {
    pub(super) fn new() -> Self {
        Self { memory: [const { MaybeUninit::uninit() }; MAX_BATCH_BYTES], size: 0 }
    }

    /// Adds a request. False if there is no room for it.
    #[inline]
    pub(super) fn add(&mut self, request: &[u8]) -> bool {
        let end = self.size + request.len();
        let Some(room) = self.memory.get_mut(self.size..end) else {
            return false;
        };
        // SAFETY: the room is ours, and as large as the request.
        unsafe { memory::copy(request.as_ptr(), room.as_mut_ptr().cast(), room.len()) };
        self.size = end;
        true
    }

    pub(super) fn bytes(&self) -> &[u8] {
        // SAFETY: `add` has filled as much.
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
