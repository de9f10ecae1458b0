// SPDX-License-Identifier: Apache-2.0
//! Dumps: a request that the kernel answers by any number of messages, for example all routes.
//!
//! Several threads may read one dump. The mutex in the caller's `struct nl_dump` protects the
//! dump's status. It also lets only one thread at a time receive, since the kernel does not support
//! two receives at once on a socket with a dump. Nothing is logged while the mutex is held, because
//! a log handler may not return.

use super::bounds::MOST_UNWANTED;
use super::deadline::Deadline;
use super::dump_state::{Received, State};
use super::extack::Failures;
use super::pool::{self, Pooled};
use super::receive::{self, Failure};
use super::scratch::Scratch;
use super::{Socket, strict, trace};
use crate::abi::ext::{DumpResult, Extack};
use crate::abi::{NlSock, OvsMutex};
use crate::buffer::Buf;
use crate::capture;
use crate::errno::{self, Errno};
use crate::flavour::{self, NlDump};
use crate::host::counters::{Event, count};
use crate::host::log::{self, log_limited};
use crate::message;
use crate::sys::Wait;
use crate::thread::{self, CancelDisabled, Part, Thread, Zeroed, room};
use crate::wire::{Header, Hex, Messages};
use alloc::boxed::Box;
use core::cell::Cell;
use core::ffi::c_int;
use core::fmt;
use core::ptr::{NonNull, null, null_mut};
use core::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// The value of 'status' if there is nothing left to receive. Threads may still have messages in
/// their buffers.
const ENDED: c_int = -1;

/// The size in bytes of the buffer into which the original receives what is left of a dump. Longer
/// datagrams count as jumbo.
const NL_DUMP_BUFSIZE: usize = 4096;

/// How many datagrams nl_dump_done() reads of a dump that the program has left early. This is a few
/// MiB at most. It takes longer than opening another socket, but an error at the end of the dump is
/// not missed if there is not much left.
const MOST_OF_REST: u32 = 64;

const NLMSG_DONE: u16 = libc::NLMSG_DONE as u16;
const NLM_F_DUMP_ACK: u16 = (libc::NLM_F_DUMP | libc::NLM_F_ACK) as u16;

/// Whether nl_dump_done() also returns the errors that the original does not return: see
/// nlsock_set_strict_dumps().
static STRICT: AtomicBool = AtomicBool::new(false);

pub(crate) fn set_strict(strict: bool) {
    STRICT.store(strict, Relaxed);
}

pub(super) fn is_strict() -> bool {
    STRICT.load(Relaxed)
}

// SAFETY: zero is `DumpResult::NONE`.
unsafe impl Zeroed for Cell<DumpResult> {}

/// The result of the last dump that the thread ended.
static LAST: Part<Cell<DumpResult>> = Part::new(room::LAST_DUMP);

/// The result of the last dump that the thread ended.
pub(crate) fn last_result(thread: &Thread) -> DumpResult {
    LAST.of(thread).get()
}

/// The caller's `struct nl_dump`.
#[derive(Clone, Copy)]
pub(crate) struct Dump(*mut NlDump);

/// How a dump differs from that of nl_dump_start().
#[derive(Clone, Copy, Default)]
pub(crate) struct Mode {
    /// An acknowledgement does not end the dump, and the dump waits for messages.
    pub(crate) await_replies: bool,
    /// The kernel checks the request strictly: see [`super::strict`].
    pub(crate) strict: bool,
}

impl Dump {
    /// The dump that a C caller's pointer refers to.
    ///
    /// # Safety
    /// `p` points to memory for a `struct nl_dump`, which exists as long as the result is used.
    /// [`Dump::start`] is called first; it initialises the structure. No method is called after
    /// [`Dump::done`].
    pub(crate) unsafe fn from_ptr(p: *mut NlDump) -> Self {
        Self(p)
    }

