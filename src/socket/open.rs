// SPDX-License-Identifier: Apache-2.0
//! Opening sockets.

use super::captured::capture_failure;
use super::strict::Checking;
use super::{Socket, pool};
use crate::errno::{self, Errno};
use crate::flavour::{ALWAYS_EXTENDED_ACKS, RECEIVE_BUFFER};
use crate::host::log::{self, log, log_limited};
use crate::identity;
use crate::sys::{self, Fd, option};
use alloc::boxed::Box;
use core::cell::UnsafeCell;
use core::ffi::c_int;
use core::sync::atomic::{AtomicBool, AtomicU32};
use once_cell::race::OnceNonZeroUsize;

/// The reason why a socket could not be opened. The reason is logged after the descriptor has been
/// closed: if a log handler did not return, an open descriptor would be lost.
enum Failure {
    /// The system call with this name failed.
    Call(&'static str, Errno),
    /// The socket has an address that is not a netlink address.
    BadAddress,
}

impl Failure {
    /// Writes the failure to the capture, if there is one.
    fn capture(&self, protocol: c_int) {
        if let Self::Call(call, error) = *self {
            let call = match call {
                "connect(0)" => "connect",
                "getsockname" => call,
                // It may be called otherwise in log messages.
                _ => "socket",
            };
            capture_failure(protocol, call, error);
        }
    }

    fn log(self) -> Errno {
        match self {
            Self::Call(call, error) => {
                log!(SOCKET, Err, "{call}: {}", errno::text(error.raw()));
                error
            }
            Self::BadAddress => {
                log!(SOCKET, Err, "getsockname returned bad Netlink name");
                Errno::EINVAL
            }
        }
    }
}

/// The errors of setting socket options that are not essential. These errors are only logged.
#[derive(Default)]
struct Warnings {
    receive_buffer: Option<Errno>,
    extended_acks: Option<Errno>,
}

impl Warnings {
    #[inline]
    fn log(self) {
        if self.receive_buffer.is_some() || self.extended_acks.is_some() {
            self.log_each();
        }
    }

    #[cold]
    fn log_each(self) {
        if let Some(error) = self.receive_buffer {
            let text = errno::text(error.raw());
            log_limited!(
                SOCKET,
                Warn,
                "setting {RECEIVE_BUFFER}-byte socket receive buffer failed ({text})"
            );
        }
        if let Some(error) = self.extended_acks {
            let text = errno::text(error.raw());
            log_limited!(SOCKET, Warn, "setting extended ack support failed ({text})");
        }
    }
}

impl Socket {
    /// Opens a socket and passes it to `keep`, which stores it where it cannot be lost. Only then
    /// logs which options could not be set, since a log handler may not return.
    pub(crate) fn open<R>(protocol: c_int, keep: impl FnOnce(Box<Self>) -> R) -> Result<R, Errno> {
        // Before socket(): if a signal handler forks after this, the child does not take the socket
        // for its own.
        let opened_by = identity::current();
        let mut warnings = Warnings::default();
        match connect(protocol, &mut warnings) {
            Ok((fd, port)) => {
                pool::forget_descriptor(fd.raw());
                let kept = keep(Box::new(Self::new(fd, port, protocol, opened_by)));
                warnings.log();
                Ok(kept)
            }
            Err(failure) => {
                failure.capture(protocol);
                warnings.log();
                Err(failure.log())
            }
        }
    }

    fn new(fd: Fd, port: u32, protocol: c_int, opened_by: u32) -> Self {
        Self {
            fd,
            next_seq: AtomicU32::new(1),
            port,
            protocol,
            opened_by,
            foreign_use_logged: AtomicU32::new(0),
            max_requests: OnceNonZeroUsize::new(),
            congested: AtomicBool::new(false),
            drops: AtomicU32::new(0),
            timeout: AtomicU32::new(0),
            kernel_only: AtomicBool::new(false),
            joined: AtomicBool::new(false),
            used_otherwise: AtomicBool::new(false),
            asked_for_groups: AtomicBool::new(false),
            checking: Checking::default(),
            pool: pool::Index::of_protocol(protocol),
            netns: None,
            idle_since: AtomicU32::new(0),
            dump: UnsafeCell::new(None),
            in_dump: AtomicBool::new(false),
        }
    }

    /// Sets the options that only transactions and dumps need. Only for sockets of the pool: the
    /// messages that a C caller receives on its own socket would change.
    pub(super) fn prepare_for_pool(&self) {
        let _errno = errno::Preserve::new();
        // Makes error messages from the kernel contain only the header of the request. Linux before
        // 4.3 does not know the option, and sends the whole request, which does no harm.
        let _ = sys::set_option(&self.fd, libc::SOL_NETLINK, option::CAP_ACK, 1);
        if !ALWAYS_EXTENDED_ACKS {
            let _ = ask_for_extended_acks(&self.fd);
        }
    }
}

/// Opens a socket and connects it to the kernel. Returns its descriptor and its port id.
fn connect(protocol: c_int, warnings: &mut Warnings) -> Result<(Fd, u32), Failure> {
    let fd = sys::netlink_socket(protocol).map_err(|error| Failure::Call(socket_call(), error))?;
    warnings.receive_buffer = grow_receive_buffer(&fd).err();
    sys::connect_to_kernel(&fd).map_err(|error| Failure::Call("connect(0)", error))?;
    let port = sys::port_id(&fd).map_err(|error| Failure::Call("getsockname", error))?;
    let port = port.ok_or(Failure::BadAddress)?;
    if ALWAYS_EXTENDED_ACKS {
        warnings.extended_acks = ask_for_extended_acks(&fd).err();
    }
    Ok((fd, port))
}

/// The name of the system call socket() in log messages. The original logs "fcntl"; so does this
/// library in the log of Open vSwitch, for people who search their logs for that text.
fn socket_call() -> &'static str {
    if log::check_no_host().is_ok() { "socket" } else { "fcntl" }
}

/// Asks the kernel for extended acknowledgements, which explain an errno value (since Linux 4.12).
fn ask_for_extended_acks(fd: &Fd) -> Result<(), Errno> {
    let _errno = errno::Preserve::new();
    sys::set_option(fd, libc::SOL_NETLINK, option::EXT_ACK, 1)
}

/// Requests a receive buffer of the size [`RECEIVE_BUFFER`], or the largest that the system allows.
fn grow_receive_buffer(fd: &Fd) -> Result<(), Errno> {
    match sys::set_option(fd, libc::SOL_SOCKET, libc::SO_RCVBUFFORCE, RECEIVE_BUFFER) {
        // Only a privileged process may exceed the system's limit. For other processes, SO_RCVBUF
        // reduces the value to the limit and then doubles it. Leave the buffer as it is if it is
        // that large already.
        Err(Errno::EPERM) => match sys::receive_buffer_size(fd) {
            Ok(size) if size >= 2 * RECEIVE_BUFFER as u32 => Ok(()),
            _ => sys::set_option(fd, libc::SOL_SOCKET, libc::SO_RCVBUF, RECEIVE_BUFFER),
        },
        result => result,
    }
}
