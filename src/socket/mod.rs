//! A netlink socket, connected to the kernel; and, in the modules below, what is built on it.

pub(crate) mod collect;
mod deadline;
pub(crate) mod dump;
pub(crate) mod extack;
pub(crate) mod genl;
pub(crate) mod pool;
mod receive;
pub(crate) mod scratch;
mod trace;
pub(crate) mod transact;

use crate::abi::flavour::{ALWAYS_EXTENDED_ACKS, RECEIVE_BUFFER};
use crate::buffer::Buf;
use crate::errno::{self, Errno};
use crate::guarded;
use crate::host::counters::{Event, count};
use crate::host::log::{log, log_limited};
use crate::message;
use crate::sys::{self, Fd, NetworkNamespace};
use core::ffi::{c_int, c_uint};
use core::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};

/// The most requests in one datagram.
pub(crate) const MAX_REQUESTS: usize = 128;
/// Room in the receive buffer that a batch reckons with for each reply, in bytes.
const REPLY_ESTIMATE: u32 = 4096;

/// A netlink socket. Opaque to C.
///
/// Shared references suffice for everything, since C may use one socket from several threads.
pub struct NlSock {
    fd: Fd,
    next_seq: AtomicU32,
    port: u32,
    protocol: c_int,
    /// Where the pool keeps it.
    shelf: usize,
    /// The process that made it, as of [`guarded::generation`]; told about once if another uses it.
    generation: AtomicU32,
    /// The most requests that are sent at once; 0 as long as nobody has asked.
    max_batch: AtomicU32,
    /// Whether the kernel may be dropping messages for this socket: set when a receive says that
    /// some were lost, until one finds the queue empty, which is what makes the kernel stop.
    congested: AtomicBool,
    /// Messages that the kernel was known to have dropped.
    drops: AtomicU32,
    /// How long blocking calls may take, in milliseconds; 0 for ever.
    timeout: AtomicU32,
    /// Whether messages of other processes are dropped.
    kernel_only: AtomicBool,
    /// The network namespace that it belongs to, where the pool has to know.
    netns: Option<NetworkNamespace>,
}

impl NlSock {
    pub(crate) fn open(protocol: c_int) -> Result<Self, Errno> {
        // The original's word for socket(): logs are searched for it.
        let fd = sys::netlink_socket(protocol).inspect_err(|&error| failed("fcntl", error))?;
        grow_receive_buffer(&fd);
        sys::connect_to_kernel(&fd).inspect_err(|&error| failed("connect(0)", error))?;
        let port = sys::port_id(&fd).inspect_err(|&error| failed("getsockname", error))?;
        let Some(port) = port else {
            log!(SOCKET, Err, "getsockname returned bad Netlink name");
            return Err(Errno::EINVAL);
        };
        if ALWAYS_EXTENDED_ACKS {
            ask_for_extended_acks(&fd);
        }
        Ok(Self {
            fd,
            next_seq: AtomicU32::new(1),
            port,
            protocol,
            shelf: usize::try_from(protocol).unwrap_or(usize::MAX),
            generation: AtomicU32::new(guarded::generation()),
            max_batch: AtomicU32::new(0),
            congested: AtomicBool::new(false),
            drops: AtomicU32::new(0),
            timeout: AtomicU32::new(0),
            kernel_only: AtomicBool::new(false),
            netns: None,
        })
    }

    /// A socket for transactions and dumps only: refusals come without the request, which nobody
    /// would see.
    fn open_pooled(protocol: c_int) -> Result<Self, Errno> {
        let sock = Self::open(protocol)?;
        // Kernels before 4.3 have no such option; their refusals are as good.
        let _ = sys::set_option(&sock.fd, libc::SOL_NETLINK, sys::NETLINK_CAP_ACK, 1);
        Ok(sock)
    }

    pub(crate) fn protocol(&self) -> c_int {
        self.protocol
    }

    pub(crate) fn port(&self) -> u32 {
        self.port
    }

    pub(crate) fn raw_fd(&self) -> c_int {
        self.fd.raw()
    }

