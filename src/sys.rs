//! Every system call of the library.
//!
//! The rule for EINTR: a call that a signal interrupts is repeated, as the original does, except
//! [`poll`], whose callers decide.

use crate::errno::Errno;
use core::ffi::{c_int, c_uint};
use core::mem::MaybeUninit;
use core::time::Duration;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};

/// A byte that the kernel may write.
pub(crate) type Uninit = MaybeUninit<u8>;

/// Repeats `call` until it is not interrupted; its non-negative result, or errno.
fn retry(mut call: impl FnMut() -> isize) -> Result<usize, Errno> {
    loop {
        match usize::try_from(call()) {
            Ok(result) => return Ok(result),
            Err(_) => match Errno::last() {
                Errno::EINTR => {}
                error => return Err(error),
            },
        }
    }
}

fn check(result: c_int) -> Result<(), Errno> {
    if result < 0 {
        Err(Errno::last())
    } else {
        Ok(())
    }
}

/// Opens a raw netlink socket that programs started later do not inherit.
pub(crate) fn netlink_socket(protocol: c_int) -> Result<OwnedFd, Errno> {
    // SAFETY: no memory involved.
    let fd = unsafe {
        libc::socket(
            libc::AF_NETLINK,
            libc::SOCK_RAW | libc::SOCK_CLOEXEC,
            protocol,
        )
    };
    check(fd)?;
    // SAFETY: a new descriptor, which nobody else owns.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

/// An address of netlink: 0 is the kernel's.
fn address(port: u32) -> libc::sockaddr_nl {
    // SAFETY: all-zero bytes are a valid address.
    let mut address: libc::sockaddr_nl = unsafe { core::mem::zeroed() };
    address.nl_family = libc::AF_NETLINK as u16;
    address.nl_pid = port;
    address
}

const ADDRESS_SIZE: libc::socklen_t = size_of::<libc::sockaddr_nl>() as libc::socklen_t;

/// Connects a socket to the kernel.
pub(crate) fn connect_to_kernel(fd: &OwnedFd) -> Result<(), Errno> {
    let kernel = address(0);
    // SAFETY: the address lives through the call and has the size given.
    check(unsafe { libc::connect(fd.as_raw_fd(), (&raw const kernel).cast(), ADDRESS_SIZE) })
}

/// The port id that the kernel gave the socket; none if its address is no netlink address.
pub(crate) fn port_id(fd: &OwnedFd) -> Result<Option<u32>, Errno> {
    let mut local = address(0);
    let mut size = ADDRESS_SIZE;
    // SAFETY: the address lives through the call and has the size given.
    check(unsafe { libc::getsockname(fd.as_raw_fd(), (&raw mut local).cast(), &raw mut size) })?;
    let valid = size >= ADDRESS_SIZE && c_int::from(local.nl_family) == libc::AF_NETLINK;
    Ok(valid.then_some(local.nl_pid))
}

const INT_SIZE: libc::socklen_t = size_of::<c_int>() as libc::socklen_t;

/// Sets a socket option that is an integer.
pub(crate) fn set_option(
    fd: &OwnedFd,
    level: c_int,
    name: c_int,
    value: c_int,
) -> Result<(), Errno> {
    // SAFETY: the value lives through the call and has the size given.
    check(unsafe {
        libc::setsockopt(
            fd.as_raw_fd(),
            level,
            name,
            (&raw const value).cast(),
            INT_SIZE,
        )
    })
}

/// The size of a socket's receive buffer in bytes, as the kernel accounts it.
pub(crate) fn receive_buffer_size(fd: &OwnedFd) -> Result<u32, Errno> {
    let mut value: c_int = 0;
    let mut size = INT_SIZE;
    // SAFETY: the value lives through the call and has the size given.
    check(unsafe {
        libc::getsockopt(
            fd.as_raw_fd(),
            libc::SOL_SOCKET,
            libc::SO_RCVBUF,
            (&raw mut value).cast(),
            &raw mut size,
        )
    })?;
    u32::try_from(value).map_err(|_| Errno::EINVAL)
}

fn flags(wait: bool) -> c_int {
    if wait { 0 } else { libc::MSG_DONTWAIT }
}

/// Sends one datagram.
pub(crate) fn send(fd: &OwnedFd, datagram: &[u8], wait: bool) -> Result<(), Errno> {
    retry(|| {
        // SAFETY: pointer and length are those of `datagram`.
        unsafe {
            libc::send(
                fd.as_raw_fd(),
                datagram.as_ptr().cast(),
                datagram.len(),
                flags(wait),
            )
        }
    })?;
    Ok(())
}

/// Sends the parts as one datagram, waiting for room.
pub(crate) fn send_parts(fd: &OwnedFd, parts: &[std::io::IoSlice<'_>]) -> Result<(), Errno> {
    // SAFETY: all-zero bytes are a valid header.
    let mut message: libc::msghdr = unsafe { core::mem::zeroed() };
    // IoSlice promises the layout of an iovec.
    message.msg_iov = parts.as_ptr().cast_mut().cast();
    message.msg_iovlen = parts.len() as _;
    retry(|| {
        // SAFETY: the header describes `parts`, which live through the call.
        unsafe { libc::sendmsg(fd.as_raw_fd(), &raw const message, 0) }
    })?;
    Ok(())
}

/// Receives one datagram without waiting. Its real length, which may be more than the buffer's.
pub(crate) fn receive(fd: &OwnedFd, buffer: &mut [Uninit]) -> Result<usize, Errno> {
    let flags = libc::MSG_DONTWAIT | libc::MSG_TRUNC;
    retry(|| {
        // SAFETY: pointer and length are those of `buffer`.
        unsafe {
            libc::recv(
                fd.as_raw_fd(),
                buffer.as_mut_ptr().cast(),
                buffer.len(),
                flags,
            )
        }
    })
}

/// Receives one datagram into two buffers, one after the other. Its real length, which may be more
/// than that of both.
pub(crate) fn receive_split(
    fd: &OwnedFd,
    first: &mut [Uninit],
    second: &mut [Uninit],
    wait: bool,
) -> Result<usize, Errno> {
    let mut parts = [part(first), part(second)];
    // SAFETY: all-zero bytes are a valid header.
    let mut message: libc::msghdr = unsafe { core::mem::zeroed() };
    message.msg_iov = parts.as_mut_ptr();
    message.msg_iovlen = parts.len() as _;
    let flags = flags(wait) | libc::MSG_TRUNC;
    retry(|| {
        // SAFETY: the header describes the two buffers, which live through the call.
        unsafe { libc::recvmsg(fd.as_raw_fd(), &raw mut message, flags) }
    })
}

fn part(buffer: &mut [Uninit]) -> libc::iovec {
    libc::iovec {
        iov_base: buffer.as_mut_ptr().cast(),
        iov_len: buffer.len(),
    }
}

/// Waits until a descriptor is ready, or for `timeout` (none: for ever). How many are ready.
pub(crate) fn poll(fds: &mut [libc::pollfd], timeout: Option<Duration>) -> Result<usize, Errno> {
    // Rounded up, so that a wait never ends early and then spins.
    let milliseconds = timeout.map_or(-1, |timeout| {
        c_int::try_from(timeout.as_nanos().div_ceil(1_000_000)).unwrap_or(c_int::MAX)
    });
    // SAFETY: pointer and length are those of `fds`.
    let ready = unsafe { libc::poll(fds.as_mut_ptr(), fds.len() as libc::nfds_t, milliseconds) };
    usize::try_from(ready).map_err(|_| Errno::last())
}

/// Writes `bytes` to standard error, as far as it takes them.
pub(crate) fn write_stderr(mut bytes: &[u8]) {
    while !bytes.is_empty() {
        let written = retry(|| {
            // SAFETY: pointer and length are those of `bytes`.
            unsafe { libc::write(libc::STDERR_FILENO, bytes.as_ptr().cast(), bytes.len()) }
        });
        match written {
            // There is nowhere left to say that the log cannot be written.
            Err(_) | Ok(0) => return,
            Ok(count) => bytes = bytes.get(count..).unwrap_or_default(),
        }
    }
}

/// The monotonic clock, in milliseconds.
pub(crate) fn monotonic_ms() -> i64 {
    let now = clock(libc::CLOCK_MONOTONIC);
    now.tv_sec * 1000 + now.tv_nsec / 1_000_000
}

/// The time of day in UTC.
pub(crate) fn utc() -> libc::tm {
    let now = clock(libc::CLOCK_REALTIME).tv_sec;
    // SAFETY: all-zero bytes are a valid `struct tm`.
    let mut parts: libc::tm = unsafe { core::mem::zeroed() };
    // SAFETY: both live through the call.
    unsafe { libc::gmtime_r(&raw const now, &raw mut parts) };
    parts
}

fn clock(id: libc::clockid_t) -> libc::timespec {
    let mut now = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: `now` lives through the call, which cannot fail for these clocks.
    unsafe { libc::clock_gettime(id, &raw mut now) };
    now
}

/// The most parts that one datagram may be sent in, if the system says.
pub(crate) fn max_parts() -> Option<c_uint> {
    // SAFETY: no memory involved.
    let limit = unsafe { libc::sysconf(libc::_SC_IOV_MAX) };
    c_uint::try_from(limit).ok().filter(|&limit| limit > 0)
}
