//! Dumps: one request, and all the messages that answer it.
//!
//! Several threads may read one dump. The mutex in the caller's `struct nl_dump` protects its status and
//! serialises receiving, since two threads that receive from a dumping socket at once upset the
//! kernel's state of the dump. Nothing is logged under the mutex, because a log handler may never
//! return.

use super::deadline::Deadline;
use super::extack::{self, Failures};
use super::pool::{self, Pooled};
use super::receive::{self, Failure};
use super::scratch::Scratch;
use super::{Socket, trace};
use crate::abi::ext::{DumpResult, Extack};
use crate::abi::{NlSock, OvsMutex};
use crate::buffer::Buf;
use crate::errno::{self, Errno};
use crate::flavour::{self, NlDump};
use crate::host::counters::{Event, count};
use crate::host::log::{self, log_limited};
use crate::message;
use crate::sys::Wait;
use crate::thread::{self, CancelDisabled, Part, Thread, Zeroed, room};
use crate::wire::{HEADER, Header, Hex, KernelError, Messages, kernel_error};
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::cell::Cell;
use core::ffi::c_int;
use core::fmt;
use core::ptr::{NonNull, null, null_mut};
use core::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// 'status' of a dump that has nothing left to receive. If a thread has messages left in its buffer, it
/// can still retrieve them.
const ENDED: c_int = -1;

const NLMSG_DONE: u16 = libc::NLMSG_DONE as u16;
const NLM_F_DUMP_ACK: u16 = (libc::NLM_F_DUMP | libc::NLM_F_ACK) as u16;
const NLM_F_DUMP_INTR: u16 = 0x10;

/// Whether nl_dump_done() also returns the errors that the original never returned.
static STRICT: AtomicBool = AtomicBool::new(false);

pub(crate) fn set_strict(strict: bool) {
    STRICT.store(strict, Relaxed);
}

impl DumpResult {
    const NONE: Self =
        Self { error: 0, interrupted: false, complete: false, messages: 0, extack: Extack::NONE };
}

// SAFETY: zero is `DumpResult::NONE`.
unsafe impl Zeroed for Cell<DumpResult> {}

/// The result of the last dump that the thread ended.
static LAST: Part<Cell<DumpResult>> = Part::new(room::LAST_DUMP);

/// The result of the last dump that the thread ended.
pub(crate) fn last_result(thread: &Thread) -> DumpResult {
    LAST.of(thread).get()
}

/// What a dump needs beside the fields of the caller's structure. The socket keeps it.
pub(super) struct State {
    seq: u32,
    deadline: Deadline,
    /// A copy of the request, which the kernel's extended acknowledgement may refer to.
    request: Vec<u8>,
    /// What is known so far.
    result: DumpResult,
}

/// The result of one attempt to receive a part of a dump.
enum Received {
    /// Messages.
    Part,
    /// A datagram that belongs to something else. Its sequence number.
    Stale(u32),
    /// The kernel refused the dump.
    Refused(KernelError, Option<Box<Extack>>),
    /// Nothing.
    Failed(Failure),
    /// Nothing, because the dump has ended or failed before.
    Ended,
}

/// The caller's `struct nl_dump`.
#[derive(Clone, Copy)]
pub(crate) struct Dump(*mut NlDump);

impl Dump {
    /// # Safety
    /// `p` is the memory of a `struct nl_dump`. For all methods but [`Dump::start`], that has set it up
    /// and [`Dump::done`] has not ended it.
    pub(crate) unsafe fn from_ptr(p: *mut NlDump) -> Self {
        Self(p)
    }

