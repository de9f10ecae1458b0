// SPDX-License-Identifier: Apache-2.0
//! The extended acknowledgements ("extacks") of each thread's last calls: what the kernel reported
//! beyond an errno value, about failures and, as warnings, about successes.

use crate::abi::{Extack, ExtackPolicy};
use crate::errno::Errno;
use crate::host::log::log_limited;
use crate::thread::{HeapPart, Part, Thread, Zeroed, heap, room};
use crate::wire::{self, Header, KernelError, Printable, kernel_error};
use alloc::vec::Vec;
use core::cell::{Cell, UnsafeCell};
use core::ffi::{CStr, c_char};

impl Extack {
    /// No failure, and nothing reported.
    pub(crate) const NONE: Self = Self {
        error: 0,
        offset: 0,
        n_path: 0,
        path: [0; 8],
        missing: false,
        missing_type: 0,
        missing_nest: 0,
        message: [0; 256],
        cookie_len: 0,
        cookie: [0; 20],
        policy: ExtackPolicy::NONE,
    };

    /// Converts an extended acknowledgement from the kernel to the structure for C. `request` is
    /// the request that the kernel reports on; if `request` is empty, the path to the attribute
    /// stays empty.
    pub(crate) fn new(error: i32, reported: wire::Extack<'_>, request: &[u8]) -> Self {
        let mut extack = Self { error, ..Self::NONE };
        if let Some(offset) = reported.offset {
            extack.offset = offset;
            let depth = wire::path(request, offset as usize, &mut extack.path);
            extack.n_path = depth.min(extack.path.len()) as u32;
        }
        extack.missing = reported.missing.is_some();
        extack.missing_type = reported.missing.unwrap_or(0);
        extack.missing_nest = reported.missing_from.unwrap_or(0);
        let [text @ .., _nul] = &mut extack.message;
        for (to, from) in text.iter_mut().zip(reported.text.unwrap_or_default()) {
            *to = *from as c_char;
        }
        for (to, from) in extack.cookie.iter_mut().zip(reported.cookie) {
            *to = *from;
            extack.cookie_len += 1;
        }
        extack.policy = reported.policy;
        extack
    }

    /// The kernel's error text, for the log. None if there is none.
    pub(crate) fn text(&self) -> Option<Printable<'_>> {
        // SAFETY: the text ends in NUL: `new` never writes to the last byte.
        let text = unsafe { CStr::from_ptr(self.message.as_ptr()) }.to_bytes();
        (!text.is_empty()).then_some(Printable(text))
    }

    /// Whether the kernel reported anything beyond an errno value.
    fn says_something(&self) -> bool {
        self.message[0] != 0 || self.offset != 0 || self.missing || self.cookie_len != 0
    }
}

/// The extended acknowledgement in `message`. None if there is none.
#[inline]
pub(crate) fn read(error: i32, header: Header, message: &[u8], request: &[u8]) -> Option<Extack> {
    wire::extack(header, message).map(|reported| Extack::new(error, reported, request))
}

/// What the kernel reported in `message`, which is of any type. None if it reported nothing beyond
/// success or an errno value.
pub(crate) fn of_message(message: &[u8], request: &[u8]) -> Option<Extack> {
    let header = Header::parse(message)?;
    // Another message may follow.
    let message = message.get(..header.length as usize)?;
    let error = match kernel_error(header, message) {
        Some(KernelError::Ack) => 0,
        Some(refusal) => refusal.errno().raw(),
        None => wire::error_at_end(message),
    };
    read(error, header, message, request).filter(Extack::says_something)
}

/// A list of transactions: the index of each in its batch, and its extended acknowledgement.
type Indexed = Vec<(usize, Extack)>;

/// Of each thread's last batch: the transactions with an extended acknowledgement.
static BATCH: HeapPart<Indexed> = HeapPart::new(heap::BATCH);

/// What the kernel last reported to a thread.
struct Last {
    extack: UnsafeCell<Extack>,
    /// Whether a transaction of the last batch has failed.
    batch_failed: Cell<bool>,
    /// The index of the transaction that `extack` is about; 0 if it is about none. The two need not
    /// be told apart: what was reported about transaction 0 is never forgotten.
    of: Cell<usize>,
}

// SAFETY: zero is `Extack::NONE`, false, and no transaction that is sent again.
unsafe impl Zeroed for Last {}

static LAST: Part<Last> = Part::new(room::EXTACK);

/// Access to the records of what the kernel reported to a thread.
#[derive(Clone, Copy)]
pub(super) struct Failures<'a>(&'a Thread);

impl<'a> Failures<'a> {
    #[inline]
    pub(super) fn of(thread: &'a Thread) -> Self {
        Self(thread)
    }

    /// Forgets the extended acknowledgements of the thread's previous batch. Call at the start of
    /// each batch, also one of a single transaction.
    #[inline]
    pub(super) fn start_batch(self) {
        let last = LAST.of(self.0);
        last.batch_failed.set(false);
        last.of.set(0);
        if BATCH.get(self.0).is_some() {
            self.clear_batch();
        }
    }

    #[cold]
    fn clear_batch(self) {
        if let Some(mut batch) = BATCH.take(self.0) {
            batch.clear();
            BATCH.put(self.0, batch);
        }
    }