    /// Initialises the dump and sends its request.
    ///
    /// # Safety
    /// The memory of `request`, which C passes as const, may be written.
    #[inline(never)]
    pub(crate) unsafe fn start(self, protocol: c_int, request: Buf<'_>, mode: Mode) {
        let header = message::header(request);
        // SAFETY: the caller's promise. The header exists, but may be unaligned.
        let seq = unsafe {
            let flags = &raw mut (*header).nlmsg_flags;
            flags.write_unaligned(flags.read_unaligned() | NLM_F_DUMP_ACK);
            (&raw const (*header).nlmsg_seq).read_unaligned()
        };
        // If a log handler leaves before there is a socket, this is a dump that can be ended.
        self.set_up(null_mut(), seq, Errno::EINTR.raw());
        capture::report_end();
        thread::with(|thread| {
            let _cancel = CancelDisabled::new(thread);
            let mut started = false;
            while !started {
                started = match pool::take(protocol) {
                    // SAFETY: the caller's promise.
                    Ok(sock) => unsafe { self.start_on(thread, sock, request, mode) },
                    Err(error) => return self.set_up(null_mut(), seq, error.raw()),
                };
            }
        });
    }

    /// Initialises the dump and sends its request on `sock`. Returns false if nothing was sent,
    /// since the descriptor of `sock` belongs to somebody else.
    ///
    /// # Safety
    /// See [`Dump::start`].
    unsafe fn start_on(self, thread: &Thread, sock: Pooled, request: Buf<'_>, mode: Mode) -> bool {
        let strict = mode.strict || pool::strict_checking();
        sock.max_requests();
        let seq = sock.allocate_seq(1);
        let state = State::new(seq, request.bytes(), mode.await_replies);
        // Store the socket in the dump before anything is logged, since a log handler may not
        // return.
        let sock = sock.into_raw();
        self.set_up(sock, seq, 0);
        // SAFETY: only this dump uses the socket, and no other thread uses the dump yet; the
        // caller's promise.
        unsafe {
            *(*sock).dump.get() = Some(Box::new(state));
            (*sock).in_dump.store(true, Relaxed);
            let guard = (*sock).guard_descriptor(thread);
            let own = (*sock).is_own();
            let checking = match strict {
                _ if !own => Err(Errno::EBADF),
                true => (*sock).check_strictly(true),
                false => (*sock).check_by_request(request.bytes()),
            };
            let (result, unchecked) = match checking {
                Err(error) if strict || !own => (Err(error), Ok(())),
                checking => ((*sock).send_quietly(request, seq, Wait::Yes), checking),
            };
            drop(guard);
            if result.is_err() && (*sock).is_lost() && (*sock).is_own() {
                self.set_up(null_mut(), seq, Errno::EBADF.raw());
                drop(Pooled::from_raw(NonNull::new_unchecked(sock)));
                return false;
            }
            if let Some(state) = &mut *(*sock).dump.get() {
                state.start_clock((*sock).timeout.load(Relaxed));
            }
            (*self.0).status = errno::status(result);
            strict::log(unchecked);
            (*sock).trace("nl_sock_send__", result, request.bytes());
        }
        true
    }

    /// Initialises the dump as one that has failed with `error`.
    pub(crate) fn fail(self, error: Errno) {
        self.set_up(null_mut(), 0, error.raw());
    }

