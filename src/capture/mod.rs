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

pub(crate) use format::Event;

use self::files::{Files, Opened, Path, append_all, parse_size};
use self::format::{Block, NOOP};
use crate::errno::{self, Errno};
use crate::grow_list::GrowList;
use crate::host::log::{self, log};
use crate::sys::FileStatus;
use crate::wire::Printable;
use crate::{identity, sys, thread};
use core::ffi::c_int;
use core::fmt;
use core::ptr::{from_ref, null_mut};
use core::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release, SeqCst};
use core::sync::atomic::{AtomicBool, AtomicI32, AtomicIsize, AtomicPtr, AtomicU32, AtomicUsize};

/// How many bytes a file may have, unless NLSOCK_CAPTURE_SIZE says otherwise.
const USUAL_LIMIT: usize = 64 << 20;
/// The least that NLSOCK_CAPTURE_SIZE may say.
const LEAST_LIMIT: usize = 4096;

static LIMIT: AtomicUsize = AtomicUsize::new(USUAL_LIMIT);

/// All captures that were ever started. They are never freed, since another thread may be about to
/// write to one.
static CAPTURES: GrowList<Capture> = GrowList::new();
/// The present capture; null if there is none. A capture that has ended because of an error stays
/// here until that is logged.
static PRESENT: AtomicPtr<Capture> = AtomicPtr::new(null_mut());

/// The number of a descriptor that is closed.
const CLOSED: c_int = -1;

struct Capture {
    files: Files,
    /// The descriptor of the present file. [`CLOSED`] after the capture has ended.
    fd: AtomicI32,
    /// The descriptor, if the capture has ended but threads may still be using it.
    retired: AtomicI32,
    /// How many threads are using the descriptor.
    users: AtomicU32,
    /// The number of the present file.
    number: AtomicU32,
    /// What the file behind the descriptor is known by: see [`sys::FileStatus`].
    id: AtomicUsize,
    /// How many bytes this process may write before it asks for the size of the file. Negative
    /// while a thread does that.
    left: AtomicIsize,
    /// Whether the size of files is limited for the process.
    limited: AtomicBool,
    /// The number ([`identity::current`]) of the process that `pid` is of.
    process: AtomicU32,
    pid: AtomicU32,
    /// The errno value that has ended the capture; 0 if none has.
    error: AtomicI32,
}

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
        let text = errno::text(self.0.error.load(Relaxed));
        write!(f, "the capture to {} has ended ({text})", Printable(&self.0.files.path))
    }
}

/// The end that is still to be logged, if there is one. It is returned only once.
fn take_end() -> Option<End> {
    let capture = present().filter(|capture| capture.error.load(Relaxed) != 0)?;
    let ended = from_ref(capture).cast_mut();
    PRESENT.compare_exchange(ended, null_mut(), AcqRel, Relaxed).ok().map(|_| End(capture))
}

/// Ends the capture, when the process ends or a plugin with the library is unloaded.
pub(crate) fn unload() {
    if let Some(end) = take_end() {
        log::warn_at_exit(format_args!("{end}"));
    }
    close_present();
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
        let (path, text) = (Printable(path.to_bytes()), errno::text(error.raw()));
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
        let opened = files.open(0, 0)?;
        let capture = CAPTURES.find_or_add(|_| None, || Capture::new(files, opened));
        let new = from_ref(capture).cast_mut();
        PRESENT.compare_exchange(null_mut(), new, AcqRel, Relaxed).map(|_| ()).map_err(|_| {
            // Another thread has started one meanwhile.
            capture.close();
            Errno::EBUSY
        })
    })
}

/// Ends the capture, if there is one.
pub(crate) fn stop() {
    report_end();
    close_present();
}

fn close_present() {
    // SAFETY: null, or an element of `CAPTURES`, which is never freed.
    if let Some(capture) = unsafe { PRESENT.swap(null_mut(), AcqRel).as_ref() } {
        let _errno = errno::Preserve::new();
        thread::cancel_disabled_briefly(|| capture.close());
    }
}