    /// Sends the request.
    ///
    /// # Safety
    /// The memory of `request`, which C passes as const, may be written.
    #[inline(never)]
    pub(crate) unsafe fn start(self, protocol: c_int, request: Buf<'_>) {
        let header = message::header(request);
        // SAFETY: the caller's promise; the header is there, at any address.
        let seq = unsafe {
            let flags = &raw mut (*header).nlmsg_flags;
            flags.write_unaligned(flags.read_unaligned() | NLM_F_DUMP_ACK);
            (&raw const (*header).nlmsg_seq).read_unaligned()
        };
        thread::with(|thread| {
            let _cancel = CancelDisabled::new(thread);
            match pool::take(protocol) {
                // SAFETY: the caller's promise.
                Ok(sock) => unsafe { self.start_on(sock, request) },
                Err(error) => self.set_up(null_mut(), seq, error.raw()),
            }
        });
    }

    /// # Safety
    /// See [`Dump::start`].
    unsafe fn start_on(self, sock: Pooled, request: Buf<'_>) {
        sock.max_requests();
        let seq = sock.allocate_seq(1);
        let state = State {
            seq,
            deadline: Deadline::after(0),
            request: request.bytes().to_vec(),
            result: DumpResult::NONE,
        };
        // The dump owns the socket before anything is logged: a log handler may never return.
        let sock = sock.into_raw();
        self.set_up(sock, seq, 0);
        // SAFETY: the socket is this dump's alone, which no other thread knows yet; the caller's
        // promise.
        unsafe {
            *(*sock).dump.get() = Some(Box::new(state));
            let result = (*sock).send(request, seq, Wait::Yes);
            if let Some(state) = &mut *(*sock).dump.get() {
                state.deadline = Deadline::after((*sock).timeout.load(Relaxed));
            }
            (*self.0).status = errno::status(result);
        }
    }

    fn set_up(self, sock: *mut Socket, nl_seq: u32, status: c_int) {
        let lock = libc::PTHREAD_MUTEX_INITIALIZER;
        let mutex = OvsMutex { lock, r#where: null() };
        // SAFETY: `from_ptr`: the memory is ours to overwrite, whatever it held.
        unsafe { self.0.write(NlDump { sock: sock.cast::<NlSock>(), nl_seq, mutex, status }) };
    }

    fn socket(self) -> *mut Socket {
        // SAFETY: `from_ptr`: set by `start`, and freed by `done`.
        unsafe { (*self.0).sock.cast() }
    }

    /// Whether a parent of this process started the dump. Its socket and its mutex are the parent's.
    fn is_parents(self) -> bool {
        // SAFETY: null, or the dump's socket, which `done` has not freed yet.
        unsafe { self.socket().as_ref() }.is_some_and(|sock| !sock.is_own())
    }

    /// Runs `f` on the status and the socket while no other thread does. `f` logs nothing, and does not
    /// call out otherwise.
    fn locked<R>(self, f: impl FnOnce(&mut c_int, Option<&Socket>) -> R) -> R {
        // SAFETY: `from_ptr`. 'status' is only used here, under the mutex; the socket is set by `start`
        // and not freed before `done`.
        unsafe {
            let lock = &raw mut (*self.0).mutex.lock;
            libc::pthread_mutex_lock(lock);
            let result = f(&mut (*self.0).status, self.socket().as_ref());
            libc::pthread_mutex_unlock(lock);
            result
        }
    }

    /// Makes `reply` the next message. Receives more into `buffer` if that is empty. False at the end
    /// or on failure.
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

    /// Sets the status. An error that is there already stays.
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

    /// Receives into `buffer`, unless the dump has ended.
    #[inline(never)]
    fn refill(self, buffer: Buf<'_>) -> bool {
        receive::check_buffer(buffer);
        thread::with(|thread| {
            let _cancel = CancelDisabled::new(thread);
            loop {
                let received = self.receive_with(|sock| {
                    sock.receive_quietly(thread, buffer)?;
                    Ok(buffer.bytes())
                });
                match self.report(received, buffer.bytes()) {
                    Progress::Part => return true,
                    Progress::Nothing => {}
                    Progress::Over => {
                        buffer.clear();
                        return false;
                    }
                }
            }
        })
    }

    /// Receives a datagram by `receive`, and learns from it, under the mutex.
    fn receive_with<'a>(
        self,
        receive: impl FnOnce(&Socket) -> Result<&'a [u8], Failure>,
    ) -> Received {
        if self.is_parents() {
            return Received::Ended;
        }
        self.locked(|status, sock| {
            let Some(sock) = sock.filter(|_| *status == 0) else {
                return Received::Ended;
            };
            // SAFETY: under the mutex of the dump that uses the socket.
            let Some(state) = (unsafe { &mut *sock.dump.get() }) else {
                return Received::Ended;
            };
            let received = state.receive_with(|| receive(sock));
            *status = match &received {
                // Then nobody has to find out again.
                Received::Part if state.result.complete => ENDED,
                Received::Part | Received::Stale(_) | Received::Ended => 0,
                Received::Refused(refusal, _) => refusal.errno().raw(),
                // The kernel never lets a dump wait. If the queue is empty, the end is missing.
                Received::Failed(Failure::Call(Errno::EAGAIN)) => Errno::EPROTO.raw(),
                Received::Failed(failure) => failure.errno().raw(),
            };
            received
        })
    }

