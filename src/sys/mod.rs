//! Every system call of the library, in safe functions.
//!
//! A call that a signal interrupts (EINTR) is repeated, as the original does. The exception is
//! [`poll`]: its callers decide.

mod clock;
mod memory;
mod socket;
mod transfer;

pub(crate) use clock::{coarse_ms, monotonic_ms, utc};
pub(crate) use memory::{ThreadMemory, WipedOnFork, map_wiped_on_fork, unmap_wiped_on_fork};
pub(crate) use socket::{
    Fd, connect_to_kernel, dropped_messages, netlink_socket, option, port_id, receive_buffer_size,
    set_option,
};
pub(crate) use transfer::{Sender, Wait, receive, receive_split, send};

use crate::errno::Errno;
use core::ffi::c_int;
use core::mem::MaybeUninit;
use core::time::Duration;

/// A byte that the kernel may write.
pub(crate) type Uninit = MaybeUninit<u8>;

/// Repeats `call` until no signal interrupts it. Returns its non-negative result, or errno.
#[inline(always)]
fn retry(mut call: impl FnMut() -> isize) -> Result<usize, Errno> {
    loop {
        match usize::try_from(call()) {
            Ok(result) => return Ok(result),
            Err(_) => match Errno::last() {
                Errno::EINTR => {}
                error => return Err(error),
            },
        }
    }
}

fn check(result: c_int) -> Result<(), Errno> {
    if result < 0 { Err(Errno::last()) } else { Ok(()) }
}

/// Waits until a descriptor is ready, or until `timeout` has passed (None: no limit). Returns the
/// number of descriptors that are ready; EINTR if a signal came first.
pub(crate) fn poll(fds: &mut [libc::pollfd], timeout: Option<Duration>) -> Result<usize, Errno> {
    // Rounded up: a wait that ended early would be repeated in a busy loop.
    let milliseconds = timeout.map_or(-1, |timeout| {
        c_int::try_from(timeout.as_nanos().div_ceil(1_000_000)).unwrap_or(c_int::MAX)
    });
    // SAFETY: pointer and length are those of `fds`.
    let ready = unsafe { libc::poll(fds.as_mut_ptr(), fds.len() as libc::nfds_t, milliseconds) };
    usize::try_from(ready).map_err(|_| Errno::last())
}

/// Identifies a network namespace by the target of its link in /proc: `net:[NUMBER]`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct NetworkNamespace([u8; 32]);

/// The network namespace of the calling thread.
pub(crate) fn network_namespace() -> Result<NetworkNamespace, Errno> {
    let mut name = [0; 32];
    let link = c"/proc/thread-self/ns/net";
    // readlink() takes half as long as a stat() of what the link leads to.
    // SAFETY: a C string, and a buffer with its size.
    let size = unsafe { libc::readlink(link.as_ptr(), name.as_mut_ptr().cast(), name.len()) };
    match size {
        1.. => Ok(NetworkNamespace(name)),
        _ => Err(Errno::last()),
    }
}

/// The number of pieces that [`write_stderr`] writes at once.
const PIECES: usize = 3;

/// Writes `pieces` to standard error, in one system call if standard error takes them whole.
pub(crate) fn write_stderr(mut pieces: [&[u8]; PIECES]) {
    while pieces.iter().any(|piece| !piece.is_empty()) {
        let parts = pieces.map(|piece| libc::iovec {
            iov_base: piece.as_ptr().cast_mut().cast(),
            iov_len: piece.len(),
        });
        // SAFETY: the parts are those of `pieces`; the kernel only reads them.
        let written =
            retry(|| unsafe { libc::writev(libc::STDERR_FILENO, parts.as_ptr(), PIECES as c_int) });
        let mut written = match written {
            // There is nowhere left to report that the log cannot be written.
            Err(_) | Ok(0) => return,
            Ok(written) => written,
        };
        for piece in &mut pieces {
            let done = written.min(piece.len());
            *piece = piece.get(done..).unwrap_or_default();
            written -= done;
        }
    }
}

/// Ends the process at once.
pub(crate) fn abort() -> ! {
    // SAFETY: no precondition.
    unsafe { libc::abort() }
}

/// Reports `text`, which says what the library cannot go on without, and ends the process.
#[cold]
pub(crate) fn fatal(text: &str) -> ! {
    write_stderr([b"libnlsock: ", text.as_bytes(), b"\n"]);
    abort()
}
