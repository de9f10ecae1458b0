// SPDX-License-Identifier: Apache-2.0
//! Writing to the files of a capture, by any thread of the process and of its children.

use super::Event;
use super::files::{Failure, Files, Opened, append_all};
use super::format::{Block, NOOP, shortened};
use crate::errno::{self, Errno};
use crate::sys::FileStatus;
use crate::{identity, sys, thread};
use core::ffi::c_int;
use core::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release, SeqCst};
use core::sync::atomic::{AtomicBool, AtomicI32, AtomicIsize, AtomicU32, AtomicUsize};
use core::time::Duration;

/// The number of a descriptor that is closed.
const CLOSED: c_int = -1;

pub(super) struct Capture {
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
    /// The number ([`identity::current`]) of the process of which a thread is changing the file:
    /// see [`Change`]. 0 if none is.
    changing: AtomicU32,
    /// The number of the process that `pid` is of.
    process: AtomicU32,
    pid: AtomicU32,
    /// What has ended the capture: the errno value, and above [`ERRNO_BITS`] the number of the
    /// process in which that happened. 0 if nothing has.
    error: AtomicU32,
    /// The number of the file that `error` is about.
    failed: AtomicU32,
}

/// Linux has no errno value of more bits.
const ERRNO_BITS: u32 = 12;
const ERRNO_MASK: u32 = (1 << ERRNO_BITS) - 1;

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

/// A thread that changes the file of a capture: the descriptor, and what is known of the file
/// behind it. There is only one at a time, since otherwise a thread would take a file that another
/// one has just put in place for one of somebody else.
struct Change<'a>(&'a Capture);

impl<'a> Change<'a> {
    /// None if another thread of this process is changing the file. A child forgets the threads of
    /// its parent.
    fn begin(capture: &'a Capture) -> Option<Self> {
        let process = identity::current();
        let other = capture.changing.load(Relaxed);
        let begins = other != process
            && capture.changing.compare_exchange(other, process, AcqRel, Relaxed).is_ok();
        begins.then(|| Self(capture))
    }
}

impl Drop for Change<'_> {
    fn drop(&mut self) {
        self.0.changing.store(0, Release);
    }
}

/// What a thread has to do before it writes to the present file.
#[derive(PartialEq)]
enum Need {
    Nothing,
    /// Go on to the next file.
    Next,
    /// Open the present file again: the descriptor is not ours any more.
    Again,
}

