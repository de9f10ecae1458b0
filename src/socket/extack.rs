//! The extended acknowledgements (extacks) of this thread's last failures: what the kernel reported
//! beyond an errno value.

use crate::abi::ext::Extack;
use crate::errno::Errno;
use crate::thread::{HeapPart, Part, Thread, Zeroed, heap, room};
use crate::wire::{self, Header};
use alloc::vec::Vec;
use core::cell::UnsafeCell;
use core::ffi::{CStr, c_char};

impl Extack {
    /// Nothing.
    pub(crate) const NONE: Self = Self {
        error: 0,
        offset: 0,
        n_path: 0,
        path: [0; 8],
        missing: false,
        missing_type: 0,
        missing_nest: 0,
        message: [0; 256],
    };

    /// What the extended acknowledgement `reported` says about `request`, which may be empty if it is
    /// not at hand.
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
        extack
    }

    /// Its text. None if it has none, or one that is not UTF-8.
    pub(crate) fn text(&self) -> Option<&str> {
        // SAFETY: the message ends in NUL: `new` leaves the last byte alone.
        let text = unsafe { CStr::from_ptr(self.message.as_ptr()) };
        text.to_str().ok().filter(|text| !text.is_empty())
    }
}

/// The extended acknowledgement in `message`, if there is one.
#[inline]
pub(crate) fn read(error: i32, header: Header, message: &[u8], request: &[u8]) -> Option<Extack> {
    wire::extack(header, message).map(|reported| Extack::new(error, reported, request))
}

/// The index of a transaction in its batch, and its extended acknowledgement.
type Indexed = Vec<(usize, Extack)>;

/// Transactions of the thread's last batch that failed with more than an errno value.
static BATCH: HeapPart<Indexed> = HeapPart::new(heap::BATCH);

/// The last call of a thread that failed.
struct LastFailure(UnsafeCell<Extack>);

// SAFETY: zero is `Extack::NONE`.
unsafe impl Zeroed for LastFailure {}

static LAST: Part<LastFailure> = Part::new(room::EXTACK);

/// The last failures of a thread.
#[derive(Clone, Copy)]
pub(super) struct Failures<'a>(&'a Thread);

impl<'a> Failures<'a> {
    #[inline]
    pub(super) fn of(thread: &'a Thread) -> Self {
        Self(thread)
    }

    /// Starts a batch, or a single transaction.
    #[inline]
    pub(super) fn start_batch(self) {
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

    /// A call failed with no more than an errno value.
    pub(super) fn failed(self, error: Errno) {
        // SAFETY: the thread's own, and nothing else refers to it.
        match unsafe { &mut *LAST.of(self.0).0.get() } {
            // Most of the time there is nothing else to forget.
            Extack { error: last, offset: 0, missing: false, message: [0, ..], .. } => {
                *last = error.raw();
            }
            last => *last = Extack { error: error.raw(), ..Extack::NONE },
        }
    }

    /// A call failed. `extack` belongs to it if it has the same errno value.
    pub(super) fn failed_with(self, error: Errno, extack: &Extack) {
        if extack.error == error.raw() {
            self.set_last(extack);
        } else {
            self.failed(error);
        }
    }

    fn set_last(self, extack: &Extack) {
        // SAFETY: the thread's own, and nothing else refers to it.
        unsafe { *LAST.of(self.0).0.get() = *extack };
    }

    /// The transaction at `index` of the batch failed with an extended acknowledgement.
    pub(super) fn transaction_failed_with(self, index: usize, extack: &Extack) {
        self.set_last(extack);
        let mut batch = BATCH.take(self.0).unwrap_or_default();
        batch.push((index, *extack));
        BATCH.put(self.0, batch);
    }
}

/// What is known of the last call of the thread that failed.
pub(crate) fn last(thread: &Thread) -> Extack {
    // SAFETY: the thread's own, and nothing changes it meanwhile.
    unsafe { *LAST.of(thread).0.get() }
}

/// The extended acknowledgement of a transaction in the thread's last batch.
pub(crate) fn of_batch(thread: &Thread, index: usize) -> Option<Extack> {
    BATCH.get(thread)?.iter().find(|(of, _)| *of == index).map(|(_, extack)| *extack)
}

/// Frees what a thread that ends leaves.
pub(crate) fn end_thread(thread: &Thread) {
    drop(BATCH.take(thread));
}
