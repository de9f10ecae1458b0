//! A netlink socket, connected to the kernel; and, in the modules below, what is built on it.

pub(crate) mod dump;
pub(crate) mod genl;
pub(crate) mod pool;
mod scratch;
mod trace;
pub(crate) mod transact;

use crate::buffer::Buf;
use crate::contract::c_assert;
use crate::errno::{self, Errno};
use crate::host::counters::{Event, count};
use crate::host::log::{log, log_limited};
use crate::message;
use crate::sys::{self, Uninit};
use crate::wire::{HEADER, Header};
use core::ffi::{c_int, c_uint};
use core::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};
use std::os::fd::{AsRawFd, OwnedFd};
use std::sync::OnceLock;

/// The receive buffer that a socket asks for, in bytes.
const RECEIVE_BUFFER: c_int = 1024 * 1024;
/// The most requests in one datagram, whatever the system allows.
pub(crate) const MAX_PARTS: usize = 128;
/// The least that POSIX lets a system allow.
const MIN_PARTS: c_uint = 16;
/// Room in the receive buffer that a batch reckons with for each reply, in bytes.
const REPLY_ESTIMATE: u32 = 4096;

/// A netlink socket. Opaque to C.
///
/// Shared references suffice for everything, since C may use one socket from several threads.
pub struct NlSock {
    fd: OwnedFd,
    next_seq: AtomicU32,
    port: u32,
    protocol: c_int,
    /// The most requests that are sent at once.
    max_batch: usize,
    /// Whether the kernel may be dropping messages for this socket: set when a receive says that
    /// some were lost, until one finds the queue empty, which is what makes the kernel stop.
    congested: AtomicBool,
}

impl NlSock {
    pub(crate) fn open(protocol: c_int) -> Result<Self, Errno> {
        // The original's word for socket(): logs are searched for it.
        let fd = sys::netlink_socket(protocol).inspect_err(|&error| failed("fcntl", error))?;
        grow_receive_buffer(&fd);
        let buffer = sys::receive_buffer_size(&fd)
            .inspect_err(|&error| failed("getsockopt(SO_RCVBUF)", error))?;
        sys::connect_to_kernel(&fd).inspect_err(|&error| failed("connect(0)", error))?;
        let port = sys::port_id(&fd).inspect_err(|&error| failed("getsockname", error))?;
        let Some(port) = port else {
            log!(SOCKET, Err, "getsockname returned bad Netlink name");
            return Err(Errno::EINVAL);
        };
        let replies = (buffer / REPLY_ESTIMATE).max(1) as usize;
        Ok(Self {
            fd,
            next_seq: AtomicU32::new(1),
            port,
            protocol,
            max_batch: replies.min(max_parts()),
            congested: AtomicBool::new(false),
        })
    }

    pub(crate) fn protocol(&self) -> c_int {
        self.protocol
    }

    pub(crate) fn port(&self) -> u32 {
        self.port
    }

    pub(crate) fn raw_fd(&self) -> c_int {
        self.fd.as_raw_fd()
    }

    /// Takes `n` consecutive sequence numbers and returns the first.
    ///
    /// Never 0, which is the kernel's own for notifications.
    pub(crate) fn allocate_seq(&self, n: u32) -> u32 {
        let advance = |seq: u32| match seq.wrapping_add(n) {
            next if next < u32::MAX / 2 => Some(next),
            _ => Some(1),
        };
        self.next_seq
            .fetch_update(Relaxed, Relaxed, advance)
            .unwrap_or(1)
    }

    /// Joins or leaves a multicast group.
    pub(crate) fn set_membership(&self, member: bool, group: c_uint) -> Result<(), Errno> {
        let (option, verb) = match member {
            true => (libc::NETLINK_ADD_MEMBERSHIP, "join"),
            false => (libc::NETLINK_DROP_MEMBERSHIP, "leave"),
        };
        sys::set_option(&self.fd, libc::SOL_NETLINK, option, group.cast_signed()).inspect_err(
            |error| {
                let text = errno::message(error.raw());
                log!(
                    SOCKET,
                    Warn,
                    "could not {verb} multicast group {group} ({text})"
                );
            },
        )
    }

    /// Sends `message` with its header filled in.
    ///
    /// # Safety
    /// As of [`message::finalize`].
    pub(crate) unsafe fn send(&self, message: Buf<'_>, seq: u32, wait: bool) -> Result<(), Errno> {
        // SAFETY: the caller's promise.
        unsafe { message::finalize(message, seq, self.port) };
        let result = sys::send(&self.fd, message.bytes(), wait);
        trace::message("nl_sock_send__", result, message.bytes(), self.protocol);
        if result.is_ok() {
            count(Event::Sent, 1);
        }
        result
    }