    /// Takes `n` consecutive sequence numbers and returns the first.
    ///
    /// Never 0, which is the kernel's own for notifications.
    pub(crate) fn allocate_seq(&self, n: u32) -> u32 {
        let advance = |seq: u32| match seq.wrapping_add(n) {
            next if next < u32::MAX / 2 => Some(next),
            _ => Some(1),
        };
        self.next_seq.fetch_update(Relaxed, Relaxed, advance).unwrap_or(1)
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
                log!(SOCKET, Warn, "could not {verb} multicast group {group} ({text})");
            },
        )
    }

    /// Makes blocking receives, transactions and dumps end in ETIMEDOUT after so many milliseconds;
    /// 0 for never.
    pub(crate) fn set_timeout(&self, milliseconds: u32) {
        self.timeout.store(milliseconds, Relaxed);
    }

    /// Makes receiving drop what other processes send.
    pub(crate) fn set_kernel_only(&self, kernel_only: bool) {
        self.kernel_only.store(kernel_only, Relaxed);
    }

    /// Makes the socket hear multicasts of all network namespaces that have a number in its own.
    pub(crate) fn listen_all_nsid(&self, listen: bool) -> Result<(), Errno> {
        let option = sys::NETLINK_LISTEN_ALL_NSID;
        sys::set_option(&self.fd, libc::SOL_NETLINK, option, c_int::from(listen))
    }

    /// The most requests that go in one datagram. What only transactions need is set up when they
    /// first ask.
    fn max_batch(&self) -> usize {
        match self.max_batch.load(Relaxed) {
            0 => self.prepare(),
            known => known as usize,
        }
    }

    #[cold]
    fn prepare(&self) -> usize {
        if !ALWAYS_EXTENDED_ACKS {
            ask_for_extended_acks(&self.fd);
        }
        let buffer = sys::receive_buffer_size(&self.fd).unwrap_or(0);
        let max = ((buffer / REPLY_ESTIMATE).max(1) as usize).min(MAX_REQUESTS);
        self.max_batch.store(max as u32, Relaxed);
        max
    }

    /// Tells, once, if the socket is older than the process: the parent has it, too.
    #[inline]
    fn note_fork(&self) {
        let present = guarded::generation();
        if self.generation.load(Relaxed) != present {
            self.generation.store(present, Relaxed);
            let port = self.port;
            log_limited!(SOCKET, Dbg, "socket {port} was made before a fork, and is shared by it");
        }
    }

    /// Sends `message` with its header filled in.
    ///
    /// # Safety
    /// As of [`message::finalize`].
    pub(crate) unsafe fn send(&self, message: Buf<'_>, seq: u32, wait: bool) -> Result<(), Errno> {
        self.note_fork();
        // SAFETY: the caller's promise.
        unsafe { message::finalize(message, seq, self.port) };
        let result = sys::send(&self.fd, message.bytes(), wait);
        trace::message("nl_sock_send__", result, message.bytes(), self.protocol);
        if result.is_ok() {
            count(Event::Sent, 1);
        }
        result
    }
}

/// Makes refusals say more than an errno value, where the kernel (4.12) can.
fn ask_for_extended_acks(fd: &Fd) {
    let _errno = errno::Preserve::new();
    let result = sys::set_option(fd, libc::SOL_NETLINK, sys::NETLINK_EXT_ACK, 1);
    if let Err(error) = result
        && ALWAYS_EXTENDED_ACKS
    {
        let text = errno::message(error.raw());
        log_limited!(SOCKET, Warn, "setting extended ack support failed ({text})");
    }
}

fn failed(call: &str, error: Errno) {
    log!(SOCKET, Err, "{call}: {}", errno::message(error.raw()));
}

/// Makes the receive buffer as large as a privileged process may, or as the system allows.
fn grow_receive_buffer(fd: &Fd) {
    let result = match force_receive_buffer(fd) {
        // Only root may pass the system's limit, to which the kernel lowers other wishes. It counts
        // double.
        Err(Errno::EPERM) => match sys::receive_buffer_size(fd) {
            Ok(size) if size >= 2 * RECEIVE_BUFFER as u32 => Ok(()),
            _ => sys::set_option(fd, libc::SOL_SOCKET, libc::SO_RCVBUF, RECEIVE_BUFFER),
        },
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

fn force_receive_buffer(fd: &Fd) -> Result<(), Errno> {
    sys::set_option(fd, libc::SOL_SOCKET, libc::SO_RCVBUFFORCE, RECEIVE_BUFFER)
}