    /// Logs what was received, and tells what follows from it.
    fn report(self, received: Received, datagram: &[u8]) -> Progress {
        match &received {
            Received::Part | Received::Stale(_) | Received::Refused(..) => {
                // SAFETY: the dump has a socket, since something was received.
                let protocol = unsafe { (*self.socket()).protocol };
                trace::message("nl_sock_recv__", Ok(()), datagram, protocol);
            }
            Received::Failed(failure) => failure.report(),
            Received::Ended => {}
        }
        match received {
            Received::Part => Progress::Part,
            Received::Stale(seq) => {
                // SAFETY: 'nl_seq' does not change after `start`.
                let (seq, expected) = (Hex(seq), Hex(unsafe { (*self.0).nl_seq }));
                log_limited!(SOCKET, Dbg, "ignoring seq {seq} != expected {expected}");
                Progress::Nothing
            }
            Received::Refused(refusal, extack) => {
                log::report_short(refusal);
                let refusal = Refusal { error: refusal.errno(), extack: extack.as_deref() };
                log_limited!(SOCKET, Info, "{refusal}");
                Progress::Over
            }
            Received::Failed(_) | Received::Ended => Progress::Over,
        }
    }

    /// Makes the dump fail, unless it has ended.
    pub(super) fn abandon(self, error: Errno) {
        self.locked(|status, _| {
            if *status == 0 {
                *status = error.raw();
            }
        });
    }

    /// Reads what is left, and gives the socket back to the pool.
    pub(crate) fn done(self) -> Result<(), Errno> {
        thread::with(|thread| {
            let _cancel = CancelDisabled::new(thread);
            if !self.is_parents() {
                self.read_rest();
            }
            let (status, result) = self.take_apart();
            let outcome = outcome(status, &result);
            if let Err(error) = outcome {
                Failures::of(thread).failed_with(error, &result.extack);
            }
            LAST.of(thread).set(result);
            outcome
        })
    }

    /// Reads what is left in the socket, so that it can be used again.
    #[inline(never)]
    fn read_rest(self) {
        thread::with(|thread| {
            let mut scratch = Scratch::of(thread);
            loop {
                let mut datagram: &[u8] = &[];
                let received = self.receive_with(|sock| {
                    datagram = sock.receive_whole(scratch.memory())?;
                    Ok(datagram)
                });
                if matches!(received, Received::Ended) {
                    return;
                }
                if let Progress::Part = self.report(received, datagram)
                    && ends_in_fragment(datagram)
                {
                    self.fragment_found();
                }
            }
        });
    }