    /// Receives one datagram into `buffer`, whose allocation it fills first and then grows.
    ///
    /// On failure the buffer is empty; in either case it has no headroom.
    pub(crate) fn receive(&self, buffer: Buf<'_>, wait: bool) -> Result<(), Errno> {
        c_assert!(
            buffer.allocated() >= HEADER,
            "nl_sock_recv__",
            "buf->allocated >= sizeof *nlmsghdr"
        );
        buffer.clear();
        scratch::with(scratch::SIZE, |tail| {
            self.receive_with_tail(buffer, tail, wait)
        })
    }

    /// [`NlSock::receive`] into a cleared buffer; what is beyond its allocation goes to `tail`
    /// first.
    fn receive_with_tail(
        &self,
        buffer: Buf<'_>,
        tail: &mut [Uninit],
        wait: bool,
    ) -> Result<(), Errno> {
        // SAFETY: the buffer's promise: its allocation is memory that nobody else uses.
        let direct: &mut [Uninit] =
            unsafe { core::slice::from_raw_parts_mut(buffer.base().cast(), buffer.allocated()) };
        let size = sys::receive_split(&self.fd, direct, tail, wait)
            .inspect_err(|&error| self.note_failure(error))?;
        if size == 0 {
            return Err(Errno::from_raw(libc::ECONNRESET));
        }
        let room = buffer.allocated();
        if size > room + tail.len() {
            let limit = tail.len();
            log_limited!(SOCKET, Err, "truncated message (longer than {limit} bytes)");
            return Err(Errno::E2BIG);
        }
        buffer.set_size(size.min(room));
        let length = Header::parse(buffer.bytes()).map(|header| header.length as usize);
        if !length.is_some_and(|length| length >= HEADER && length <= size) {
            buffer.clear();
            log_limited!(
                SOCKET,
                Err,
                "received invalid nlmsg ({size} bytes < {HEADER})"
            );
            return Err(Errno::EPROTO);
        }
        if size > room {
            count(Event::Jumbo, 1);
            // SAFETY: the kernel filled what of the datagram is beyond `room`.
            unsafe { buffer.put_raw(tail.as_ptr().cast(), size - room) };
        }
        trace::message("nl_sock_recv__", Ok(()), buffer.bytes(), self.protocol);
        count(Event::Received, 1);
        Ok(())
    }

    /// Takes note of what a failed receive says of the socket.
    fn note_failure(&self, error: Errno) {
        match error {
            Errno::ENOBUFS => {
                count(Event::Overflow, 1);
                self.congested.store(true, Relaxed);
            }
            Errno::EAGAIN => self.congested.store(false, Relaxed),
            _ => {}
        }
    }

    /// Discards what is in the receive queue.
    pub(crate) fn drain(&self) -> Result<(), Errno> {
        loop {
            match sys::receive(&self.fd, &mut []) {
                Ok(_) => {}
                Err(error) => {
                    self.note_failure(error);
                    match error {
                        Errno::EAGAIN => return Ok(()),
                        // Said before the messages that did arrive.
                        Errno::ENOBUFS => {}
                        error => return Err(error),
                    }
                }
            }
        }
    }
}

fn failed(call: &str, error: Errno) {
    log!(SOCKET, Err, "{call}: {}", errno::message(error.raw()));
}

/// Makes the receive buffer as large as a privileged process may, or as the system allows.
fn grow_receive_buffer(fd: &OwnedFd) {
    let result = match force_receive_buffer(fd) {
        // Only root may pass the system's limit. The kernel lowers the wish to it.
        Err(Errno::EPERM) => sys::set_option(fd, libc::SOL_SOCKET, libc::SO_RCVBUF, RECEIVE_BUFFER),
        result => result,
    };
    if let Err(error) = result {
        log_limited!(
            SOCKET,
            Warn,
            "setting {RECEIVE_BUFFER}-byte socket receive buffer failed ({})",
            errno::message(error.raw())
        );
    }
}

fn force_receive_buffer(fd: &OwnedFd) -> Result<(), Errno> {
    sys::set_option(fd, libc::SOL_SOCKET, libc::SO_RCVBUFFORCE, RECEIVE_BUFFER)
}

/// The most requests in one datagram.
fn max_parts() -> usize {
    static LIMIT: OnceLock<usize> = OnceLock::new();
    *LIMIT.get_or_init(|| {
        let _errno = errno::Preserve::new();
        let limit = sys::max_parts().unwrap_or(MIN_PARTS).max(MIN_PARTS);
        (limit as usize).min(MAX_PARTS)
    })
}
