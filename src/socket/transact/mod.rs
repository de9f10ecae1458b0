// SPDX-License-Identifier: Apache-2.0
//! Transactions: sending requests, and finding the kernel's reply to each of them.
//!
//! The kernel works on a request while send() sends it. If the request succeeds and has no reply,
//! the receive queue is empty when send() returns. So if a receive then fails with EAGAIN, the
//! request was successful. This is true only if no message was lost. If the receive buffer
//! overflowed, the messages that are in the queue are used, and the requests whose result is still
//! uncertain are sent again, fewer at a time. docs/design.md has an example.

mod acks;
mod batch;
mod call;
mod datagram;
mod netfilter;
mod replies;
mod set;
mod whole;

pub(crate) use self::acks::set_every_ack;
use self::batch::Batch;
use self::call::Call;
use self::whole::Whole;
use super::Socket;
use super::extack::Failures;
use super::pool::{self, Pooled};
use crate::buffer::Buf;
use crate::errno::Errno;
use crate::thread::{self, CancelDisabled, Thread};

/// The result of a transaction: the reply, which is empty if the kernel sent none, or an error.
pub(crate) type Outcome<'a> = Result<&'a [u8], Errno>;

/// A list of requests, and a place for the outcome of each.
pub(crate) trait Transactions {
    fn len(&self) -> usize;
    /// The request at `index`, which is less than `len()`. Its memory may be written.
    fn request(&self, index: usize) -> Buf<'_>;
    /// Whether the reply to the request at `index` is stored. Matters only if there are several
    /// requests.
    fn wants_reply(&self, _index: usize) -> bool {
        true
    }
    /// Stores the outcome of the request at `index`. May be called again for the same request, with
    /// a failure that replaces a reply.
    fn finish(&mut self, index: usize, outcome: Outcome<'_>);
}

/// How the requests of a call are sent, and what ends them.
#[derive(Clone, Copy, Default)]
pub(crate) struct Mode {
    /// Only a reply or an error ends a request, not an acknowledgement, nor the end of the receive
    /// queue.
    pub(crate) await_replies: bool,
    /// All requests are sent in one datagram, or none is sent.
    pub(crate) one_datagram: bool,
    /// One acknowledgement for each datagram suffices: see [`acks`].
    pub(crate) one_ack: bool,
}

/// What is known about a socket's receive queue after a call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum QueueState {
    /// Nothing is left to receive.
    Empty,
    /// Something may be left to receive, or may still arrive.
    Unknown,
    /// The descriptor of the pooled socket belongs to somebody else. Nothing was sent, and no
    /// transaction has an outcome: the caller uses another socket.
    NotOurs,
}

/// Where a socket comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Origin {
    Pool,
    /// The C caller. A child may use such a socket of its parent.
    Caller,
}

/// Makes all transactions fail with `error`, without sending anything.
fn fail_all(thread: &Thread, transactions: &mut impl Transactions, error: Errno) {
    let failures = Failures::of(thread);
    failures.start_batch();
    failures.failed(error);
    for index in 0..transactions.len() {
        transactions.finish(index, Err(error));
    }
}

/// Carries out all transactions on a socket from the pool. If no socket can be opened, each
/// transaction fails with the error of opening it.
///
/// # Safety
/// The requests' memory, which C passes as const, may be written.
#[inline(never)]
pub(crate) unsafe fn transact<T: Transactions>(protocol: i32, transactions: &mut T, mode: Mode) {
    thread::with(|thread| {
        let _cancel = CancelDisabled::new(thread);
        loop {
            let sock = match pool::take(protocol) {
                Ok(sock) => sock,
                Err(error) => return fail_all(thread, transactions, error),
            };
            let queue = match sock.check_strictly(pool::strict_checking()) {
                // SAFETY: the caller's promise.
                Ok(()) => unsafe { on_pooled(thread, &sock, transactions, mode) },
                Err(_) if sock.is_lost() => QueueState::NotOurs,
                Err(error) => return fail_all(thread, transactions, error),
            };
            if queue != QueueState::NotOurs {
                return;
            }
        }
    });
}

