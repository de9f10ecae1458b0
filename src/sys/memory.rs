// SPDX-License-Identifier: Apache-2.0
//! Memory from mmap().

use super::Uninit;
use core::ffi::c_int;
use core::ptr::{NonNull, null_mut};

/// Maps `size` bytes of memory, which are 0 and private to the process. None if that fails.
fn map(size: usize, flags: c_int) -> Option<NonNull<Uninit>> {
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | flags;
    let access = libc::PROT_READ | libc::PROT_WRITE;
    // SAFETY: a new mapping, at an address that the kernel chooses.
    let start = unsafe { libc::mmap(null_mut(), size, access, flags, -1, 0) };
    if start == libc::MAP_FAILED { None } else { NonNull::new(start.cast()) }
}

/// Memory for one thread: a mapping without huge pages that is 0 at first. Its pages take up memory
/// only after they have been written to.
#[derive(Clone, Copy)]
pub(crate) struct ThreadMemory {
    pub(crate) start: NonNull<Uninit>,
    /// The size in bytes.
    pub(crate) size: usize,
}

impl ThreadMemory {
    /// Maps `size` bytes. None if that fails. The caller unmaps them.
    pub(crate) fn map(size: usize) -> Option<Self> {
        let start = map(size, libc::MAP_NORESERVE)?;
        let address = start.as_ptr().cast();
        // SAFETY: nothing else uses the mapping, and it still contains only zeros after these
        // calls. If one of them fails, the mapping only takes up more memory.
        unsafe {
            // If the system uses huge pages wherever it can, the first write would otherwise take
            // up 2 MiB.
            libc::madvise(address, size, libc::MADV_NOHUGEPAGE);
            // If the program has called mlockall(MCL_FUTURE), the mapping has all its pages now,
            // locked. Unlock and free them.
            libc::munlock(address, size);
            libc::madvise(address, size, libc::MADV_DONTNEED);
        }
        Some(Self { start, size })
    }

    /// Frees the pages of the memory, which is 0 again. Returns false if that fails, as it does if
    /// the program has locked them.
    ///
    /// # Safety
    /// Nothing uses what is in the memory any more.
    pub(crate) unsafe fn wipe(self) -> bool {
        let address = self.start.as_ptr().cast();
        // SAFETY: the caller's promise; `map` mapped this size.
        unsafe { libc::madvise(address, self.size, libc::MADV_DONTNEED) == 0 }
    }

    /// Unmaps the memory.
    ///
    /// # Safety
    /// Nothing uses the memory any more.
    pub(crate) unsafe fn unmap(self) {
        // SAFETY: the caller's promise; `map` mapped this size.
        unsafe { libc::munmap(self.start.as_ptr().cast(), self.size) };
    }
}

/// A page of memory that is 0 in a child after a fork, whatever the parent wrote to it.
pub(crate) struct WipedOnFork(pub(crate) NonNull<Uninit>);

/// A size that is less than a page on any machine. The kernel rounds it up to a page.
const SOME_BYTES: usize = 64;

/// Maps a page that is 0 at first, and is 0 again in every child of this process. None if that
/// fails. On Linux before 4.14, a child gets a copy of the page instead.
pub(crate) fn map_wiped_on_fork() -> Option<WipedOnFork> {
    let start = map(SOME_BYTES, 0)?;
    // SAFETY: nothing else uses the mapping. It starts at a page, as madvise() requires; madvise()
    // rounds the size up.
    unsafe { libc::madvise(start.as_ptr().cast(), SOME_BYTES, libc::MADV_WIPEONFORK) };
    Some(WipedOnFork(start))
}

/// Unmaps a page that nothing uses.
pub(crate) fn unmap_wiped_on_fork(page: WipedOnFork) {
    // SAFETY: nothing uses the page any more.
    unsafe { libc::munmap(page.0.as_ptr().cast(), SOME_BYTES) };
}
