// SPDX-License-Identifier: Apache-2.0
//! What [`super::batch`] and [`super::whole`] share: the state of a call that carries out
//! transactions, and how messages from the kernel are understood.

use super::{Mode, Origin, QueueState, Transactions};
use crate::abi::Extack;
use crate::errno::{self, Errno};
use crate::flavour;
use crate::host::counters::{Event, count};
use crate::host::log::{self, log_limited};
use crate::socket::bounds::{Backlog, MOST_UNWANTED};
use crate::socket::deadline::Deadline;
use crate::socket::extack::{self, Failures};
use crate::socket::receive::Failure;
use crate::socket::{Socket, dump, scratch};
use crate::sys::{Uninit, Wait};
use crate::thread::Thread;
use crate::wire::{self, Control, HEADER, Header, Hex, KernelError, Messages, kernel_error};
use core::cell::Cell;
use core::fmt;
use core::sync::atomic::Ordering::Relaxed;

/// A request that is sent alone, and whose reply is lost this many times in a row, fails with
/// ENOBUFS.
pub(super) const MAX_TRIES: u32 = 8;

const NLM_F_MULTI: u16 = libc::NLM_F_MULTI as u16;
const NLM_F_DUMP: u16 = libc::NLM_F_DUMP as u16;
const NLMSG_DONE: u16 = libc::NLMSG_DONE as u16;

/// A call of a function that carries out transactions.
pub(super) struct Call<'a, T: ?Sized> {
    pub(super) sock: &'a Socket,
    pub(super) thread: &'a Thread,
    pub(super) origin: Origin,
    pub(super) mode: Mode,
    pub(super) transactions: &'a mut T,
    pub(super) deadline: Deadline,
    pub(super) queue: QueueState,
    /// What has been received since the last time that the receive queue was empty, or that
    /// something was sent.
    pub(super) backlog: Cell<Backlog>,
    /// If the kernel does not report lost messages: the number of those that it had dropped when
    /// something was last sent.
    pub(super) drops: Cell<Option<u32>>,
}

/// A message from the kernel.
#[derive(Clone, Copy)]
pub(super) enum Answer {
    /// Data. If `dump`, the kernel answers by a dump, which is not followed by an acknowledgement.
    Reply {
        dump: bool,
    },
    Ack,
    Refused(KernelError),
}

/// The part of a datagram that could not be read.
pub(super) enum Unreadable<'m> {
    Nothing,
    /// The rest of the datagram is not a message.
    Garbage,
    /// The datagram is too long. This is the start of the message that did not fit.
    TooLong(&'m [u8]),
}

impl<'a, T: Transactions + ?Sized> Call<'a, T> {
    #[inline]
    pub(super) fn new(
        thread: &'a Thread,
        sock: &'a Socket,
        origin: Origin,
        transactions: &'a mut T,
        mode: Mode,
    ) -> Self {
        let deadline = Deadline::after(sock.timeout.load(Relaxed));
        let (queue, backlog, drops) = (QueueState::Empty, Cell::default(), Cell::default());
        Self { sock, thread, origin, mode, transactions, deadline, queue, backlog, drops }
    }

    /// Whether the pool's socket turned out to have lost its descriptor. Call if nothing could be
    /// sent. False in a child that goes on with its parent's call, since the parent may have sent
    /// it.
    #[cold]
    pub(super) fn is_not_ours(&self) -> bool {
        self.origin == Origin::Pool && self.sock.is_lost() && self.sock.is_own()
    }

    /// EBADF if this process is a child of the one that took the socket from the pool: a signal
    /// handler forked, and returned here.
    #[inline]
    pub(super) fn check_process(&self) -> Result<(), Errno> {
        match self.origin {
            Origin::Pool if !self.sock.is_own() => Err(Errno::EBADF),
            _ => Ok(()),
        }
    }

    /// Sends a datagram.
    #[inline]
    pub(super) fn send(&self, datagram: &[u8]) -> Result<(), Errno> {
        self.check_process()?;
        self.backlog.set(Backlog::default());
        self.sock.send_datagram(datagram, Wait::Yes)
    }

