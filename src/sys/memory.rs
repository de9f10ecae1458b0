//! Memory that comes straight from the kernel.

use super::Uninit;
use core::ffi::c_int;
use core::ptr::{NonNull, null_mut};

/// Maps `size` bytes that are zero and private to the process. None if there is no room.
fn map(size: usize, flags: c_int) -> Option<NonNull<Uninit>> {
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | flags;
    let access = libc::PROT_READ | libc::PROT_WRITE;
    // SAFETY: a new mapping, at an address that the kernel chooses.
    let start = unsafe { libc::mmap(null_mut(), size, access, flags, -1, 0) };
    if start == libc::MAP_FAILED { None } else { NonNull::new(start.cast()) }
}

/// A mapping of a thread's own: zero at first, without huge pages. Its pages take up room only once
/// they are written to.
#[derive(Clone, Copy)]
pub(crate) struct ThreadMemory {
    pub(crate) start: NonNull<Uninit>,
    /// In bytes.
    pub(crate) size: usize,
}

impl ThreadMemory {
    /// None if there is no room. The caller unmaps it.
    pub(crate) fn map(size: usize) -> Option<Self> {
        let start = map(size, libc::MAP_NORESERVE)?;
        let address = start.as_ptr().cast();
        // SAFETY: the mapping is ours and nothing refers to it. None of the calls changes what it
        // holds: zeros. If one fails, the mapping takes more room than necessary and works.
        unsafe {
            // Where huge pages are set to "always", the first byte written would take up 2 MiB.
            libc::madvise(address, size, libc::MADV_NOHUGEPAGE);
            // After mlockall(MCL_FUTURE), the kernel has filled the mapping with pages. Unlock it and
            // give the pages back.
            libc::munlock(address, size);
            libc::madvise(address, size, libc::MADV_DONTNEED);
        }
        Some(Self { start, size })
    }

    /// # Safety
    /// Nothing refers to the memory any more.
    pub(crate) unsafe fn unmap(self) {
        // SAFETY: the caller's promise; `map` mapped as much.
        unsafe { libc::munmap(self.start.as_ptr().cast(), self.size) };
    }
}

/// A page that the kernel replaces by zeros in a child.
pub(crate) struct WipedOnFork(pub(crate) NonNull<Uninit>);

/// The kernel rounds sizes up to a page, so this serves whatever the size of a page is.
const SOME_BYTES: usize = 64;

/// Maps a page that is zero, here and in every child of this process. None if there is no room. On
/// kernels before 4.14 a child gets a copy of it.
pub(crate) fn map_wiped_on_fork() -> Option<WipedOnFork> {
    let start = map(SOME_BYTES, 0)?;
    // SAFETY: the mapping is ours and nothing refers to it. madvise() wants the address of a page,
    // which it is, and rounds the size up.
    unsafe { libc::madvise(start.as_ptr().cast(), SOME_BYTES, libc::MADV_WIPEONFORK) };
    Some(WipedOnFork(start))
}

/// Unmaps a page that nothing refers to.
pub(crate) fn unmap_wiped_on_fork(page: WipedOnFork) {
    // SAFETY: the page is given up.
    unsafe { libc::munmap(page.0.as_ptr().cast(), SOME_BYTES) };
}
