//! Dumps: one request, and all the messages that answer it.

use super::deadline::Deadline;
use super::{NlSock, extack, pool};
use crate::abi::ext::{DumpResult, Extack};
use crate::abi::flavour;
use crate::abi::{NlDump, OfpBuf, OfpbufSource, OvsMutex};
use crate::buffer::Buf;
use crate::errno::{self, Errno};
use crate::host::counters::{Event, count};
use crate::host::log::{self, log_limited};
use crate::wire::{HEADER, Header, Hex, KernelError, Messages, kernel_error};
use crate::{message, thread};
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::ffi::c_int;
use core::mem::MaybeUninit;
use core::ptr::{null, null_mut};
use core::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// 'status' of a dump that has nothing left to receive. As long as some thread has its last
/// messages in a buffer, they can still be retrieved.
const ENDED: c_int = -1;

const NLMSG_DONE: u16 = libc::NLMSG_DONE as u16;
const NLM_F_DUMP_ACK: u16 = (libc::NLM_F_DUMP | libc::NLM_F_ACK) as u16;
const NLM_F_DUMP_INTR: u16 = 0x10;

/// Bytes of the buffer that reads what a caller left.
const NL_DUMP_BUFSIZE: usize = 4096;

/// Whether the end of a dump tells all that is known to have gone wrong.
static STRICT: AtomicBool = AtomicBool::new(false);

pub(crate) fn set_strict(strict: bool) {
    STRICT.store(strict, Relaxed);
}

impl DumpResult {
    pub(crate) const NONE: Self =
        Self { error: 0, interrupted: false, complete: false, messages: 0, extack: Extack::NONE };
}

/// A socket that dumps. C's `struct nl_dump` points to the socket, the first field.
#[repr(C)]
struct Dumping {
    sock: NlSock,
    seq: u32,
    deadline: Deadline,
    /// A copy of the request, to which the kernel may refer.
    request: Vec<u8>,
    /// What is known so far.
    result: DumpResult,
}

/// The caller's `struct nl_dump`.
#[derive(Clone, Copy)]
pub(crate) struct Dump(*mut NlDump);

impl Dump {
    /// # Safety
    /// `p` is the memory of a `struct nl_dump`, which for the other methods [`Dump::start`] has
    /// set up and [`Dump::done`] has not ended.
    pub(crate) unsafe fn from_ptr(p: *mut NlDump) -> Self {
        Self(p)
    }

    /// Sends the request.
    ///
    /// # Safety
    /// The memory of `request`, which C passes as const, may be written.
    pub(crate) unsafe fn start(self, protocol: c_int, request: Buf<'_>) {
        let header = message::header(request);
        // SAFETY: the caller's promise; the header is there, at any address.
        let seq = unsafe {
            let flags = &raw mut (*header).nlmsg_flags;
            flags.write_unaligned(flags.read_unaligned() | NLM_F_DUMP_ACK);
            (&raw const (*header).nlmsg_seq).read_unaligned()
        };
        let (sock, seq, result) = match pool::take(protocol) {
            Ok(sock) => {
                sock.max_batch();
                let seq = sock.allocate_seq(1);
                // SAFETY: the caller's promise.
                let result = unsafe { sock.send(request, seq, true) };
                let deadline = Deadline::after(sock.timeout.load(Relaxed));
                let request = request.bytes().to_vec();
                let dumping = Dumping { sock, seq, deadline, request, result: DumpResult::NONE };
                (Box::into_raw(Box::new(dumping)), seq, result)
            }
            Err(error) => (null_mut(), seq, Err(error)),
        };
        // SAFETY: `from_ptr`: the memory is ours to overwrite, whatever it held.
        unsafe {
            self.0.write(NlDump {
                sock: sock.cast(),
                nl_seq: seq,
                mutex: OvsMutex { lock: libc::PTHREAD_MUTEX_INITIALIZER, r#where: null() },
                status: errno::status(result),
            });
        }
    }

    /// Runs `f` on the status, and what it is the status of, while no other thread does.
    fn locked<R>(self, f: impl FnOnce(&mut c_int, Option<&mut Dumping>) -> R) -> R {
        // SAFETY: `from_ptr`. 'status' and what 'sock' points to are only used here, under the
        // mutex; the socket is set by `start` and not freed before `done`.
        unsafe {
            let lock = &raw mut (*self.0).mutex.lock;
            libc::pthread_mutex_lock(lock);
            let dumping = (*self.0).sock.cast::<Dumping>().as_mut();
            let result = f(&mut (*self.0).status, dumping);
            libc::pthread_mutex_unlock(lock);
            result
        }
    }

    /// Makes `reply` the next message, receiving more into `buffer` when that is empty. False
    /// at the end or on failure.
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
        self.end(whole);
        false
    }

    /// There are no more messages; whether there is an announcement of that.
    #[cold]
    fn end(self, announced: bool) {
        let ended = if announced {
            ENDED
        } else {
            log_limited!(SOCKET, Warn, "netlink dump contains message fragment");
            Errno::EPROTO.raw()
        };
        self.locked(|status, _| {
            // An error that is there already outlives the end.
            if *status <= 0 {
                *status = ended;
            }
        });
    }