    /// Receives a datagram, without waiting: see [`Socket::receive_in`].
    ///
    /// If messages arrive all the time, for example notifications, the receive queue does not
    /// become empty. Then this fails with EAGAIN all the same, once everything has been received
    /// that was in the queue when the requests had been sent.
    #[inline(always)]
    pub(super) fn receive<'m>(
        &mut self,
        memory: &'m mut [Uninit],
    ) -> Result<(&'m [u8], usize), Failure> {
        self.check_process().map_err(Failure::Call)?;
        let mut backlog = self.backlog.get();
        let received = match backlog.is_over(self.sock) {
            true => {
                self.queue = QueueState::Unknown;
                Err(Failure::Call(Errno::EAGAIN))
            }
            false => self.sock.receive_in(memory),
        };
        match &received {
            Ok((_, size)) => backlog.count(1, *size),
            Err(Failure::Unwanted) => backlog.count(MOST_UNWANTED as usize, 0),
            Err(Failure::Call(Errno::EAGAIN)) => backlog = Backlog::default(),
            Err(_) => {}
        }
        self.backlog.set(backlog);
        match (received, self.drops.get()) {
            (Err(Failure::Call(Errno::EAGAIN)), Some(before)) => Err(self.check_drops(before)),
            (received, _) => received,
        }
    }

    /// Whether the queue is just empty, or the kernel has dropped messages, too, since it had
    /// dropped `before`.
    #[cold]
    fn check_drops(&self, before: u32) -> Failure {
        let drops = self.sock.silent_drops();
        if drops.is_none_or(|drops| drops == before) {
            return Failure::Call(Errno::EAGAIN);
        }
        self.drops.set(drops);
        self.sock.note_failure(Errno::ENOBUFS)
    }

    /// Prepares the socket for sending. If the kernel may still be dropping messages because of an
    /// earlier overflow, an answer would be lost. So reads what is in the receive queue; all of it
    /// answers earlier requests.
    #[inline]
    pub(super) fn catch_up(&self, memory: &mut [Uninit]) {
        if self.origin == Origin::Caller {
            self.sock.notice_overflow();
            self.drops.set(self.sock.silent_drops());
        }
        if self.sock.congested.load(Relaxed) && self.check_process().is_ok() {
            self.sock.end_congestion(memory, |datagram| {
                count(Event::Received, 1);
                for (header, message) in Messages::new(datagram) {
                    self.sock.trace("nl_sock_recv__", Ok(()), message);
                    self.ignore(header);
                }
            });
        }
    }

    /// Whether the port id of a message is one that answers have: that of the socket, or 0 in some
    /// protocols, such as audit. A notification has the port id and the sequence number of the
    /// request that caused it, and other sockets number their requests in the same way; some have
    /// the port id 0, and numbers of their own.
    #[inline]
    pub(super) fn is_addressed(&self, header: Header) -> bool {
        header.port == self.sock.port || (header.port == 0 && self.answers_from_0())
    }

    /// Whether answers may have the port id 0. Of the protocols in which the kernel's answers have
    /// the port id of the socket, only on a socket that gets no notifications: modules that are not
    /// part of the kernel may do otherwise.
    #[cold]
    fn answers_from_0(&self) -> bool {
        !self.sock.joined.load(Relaxed)
            || !matches!(
                self.sock.protocol(),
                libc::NETLINK_ROUTE
                    | libc::NETLINK_GENERIC
                    | libc::NETLINK_NETFILTER
                    | libc::NETLINK_SOCK_DIAG
                    | libc::NETLINK_XFRM
            )
    }

    /// Counts and logs a message that does not answer a request of this call.
    #[cold]
    pub(super) fn ignore(&self, header: Header) {
        count(Event::Stale, 1);
        if !self.is_addressed(header) {
            // The number of the descriptor may have become that of another netlink socket. If so,
            // nothing more is received from it.
            let _ = self.sock.check_descriptor();
        }
        log_limited!(SOCKET, Dbg, "ignoring unexpected seq {}", Hex(header.seq));
    }

    /// Checks what is left of a datagram of `size` bytes after its messages have been processed.
    /// `datagram` is the part of these bytes that fitted in the memory.
    #[inline(always)]
    pub(super) fn check_rest<'m>(
        &self,
        messages: &Messages<'m>,
        datagram: &[u8],
        size: usize,
    ) -> Unreadable<'m> {
        let rest = messages.rest();
        if rest.len() < datagram.len() {
            count(Event::Received, 1);
        }
        if size > datagram.len() {
            log_limited!(SOCKET, Err, "truncated message (longer than {} bytes)", scratch::SIZE);
            Unreadable::TooLong(rest)
        } else if !rest.is_empty() {
            // If the descriptor is not ours any more, do not receive from it again.
            let _ = self.sock.check_descriptor();
            log_limited!(SOCKET, Err, "received invalid nlmsg ({size} bytes < {HEADER})");
            Unreadable::Garbage
        } else {
            Unreadable::Nothing
        }
    }

    /// Interprets a message that answers the request at `index`, which is `answered` if another one
    /// arrived before. Notes whether more messages will follow.
    #[inline]
    pub(super) fn interpret(
        &mut self,
        index: usize,
        answered: bool,
        header: Header,
        message: &[u8],
    ) -> Answer {
        match kernel_error(header, message) {
            None if header.flags & NLM_F_MULTI != 0 => {
                self.interpret_part(index, answered, header, message)
            }
            None => Answer::Reply { dump: false },
            Some(KernelError::Ack) => Answer::Ack,
            Some(refusal) => Answer::Refused(refusal),
        }
    }

    /// Interprets a message with the flag NLM_F_MULTI. It belongs to a dump if the request asked
    /// for one by NLM_F_DUMP. If not, one such message may be all, and an acknowledgement follows
    /// (nfnetlink_acct), or it may be a dump all the same (ipset), of which there are at least two.
    #[cold]
    fn interpret_part(
        &mut self,
        index: usize,
        answered: bool,
        header: Header,
        message: &[u8],
    ) -> Answer {
        if header.kind != NLMSG_DONE {
            // Only the first message of a dump becomes the reply. The others may be left in the
            // receive queue.
            self.queue = QueueState::Unknown;
            let request = Header::parse(self.transactions.request(index).bytes());
            let asked = request.is_some_and(|request| request.flags & NLM_F_DUMP != 0);
            return Answer::Reply { dump: asked || answered };
        }
        // The original takes the end of a dump for a reply, also if it contains an errno value. So
        // that is an error only if the program has called nlsock_set_strict_dumps().
        let error = wire::error_at_end(message);
        if error != 0 && dump::is_strict() {
            return Answer::Refused(KernelError::Refused(error));
        }
        if error != 0 {
            let request = self.transactions.request(index).bytes();
            let extack = extack::read(error, header, message, request).unwrap_or(Extack::NONE);
            dump::log_error_at_end(Errno::from_raw(error), Some(&extack));
            Failures::of(self.thread).dump_commented(error, &extack);
        }
        Answer::Reply { dump: true }
    }

    /// The deadline for answers that are missing at the end of the receive queue.
    pub(super) fn answer_deadline(&self) -> Deadline {
        match self.deadline.is_set() {
            true => self.deadline,
            false => Deadline::for_answers(0),
        }
    }

    /// Waits until there is something to receive. Fails if `deadline` has passed.
    pub(super) fn wait_until(&self, deadline: Deadline) -> Result<(), Errno> {
        match deadline.has_passed() {
            true => Err(Errno::ETIMEDOUT),
            false => self.sock.wait_until(deadline).map_err(|failure| failure.errno()),
        }
    }

    /// Makes transactions fail with `error`. Not for an error that the kernel sent as an answer to
    /// a request.
    pub(super) fn fail(&mut self, mut indexes: impl Iterator<Item = usize>, error: Errno) {
        let Some(first) = indexes.next() else { return };
        self.queue = QueueState::Unknown;
        Failures::of(self.thread).failed(error);
        self.transactions.finish(first, Err(error));
        for index in indexes {
            self.transactions.finish(index, Err(error));
        }
        log_limited!(SOCKET, Err, "transaction error ({})", errno::text(error.raw()));
    }

    /// Makes transactions succeed without a reply.
    pub(super) fn succeed(&mut self, indexes: impl Iterator<Item = usize>) {
        for index in indexes {
            self.transactions.finish(index, Ok(&[]));
        }
    }

    /// Records what the kernel reported in an acknowledgement of the request at `index`.
    #[inline]
    pub(super) fn acknowledged(&self, index: usize, header: Header, message: &[u8]) {
        let request = self.transactions.request(index).bytes();
        extack::acknowledged(self.thread, index, header, message, request);
    }

    /// Logs a refusal of the request at `index`, and remembers the extended acknowledgement in it.
    /// Makes the transaction fail.
    pub(super) fn refused(
        &mut self,
        index: usize,
        answer: KernelError,
        header: Header,
        message: &[u8],
    ) {
        let error = answer.errno();
        let request = self.transactions.request(index).bytes();
        let extack = extack::read(error.raw(), header, message, request);
        Failures::of(self.thread).transaction_failed(index, error, extack.as_ref());
        log::report_short(answer);
        log_limited!(SOCKET, Dbg, "{}", Refusal { error, extack: extack.as_ref() });
        self.transactions.finish(index, Err(error));
    }
}

/// Whether a message reports that messages were lost. Counts it, if so.
#[inline]
pub(super) fn is_overrun(header: Header) -> bool {
    let overrun = Control::is_overrun(header);
    if overrun {
        count(Event::Overflow, 1);
    }
    overrun
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
