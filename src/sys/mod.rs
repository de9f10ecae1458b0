// SPDX-License-Identifier: Apache-2.0
//! All system calls of the library, in safe functions.
//!
//! A system call that is interrupted by a signal (EINTR) is repeated, as in the original. Only
//! [`poll`] returns EINTR, so that its caller can decide.

mod clock;
mod file;
mod memory;
mod socket;
mod transfer;

pub(crate) use clock::{coarse_seconds, monotonic_ms, realtime_ns, utc};
pub(crate) use file::{
    AppendFile, FILE_PIECES, FileStatus, append, close_file, current_folder, file_size_is_limited,
    file_status, process_id, read_at,
};
pub(crate) use memory::{ThreadMemory, WipedOnFork, map_wiped_on_fork, unmap_wiped_on_fork};
pub(crate) use socket::{
    Fd, connect_to_kernel, dropped_messages, enlarge_send_buffer, force_receive_buffer_size,
    int_option, netlink_socket, option, port_id, receive_buffer_size, restore_send_buffer,
    set_option,
};
pub(crate) use transfer::{Sender, Wait, receive, receive_split, send};

use crate::errno::Errno;
use core::ffi::{CStr, c_char, c_int};
use core::mem::MaybeUninit;
use core::time::Duration;

/// A byte of a buffer that the kernel writes to.
pub(crate) type Uninit = MaybeUninit<u8>;

/// Makes a system call, and repeats it while it fails with EINTR. Returns the call's result if that
/// is not negative, otherwise the errno value.
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

/// Waits until a descriptor is ready, or until `timeout` has passed; None means no limit. Returns
/// the number of descriptors that are ready; EINTR if a signal handler ran during the wait.
pub(crate) fn poll(fds: &mut [libc::pollfd], timeout: Option<Duration>) -> Result<usize, Errno> {
    // Rounded up: if a wait ended too early, its caller would repeat it until the time has come,
    // each time with a timeout of 0.
    let milliseconds = timeout.map_or(-1, |timeout| {
        c_int::try_from(timeout.as_nanos().div_ceil(1_000_000)).unwrap_or(c_int::MAX)
    });
    // SAFETY: pointer and length are those of `fds`.
    let ready = unsafe { libc::poll(fds.as_mut_ptr(), fds.len() as libc::nfds_t, milliseconds) };
    usize::try_from(ready).map_err(|_| Errno::last())
}

/// Waits so long, or until a signal handler has run.
pub(crate) fn pause(time: Duration) {
    let time = libc::timespec {
        tv_sec: time.as_secs() as libc::time_t,
        tv_nsec: time.subsec_nanos() as _,
    };
    // SAFETY: `time` exists during the call.
    unsafe { libc::nanosleep(&raw const time, core::ptr::null_mut()) };
}

/// A network namespace, identified by the target of a link in /proc: `net:[NUMBER]`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct NetworkNamespace([u8; 32]);

/// The network namespace of the calling thread.
pub(crate) fn network_namespace() -> Result<NetworkNamespace, Errno> {
    let mut name = [0; 32];
    let link = c"/proc/thread-self/ns/net";
    // readlink() takes half as long as stat().
    // SAFETY: a C string, and a buffer with its size.
    let size = unsafe { libc::readlink(link.as_ptr(), name.as_mut_ptr().cast(), name.len()) };
    match size {
        1.. => Ok(NetworkNamespace(name)),
        _ => Err(Errno::last()),
    }
}

unsafe extern "C" {
    // The `libc` crate does not declare this function for Linux.
    fn secure_getenv(name: *const c_char) -> *const c_char;
}

/// The value of an environment variable. None if there is none, or if the program has more
/// privileges than the user who started it and set the variable: by a set-user-id or set-group-id
/// bit, or by file capabilities.
///
/// # Safety
/// Nothing changes the environment while the value is used.
pub(crate) unsafe fn environment(name: &CStr) -> Option<&'static CStr> {
    // SAFETY: a C string; the caller's promise.
    unsafe {
        let value = secure_getenv(name.as_ptr());
        (!value.is_null()).then(|| CStr::from_ptr(value))
    }
}

/// The number of pieces that [`write_stderr`] writes at once.
const LINE_PIECES: usize = 3;

/// Writes `pieces` to standard error, one after the other. Makes one system call, and further ones
/// if that writes only a part.
pub(crate) fn write_stderr(mut pieces: [&[u8]; LINE_PIECES]) {
    while pieces.iter().any(|piece| !piece.is_empty()) {
        let parts = pieces.map(|piece| libc::iovec {
            iov_base: piece.as_ptr().cast_mut().cast(),
            iov_len: piece.len(),
        });
        // SAFETY: the kernel reads the bytes of `pieces`.
        let written = retry(|| unsafe {
            libc::writev(libc::STDERR_FILENO, parts.as_ptr(), LINE_PIECES as c_int)
        });
        let mut written = match written {
            // This is an error of the log itself, so it cannot be logged.
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

/// Aborts the process.
pub(crate) fn abort() -> ! {
    // SAFETY: no precondition.
    unsafe { libc::abort() }
}

/// Writes `text`, the reason why the library cannot continue, to standard error, and aborts the
/// process.
#[cold]
pub(crate) fn fatal(text: &str) -> ! {
    write_stderr([b"libnlsock: ", text.as_bytes(), b"\n"]);
    abort()
}