    /// Receives into `buffer` unless the dump has ended. Under the mutex, since two threads that
    /// receive from a dumping socket at once upset the kernel's state of the dump.
    #[inline(never)]
    fn refill(self, buffer: Buf<'_>) -> bool {
        self.locked(|status, dumping| {
            let Some(dumping) = dumping.filter(|_| *status == 0) else {
                return false;
            };
            match dumping.receive(buffer) {
                Ok(()) => {
                    // Nobody has to find out again.
                    *status = if dumping.result.complete { ENDED } else { 0 };
                    true
                }
                Err(error) => {
                    *status = error.raw();
                    false
                }
            }
        })
    }

    /// Makes the dump fail, unless it has ended.
    pub(crate) fn abandon(self, error: Errno) {
        self.locked(|status, _| {
            if *status == 0 {
                *status = error.raw();
            }
        });
    }

    /// Reads what is left, and gives the socket back.
    pub(crate) fn done(self) -> Result<(), Errno> {
        if self.locked(|status, _| *status) == 0 {
            self.read_rest();
        }
        let status = self.locked(|status, _| *status);
        // SAFETY: `from_ptr`: the socket of `start`, whose last user this is.
        let dumping = unsafe {
            libc::pthread_mutex_destroy(&raw mut (*self.0).mutex.lock);
            let sock = core::mem::replace(&mut (*self.0).sock, null_mut()).cast::<Dumping>();
            (!sock.is_null()).then(|| *Box::from_raw(sock))
        };
        let mut result = DumpResult::NONE;
        if let Some(dumping) = dumping {
            result = dumping.result;
            // Without the announced end, parts of this dump may still be in the socket.
            pool::give_back(dumping.sock, result.complete);
        }
        let outcome = verdict(status, &result);
        thread::with(|own| {
            if let Err(error) = outcome {
                own.failures.failed_with(error, result.extack);
            }
            own.last_dump.set(result);
        });
        outcome
    }

    fn read_rest(self) {
        let mut memory = [const { MaybeUninit::<u64>::uninit() }; NL_DUMP_BUFSIZE / 8];
        let mut reply = MaybeUninit::<OfpBuf>::uninit();
        let mut buffer = MaybeUninit::<OfpBuf>::uninit();
        // SAFETY: both structures live here, and nobody else knows them.
        let (reply, buffer) =
            unsafe { (Buf::from_ptr(reply.as_mut_ptr()), Buf::from_ptr(buffer.as_mut_ptr())) };
        buffer.use_memory(memory.as_mut_ptr().cast(), NL_DUMP_BUFSIZE, OfpbufSource::STUB);
        while self.next(reply, buffer) {}
        buffer.uninit();
    }
}

/// What a dump came to, by its final status and what else is known of it.
fn verdict(status: c_int, result: &DumpResult) -> Result<(), Errno> {
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

impl Dumping {
    /// Receives the next datagram of this dump.
    fn receive(&mut self, buffer: Buf<'_>) -> Result<(), Errno> {
        let header = loop {
            if self.deadline.has_passed() {
                return Err(Errno::ETIMEDOUT);
            }
            match self.sock.receive(buffer, false, None) {
                Ok(()) => {}
                // The kernel never lets a dump wait: without an announcement, this is not its end.
                Err(Errno::EAGAIN) => return Err(Errno::EPROTO),
                Err(error) => return Err(error),
            }
            match Header::parse(buffer.bytes()) {
                Some(header) if header.seq == self.seq => break header,
                Some(header) => {
                    count(Event::Stale, 1);
                    let (seq, expected) = (Hex(header.seq), Hex(self.seq));
                    log_limited!(SOCKET, Dbg, "ignoring seq {seq} != expected {expected}");
                }
                None => {}
            }
        };
        match kernel_error(header, buffer.bytes()) {
            None => self.look_through(buffer.bytes()),
            // The request was none for a dump, and succeeded.
            Some(KernelError::Ack) => self.result.complete = true,
            Some(verdict) => {
                log::complain(verdict);
                let error = verdict.errno();
                let said = extack::read(error.raw(), header, buffer.bytes(), &self.request);
                let text = said.as_ref().and_then(extack::text);
                self.result.extack = said.unwrap_or(Extack::NONE);
                buffer.clear();
                let name = errno::message(error.raw());
                log_limited!(SOCKET, Info, "{}", flavour::dump_refusal(&name, text.as_deref()));
                return Err(error);
            }
        }
        Ok(())
    }

    /// Learns what the messages of a datagram say of the dump itself.
    fn look_through(&mut self, datagram: &[u8]) {
        for (header, message) in Messages::new(datagram) {
            self.result.interrupted |= header.flags & NLM_F_DUMP_INTR != 0;
            if header.kind == NLMSG_DONE {
                self.end(header, message);
            } else {
                self.result.messages += 1;
            }
        }
    }

    /// Learns how the dump ended.
    fn end(&mut self, header: Header, message: &[u8]) {
        self.result.complete = true;
        let code = message.get(HEADER..).and_then(|body| body.first_chunk().copied());
        let error = code.map_or(0, i32::from_ne_bytes).checked_neg().filter(|&error| error > 0);
        self.result.error = error.unwrap_or(0);
        if let Some(said) = extack::read(self.result.error, header, message, &self.request) {
            self.result.extack = said;
        }
    }
}