/// Carries out all transactions on `sock`, a socket that was taken from the pool.
///
/// # Safety
/// See [`transact`].
#[inline]
unsafe fn on_pooled<T: Transactions>(
    thread: &Thread,
    sock: &Pooled,
    transactions: &mut T,
    mode: Mode,
) -> QueueState {
    let registered = sock.register(thread);
    // SAFETY: the caller's promise.
    let queue = unsafe { run_all(thread, sock, Origin::Pool, transactions, mode) };
    drop(registered);
    if queue == QueueState::Empty {
        sock.mark_idle();
    }
    queue
}

/// Carries out all transactions on `sock`, a socket that the C caller passed.
///
/// # Safety
/// See [`transact`].
pub(crate) unsafe fn transact_on<T: Transactions>(sock: &Socket, transactions: &mut T, mode: Mode) {
    thread::with(|thread| {
        let _cancel = CancelDisabled::new(thread);
        // If this fails, the requests are checked strictly, as those of the last dump were.
        let _ = sock.check_by_request(&[]);
        // SAFETY: the caller's promise.
        unsafe { run_all(thread, sock, Origin::Caller, transactions, mode) };
    });
}

/// Makes all transactions fail with EINVAL: the caller asked for something unknown.
pub(crate) fn refuse(transactions: &mut impl Transactions) {
    thread::with(|thread| fail_all(thread, transactions, Errno::EINVAL));
}

/// Carries out all transactions in order, batch after batch. The result says whether a socket from
/// the pool can be kept.
///
/// # Safety
/// See [`transact`].
pub(super) unsafe fn run_all<T: Transactions>(
    thread: &Thread,
    sock: &Socket,
    origin: Origin,
    transactions: &mut T,
    mode: Mode,
) -> QueueState {
    Failures::of(thread).start_batch();
    let total = transactions.len();
    let mut call = Call::new(thread, sock, origin, transactions, mode);
    let mut start = 0;
    while start < total {
        let whole = match mode.one_datagram {
            true => Some(total),
            false => netfilter::batch_len(sock.protocol(), call.transactions, start),
        };
        // SAFETY: the caller's promise.
        start += unsafe {
            match whole {
                Some(count) => run_whole(&mut call, start, count),
                None => Batch::run_next(&mut call, start),
            }
        };
        if call.queue == QueueState::NotOurs {
            break;
        }
    }
    call.queue
}

/// Carries out `count` transactions from `start` on, whose requests have to be sent in one
/// datagram. Returns `count`. This does not have to be fast, so there is one [`Whole`] for all
/// types.
///
/// # Safety
/// See [`transact`].
#[cold]
unsafe fn run_whole<T: Transactions>(call: &mut Call<'_, T>, start: usize, count: usize) -> usize {
    let transactions: &mut dyn Transactions = &mut *call.transactions;
    let mut of_any = Call {
        sock: call.sock,
        thread: call.thread,
        origin: call.origin,
        mode: call.mode,
        transactions,
        deadline: call.deadline,
        queue: call.queue,
        backlog: Default::default(),
        drops: Default::default(),
    };
    // SAFETY: the caller's promise.
    let count = unsafe { Whole::run(&mut of_any, start, count) };
    call.queue = of_any.queue;
    count
}

/// A single request, and a function that gets its outcome.
pub(super) struct One<'a> {
    pub(super) request: Buf<'a>,
    pub(super) finish: &'a mut dyn FnMut(Outcome<'_>),
}

impl Transactions for One<'_> {
    fn len(&self) -> usize {
        1
    }

    fn request(&self, _: usize) -> Buf<'_> {
        self.request
    }

    fn finish(&mut self, _: usize, outcome: Outcome<'_>) {
        (self.finish)(outcome);
    }
}
