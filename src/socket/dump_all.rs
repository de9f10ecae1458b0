// SPDX-License-Identifier: Apache-2.0
//! Dumps of a whole table into one buffer, repeated until the table does not change during the
//! dump.

use super::deadline::Deadline;
use super::dump::{self, Dump, Mode};
use super::extack::Failures;
use crate::buffer::{self, Buf};
use crate::errno::Errno;
use crate::flavour::{NlDump, OfpBuf};
use crate::thread::{self, CancelDisabled};
use crate::wire::Header;
use alloc::boxed::Box;
use core::ffi::{c_int, c_void};
use core::mem::MaybeUninit;
use core::ptr::null_mut;

const NLMSG_ERROR: u16 = libc::NLMSG_ERROR as u16;

/// The allocation of the buffer that a dump is received into, in bytes. The kernel does not send
/// larger datagrams in a dump.
const PART: usize = 32768;

/// The data of one call of [`dump_all`]. It is on the heap, so that [`release`] can free it if a
/// log handler leaves the call.
struct Work {
    dump: MaybeUninit<NlDump>,
    /// Whether `dump` has been started and has not been ended.
    dumping: bool,
    /// The buffer that one datagram is received into.
    part: *mut OfpBuf,
    /// The buffer with all messages.
    all: *mut OfpBuf,
    /// The buffer with all messages of the last dump during which the table changed. Null if there
    /// is none, or if the caller does not want it.
    changed: *mut OfpBuf,
}

/// How to dump a table.
#[derive(Clone, Copy, Default)]
pub(crate) struct Options {
    /// Whether the kernel checks the request strictly: see [`Dump::start`].
    pub(crate) strict: bool,
    /// Whether to return a table that changed during the dump.
    pub(crate) even_if_changed: bool,
    /// How often to dump the table at most.
    pub(crate) tries: u32,
    /// The time limit in milliseconds; 0 means no limit.
    pub(crate) timeout: u32,
}

/// Cleans up after a [`dump_all`] that was left without reaching its end: ends its dump, and frees
/// its buffers. Also called at the end of every [`dump_all`].
///
/// # Safety
/// `work` points to a [`Work`] from [`Box`] that is not used any more.
unsafe fn release(work: *mut c_void) {
    // SAFETY: the caller's promise. Nothing else refers to the buffers.
    unsafe {
        let mut work = Box::from_raw(work.cast::<Work>());
        if work.dumping {
            let _ = work.end_dump(Errno::EINTR);
        }
        buffer::delete(work.part);
        buffer::delete(work.all);
        buffer::delete(work.changed);
    }
}

/// Dumps a table into a new buffer. If the table changed during the dump, dumps it again. Returns
/// the result, and the buffer, which is null unless there is a table to return.
///
/// # Safety
/// The memory of `request`, which C passes as const, may be written.
#[inline(never)]
pub(crate) unsafe fn dump_all(
    protocol: c_int,
    request: Buf<'_>,
    options: Options,
) -> (Result<(), Errno>, *mut OfpBuf) {
    let deadline = Deadline::after(options.timeout);
    thread::with(|thread| {
        let _cancel = CancelDisabled::new(thread);
        let work = Box::into_raw(Box::new(Work {
            dump: MaybeUninit::uninit(),
            dumping: false,
            part: buffer::new(PART),
            all: buffer::new(0),
            changed: null_mut(),
        }));
        // SAFETY: only this call uses the data that `release` frees.
        let registered = unsafe { thread::register(thread, work.cast(), release, None) };
        // SAFETY: only this call uses the data; the caller's promise.
        let result = unsafe { (*work).dump_often(protocol, request, options, deadline) };
        drop(registered);
        // SAFETY: only this call uses the data, and not after this. The buffer that is returned is
        // taken out of it, so it is not freed.
        let table = unsafe {
            let table = match result {
                Ok(()) => core::mem::replace(&mut (*work).all, null_mut()),
                Err(Errno::EINTR) => core::mem::replace(&mut (*work).changed, null_mut()),
                Err(_) => null_mut(),
            };
            release(work.cast());
            table
        };
        if let Err(error) = result {
            Failures::of(thread).failed_with(error, &dump::last_result(thread).extack);
        }
        (result, table)
    })
}

impl Work {
    /// Dumps the table until it did not change during a dump, as often as `options` allow.
    ///
    /// # Safety
    /// See [`dump_all`].
    unsafe fn dump_often(
        &mut self,
        protocol: c_int,
        request: Buf<'_>,
        options: Options,
        deadline: Deadline,
    ) -> Result<(), Errno> {
        let mut result = Err(Errno::EINTR);
        for _ in 0..options.tries.max(1) {
            // SAFETY: the caller's promise.
            result = unsafe { self.dump_once(protocol, request, options.strict, deadline) };
            match result {
                Err(Errno::EINTR) if options.even_if_changed => self.keep_changed(),
                Err(Errno::EINTR) => {}
                // The time was enough for one dump at least.
                Err(Errno::ETIMEDOUT) if !self.changed.is_null() => return Err(Errno::EINTR),
                _ => return result,
            }
        }
        result
    }