/// A thread that uses the descriptor of a capture, which is not closed until this is dropped.
struct User<'a>(&'a Capture);

impl<'a> User<'a> {
    fn of(capture: &'a Capture) -> Self {
        capture.users.fetch_add(1, SeqCst);
        Self(capture)
    }
}

impl Drop for User<'_> {
    fn drop(&mut self) {
        if self.0.users.fetch_sub(1, SeqCst) == 1 {
            self.0.close_retired();
        }
    }
}

impl Capture {
    fn new(files: Files, opened: Opened) -> Self {
        let Opened { file, number, id, size } = opened;
        let left = allowance(&files, size);
        Self {
            files,
            fd: AtomicI32::new(file.into_high_number()),
            retired: AtomicI32::new(CLOSED),
            users: AtomicU32::new(0),
            number: AtomicU32::new(number),
            id: AtomicUsize::new(id),
            left: AtomicIsize::new(left),
            limited: AtomicBool::new(sys::file_size_is_limited()),
            process: AtomicU32::new(identity::current()),
            pid: AtomicU32::new(sys::process_id()),
            error: AtomicI32::new(0),
        }
    }

    fn write(&self, event: &Event, first: &[u8], second: &[u8], size: usize) {
        let _user = User::of(self);
        if self.fd.load(SeqCst) == CLOSED {
            return;
        }
        let (first, second) = if size == 0 { (&NOOP[..], &[][..]) } else { (first, second) };
        let result = self.process_id().and_then(|pid| {
            let block = Block::new(event, pid, first.len() + second.len(), size);
            self.make_room(block.size())?;
            let (head, tail) = block.parts();
            self.append([head, first, second, tail])
        });
        if let Err(error) = result {
            self.fail(error);
        }
    }

    /// The number of this process.
    fn process_id(&self) -> Result<u32, Errno> {
        let process = identity::current();
        if self.process.load(Acquire) != process {
            self.start_in_child(process)?;
        }
        Ok(self.pid.load(Relaxed))
    }

    /// Prepares the capture in the process `process`, a child of the one that has used it so far.
    /// A daemon often closes its descriptors after a fork, so this is the time to check.
    #[cold]
    fn start_in_child(&self, process: u32) -> Result<(), Errno> {
        self.pid.store(sys::process_id(), Relaxed);
        // A thread of the parent may have been asking for the size. So this process asks again.
        self.left.store(0, Relaxed);
        let fd = self.fd.load(SeqCst);
        if !self.is_at(fd) {
            self.reopen(fd)?;
        }
        self.process.store(process, Release);
        Ok(())
    }

    /// Appends a block to the present file. If its descriptor is not ours any more, opens the file
    /// again.
    fn append(&self, pieces: [&[u8]; sys::FILE_PIECES]) -> Result<(), Errno> {
        let fd = self.fd.load(SeqCst);
        match self.append_to(fd, pieces) {
            Err(_) if !self.is_at(fd) => {
                self.reopen(fd)?;
                self.append_to(self.fd.load(SeqCst), pieces)
            }
            result => result,
        }
    }

    fn append_to(&self, fd: c_int, pieces: [&[u8]; sys::FILE_PIECES]) -> Result<(), Errno> {
        if fd == CLOSED {
            // The capture has been ended meanwhile.
            return Ok(());
        }
        append_all(fd, pieces, self.limited.load(Relaxed))
    }

    /// Whether the number `fd` still refers to the present file. The program may have closed the
    /// descriptor, and another file may have got its number. True if the capture has ended.
    fn is_at(&self, fd: c_int) -> bool {
        fd == CLOSED || self.is_ours(sys::file_status(fd))
    }

    /// Whether `status` is that of the present file. Also true if that cannot be found out.
    fn is_ours(&self, status: Result<FileStatus, Errno>) -> bool {
        match status {
            Ok(status) => status.id == self.id.load(Relaxed),
            Err(error) => error != Errno::EBADF,
        }
    }

