//! Dumps: one request, and all the messages that answer it.

use super::{NlSock, pool};
use crate::abi::{NlDump, OfpBuf, OfpbufSource, OvsMutex};
use crate::buffer::Buf;
use crate::contract::c_assert;
use crate::errno::{self, Errno};
use crate::host::log::log_limited;
use crate::message;
use crate::wire::{Header, KernelError, kernel_error};
use core::ffi::c_int;
use core::mem::MaybeUninit;
use core::ptr::{null, null_mut};

/// 'status' of a dump whose end the kernel announced.
const DONE: c_int = -1;
/// 'status' of a dump that has nothing left to receive, while the announcement of its end is still
/// in some thread's buffer.
const EXHAUSTED: c_int = -2;

const NLMSG_DONE: u16 = libc::NLMSG_DONE as u16;
const NLM_F_DUMP_ACK: u16 = (libc::NLM_F_DUMP | libc::NLM_F_ACK) as u16;

/// Bytes of the buffer that reads what a caller left.
const NL_DUMP_BUFSIZE: usize = 4096;

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
        unsafe {
            let flags = &raw mut (*header).nlmsg_flags;
            flags.write_unaligned(flags.read_unaligned() | NLM_F_DUMP_ACK);
        }
        let (sock, result) = match pool::take(protocol) {
            Ok(sock) => {
                // SAFETY: the caller's promise.
                let result = unsafe { sock.send(request, sock.allocate_seq(1), true) };
                (Box::into_raw(Box::new(sock)), result)
            }
            Err(error) => (null_mut(), Err(error)),
        };
        let seq = Header::parse(request.bytes()).map_or(0, |header| header.seq);
        // SAFETY: `from_ptr`: the memory is ours to overwrite, whatever it held.
        unsafe {
            self.0.write(NlDump {
                sock,
                nl_seq: seq,
                mutex: OvsMutex {
                    lock: libc::PTHREAD_MUTEX_INITIALIZER,
                    r#where: null(),
                },
                status: errno::status(result),
            });
        }
    }

    fn sock(&self) -> Option<&NlSock> {
        // SAFETY: `from_ptr`: set by `start`, not freed before `done`.
        unsafe { (*self.0).sock.as_ref() }
    }

    /// Runs `f` on the status while no other thread receives or looks at it.
    fn with_status<R>(self, f: impl FnOnce(&mut c_int) -> R) -> R {
        // SAFETY: `from_ptr`. 'status' is only used here, under the mutex.
        unsafe {
            let lock = &raw mut (*self.0).mutex.lock;
            libc::pthread_mutex_lock(lock);
            let result = f(&mut (*self.0).status);
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
        let ended = if message::next(buffer, reply) {
            match Header::parse(reply.bytes()) {
                Some(header) if header.kind != NLMSG_DONE => return true,
                _ => DONE,
            }
        } else {
            log_limited!(SOCKET, Warn, "netlink dump contains message fragment");
            Errno::EPROTO.raw()
        };
        message::empty(reply);
        // An error that is there already outlives the end.
        self.with_status(|status| {
            if *status <= 0 {
                *status = ended;
            }
        });
        false
    }

    /// Receives into `buffer` unless the dump has ended. Under the mutex, since two threads that
    /// receive from a dumping socket at once upset the kernel's state of the dump.
    fn refill(self, buffer: Buf<'_>) -> bool {
        self.with_status(|status| {
            if *status == 0 {
                *status = match self.receive(buffer) {
                    Ok(()) => 0,
                    Err(Errno::EAGAIN) => EXHAUSTED,
                    Err(error) => error.raw(),
                };
            }
            *status == 0
        })
    }

    /// Receives the next datagram of this dump.
    fn receive(self, buffer: Buf<'_>) -> Result<(), Errno> {
        let sock = self.sock().ok_or(Errno::EINVAL)?;
        // SAFETY: `from_ptr`: constant since `start`.
        let expected = unsafe { (*self.0).nl_seq };
        let header = loop {
            sock.receive(buffer, false)?;
            match Header::parse(buffer.bytes()) {
                Some(header) if header.seq == expected => break header,
                Some(header) => log_limited!(
                    SOCKET,
                    Dbg,
                    "ignoring seq {:#x} != expected {expected:#x}",
                    header.seq
                ),
                None => {}
            }
        };
        let error = match kernel_error(header, buffer.bytes()) {
            None | Some(KernelError::Ack) => return Ok(()),
            Some(KernelError::Refused(code)) => Errno::from_raw(code),
            Some(KernelError::Malformed | KernelError::Short(_)) => Errno::EPROTO,
        };
        buffer.clear();
        let text = errno::message(error.raw());
        log_limited!(SOCKET, Info, "netlink dump request error ({text})");
        Err(error)
    }

    /// Reads what is left, and gives the socket back.
    pub(crate) fn done(self) -> Result<(), Errno> {
        if self.with_status(|status| *status) == 0 {
            self.read_rest();
        }
        let status = self.with_status(|status| *status);
        c_assert!(status != 0, "nl_dump_done", "status");
        // SAFETY: `from_ptr`: the socket of `start`, whose last user this is.
        unsafe {
            let sock = core::mem::replace(&mut (*self.0).sock, null_mut());
            libc::pthread_mutex_destroy(&raw mut (*self.0).mutex.lock);
            if !sock.is_null() {
                let sock = Box::from_raw(sock);
                // Anything but the announced end may leave parts of this dump in the socket.
                if status == DONE {
                    pool::give(*sock);
                }
            }
        }
        if status > 0 {
            Err(Errno::from_raw(status))
        } else {
            Ok(())
        }
    }

    fn read_rest(self) {
        let mut memory = [const { MaybeUninit::<u64>::uninit() }; NL_DUMP_BUFSIZE / 8];
        let mut reply = MaybeUninit::<OfpBuf>::uninit();
        let mut buffer = MaybeUninit::<OfpBuf>::uninit();
        // SAFETY: both structures live here, and nobody else knows them.
        let (reply, buffer) = unsafe {
            (
                Buf::from_ptr(reply.as_mut_ptr()),
                Buf::from_ptr(buffer.as_mut_ptr()),
            )
        };
        buffer.use_memory(
            memory.as_mut_ptr().cast(),
            NL_DUMP_BUFSIZE,
            OfpbufSource::STUB,
        );
        while self.next(reply, buffer) {}
        buffer.uninit();
    }
}
