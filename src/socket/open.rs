//! Opening a socket.

use super::{Socket, pool};
use crate::errno::{self, Errno};
use crate::flavour::{ALWAYS_EXTENDED_ACKS, RECEIVE_BUFFER};
use crate::host::log::{log, log_limited};
use crate::identity;
use crate::sys::{self, Fd, option};
use alloc::boxed::Box;
use core::cell::UnsafeCell;
use core::ffi::c_int;
use core::sync::atomic::{AtomicBool, AtomicI64, AtomicU32};
use once_cell::race::OnceNonZeroUsize;

/// What went wrong, for the log. Logged once no descriptor is open that a log handler could make the
/// caller lose by leaving.
enum Failure {
    /// This call failed.
    Call(&'static str, Errno),
    /// The socket has an address that is not a netlink address.
    BadAddress,
}

impl Failure {
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

/// Options that could not be set on a socket that works without them. For the log.
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
    /// Opens a socket, hands it to `keep`, and logs what could not be set. `keep` puts the socket
    /// where it is not lost if a log handler never returns.
    pub(crate) fn open<R>(protocol: c_int, keep: impl FnOnce(Box<Self>) -> R) -> Result<R, Errno> {
        let mut warnings = Warnings::default();
        match connect(protocol, &mut warnings) {
            Ok((fd, port)) => {
                let kept = keep(Box::new(Self::new(fd, port, protocol)));
                warnings.log();
                Ok(kept)
            }
            Err(failure) => {
                warnings.log();
                Err(failure.log())
            }
        }
    }

    fn new(fd: Fd, port: u32, protocol: c_int) -> Self {
        Self {
            fd,
            next_seq: AtomicU32::new(1),
            port,
            protocol,
            opened_by: identity::current(),
            foreign_use_logged: AtomicU32::new(0),
            max_requests: OnceNonZeroUsize::new(),
            congested: AtomicBool::new(false),
            drops: AtomicU32::new(0),
            timeout: AtomicU32::new(0),
            kernel_only: AtomicBool::new(false),
            pool: pool::Index::of_protocol(protocol),
            netns: None,
            idle_since: AtomicI64::new(0),
            dump: UnsafeCell::new(None),
        }
    }

    /// Sets what is right for a socket that only makes transactions and dumps: a refusal need not
    /// quote the request, which nobody would see.
    pub(super) fn cap_acks(&self) {
        // Kernels before 4.3 do not know the option. Their refusals are as good.
        let _ = sys::set_option(&self.fd, libc::SOL_NETLINK, option::CAP_ACK, 1);
    }
}

/// Opens and connects a socket. Returns it with its port id.
fn connect(protocol: c_int, warnings: &mut Warnings) -> Result<(Fd, u32), Failure> {
    // The original's log says "fcntl" for socket(). People search logs for it.
    let fd = sys::netlink_socket(protocol).map_err(|error| Failure::Call("fcntl", error))?;
    warnings.receive_buffer = grow_receive_buffer(&fd).err();
    sys::connect_to_kernel(&fd).map_err(|error| Failure::Call("connect(0)", error))?;
    let port = sys::port_id(&fd).map_err(|error| Failure::Call("getsockname", error))?;
    let port = port.ok_or(Failure::BadAddress)?;
    if ALWAYS_EXTENDED_ACKS {
        warnings.extended_acks = ask_for_extended_acks(&fd).err();
    }
    Ok((fd, port))
}

/// Makes refusals say more than an errno value, if the kernel can (Linux 4.12).
pub(super) fn ask_for_extended_acks(fd: &Fd) -> Result<(), Errno> {
    let _errno = errno::Preserve::new();
    sys::set_option(fd, libc::SOL_NETLINK, option::EXT_ACK, 1)
}

/// Makes the receive buffer as large as a privileged process may, or as the system allows.
fn grow_receive_buffer(fd: &Fd) -> Result<(), Errno> {
    match sys::set_option(fd, libc::SOL_SOCKET, libc::SO_RCVBUFFORCE, RECEIVE_BUFFER) {
        // Only a privileged process may exceed the system's limit. For others, SO_RCVBUF lowers the
        // wish to the limit, and then doubles it. It must not lower a default that is larger.
        Err(Errno::EPERM) => match sys::receive_buffer_size(fd) {
            Ok(size) if size >= 2 * RECEIVE_BUFFER as u32 => Ok(()),
            _ => sys::set_option(fd, libc::SOL_SOCKET, libc::SO_RCVBUF, RECEIVE_BUFFER),
        },
        result => result,
    }
}