    fn set_up(self, sock: *mut Socket, nl_seq: u32, status: c_int) {
        let lock = libc::PTHREAD_MUTEX_INITIALIZER;
        let mutex = OvsMutex { lock, r#where: null() };
        // SAFETY: the promise made to `from_ptr`: the memory may be written.
        unsafe { self.0.write(NlDump { sock: sock.cast::<NlSock>(), nl_seq, mutex, status }) };
    }

    fn socket(self) -> *mut Socket {
        // SAFETY: the promise made to `from_ptr`: `start` has set the field.
        unsafe { (*self.0).sock.cast() }
    }

    /// Whether a parent of this process started the dump. If so, the socket belongs to the parent,
    /// and the dump's mutex may be locked by a thread that this process does not have.
    fn is_parents(self) -> bool {
        // SAFETY: null, or the dump's socket, which only `done` frees.
        unsafe { self.socket().as_ref() }.is_some_and(|sock| !sock.is_own())
    }

    /// Runs `f` on the status and the socket, with the mutex locked. `f` must not log, nor call
    /// another function of the program.
    fn locked<R>(self, f: impl FnOnce(&mut c_int, Option<&Socket>) -> R) -> R {
        // SAFETY: the promise made to `from_ptr`. 'status' is only accessed here, under the mutex.
        // Only `done` frees the socket.
        unsafe {
            let lock = &raw mut (*self.0).mutex.lock;
            libc::pthread_mutex_lock(lock);
            let result = f(&mut (*self.0).status, self.socket().as_ref());
            libc::pthread_mutex_unlock(lock);
            result
        }
    }

    /// Makes `reply` a view of the next message in `buffer`. If `buffer` is empty, receives into it
    /// first. Returns false at the end of the dump or after a failure.
    pub(crate) fn next(self, reply: Buf<'_>, buffer: Buf<'_>) -> bool {
        if buffer.size() == 0 && !self.refill(buffer) {
            message::empty(reply);
            return false;
        }
        let whole = message::next(buffer, reply);
        if whole && Header::parse(reply.bytes()).is_some_and(|header| header.kind != NLMSG_DONE) {
            return true;
        }
        message::empty(reply);
        if whole {
            self.set_status(ENDED)
        } else {
            self.fragment_found()
        }
        false
    }

    /// Sets the status to `new`, unless the status is an error already.
    #[cold]
    fn set_status(self, new: c_int) {
        if !self.is_parents() {
            self.locked(|status, _| {
                if *status <= 0 {
                    *status = new;
                }
            });
        }
    }

    #[cold]
    fn fragment_found(self) {
        self.set_status(Errno::EPROTO.raw());
        log_limited!(SOCKET, Warn, "netlink dump contains message fragment");
    }

    /// Receives the next messages into `buffer`. Returns false if the dump has ended or failed.
    #[inline(never)]
    fn refill(self, buffer: Buf<'_>) -> bool {
        receive::check_buffer(buffer);
        thread::with(|thread| {
            let _cancel = CancelDisabled::new(thread);
            for _ in 0..MOST_UNWANTED {
                let received = self.receive_with(thread, |sock| {
                    sock.receive_quietly(thread, buffer)?;
                    Ok(buffer.bytes())
                });
                if let Received::Part { mixed: Some(filter), .. } = received {
                    message::retain(buffer, |header| filter.keeps(header));
                }
                match self.report(received, buffer.bytes()) {
                    Progress::Part => return true,
                    Progress::Nothing => {}
                    Progress::Wait(deadline) => self.wait_until(thread, deadline),
                    Progress::Over => {
                        buffer.clear();
                        return false;
                    }
                }
            }
            self.abandon(Errno::EPROTO);
            buffer.clear();
            false
        })
    }

    /// Waits, without the mutex, until there is something to receive.
    #[cold]
    fn wait_until(self, thread: &Thread, deadline: Deadline) {
        // SAFETY: null, or the socket of the dump, which is freed only when the dump ends.
        let Some(sock) = (unsafe { self.socket().as_ref() }) else { return };
        // In a child, does not wait for the parent's socket.
        let guard = sock.guard_descriptor(thread);
        let result = if sock.is_own() { sock.wait_until(deadline) } else { Ok(()) };
        drop(guard);
        if let Err(failure) = result {
            self.abandon(failure.errno());
        }
    }

    /// Receives a datagram by `receive` and updates the dump's state and status, with the mutex
    /// locked.
    fn receive_with<'a>(
        self,
        thread: &Thread,
        receive: impl FnOnce(&Socket) -> Result<&'a [u8], Failure>,
    ) -> Received {
        // SAFETY: null, or the socket of the dump, which is freed only when the dump ends.
        let _guard = unsafe { self.socket().as_ref() }.map(|sock| sock.guard_descriptor(thread));
        if self.is_parents() {
            return Received::Ended;
        }
        self.locked(|status, sock| {
            let Some(sock) = sock.filter(|_| *status == 0) else {
                return Received::Ended;
            };
            // SAFETY: the mutex of the dump that uses the socket is locked.
            let Some(state) = (unsafe { &mut *sock.dump.get() }) else {
                return Received::Ended;
            };
            let received = state.receive_with(|| receive(sock));
            *status = match &received {
                // Set the status now, so that no thread tries to receive more.
                Received::Part { .. } | Received::Ended if state.over => ENDED,
                Received::Part { .. }
                | Received::Other { .. }
                | Received::Pending(_)
                | Received::Ended => 0,
                Received::Misnumbered => Errno::EPROTO.raw(),
                Received::Refused(refusal) => refusal.errno().raw(),
                // Whenever something is received, the kernel puts the next part of the dump into
                // the queue. So if the queue is empty, the message that ends the dump is missing.
                Received::Failed(Failure::Call(Errno::EAGAIN) | Failure::Unwanted) => {
                    Errno::EPROTO.raw()
                }
                Received::Failed(failure) => failure.errno().raw(),
            };
            received
        })
    }