    /// Ends the use of the socket. Returns the final status, and what is known of the dump.
    fn take_apart(self) -> (c_int, DumpResult) {
        let parents = self.is_parents();
        // SAFETY: `from_ptr`: the caller makes sure that no other thread uses the dump. The mutex of a
        // parent may be locked by a thread that this process does not have.
        let (status, sock) = unsafe {
            if !parents {
                libc::pthread_mutex_destroy(&raw mut (*self.0).mutex.lock);
            }
            let sock = core::mem::replace(&mut (*self.0).sock, null_mut());
            ((*self.0).status, NonNull::new(sock.cast::<Socket>()))
        };
        let Some(sock) = sock else { return (status, DumpResult::NONE) };
        // SAFETY: `start_on` gave the socket up to this dump, which ends.
        let (sock, state) = unsafe { (Pooled::from_raw(sock), (*sock.as_ref().dump.get()).take()) };
        let result = state.map_or(DumpResult::NONE, |state| state.result);
        if result.complete {
            // Otherwise parts of this dump may still be in the socket.
            sock.mark_idle();
        }
        match status {
            // It belongs to a parent, which may still be reading it.
            0 if parents => (Errno::EBADF.raw(), result),
            status => (status, result),
        }
    }
}

/// What follows from an attempt to receive.
enum Progress {
    /// There are messages.
    Part,
    /// Receiving is worth another try.
    Nothing,
    /// The dump has ended or failed.
    Over,
}

/// Whether a datagram of a dump ends in something that is not a whole message, before its end was
/// announced.
fn ends_in_fragment(datagram: &[u8]) -> bool {
    let mut messages = Messages::new(datagram);
    let done = messages.by_ref().any(|(header, _)| header.kind == NLMSG_DONE);
    !done && !messages.rest().is_empty()
}

/// The result of a dump for its caller, by its final status and what else is known of it.
fn outcome(status: c_int, result: &DumpResult) -> Result<(), Errno> {
    if status > 0 {
        return Err(Errno::from_raw(status));
    }
    if STRICT.load(Relaxed) {
        if result.error != 0 {
            return Err(Errno::from_raw(result.error));
        } else if result.interrupted {
            return Err(Errno::EINTR);
        }
    }
    Ok(())
}

/// The log text of a refused dump.
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

impl State {
    /// Receives the next datagram by `receive`, and learns from it.
    fn receive_with<'a>(
        &mut self,
        receive: impl FnOnce() -> Result<&'a [u8], Failure>,
    ) -> Received {
        if self.deadline.has_passed() {
            return Received::Failed(Failure::TimedOut);
        }
        let datagram = match receive() {
            Ok(datagram) => datagram,
            Err(failure) => return Received::Failed(failure),
        };
        let Some(header) = Header::parse(datagram) else {
            return Received::Failed(Failure::Invalid { size: datagram.len() });
        };
        if header.seq != self.seq {
            count(Event::Stale, 1);
            return Received::Stale(header.seq);
        }
        match kernel_error(header, datagram) {
            None => self.examine(datagram),
            // The request was not one for a dump, and succeeded.
            Some(KernelError::Ack) => self.result.complete = true,
            Some(refusal) => {
                let error = refusal.errno().raw();
                let extack = extack::read(error, header, datagram, &self.request);
                self.result.extack = extack.unwrap_or(Extack::NONE);
                return Received::Refused(refusal, extack.map(Box::new));
            }
        }
        Received::Part
    }

    /// Learns what the messages of a datagram say of the dump itself.
    fn examine(&mut self, datagram: &[u8]) {
        for (header, message) in Messages::new(datagram) {
            self.result.interrupted |= header.flags & NLM_F_DUMP_INTR != 0;
            if header.kind == NLMSG_DONE {
                self.examine_end(header, message);
            } else {
                self.result.messages += 1;
            }
        }
    }

    /// Learns from the message that announces the end.
    fn examine_end(&mut self, header: Header, message: &[u8]) {
        self.result.complete = true;
        let code = message.get(HEADER..).and_then(|content| content.first_chunk().copied());
        let error = code.map_or(0, i32::from_ne_bytes).checked_neg().filter(|&error| error > 0);
        self.result.error = error.unwrap_or(0);
        if let Some(extack) = extack::read(self.result.error, header, message, &self.request) {
            self.result.extack = extack;
        }
    }
}