    /// If `size` bytes may not fit in the present file, asks for the file's size. Goes on to the
    /// next file if they do not fit.
    fn make_room(&self, size: usize) -> Result<(), Errno> {
        let limit = self.files.limit as isize;
        let before = self.left.fetch_sub(size as isize, Relaxed);
        let after = before.wrapping_sub(size as isize);
        // The thread asks after whose message the number is negative. Meanwhile the others go on
        // with the present file. If that takes very long, another one asks, too.
        match before.div_euclid(limit) == after.div_euclid(limit) {
            true => Ok(()),
            false => self.look_for_room(size),
        }
    }

    #[cold]
    fn look_for_room(&self, size: usize) -> Result<(), Errno> {
        self.limited.store(sys::file_size_is_limited(), Relaxed);
        let (number, fd) = (self.number.load(Relaxed), self.fd.load(SeqCst));
        if fd == CLOSED {
            return Ok(());
        }
        let status = sys::file_status(fd);
        if !self.is_ours(status) {
            return self.reopen(fd);
        }
        // If the size cannot be found out, the next message asks again.
        let size_of_file = status.map_or(self.files.limit as u64, |status| status.size);
        if status.is_ok() && !self.files.has_room(size_of_file, size) {
            return self.go_on(fd, number.saturating_add(1), size);
        }
        let end = size_of_file.saturating_add(size as u64);
        self.left.store(allowance(&self.files, end), Relaxed);
        Ok(())
    }

    /// Goes on to the next file, from the number `next` on, that has room for `size` bytes. `fd` is
    /// our descriptor.
    fn go_on(&self, fd: c_int, next: u32, size: usize) -> Result<(), Errno> {
        let Opened { file, number, id, size: has } = self.files.open(next, size)?;
        // The number of the descriptor stays the same, so other threads need not know.
        file.put_at(fd)?;
        self.note_file(number, id, has + size as u64);
        Ok(())
    }

    /// Opens the present file again, after its descriptor `lost` was found not to be ours any more.
    #[cold]
    fn reopen(&self, lost: c_int) -> Result<(), Errno> {
        let Opened { file, number, id, size } = self.files.open(self.number.load(Relaxed), 0)?;
        let fd = file.into_high_number();
        match self.fd.compare_exchange(lost, fd, SeqCst, SeqCst) {
            Ok(_) => self.note_file(number, id, size),
            // Another thread has opened the file, too, or has ended the capture.
            Err(_) => sys::close_file(fd),
        }
        Ok(())
    }

    fn note_file(&self, number: u32, id: usize, size: u64) {
        self.number.store(number, Relaxed);
        self.id.store(id, Relaxed);
        self.left.store(allowance(&self.files, size), Relaxed);
    }

    /// Ends the capture because of an error, unless it has ended already.
    #[cold]
    fn fail(&self, error: Errno) {
        if self.error.compare_exchange(0, error.raw(), Relaxed, Relaxed).is_ok() {
            self.close();
        }
    }

    /// Closes the descriptor, or has the last thread close it that still uses it.
    fn close(&self) {
        let fd = self.fd.swap(CLOSED, SeqCst);
        if fd == CLOSED {
            return;
        }
        self.retired.store(fd, SeqCst);
        // A thread that starts to use the capture after this finds no descriptor.
        if self.users.load(SeqCst) == 0 {
            self.close_retired();
        }
    }

    fn close_retired(&self) {
        let fd = self.retired.swap(CLOSED, SeqCst);
        if fd != CLOSED && self.is_at(fd) {
            sys::close_file(fd);
        }
    }
}

/// How many bytes a process may write to a file of `size` bytes before it asks for the size again.
/// This is a part of what is left, since other processes may write to the file, too.
fn allowance(files: &Files, size: u64) -> isize {
    let left = (files.limit as u64).saturating_sub(size);
    isize::try_from(left.min(files.limit as u64 / 16)).unwrap_or(isize::MAX)
}