    /// Keeps the messages of a dump during which the table changed.
    fn keep_changed(&mut self) {
        let last = thread::with(dump::last_result);
        if last.complete && last.interrupted {
            if self.changed.is_null() {
                self.changed = buffer::new(0);
            }
            core::mem::swap(&mut self.all, &mut self.changed);
        }
    }

    /// Dumps the table once. EINTR means that the table changed during the dump.
    ///
    /// # Safety
    /// See [`dump_all`].
    unsafe fn dump_once(
        &mut self,
        protocol: c_int,
        request: Buf<'_>,
        strict: bool,
        deadline: Deadline,
    ) -> Result<(), Errno> {
        let mut reply = MaybeUninit::<OfpBuf>::uninit();
        // SAFETY: the structures exist, and nothing else refers to them; the caller's promise.
        let (dump, reply, part, all) = unsafe {
            let dump = Dump::from_ptr(self.dump.as_mut_ptr());
            // A dump can be ended as soon as `start` logs anything.
            self.dumping = true;
            dump.start(protocol, request, Mode { strict, ..Mode::default() });
            let reply = Buf::from_ptr(reply.as_mut_ptr());
            (dump, reply, Buf::from_ptr(self.part), Buf::from_ptr(self.all))
        };
        all.clear();
        part.clear();
        let mut result = Ok(());
        while result.is_ok() && dump.next(reply, part) {
            let message = reply.bytes();
            // An acknowledgement is not a part of the table.
            if Header::parse(message).is_some_and(|header| header.kind != NLMSG_ERROR) {
                result = append(all, message, deadline);
            }
        }
        // If appending failed, the rest of the dump is not read.
        let done = self.end_dump(result.err().unwrap_or(Errno::EINTR));
        result.and(done)?;
        let last = thread::with(dump::last_result);
        match last.error {
            0 if last.interrupted => Err(Errno::EINTR),
            // The kernel acknowledged the request, but sent no table.
            0 if !last.complete => Err(Errno::EPROTO),
            0 => Ok(()),
            error => Err(Errno::from_raw(error)),
        }
    }

    /// Ends the dump. If there is more to receive, the dump fails with `error`.
    fn end_dump(&mut self, error: Errno) -> Result<(), Errno> {
        self.dumping = false;
        // SAFETY: the dump has been started and has not been ended.
        let dump = unsafe { Dump::from_ptr(self.dump.as_mut_ptr()) };
        dump.abandon(error);
        dump.done()
    }
}

/// Appends a message and padding to `all`.
fn append(all: Buf<'_>, message: &[u8], deadline: Deadline) -> Result<(), Errno> {
    if deadline.has_passed() {
        return Err(Errno::ETIMEDOUT);
    }
    let room = message.len().next_multiple_of(4);
    if all.size() + room > i32::MAX as usize {
        return Err(Errno::EMSGSIZE);
    }
    // Double the allocation, so that a long dump is not reallocated too often.
    if all.tailroom() < room {
        all.prealloc_tailroom(room.max(all.size()));
    }
    all.put(message);
    let padding = all.put_uninit(room - message.len());
    // SAFETY: the padding has just been added.
    unsafe { padding.write_bytes(0, room - message.len()) };
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_large_messages_may_be_appended() {
        let all = buffer::new(0);
        for _ in 0..3 {
            // SAFETY: nothing else refers to the buffer.
            let all = unsafe { Buf::from_ptr(all) };
            assert_eq!(append(all, &[7; 65535], Deadline::after(0)), Ok(()));
        }
        for size in 1..9 {
            // SAFETY: as above.
            let all = unsafe { Buf::from_ptr(all) };
            let before = all.size();
            assert_eq!(append(all, &[7; 8][..size], Deadline::after(0)), Ok(()));
            let mut expected = vec![7; size];
            expected.resize(size.next_multiple_of(4), 0);
            assert_eq!(all.bytes()[before..], expected);
            all.set_size(before);
        }
        // SAFETY: as above; it is not used any more.
        unsafe {
            assert_eq!(Buf::from_ptr(all).size(), 3 * 65536);
            assert_eq!(
                Buf::from_ptr(all).bytes().get(65530..65540),
                Some(&[7, 7, 7, 7, 7, 0, 7, 7, 7, 7][..])
            );
            buffer::delete(all);
        }
    }
}
