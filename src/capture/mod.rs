// SPDX-License-Identifier: Apache-2.0
//! Captures: the messages that the process sends and receives, written to a pcapng file that
//! Wireshark reads. docs/capture-format.md describes the file, docs/design.md how this works.
//!
//! Each message is appended to the file by one system call. There is no lock: the threads of a
//! process share a descriptor, whose number stays the same when the capture continues in another
//! file. Children have their copy of the descriptor.

mod files;
mod format;
mod names;
mod writer;

pub(crate) use format::Event;

use self::files::{Files, Path, parse_size};
use self::writer::Capture;
use crate::errno::{self, Errno};
use crate::grow_list::GrowList;
use crate::host::log::{self, log};
use crate::wire::Printable;
use crate::{sys, thread};
use core::ffi::c_int;
use core::fmt;
use core::ptr::{from_ref, null_mut};
use core::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed};
use core::sync::atomic::{AtomicPtr, AtomicUsize};

/// How many bytes a file may have, unless NLSOCK_CAPTURE_SIZE says otherwise.
const USUAL_LIMIT: usize = 64 << 20;
/// The least that NLSOCK_CAPTURE_SIZE may say.
const LEAST_LIMIT: usize = 64 << 10;

static LIMIT: AtomicUsize = AtomicUsize::new(USUAL_LIMIT);

/// All captures that were ever started. They are never freed, since another thread may be about to
/// write to one.
static CAPTURES: GrowList<Capture> = GrowList::new();
/// The present capture; null if there is none. A capture that has ended because of an error stays
/// here until that is logged.
static PRESENT: AtomicPtr<Capture> = AtomicPtr::new(null_mut());

/// The present capture, even if it has ended because of an error.
fn present() -> Option<&'static Capture> {
    // SAFETY: null, or an element of `CAPTURES`, which is never freed.
    unsafe { PRESENT.load(Acquire).as_ref() }
}

/// Whether [`record`] or [`report_end`] has to be called.
#[inline]
pub(crate) fn is_on() -> bool {
    !PRESENT.load(Relaxed).is_null()
}

/// If there is a capture, writes `event` to it, with the datagram in `first` and `second`, whose
/// real length is `size`. Does not log, and does not change errno.
#[cold]
pub(crate) fn record(event: &Event, first: &[u8], second: &[u8], size: usize) {
    if let Some(capture) = present() {
        let _errno = errno::Preserve::new();
        // Writing is a cancellation point, and what has been received would be lost.
        thread::cancel_disabled_briefly(|| capture.write(event, first, second, size));
    }
}

/// If a capture has ended because of an error, logs that. [`record`] does not, since it is also
/// called where nothing may be logged.
pub(crate) fn report_end() {
    if is_on() {
        report();
    }
}

#[cold]
#[inline(never)]
fn report() {
    if let Some(end) = take_end() {
        log!(SOCKET, Warn, "{end}");
    }
}

/// The end of a capture because of an error. [`fmt::Display`] writes its text for the log.
struct End(&'static Capture);

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (failure, path) = (self.0.failure(), Printable(self.0.path()));
        write!(f, "the capture to {path}")?;
        if failure.number > 0 {
            write!(f, ".{}", failure.number)?;
        }
        write!(f, " has ended ({})", Reason(failure.error.raw()))
    }
}

/// An errno value. [`fmt::Display`] writes what the log says of it.
struct Reason(c_int);

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            libc::EINVAL => f.write_str("the file is not a capture"),
            libc::EPERM => f.write_str("the file is not this user's alone"),
            code => errno::text(code).fmt(f),
        }
    }
}

/// The end that is still to be logged, if there is one. It is returned only once, in the process in
/// which the error has occurred. In the children of that process, the capture has ended, too.
fn take_end() -> Option<End> {
    let capture = present().filter(|capture| capture.has_failed())?;
    let ended = from_ref(capture).cast_mut();
    PRESENT.compare_exchange(ended, null_mut(), AcqRel, Relaxed).ok()?;
    if capture.has_failed_here() {
        return Some(End(capture));
    }
    // The parent may have forked before it closed the descriptor.
    capture.end();
    None
}

/// Ends the capture, when the process ends or a plugin with the library is unloaded.
pub(crate) fn unload() {
    if let Some(end) = take_end() {
        log::warn_at_exit(format_args!("{end}"));
    }
    if let Some(capture) = close_present() {
        capture.wait_for_users();
    }
}

/// Starts a capture to the file `path` if the environment asks for it.
pub(crate) fn start_from_environment() {
    // SAFETY: the program, which could change the environment, has not started yet.
    let (path, size) =
        unsafe { (sys::environment(c"NLSOCK_CAPTURE"), sys::environment(c"NLSOCK_CAPTURE_SIZE")) };
    if let Some(size) = size {
        match parse_size(size.to_bytes()).filter(|&size| size >= LEAST_LIMIT) {
            Some(size) => LIMIT.store(size.min(isize::MAX as usize), Relaxed),
            None => {
                let size = Printable(size.to_bytes());
                log!(
                    SOCKET,
                    Warn,
                    "NLSOCK_CAPTURE_SIZE={size}: must be a number of bytes of at least \
                     {LEAST_LIMIT}, with K, M or G after it if need be; using 64M"
                );
            }
        }
    }
    let Some(path) = path.filter(|path| !path.is_empty()) else { return };
    if let Err(error) = start(path.to_bytes()) {
        let (path, text) = (Printable(path.to_bytes()), Reason(error.raw()));
        log!(SOCKET, Warn, "NLSOCK_CAPTURE={path}: no capture ({text})");
    }
}

/// Starts a capture to the file `path`. Fails with EBUSY if there is one already.
pub(crate) fn start(path: &[u8]) -> Result<(), Errno> {
    report_end();
    let _errno = errno::Preserve::new();
    thread::without_cancellation(|| {
        if is_on() {
            return Err(Errno::EBUSY);
        }
        let path = Path::absolute(path)?.bytes().into();
        let files = Files { path, limit: LIMIT.load(Relaxed) };
        let opened = files.open(0, 0).map_err(|failure| failure.error)?;
        let capture = CAPTURES.find_or_add(|_| None, || Capture::new(files, opened));
        let new = from_ref(capture).cast_mut();
        PRESENT.compare_exchange(null_mut(), new, AcqRel, Relaxed).map(|_| ()).map_err(|_| {
            // Another thread has started one meanwhile.
            capture.end();
            Errno::EBUSY
        })
    })
}

/// Ends the capture, if there is one.
pub(crate) fn stop() {
    report_end();
    close_present();
}

/// Ends the capture, if there is one, and returns it.
fn close_present() -> Option<&'static Capture> {
    // SAFETY: null, or an element of `CAPTURES`, which is never freed.
    let capture = unsafe { PRESENT.swap(null_mut(), AcqRel).as_ref() }?;
    capture.end();
    Some(capture)
}