    /// Logs the result of an attempt to receive. Returns how to go on.
    fn report(self, received: Received, datagram: &[u8]) -> Progress {
        match &received {
            Received::Part { .. }
            | Received::Other { .. }
            | Received::Misnumbered
            | Received::Refused(..) => {
                // SAFETY: something was received, so the dump has a socket.
                let protocol = unsafe { (*self.socket()).protocol };
                trace::message("nl_sock_recv__", Ok(()), datagram, protocol);
            }
            Received::Failed(failure) => failure.report(),
            Received::Pending(_) | Received::Ended => {}
        }
        match received {
            Received::Part { error, .. } => {
                if let Some(error) = error {
                    log_error_at_end(error, self.extack().as_ref());
                }
                Progress::Part
            }
            Received::Other { stale } => {
                if let Some(seq) = stale {
                    // SAFETY: 'nl_seq' does not change after `start`.
                    let (seq, expected) = (Hex(seq), Hex(unsafe { (*self.0).nl_seq }));
                    log_limited!(SOCKET, Dbg, "ignoring seq {seq} != expected {expected}");
                }
                Progress::Nothing
            }
            Received::Misnumbered => {
                log_limited!(SOCKET, Warn, "netlink dump has only unexpected sequence numbers");
                Progress::Over
            }
            Received::Pending(deadline) => Progress::Wait(deadline),
            Received::Refused(refusal) => {
                let extack = self.extack();
                log::report_short(refusal);
                let refusal = Refusal { error: refusal.errno(), extack: extack.as_ref() };
                log_limited!(SOCKET, Info, "{refusal}");
                Progress::Over
            }
            Received::Failed(_) | Received::Ended => Progress::Over,
        }
    }

    /// What the kernel said of the dump, beside an errno value.
    fn extack(self) -> Option<Extack> {
        self.locked(|_, sock| {
            // SAFETY: the mutex of the dump that uses the socket is locked.
            let state = unsafe { (*sock?.dump.get()).as_ref() };
            state.map(|state| state.result.extack)
        })
    }

    /// Makes the dump fail with `error`, unless it has ended or failed already.
    pub(super) fn abandon(self, error: Errno) {
        if !self.is_parents() {
            self.locked(|status, _| {
                if *status == 0 {
                    *status = error.raw();
                }
            });
        }
    }

    /// Ends the dump: reads what is left, if that is not much, and returns the socket to the pool.
    pub(crate) fn done(self) -> Result<(), Errno> {
        thread::with(|thread| {
            let _cancel = CancelDisabled::new(thread);
            if !self.is_parents() {
                self.read_rest();
            }
            let (status, result) = self.tear_down();
            let outcome = outcome(status, &result);
            match outcome {
                Ok(()) => Failures::of(thread).dump_commented(result.error, &result.extack),
                Err(error) => Failures::of(thread).failed_with(error, &result.extack),
            }
            LAST.of(thread).set(result);
            outcome
        })
    }

    /// Receives and discards what is left of the dump, so that the socket can be used again. Reads
    /// at most [`MOST_OF_REST`] datagrams: the rest may be long, or have no end.
    #[inline(never)]
    fn read_rest(self) {
        thread::with(|thread| {
            let mut scratch = Scratch::of(thread);
            for _ in 0..MOST_OF_REST {
                let mut datagram: &[u8] = &[];
                let received = self.receive_with(thread, |sock| {
                    datagram = sock.receive_whole(scratch.memory())?;
                    if datagram.len() > NL_DUMP_BUFSIZE {
                        count(Event::Jumbo, 1);
                    }
                    Ok(datagram)
                });
                if matches!(received, Received::Ended) {
                    return;
                }
                match self.report(received, datagram) {
                    Progress::Part if ends_in_fragment(datagram) => self.fragment_found(),
                    Progress::Wait(deadline) => self.wait_until(thread, deadline),
                    Progress::Part | Progress::Nothing | Progress::Over => {}
                }
            }
        });
    }

