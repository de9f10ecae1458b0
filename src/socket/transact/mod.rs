//! Transactions: sending requests, and finding the kernel's reply to each of them.
//!
//! The kernel works on a request while send() sends it. If the request succeeds and has no reply,
//! the receive queue is empty when send() returns. So if a receive then fails with EAGAIN, the
//! request was successful. This is true only if no message was lost. If the receive buffer
//! overflowed, the messages that are in the queue are used, and the requests whose result is still
//! uncertain are sent again, fewer at a time. docs/design.md has an example.

mod datagram;
mod replies;
mod set;

use self::datagram::Datagram;
use self::replies::Replies;
use self::set::Set;
use super::deadline::Deadline;
use super::extack::Failures;
use super::pool::{self, Pooled};
use super::receive::{Backlog, Failure, MOST_UNWANTED, Overflows};
use super::scratch::{self, Scratch};
use super::{Socket, extack, trace};
use crate::abi::Extack;
use crate::buffer::Buf;
use crate::errno::{self, Errno};
use crate::flavour;
use crate::host::counters::{Event, count};
use crate::host::log::{self, log_limited};
use crate::message;
use crate::sys::{self, Uninit, Wait};
use crate::thread::{self, CancelDisabled, Thread};
use crate::wire::{HEADER, Header, Hex, KernelError, Messages, kernel_error};
use core::fmt;
use core::sync::atomic::Ordering::Relaxed;

/// The greatest size of a datagram with several requests. This is a bit less than a page, since the
/// kernel takes longer to allocate more memory.
const MAX_BATCH_BYTES: usize = 4096 - 512;
/// A request that is sent alone, and whose reply is lost this many times in a row, fails with
/// ENOBUFS.
const MAX_TRIES: u32 = 8;
/// How long to wait for a requested acknowledgement, in milliseconds, if the socket has no time
/// limit.
const ACK_WAIT: u32 = 1000;

const NLM_F_ACK: u16 = libc::NLM_F_ACK as u16;
const NLM_F_DUMP: u16 = libc::NLM_F_DUMP as u16;
const NLM_F_MULTI: u16 = libc::NLM_F_MULTI as u16;
const NLMSG_DONE: u16 = libc::NLMSG_DONE as u16;

/// The result of a transaction: the reply, which is empty if the kernel sent none, or an error.
pub(crate) type Outcome<'a> = Result<&'a [u8], Errno>;

