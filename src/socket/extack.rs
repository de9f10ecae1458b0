//! What the kernel said of this thread's failures beyond an errno value.

use crate::abi::ext::Extack;
use crate::errno::Errno;
use crate::wire::{self, Header};
use core::cell::{Cell, RefCell};
use core::ffi::c_char;

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

    /// What a verdict or the end of a dump says, in answer to `request` if that is at hand.
    pub(crate) fn new(error: i32, said: wire::Extack<'_>, request: &[u8]) -> Self {
        let mut extack = Self { error, ..Self::NONE };
        if let Some(offset) = said.offset {
            extack.offset = offset;
            let depth = wire::path(request, offset as usize, &mut extack.path);
            extack.n_path = depth.min(extack.path.len()) as u32;
        }
        extack.missing = said.missing.is_some();
        extack.missing_type = said.missing.unwrap_or(0);
        extack.missing_nest = said.missing_from.unwrap_or(0);
        let [text @ .., _nul] = &mut extack.message;
        for (to, from) in text.iter_mut().zip(said.text.unwrap_or_default()) {
            *to = *from as c_char;
        }
        extack
    }
}

/// What a message says beyond its code, if anything.
#[inline]
pub(crate) fn read(error: i32, header: Header, message: &[u8], request: &[u8]) -> Option<Extack> {
    wire::extack(header, message).map(|said| Extack::new(error, said, request))
}

/// Its text, if it has one.
pub(crate) fn text(extack: &Extack) -> Option<String> {
    let text = extack.message.iter().map(|&c| c as u8).take_while(|&byte| byte != 0);
    let text: Vec<u8> = text.collect();
    (!text.is_empty()).then(|| String::from_utf8_lossy(&text).into_owned())
}

thread_local! {
    /// Of the last call that failed.
    static LAST: RefCell<Extack> = const { RefCell::new(Extack::NONE) };
    /// Of the last batch, by index; only what is more than an errno value.
    static BATCH: RefCell<Vec<(usize, Extack)>> = const { RefCell::new(Vec::new()) };
    /// Whether there is any of that: cheaper to look at than the list itself.
    static BATCH_USED: Cell<bool> = const { Cell::new(false) };
}

/// Starts a batch, or a single transaction.
#[inline]
pub(crate) fn start_batch() {
    if BATCH_USED.replace(false) {
        with_batch(Vec::clear);
    }
}

/// A call failed, and nothing more is known.
pub(crate) fn failed(error: Errno) {
    LAST.with_borrow_mut(|last| match last {
        // Most of the time there is nothing to forget.
        Extack { offset: 0, missing: false, message: [0, ..], .. } => last.error = error.raw(),
        _ => *last = Extack { error: error.raw(), ..Extack::NONE },
    });
}

/// A batch, or a single transaction, could not even start.
pub(crate) fn no_socket(error: Errno) {
    start_batch();
    failed(error);
}

/// A call failed, with more than an errno value.
pub(crate) fn failed_with(extack: Extack) {
    LAST.set(extack);
}

/// The transaction at `index` of the batch failed, with more than an errno value.
pub(crate) fn transaction_failed_with(index: usize, extack: Extack) {
    failed_with(extack);
    BATCH_USED.set(true);
    with_batch(|batch| batch.push((index, extack)));
}

/// What is known of the thread's last failure.
pub(crate) fn last() -> Extack {
    LAST.with_borrow(|last| *last)
}

/// What is known of a failure in the thread's last batch, if it is more than an errno value.
pub(crate) fn of_batch(index: usize) -> Option<Extack> {
    with_batch(|batch| {
        let found = batch.iter().find(|(of, _)| *of == index);
        found.map(|(_, extack)| *extack)
    })
    .flatten()
}

/// Runs `f` on the list, unless the thread is ending and has none any more.
fn with_batch<R>(f: impl FnOnce(&mut Vec<(usize, Extack)>) -> R) -> Option<R> {
    BATCH.try_with(|batch| f(&mut batch.borrow_mut())).ok()
}