    /// Records that a call failed with an errno value and no extended acknowledgement.
    pub(super) fn failed(self, error: Errno) {
        let last = LAST.of(self.0);
        last.batch_failed.set(true);
        // SAFETY: only this thread uses it, and no other reference to it exists.
        match unsafe { &mut *last.extack.get() } {
            // The usual case: no other field has to be reset.
            Extack {
                error: last,
                offset: 0,
                missing: false,
                message: [0, ..],
                cookie_len: 0,
                policy: ExtackPolicy { r#type: 0, .. },
                ..
            } => {
                *last = error.raw();
            }
            last => *last = Extack { error: error.raw(), ..Extack::NONE },
        }
    }

    /// Records that a call failed with `error`. Uses `extack` only if its errno value is the same;
    /// otherwise `extack` belongs to another failure.
    pub(super) fn failed_with(self, error: Errno, extack: &Extack) {
        if extack.error == error.raw() {
            self.set_last(extack);
        } else {
            self.failed(error);
        }
    }

    /// Records what the kernel reported about a dump that returns no error: the errno value at its
    /// end, and a comment.
    pub(super) fn dump_commented(self, error: i32, extack: &Extack) {
        if extack.says_something() {
            self.set_last(extack);
        } else if error != 0 {
            self.failed(Errno::from_raw(error));
        }
    }

    fn set_last(self, extack: &Extack) {
        // SAFETY: only this thread uses it, and no other reference to it exists.
        unsafe { *LAST.of(self.0).extack.get() = *extack };
    }

    /// Records that the kernel refused the transaction at `index` of the batch with `error`, and
    /// with an extended acknowledgement if there is one.
    pub(super) fn transaction_failed(self, index: usize, error: Errno, extack: Option<&Extack>) {
        match extack {
            Some(extack) => {
                LAST.of(self.0).batch_failed.set(true);
                self.set_last(extack);
                self.add_to_batch(index, extack);
            }
            None => self.failed(error),
        }
        LAST.of(self.0).of.set(index);
    }

    /// Records that the transaction at `index` of the batch succeeded, and that the kernel
    /// commented on it. A failure in the same batch is more important.
    fn transaction_commented(self, index: usize, extack: &Extack) {
        let last = LAST.of(self.0);
        if !last.batch_failed.get() {
            self.set_last(extack);
            last.of.set(index);
        }
        self.add_to_batch(index, extack);
    }

    fn add_to_batch(self, index: usize, extack: &Extack) {
        let mut batch = BATCH.take(self.0).unwrap_or_default();
        batch.push((index, *extack));
        BATCH.put(self.0, batch);
    }

    /// Forgets what the kernel reported about the transactions from `index` on, which are sent
    /// again.
    pub(super) fn forget_from(self, index: usize) {
        let batch = BATCH.take(self.0).map(|mut batch| {
            batch.retain(|&(of, _)| of < index);
            batch
        });
        let last = LAST.of(self.0);
        if last.of.replace(0) > index {
            let known = batch.iter().flat_map(|batch| batch.iter());
            let before = known.map(|(_, extack)| extack).rfind(|extack| extack.error != 0);
            last.batch_failed.set(before.is_some());
            self.set_last(before.unwrap_or(&Extack::NONE));
        }
        if let Some(batch) = batch {
            BATCH.put(self.0, batch);
        }
    }
}

/// Records, and logs, what the kernel reported in `message`, an acknowledgement of the transaction
/// at `index` of the thread's batch: mostly a warning. Usually there is nothing.
#[inline]
pub(super) fn acknowledged(
    thread: &Thread,
    index: usize,
    header: Header,
    message: &[u8],
    request: &[u8],
) {
    if let Some(reported) = wire::extack(header, message) {
        commented(thread, index, reported, request);
    }
}

#[cold]
#[inline(never)]
fn commented(thread: &Thread, index: usize, reported: wire::Extack<'_>, request: &[u8]) {
    let extack = Extack::new(0, reported, request);
    if extack.says_something() {
        Failures::of(thread).transaction_commented(index, &extack);
    }
    if let Some(text) = extack.text() {
        log_limited!(SOCKET, Dbg, "received ACK with warning: {text}");
    }
}

/// What the kernel last reported to the thread.
pub(crate) fn last(thread: &Thread) -> Extack {
    // SAFETY: only this thread uses it, and nothing changes it while it is copied.
    unsafe { *LAST.of(thread).extack.get() }
}

/// The extended acknowledgement of the transaction at `index` in the thread's last batch. None if
/// that transaction has none.
pub(crate) fn of_batch(thread: &Thread, index: usize) -> Option<Extack> {
    BATCH.get(thread)?.iter().rfind(|(of, _)| *of == index).map(|(_, extack)| *extack)
}

/// Frees the thread's list of transactions. Called when the thread ends.
pub(crate) fn end_thread(thread: &Thread) {
    drop(BATCH.take(thread));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_says_something() {
        assert!(!Extack { error: 1, ..Extack::NONE }.says_something());
        let mut message = [0; 256];
        message[0] = 1;
        for extack in [
            Extack { message, ..Extack::NONE },
            Extack { offset: 1, ..Extack::NONE },
            Extack { missing: true, ..Extack::NONE },
            Extack { cookie_len: 1, ..Extack::NONE },
        ] {
            assert!(extack.says_something());
        }
    }
}