    /// Frees everything that the dump uses. Returns the status and the details of the dump.
    fn tear_down(self) -> (c_int, DumpResult) {
        let parents = self.is_parents();
        // SAFETY: the promise made to `from_ptr`, and no other thread uses the dump. A parent's
        // mutex is not destroyed, since it may be locked.
        let (status, sock) = unsafe {
            if !parents {
                libc::pthread_mutex_destroy(&raw mut (*self.0).mutex.lock);
            }
            let sock = core::mem::replace(&mut (*self.0).sock, null_mut());
            ((*self.0).status, NonNull::new(sock.cast::<Socket>()))
        };
        let Some(sock) = sock else { return (status, DumpResult::NONE) };
        // SAFETY: the socket is from `into_raw`, and only this dump used it.
        let (sock, state) = unsafe { (Pooled::from_raw(sock), (*sock.as_ref().dump.get()).take()) };
        let Some(state) = state else { return (status, DumpResult::NONE) };
        sock.in_dump.store(false, Relaxed);
        let result = state.result;
        if state.over {
            // Nothing is left to receive, so the pool can keep the socket. Otherwise the socket is
            // closed.
            sock.mark_idle();
        }
        match status {
            // A parent started the dump, and may still be reading it.
            0 if parents => (Errno::EBADF.raw(), result),
            status => (status, result),
        }
    }
}

/// How to go on after an attempt to receive.
enum Progress {
    /// Messages were received.
    Part,
    /// Nothing was received. Try again.
    Nothing,
    /// Nothing was received. Wait until this deadline, and try again.
    Wait(Deadline),
    /// The dump has ended or failed.
    Over,
}

/// Whether a datagram ends in bytes that are not a whole message, and does not contain the message
/// that ends the dump.
fn ends_in_fragment(datagram: &[u8]) -> bool {
    let mut messages = Messages::new(datagram);
    let done = messages.by_ref().any(|(header, _)| header.kind == NLMSG_DONE);
    !done && !messages.rest().is_empty()
}

/// The return value of nl_dump_done() for a dump with this status and these details.
fn outcome(status: c_int, result: &DumpResult) -> Result<(), Errno> {
    if status > 0 {
        return Err(Errno::from_raw(status));
    }
    if is_strict() {
        if result.error != 0 {
            return Err(Errno::from_raw(result.error));
        } else if result.interrupted {
            return Err(Errno::EINTR);
        }
    }
    Ok(())
}

/// Logs the errno value in the message that ends a dump, since nl_dump_done() may not return it.
/// Not ENOENT: what the program asked for does not exist, for example a routing table, so the dump
/// is empty.
#[cold]
pub(super) fn log_error_at_end(error: Errno, extack: Option<&Extack>) {
    if error == Errno::ENOENT {
        return;
    }
    let error = errno::text(error.raw());
    match extack.and_then(Extack::text) {
        Some(reason) => {
            log_limited!(SOCKET, Warn, "netlink dump ended with an error ({error}): {reason}");
        }
        None => log_limited!(SOCKET, Warn, "netlink dump ended with an error ({error})"),
    }
}

/// A refusal of a dump. [`fmt::Display`] writes its text for the log.
struct Refusal<'a> {
    error: Errno,
    extack: Option<&'a Extack>,
}

impl fmt::Display for Refusal<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reason = self.extack.and_then(Extack::text);
        flavour::write_dump_refusal(f, errno::text(self.error.raw()).as_str(), reason)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::message;

    #[test]
    fn strict_dumps_have_more_errors() {
        let result = |error, interrupted| DumpResult { error, interrupted, ..DumpResult::NONE };
        let outcomes = || {
            [
                outcome(0, &result(0, false)),
                outcome(0, &result(0, true)),
                outcome(ENDED, &result(0, true)),
                outcome(ENDED, &result(22, true)),
                outcome(105, &result(22, false)),
            ]
        };
        let (invalid, lost) = (Errno::EINVAL, Errno::ENOBUFS);
        assert_eq!(outcomes(), [Ok(()), Ok(()), Ok(()), Ok(()), Err(lost)]);
        set_strict(true);
        let strict = outcomes();
        set_strict(false);
        let changed = Err(Errno::EINTR);
        assert_eq!(strict, [Ok(()), changed, changed, Err(invalid), Err(lost)]);
    }

    #[test]
    fn a_fragment_is_bytes_before_the_end_of_the_dump() {
        let (data, done) = (message(24, 0, 1, &[0; 4]), message(NLMSG_DONE, 0, 1, &[0; 4]));
        assert!(!ends_in_fragment(&[]));
        assert!(!ends_in_fragment(&data));
        assert!(ends_in_fragment(&[&data[..], &[0; 4]].concat()));
        assert!(ends_in_fragment(&[&data[..], &data[..17]].concat()));
        assert!(!ends_in_fragment(&[&data[..], &done, &[0; 4]].concat()));
    }
}