/// A list of requests, and a place for the outcome of each.
pub(crate) trait Transactions {
    fn len(&self) -> usize;
    /// The request at `index`, which is less than `len()`. Its memory may be written.
    fn request(&self, index: usize) -> Buf<'_>;
    /// Stores the outcome of the request at `index`. May be called again for the same request, with
    /// a refusal that replaces a reply.
    fn finish(&mut self, index: usize, outcome: Outcome<'_>);
}

/// What is known about a socket's receive queue after a batch.
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

impl QueueState {
    /// Combines what is known after one batch and after another on the same socket.
    fn and(self, other: Self) -> Self {
        if self == Self::Empty { other } else { Self::Unknown }
    }
}

/// Carries out all transactions on a socket from the pool. If no socket can be opened, each
/// transaction fails with the error of opening it.
///
/// # Safety
/// The requests' memory, which C passes as const, may be written.
#[inline(never)]
pub(crate) unsafe fn transact<T: Transactions>(protocol: i32, transactions: &mut T) {
    thread::with(|thread| {
        let _cancel = CancelDisabled::new(thread);
        loop {
            let queue = match pool::take(protocol) {
                // SAFETY: the caller's promise.
                Ok(sock) => unsafe { on_pooled(thread, &sock, transactions) },
                Err(error) => {
                    no_socket(thread, error, transactions);
                    return;
                }
            };
            if queue != QueueState::NotOurs {
                return;
            }
        }
    });
}

/// Makes all transactions fail with the error of opening a socket.
#[cold]
fn no_socket<T: Transactions>(thread: &Thread, error: Errno, transactions: &mut T) {
    let failures = Failures::of(thread);
    failures.start_batch();
    failures.failed(error);
    for index in 0..transactions.len() {
        transactions.finish(index, Err(error));
    }
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
) -> QueueState {
    let registered = sock.register(thread);
    // SAFETY: the caller's promise.
    let queue = unsafe { run_all(thread, sock, Origin::Pool, transactions) };
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
#[cfg_attr(feature = "ovs3", expect(dead_code, reason = "only the 2014 interface needs it"))]
pub(crate) unsafe fn transact_on<T: Transactions>(sock: &Socket, transactions: &mut T) {
    thread::with(|thread| {
        let _cancel = CancelDisabled::new(thread);
        // SAFETY: the caller's promise.
        unsafe { run_all(thread, sock, Origin::Caller, transactions) };
    });
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
) -> QueueState {
    let deadline = Deadline::after(sock.timeout.load(Relaxed));
    let mut queue = QueueState::Empty;
    let mut start = 0;
    Failures::of(thread).start_batch();
    while start < transactions.len() {
        let count = batch_len(sock, transactions, start);
        let mut batch =
            Batch { sock, thread, origin, transactions, start, deadline, queue: QueueState::Empty };
        // SAFETY: the caller's promise.
        unsafe { batch.run(Set::first(count)) };
        if batch.queue == QueueState::NotOurs {
            return QueueState::NotOurs;
        }
        queue = queue.and(batch.queue);
        start += count;
    }
    queue
}

/// The number of transactions, from `start` on, whose requests fit in one datagram.
fn batch_len(sock: &Socket, transactions: &impl Transactions, start: usize) -> usize {
    let most = (transactions.len() - start).min(sock.max_requests());
    let mut bytes = transactions.request(start).size();
    let mut count = 1;
    // Nothing can follow a request whose size is not a multiple of 4: the kernel expects the next
    // request at a multiple of 4.
    while count < most && bytes.is_multiple_of(4) {
        bytes += transactions.request(start + count).size();
        if bytes > MAX_BATCH_BYTES {
            break;
        }
        count += 1;
    }
    count
}

/// Where a socket comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Origin {
    Pool,
    /// The C caller. A child may use such a socket of its parent.
    Caller,
}

/// The result of sending some requests of a batch and receiving the replies.
enum Round {
    /// Every request has an outcome.
    Complete,
    /// Messages were lost. These requests have to be sent again.
    Lost(Set),
    /// The datagram could not be sent.
    NotSent(Errno),
}

/// Consecutive transactions whose requests fit in one datagram.
struct Batch<'a, T> {
    sock: &'a Socket,
    thread: &'a Thread,
    origin: Origin,
    transactions: &'a mut T,
    /// The index of the first transaction.
    start: usize,
    deadline: Deadline,
    queue: QueueState,
}

