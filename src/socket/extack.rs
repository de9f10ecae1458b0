//! What the kernel said of this thread's failures beyond an errno value.

use crate::abi::ext::Extack;
use crate::errno::Errno;
use crate::wire::{self, Header};
use alloc::string::String;
use alloc::vec::Vec;
use core::cell::RefCell;
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

/// What is known of a thread's failures.
pub(crate) struct Failures {
    /// Of the last call that failed.
    last: RefCell<Extack>,
    /// Of the last batch, by index; only what is more than an errno value.
    batch: RefCell<Vec<(usize, Extack)>>,
}

impl Failures {
    pub(crate) const fn none() -> Self {
        Self { last: RefCell::new(Extack::NONE), batch: RefCell::new(Vec::new()) }
    }

    /// Starts a batch, or a single transaction.
    pub(crate) fn start_batch(&self) {
        self.batch.borrow_mut().clear();
    }

    /// A call failed, and nothing more is known.
    pub(crate) fn failed(&self, error: Errno) {
        match &mut *self.last.borrow_mut() {
            // Most of the time there is nothing to forget.
            Extack { error: last, offset: 0, missing: false, message: [0, ..], .. } => {
                *last = error.raw();
            }
            last => *last = Extack { error: error.raw(), ..Extack::NONE },
        }
    }

    /// A batch, or a single transaction, could not even start.
    pub(crate) fn no_socket(&self, error: Errno) {
        self.start_batch();
        self.failed(error);
    }

    /// A call failed, with what `said` tells if that is of this error.
    pub(crate) fn failed_with(&self, error: Errno, said: Extack) {
        if said.error == error.raw() {
            self.last.replace(said);
        } else {
            self.failed(error);
        }
    }

    /// The transaction at `index` of the batch failed, with more than an errno value.
    pub(crate) fn transaction_failed_with(&self, index: usize, said: Extack) {
        self.last.replace(said);
        self.batch.borrow_mut().push((index, said));
    }

    /// What is known of the last failure.
    pub(crate) fn last(&self) -> Extack {
        *self.last.borrow()
    }

    /// What is known of a failure in the last batch, if it is more than an errno value.
    pub(crate) fn of_batch(&self, index: usize) -> Option<Extack> {
        let batch = self.batch.borrow();
        batch.iter().find(|(of, _)| *of == index).map(|(_, extack)| *extack)
    }
}
