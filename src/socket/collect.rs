//! Dumps that are repeated until they are complete.

use super::deadline::Deadline;
use super::dump::Dump;
use crate::abi::{NlDump, OfpBuf};
use crate::buffer::Buf;
use crate::errno::Errno;
use crate::thread;
use core::ffi::c_int;
use core::mem::MaybeUninit;

/// Bytes that a dump is received into at once: the kernel sends no more.
const PART: usize = 32768;

/// Dumps into `all`, up to `tries` times within `timeout` milliseconds (0: no limit), until the
/// table did not change meanwhile. On failure `all` is empty.
///
/// # Safety
/// The memory of `request`, which C passes as const, may be written.
pub(crate) unsafe fn collect(
    protocol: c_int,
    request: Buf<'_>,
    tries: u32,
    timeout: u32,
    all: Buf<'_>,
) -> Result<(), Errno> {
    let deadline = Deadline::after(timeout);
    for _ in 0..tries.max(1) {
        all.clear();
        // SAFETY: the caller's promise.
        let result = unsafe { once(protocol, request, deadline, all) };
        match result {
            Ok(()) => return Ok(()),
            Err(Errno::EINTR) => {}
            Err(error) => return Err(failed(error, all)),
        }
    }
    Err(failed(Errno::EINTR, all))
}

/// Leaves nothing, and tells what is known of the failure.
fn failed(error: Errno, all: Buf<'_>) -> Errno {
    all.clear();
    thread::with(|own| own.failures.failed_with(error, own.last_dump.get().extack));
    error
}

/// # Safety
/// As of [`collect`].
unsafe fn once(
    protocol: c_int,
    request: Buf<'_>,
    deadline: Deadline,
    all: Buf<'_>,
) -> Result<(), Errno> {
    let mut dump = MaybeUninit::<NlDump>::uninit();
    let mut structures = [const { MaybeUninit::<OfpBuf>::uninit() }; 2];
    let [reply, buffer] = &mut structures;
    // SAFETY: the structures live here, and nobody else knows them; the caller's promise.
    let (dump, reply, buffer) = unsafe {
        let dump = Dump::from_ptr(dump.as_mut_ptr());
        dump.start(protocol, request);
        (dump, Buf::from_ptr(reply.as_mut_ptr()), Buf::from_ptr(buffer.as_mut_ptr()))
    };
    buffer.init(PART);
    let mut result = Ok(());
    while result.is_ok() && dump.next(reply, buffer) {
        result = add(all, reply.bytes(), deadline);
    }
    buffer.uninit();
    if let Err(error) = result {
        // What is left is not worth reading.
        dump.abandon(error);
    }
    let done = dump.done();
    let last = thread::with(|own| own.last_dump.get());
    result.and(done)?;
    match last.error {
        0 if last.interrupted => Err(Errno::EINTR),
        0 => Ok(()),
        error => Err(Errno::from_raw(error)),
    }
}

/// Adds a message, at a multiple of 4 bytes.
fn add(all: Buf<'_>, message: &[u8], deadline: Deadline) -> Result<(), Errno> {
    if deadline.has_passed() {
        return Err(Errno::ETIMEDOUT);
    }
    let room = message.len().next_multiple_of(4);
    if all.size() + room > i32::MAX as usize {
        return Err(Errno::EMSGSIZE);
    }
    // Doubling, since a dump may be of any length.
    if all.tailroom() < room {
        all.prealloc_tailroom(room.max(all.size()));
    }
    all.put(message);
    let padding = all.put_uninit(room - message.len());
    // SAFETY: as many bytes were just added.
    unsafe { padding.write_bytes(0, room - message.len()) };
    Ok(())
}