impl<T: Transactions> Batch<'_, T> {
    /// EBADF if this process is a child of the one that took the socket from the pool: a signal
    /// handler forked, and returned here.
    fn check_process(&self) -> Result<(), Errno> {
        match self.origin {
            Origin::Pool if !self.sock.is_own() => Err(Errno::EBADF),
            _ => Ok(()),
        }
    }

    /// Whether the pool's socket turned out to have lost its descriptor before anything was sent.
    /// False in a child that goes on with its parent's call, since the parent may have sent it.
    #[cold]
    fn is_not_ours(&self) -> bool {
        self.origin == Origin::Pool && self.sock.is_lost() && self.sock.is_own()
    }

    /// Carries out the transactions in `pending`. An index in that set counts from `self.start`.
    ///
    /// # Safety
    /// See [`transact`].
    unsafe fn run(&mut self, mut pending: Set) {
        let mut at_once = pending.len();
        let mut tries = 0;
        // The first batch is sent even if the deadline has passed already. After that, nothing is
        // sent after the deadline.
        let mut begun = self.start > 0;
        while !pending.is_empty() {
            if begun && self.deadline.has_passed() {
                self.fail(pending, Errno::ETIMEDOUT);
                return;
            }
            let first = !begun;
            begun = true;
            let sent = pending.lowest(at_once);
            // SAFETY: the caller's promise.
            let left = match unsafe { self.round(sent) } {
                Round::Complete => Set::EMPTY,
                Round::Lost(left) => left,
                Round::NotSent(_) if first && self.is_not_ours() => {
                    self.queue = QueueState::NotOurs;
                    return;
                }
                Round::NotSent(Errno::ENOBUFS) => sent,
                Round::NotSent(_) if sent.len() > 1 => {
                    // One of the requests caused the error. Send them one by one, so that each gets
                    // its own error.
                    at_once = 1;
                    continue;
                }
                Round::NotSent(error) => {
                    self.fail(sent, error);
                    Set::EMPTY
                }
            };
            pending = pending.without(sent.without(left));
            if left.is_empty() {
                tries = 0;
                continue;
            }
            let stuck = left == sent && sent.len() == 1;
            tries = if stuck { tries + 1 } else { 0 };
            if tries >= MAX_TRIES {
                self.fail(left, Errno::ENOBUFS);
                pending = pending.without(left);
                tries = 0;
            } else if !self.deadline.has_passed() {
                log_limited!(SOCKET, Dbg, "receive buffer overflow, resending request");
                count(Event::Resent, left.len());
            }
            at_once = (at_once / 2).max(1);
        }
    }

    /// Makes the transactions in `set` fail with `error`. Not for an error that the kernel sent as
    /// an answer to a request.
    fn fail(&mut self, set: Set, error: Errno) {
        if set.is_empty() {
            return;
        }
        self.queue = QueueState::Unknown;
        Failures::of(self.thread).failed(error);
        for index in set {
            self.transactions.finish(self.start + index, Err(error));
        }
        log_limited!(SOCKET, Err, "transaction error ({})", errno::text(error.raw()));
    }

    /// Sends the requests in `sent`, and receives the replies.
    ///
    /// # Safety
    /// See [`transact`].
    #[inline(always)]
    unsafe fn round(&mut self, sent: Set) -> Round {
        let last = sent.last().unwrap_or_default();
        let base_seq = self.sock.allocate_seq(last as u32 + 1);
        // SAFETY: the caller's promise.
        let acks = match unsafe { self.send(sent, base_seq) } {
            Ok(acks) => acks,
            Err(error) => return Round::NotSent(error),
        };
        let lost = self.sock.congested.load(Relaxed);
        let replies = Replies::new(base_seq, sent, acks, lost);
        self.receive_all(replies, Scratch::of(self.thread).memory())
    }

    /// Sends the requests in `sent` in one datagram. Returns the set of those that ask for an
    /// acknowledgement.
    ///
    /// # Safety
    /// See [`transact`].
    unsafe fn send(&mut self, sent: Set, base_seq: u32) -> Result<Set, Errno> {
        let several = sent.len() > 1;
        let mut acks = Set::EMPTY;
        let mut datagram = Datagram::new();
        let mut bytes: &[u8] = &[];
        for index in sent {
            let request = self.transactions.request(self.start + index);
            // SAFETY: the caller's promise.
            let flags =
                unsafe { message::finalize(request, base_seq + index as u32, self.sock.port) };
            if flags & NLM_F_DUMP == NLM_F_DUMP {
                // Only the first message of a dump becomes the reply. Others will be left in the
                // receive queue.
                self.queue = QueueState::Unknown;
            } else if flags & NLM_F_ACK != 0 {
                acks.insert(Set::one(index));
            }
            bytes = request.bytes();
            if several && !datagram.add(bytes) {
                return Err(Errno::EMSGSIZE);
            }
        }
        if several {
            bytes = datagram.bytes();
        }
        self.check_process()?;
        let result = sys::send(&self.sock.fd, bytes, Wait::Yes);
        if trace::wanted() {
            for index in sent {
                let request = self.transactions.request(self.start + index).bytes();
                self.sock.trace("nl_sock_transact_multiple__", result, request);
            }
        }
        result?;
        count(Event::Sent, sent.len());
        Ok(acks)
    }

    #[inline(always)]
    fn receive_all(&mut self, mut replies: Replies, memory: &mut [Uninit]) -> Round {
        let mut overflows = Overflows::default();
        let mut backlog = Backlog::default();
        let mut over = false;
        let mut late = false;
        loop {
            if replies.complete() {
                self.succeed(replies.open());
                return Round::Complete;
            }
            if late {
                self.fail(replies.open(), Errno::ETIMEDOUT);
                return Round::Complete;
            }
            if over {
                // Messages arrive all the time, so the queue does not become empty. What was in it
                // when the requests had been sent has been read.
                (over, backlog) = (false, Backlog::default());
                if let Some(round) = self.at_end_of_queue(&mut replies) {
                    return round;
                }
            }
            let received = match self.check_process() {
                Ok(()) => self.sock.receive_in(memory),
                Err(error) => Err(Failure::Call(error)),
            };
            match received {
                Ok((datagram, size)) => {
                    overflows.reset();
                    self.process_datagram(&mut replies, datagram, size);
                    late = self.deadline.has_passed();
                    over = backlog.is_over(self.sock, 1, size);
                }
                Err(Failure::Unwanted) => {
                    overflows.reset();
                    late = self.deadline.has_passed();
                    over = backlog.is_over(self.sock, MOST_UNWANTED as usize, 0);
                }
                Err(Failure::Call(Errno::ENOBUFS)) if overflows.another() => replies.lost = true,
                Err(Failure::Call(Errno::EAGAIN)) => {
                    backlog = Backlog::default();
                    if let Some(round) = self.at_end_of_queue(&mut replies) {
                        return round;
                    }
                }
                Err(failure) => {
                    self.fail(replies.open(), failure.errno());
                    return Round::Complete;
                }
            }
        }
    }

    /// Processes a datagram of `size` bytes. `datagram` is the part of these bytes that fitted in
    /// the memory.
    #[inline(always)]
    fn process_datagram(&mut self, replies: &mut Replies, datagram: &[u8], size: usize) {
        let mut messages = Messages::new(datagram);
        for (header, message) in &mut messages {
            self.process_message(replies, header, message);
        }
        let rest = messages.rest();
        if rest.len() < datagram.len() {
            count(Event::Received, 1);
        }
        if size > datagram.len() {
            self.process_truncated(replies, rest);
        } else if !rest.is_empty() {
            let error = self.sock.check_descriptor().err();
            replies.unreadable = Some(error.unwrap_or(Errno::EPROTO));
            log_limited!(SOCKET, Err, "received invalid nlmsg ({size} bytes < {HEADER})");
        }
    }

    fn process_message(&mut self, replies: &mut Replies, header: Header, message: &[u8]) {
        self.sock.trace("nl_sock_recv__", Ok(()), message);
        let Some(index) = replies.index(header.seq) else {
            count(Event::Stale, 1);
            log_limited!(SOCKET, Dbg, "ignoring unexpected seq {}", Hex(header.seq));
            return;
        };
        let this = Set::one(index);
        let answered = replies.answered.overlaps(this);
        let outcome = match kernel_error(header, message) {
            // If a request has several replies, the first one counts.
            None if answered => return,
            None => {
                if header.flags & NLM_F_MULTI != 0 {
                    // The reply is a dump, even if the request was not for one. A dump is not
                    // followed by an acknowledgement.
                    replies.acks = replies.acks.without(this);
                    if header.kind != NLMSG_DONE {
                        self.queue = QueueState::Unknown;
                    }
                }
                Ok(message)
            }
            Some(answer) => {
                replies.acks = replies.acks.without(this);
                match answer {
                    // An acknowledgement does not replace the reply before it.
                    KernelError::Ack if answered => return,
                    KernelError::Ack => Ok(&[][..]),
                    // A refusal replaces a reply that arrived before it.
                    _ => Err(self.refused(index, answer, header, message)),
                }
            }
        };
        replies.answered.insert(this);
        self.transactions.finish(self.start + index, outcome);
    }

    /// Logs a refusal of the request at `index`, and remembers the extended acknowledgement in it.
    /// Returns the errno value of the refusal.
    fn refused(&self, index: usize, answer: KernelError, header: Header, message: &[u8]) -> Errno {
        let error = answer.errno();
        let index = self.start + index;
        let request = self.transactions.request(index).bytes();
        let extack = extack::read(error.raw(), header, message, request);
        let failures = Failures::of(self.thread);
        match &extack {
            Some(extack) => failures.transaction_failed_with(index, extack),
            None => failures.failed(error),
        }
        log::report_short(answer);
        log_limited!(SOCKET, Dbg, "{}", Refusal { error, extack: extack.as_ref() });
        error
    }

    /// Processes the start of a message that did not fit in the memory. The start of an error
    /// message suffices. A reply that is too long makes its transaction fail; the kernel does not
    /// send such replies.
    fn process_truncated(&mut self, replies: &mut Replies, start: &[u8]) {
        log_limited!(SOCKET, Err, "truncated message (longer than {} bytes)", scratch::SIZE);
        let header = Header::parse(start);
        match header.and_then(|header| Some((header, replies.index(header.seq)?))) {
            Some((header, _)) if kernel_error(header, start).is_some() => {
                self.process_message(replies, header, start);
            }
            Some((_, index)) => {
                replies.answered.insert(Set::one(index));
                replies.acks = replies.acks.without(Set::one(index));
                self.fail(Set::one(index), Errno::E2BIG);
            }
            None => replies.unreadable = Some(Errno::E2BIG),
        }
    }

    /// Decides how to go on when the receive queue is empty. None means to receive again.
    fn at_end_of_queue(&mut self, replies: &mut Replies) -> Option<Round> {
        // If something arrived that could not be read, it may have been the missing reply.
        if let Some(error) = replies.unreadable {
            self.fail(replies.open(), error);
            return Some(Round::Complete);
        }
        if replies.lost {
            self.succeed(replies.done_without_reply());
            return Some(match replies.to_send_again() {
                Set::EMPTY => Round::Complete,
                lost => Round::Lost(lost),
            });
        }
        let awaited = replies.acks;
        if awaited.is_empty() {
            self.succeed(replies.open());
            return Some(Round::Complete);
        }
        let deadline = *replies.deadline.get_or_insert_with(|| match self.deadline {
            of_socket if of_socket.is_set() => of_socket,
            _ => Deadline::after(ACK_WAIT),
        });
        let error = match deadline.has_passed() {
            true => Errno::ETIMEDOUT,
            false => self.sock.wait_until(deadline).err()?.errno(),
        };
        self.succeed(replies.open().without(awaited));
        self.fail(awaited, error);
        Some(Round::Complete)
    }

    fn succeed(&mut self, set: Set) {
        for index in set {
            self.transactions.finish(self.start + index, Ok(&[]));
        }
    }
}

/// A refusal of a request. [`fmt::Display`] writes its text for the log.
struct Refusal<'a> {
    error: Errno,
    extack: Option<&'a Extack>,
}

impl fmt::Display for Refusal<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let code = self.error.raw();
        let reason = self.extack.and_then(Extack::text);
        flavour::write_refusal(f, code, errno::text(code).as_str(), reason)
    }
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