impl Capture {
    pub(super) fn new(files: Files, opened: Opened) -> Self {
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
            changing: AtomicU32::new(0),
            process: AtomicU32::new(identity::current()),
            pid: AtomicU32::new(sys::process_id()),
            error: AtomicU32::new(0),
            failed: AtomicU32::new(0),
        }
    }

    /// The path of the first file.
    pub(super) fn path(&self) -> &[u8] {
        &self.files.path
    }

    /// Writes an event. `first` and `second` are its datagram, whose real length is `size`.
    pub(super) fn write(&self, event: &Event, first: &[u8], second: &[u8], size: usize) {
        let _user = User::of(self);
        if self.fd.load(SeqCst) == CLOSED {
            return;
        }
        let (first, second) =
            if size == 0 { (&NOOP[..], &[][..]) } else { shortened(first, second) };
        let process = identity::current();
        // A daemon often closes its descriptors after a fork, so a child checks them.
        let is_first = self.process.load(Acquire) != process;
        if is_first {
            self.pid.store(sys::process_id(), Relaxed);
        }
        let pid = self.pid.load(Relaxed);
        let block = Block::new(event, pid, first.len() + second.len(), size);
        let (head, tail) = block.parts();
        let pieces = [head, first, second, tail];
        let result = self.make_room(block.size(), is_first).and_then(|usable| {
            if !usable {
                return self.append_by_itself(pieces, block.size());
            }
            if is_first {
                self.process.store(process, Release);
            }
            self.append(pieces, block.size())
        });
        if let Err(failure) = result {
            self.fail(&failure);
        }
    }

    /// Appends a block of `size` bytes to the present file. If its descriptor is not ours any more,
    /// opens the file again.
    fn append(&self, pieces: [&[u8]; sys::FILE_PIECES], size: usize) -> Result<(), Failure> {
        let fd = self.fd.load(SeqCst);
        match self.append_to(fd, pieces) {
            Err(_) if !self.is_at(fd) => match self.look_for_room(size)? {
                true => self.append_to(self.fd.load(SeqCst), pieces),
                false => self.append_by_itself(pieces, size),
            },
            result => result,
        }
    }

    /// Appends a block by a descriptor of its own, while another thread opens the file again.
    #[cold]
    fn append_by_itself(
        &self,
        pieces: [&[u8]; sys::FILE_PIECES],
        size: usize,
    ) -> Result<(), Failure> {
        let Opened { file, number, .. } = self.files.open(self.number.load(Relaxed), size)?;
        append_all(file.raw(), pieces, self.limited.load(Relaxed))
            .map_err(|error| Failure { error, number })
    }

    fn append_to(&self, fd: c_int, pieces: [&[u8]; sys::FILE_PIECES]) -> Result<(), Failure> {
        if fd == CLOSED {
            // The capture has been ended meanwhile.
            return Ok(());
        }
        append_all(fd, pieces, self.limited.load(Relaxed))
            .map_err(|error| Failure { error, number: self.number.load(Relaxed) })
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
    /// next file if they do not fit. `is_first`: always asks. Returns false if the present file
    /// cannot be used: [`Capture::look_for_room`].
    fn make_room(&self, size: usize, is_first: bool) -> Result<bool, Failure> {
        let limit = self.files.limit as isize;
        let before = self.left.fetch_sub(size as isize, Relaxed);
        let after = before.wrapping_sub(size as isize);
        // The thread asks after whose message the number is negative. Meanwhile the others go on
        // with the present file. If that takes very long, another one asks, too.
        match !is_first && before.div_euclid(limit) == after.div_euclid(limit) {
            true => Ok(true),
            false => self.look_for_room(size),
        }
    }

    /// Sees to it that the present file has room for `size` bytes, and that the descriptor is ours.
    /// Returns false if it is not ours, and another thread is opening the file again.
    #[cold]
    fn look_for_room(&self, size: usize) -> Result<bool, Failure> {
        self.limited.store(sys::file_size_is_limited(), Relaxed);
        let need = self.need(self.fd.load(SeqCst), size);
        if need == Need::Nothing {
            return Ok(true);
        }
        match Change::begin(self) {
            Some(_change) => self.change_file(size).map(|()| true),
            None => Ok(need == Need::Next),
        }
    }

    /// What has to be done so that `size` bytes can be written to the descriptor `fd`.
    fn need(&self, fd: c_int, size: usize) -> Need {
        if fd == CLOSED {
            return Need::Nothing;
        }
        let status = sys::file_status(fd);
        if !self.is_ours(status) {
            return Need::Again;
        }
        // If the size cannot be found out, the next message asks again.
        let size_of_file = status.map_or(self.files.limit as u64, |status| status.size);
        if status.is_ok() && !self.files.has_room(size_of_file, size) {
            return Need::Next;
        }
        let end = size_of_file.saturating_add(size as u64);
        self.left.store(allowance(&self.files, end), Relaxed);
        Need::Nothing
    }

    /// Does what is needed so that `size` bytes can be written. The caller has a [`Change`].
    fn change_file(&self, size: usize) -> Result<(), Failure> {
        let (fd, number) = (self.fd.load(SeqCst), self.number.load(Relaxed));
        match self.need(fd, size) {
            Need::Nothing => Ok(()),
            Need::Again => self.reopen(fd, number, size),
            Need::Next => match self.go_on(fd, number.saturating_add(1), size) {
                Err(Failure { error, .. }) if is_temporary(error) => {
                    // Stay with this file for as many bytes as if it were new.
                    self.left.store(allowance(&self.files, 0), Relaxed);
                    Ok(())
                }
                result => result,
            },
        }
    }

    /// Goes on to the next file, from the number `next` on, that has room for `size` bytes. `fd` is
    /// our descriptor.
    fn go_on(&self, fd: c_int, next: u32, size: usize) -> Result<(), Failure> {
        let Opened { file, number, id, size: has } = self.files.open(next, size)?;
        // The number of the descriptor stays the same, so other threads need not know.
        file.put_at(fd).map_err(|error| Failure { error, number })?;
        self.note_file(number, id, has + size as u64);
        Ok(())
    }

    /// Opens the present file again, after its descriptor `lost` was found not to be ours any more.
    #[cold]
    fn reopen(&self, lost: c_int, number: u32, size: usize) -> Result<(), Failure> {
        let Opened { file, number, id, size: has } = self.files.open(number, size)?;
        let fd = file.into_high_number();
        match self.fd.compare_exchange(lost, fd, SeqCst, SeqCst) {
            Ok(_) => self.note_file(number, id, has + size as u64),
            // Another thread has ended the capture.
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
    fn fail(&self, failure: &Failure) {
        let error = (identity::current() << ERRNO_BITS) | failure.error.raw() as u32;
        if !self.has_failed() {
            self.failed.store(failure.number, Relaxed);
        }
        if self.error.compare_exchange(0, error, Release, Relaxed).is_ok() {
            self.close();
        }
    }

    /// Whether the capture has ended because of an error.
    pub(super) fn has_failed(&self) -> bool {
        self.error.load(Acquire) != 0
    }

    /// Whether the error has occurred in this process, and not in a parent.
    pub(super) fn has_failed_here(&self) -> bool {
        let here = identity::current() << ERRNO_BITS;
        self.has_failed() && self.error.load(Relaxed) & !ERRNO_MASK == here
    }

    /// The error that has ended the capture.
    pub(super) fn failure(&self) -> Failure {
        let code = self.error.load(Relaxed) & ERRNO_MASK;
        Failure { error: Errno::from_raw(code as c_int), number: self.failed.load(Relaxed) }
    }

    /// Ends the capture.
    pub(super) fn end(&self) {
        let _errno = errno::Preserve::new();
        thread::cancel_disabled_briefly(|| self.close());
    }

    /// Waits until no thread uses the descriptor, but not long: a thread may have been ended while
    /// it did, and a child does not have the threads of its parent.
    pub(super) fn wait_for_users(&self) {
        const MOST: u32 = 10;
        const PAUSE: Duration = Duration::from_millis(1);
        let _errno = errno::Preserve::new();
        thread::cancel_disabled_briefly(|| {
            for _ in 0..MOST {
                if self.users.load(SeqCst) == 0 {
                    break;
                }
                sys::pause(PAUSE);
            }
        });
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
    const MOST: u64 = 1 << 20;
    let limit = files.limit as u64;
    limit.saturating_sub(size).min(limit / 16).min(MOST) as isize
}

/// Whether the next file cannot be opened for lack of descriptors, or because the number of ours
/// exceeds a limit (RLIMIT_NOFILE) that was lowered. The present file can still be used.
fn is_temporary(error: Errno) -> bool {
    [Errno::EMFILE, Errno::ENFILE, Errno::EBADF, Errno::EBUSY, Errno::EINTR].contains(&error)
}

#[cfg(test)]
mod tests {
    use super::super::format::{Section, tests::EVENT};
    use super::*;
    use std::os::fd::AsRawFd;
    use std::path::{Path, PathBuf};

    /// How many descriptors of this process refer to files in `folder`.
    fn descriptors_in(folder: &Path) -> usize {
        let links = std::fs::read_dir("/proc/self/fd").unwrap();
        let targets = links.filter_map(|link| std::fs::read_link(link.unwrap().path()).ok());
        targets.filter(|target| target.starts_with(folder)).count()
    }

    /// A capture in a new folder, whose files have 4096 bytes.
    fn new_capture(name: &str) -> (Capture, PathBuf) {
        let folder = std::env::temp_dir().join(format!("nlsock-{name}-{}", sys::process_id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir(&folder).unwrap();
        let path = folder.join("capture").to_str().unwrap().as_bytes().into();
        let files = Files { path, limit: 4096 };
        let opened = files.open(0, 0).unwrap();
        (Capture::new(files, opened), folder)
    }

    /// The number of bytes in all files of `folder`.
    fn bytes_in(folder: &Path) -> u64 {
        let files = std::fs::read_dir(folder).unwrap();
        files.map(|file| file.unwrap().metadata().unwrap().len()).sum()
    }

    fn write(capture: &Capture) {
        capture.write(&EVENT, &[1; 500], &[], 500);
    }

    /// Makes the number of a capture's descriptor that of another file.
    fn give_to_another_file(fd: c_int) {
        let null = std::fs::File::open("/dev/null").unwrap();
        // SAFETY: the descriptor is closed, as by a program that does so by mistake.
        assert_eq!(unsafe { libc::dup3(null.as_raw_fd(), fd, libc::O_CLOEXEC) }, fd);
    }

    /// A file of 4096 bytes starts with a section; 3900 bytes will be written to it.
    #[test]
    fn what_is_in_a_new_file_counts() {
        let (capture, folder) = new_capture("count");
        let left = 4096 - 3900 - Section::new().bytes().len() as isize;
        let fd = capture.fd.load(SeqCst);
        capture.go_on(fd, 1, 3900).unwrap();
        assert_eq!(capture.left.load(Relaxed), left);
        give_to_another_file(fd);
        capture.left.store(0, Relaxed);
        capture.reopen(fd, 2, 3900).unwrap();
        assert_eq!(capture.left.load(Relaxed), left);
        capture.end();
        sys::close_file(fd);
        std::fs::remove_dir_all(folder).unwrap();
    }

    /// A thread that uses the capture gets ten milliseconds for it.
    #[test]
    fn users_are_waited_for() {
        let (capture, folder) = new_capture("users");
        capture.users.store(1, SeqCst);
        let start = std::time::Instant::now();
        capture.wait_for_users();
        assert!(start.elapsed() >= Duration::from_millis(10));
        capture.users.store(0, SeqCst);
        capture.end();
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_retired_number_of_another_file_is_not_closed() {
        let (capture, folder) = new_capture("retired");
        let null = std::fs::File::open("/dev/null").unwrap();
        capture.retired.store(null.as_raw_fd(), SeqCst);
        capture.close_retired();
        assert!(null.metadata().is_ok());
        capture.end();
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_part_of_what_is_left_may_be_written_before_the_size_is_asked_for_again() {
        let files = |limit| Files { path: Box::default(), limit };
        assert_eq!(allowance(&files(16_000), 0), 1000);
        assert_eq!(allowance(&files(16_000), 15_900), 100);
        assert_eq!(allowance(&files(16_000), 17_000), 0);
        assert_eq!(allowance(&files(1 << 30), 0), 1 << 20);
    }

    /// A thread that finds the descriptor of another file than the noted one must not take it for
    /// somebody else's, and leave it open.
    #[test]
    fn threads_that_change_the_file_leave_no_descriptor() {
        const THREADS: usize = 8;
        const MESSAGES: usize = 500;
        let (capture, folder) = new_capture("changes");
        std::thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| (0..MESSAGES).for_each(|_| write(&capture)));
            }
        });
        assert!(!capture.has_failed());
        assert_eq!(descriptors_in(&folder), 1);
        capture.end();
        assert_eq!(descriptors_in(&folder), 0);
        assert!(bytes_in(&folder) > (THREADS * MESSAGES * 500) as u64);
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_lost_descriptor_is_replaced_by_one_thread_while_others_go_on() {
        let (capture, folder) = new_capture("lost");
        let lost = capture.fd.load(SeqCst);
        give_to_another_file(lost);
        let change = Change::begin(&capture).unwrap();
        let before = bytes_in(&folder);
        write(&capture);
        assert!(bytes_in(&folder) > before + 500 && !capture.has_failed());
        assert_eq!((capture.fd.load(SeqCst), descriptors_in(&folder)), (lost, 0));
        drop(change);
        write(&capture);
        assert!(bytes_in(&folder) > before + 1000 && !capture.has_failed());
        assert_eq!(descriptors_in(&folder), 1);
        capture.end();
        sys::close_file(lost);
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn one_thread_changes_the_file_and_a_child_forgets_those_of_its_parent() {
        let (capture, folder) = new_capture("child");
        let change = Change::begin(&capture);
        assert!(change.is_some() && Change::begin(&capture).is_none());
        drop(change);
        capture.changing.store(identity::current() + 1, Relaxed);
        assert!(Change::begin(&capture).is_some());
        capture.end();
        std::fs::remove_dir_all(folder).unwrap();
    }

    /// The process in which the error has occurred reports it.
    #[test]
    fn an_error_is_that_of_one_process() {
        let (capture, folder) = new_capture("error");
        capture.fail(&Failure { error: Errno::ENOSPC, number: 3 });
        capture.fail(&Failure { error: Errno::EBADF, number: 4 });
        assert_eq!(capture.failure(), Failure { error: Errno::ENOSPC, number: 3 });
        assert!(capture.has_failed_here());
        capture.error.fetch_add(1 << ERRNO_BITS, Relaxed);
        assert!(capture.has_failed() && !capture.has_failed_here());
        assert_eq!(descriptors_in(&folder), 0);
        std::fs::remove_dir_all(folder).unwrap();
    }
}
