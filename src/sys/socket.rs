// SPDX-License-Identifier: Apache-2.0
//! Opening sockets, and their addresses and options.

use super::check;
use crate::errno::{self, Errno};
use core::ffi::c_int;
use core::sync::atomic::{AtomicI32, Ordering::Relaxed};

/// Socket options of level SOL_NETLINK that the `libc` crate does not define for all targets.
pub(crate) mod option {
    use core::ffi::c_int;

    pub(super) const COOKIE: c_int = libc::SO_COOKIE;
    pub(crate) const PKTINFO: c_int = 3;
    pub(crate) const LISTEN_ALL_NSID: c_int = 8;
    pub(crate) const CAP_ACK: c_int = 10;
    pub(crate) const EXT_ACK: c_int = 11;
    pub(crate) const GET_STRICT_CHK: c_int = 12;
}

/// The descriptor of a socket, which is closed when this object is dropped.
///
/// A program may close the number of a descriptor that is not its own, for example all numbers from
/// 3 on. The kernel then gives the number to the next file that is opened. So when a system call
/// fails, and before the number is closed, [`Fd::check`] compares the socket behind the number with
/// the one that was opened. A number that belongs to somebody else is forgotten.
pub(crate) struct Fd {
    number: AtomicI32,
    /// The number by which the kernel tells this socket from all others, those that were closed
    /// included. None if it is not known: Linux has it since 4.6.
    cookie: Option<u64>,
}

/// The number in an [`Fd`] whose descriptor was closed or forgotten.
const CLOSED: c_int = -1;

impl Fd {
    fn new(number: c_int) -> Self {
        Self { number: AtomicI32::new(number), cookie: cookie(number).ok() }
    }

    pub(crate) fn raw(&self) -> c_int {
        self.number.load(Relaxed)
    }

    /// The number by which the kernel tells the socket from all others. None if it is not known.
    pub(crate) fn cookie(&self) -> Option<u64> {
        self.cookie
    }

    /// Whether the descriptor was closed or forgotten.
    pub(crate) fn is_closed(&self) -> bool {
        self.raw() == CLOSED
    }

    /// Checks that the number still refers to the socket. If it does not, forgets the number, and
    /// returns EBADF; later system calls on this object fail with EBADF, too.
    #[cold]
    pub(crate) fn check(&self) -> Result<(), Errno> {
        let number = self.raw();
        if number != CLOSED && self.is_at(number) {
            return Ok(());
        }
        self.number.store(CLOSED, Relaxed);
        Err(Errno::EBADF)
    }

    /// Whether `number` refers to the socket. Also true if that cannot be found out.
    fn is_at(&self, number: c_int) -> bool {
        match cookie(number) {
            Err(Errno::EBADF | Errno::ENOTSOCK) => false,
            Err(_) => true,
            Ok(found) => self.cookie.is_none_or(|known| known == found),
        }
    }

    /// The error of a system call that failed with `error`: EBADF if the number does not refer to
    /// the socket any more. Then forgets the number.
    #[inline]
    pub(super) fn failed(&self, error: Errno) -> Errno {
        match error {
            // These are usual, and say nothing of the number.
            Errno::EAGAIN | Errno::ENOBUFS => error,
            _ => self.check().err().unwrap_or(error),
        }
    }

    /// If the descriptor has the number `number`, forgets it. Returns whether it did. Call after
    /// the kernel has given `number` to another file, so that somebody else must have closed this
    /// descriptor.
    pub(crate) fn forget(&self, number: c_int) -> bool {
        self.number.compare_exchange(number, CLOSED, Relaxed, Relaxed).is_ok()
    }

    /// Closes the descriptor. Later system calls on this object fail with EBADF.
    pub(crate) fn close(&self) {
        let number = self.number.swap(CLOSED, Relaxed);
        if number != CLOSED && self.is_at(number) {
            // SAFETY: no memory is involved. Only this owns the descriptor.
            unsafe { libc::close(number) };
        }
    }

    /// Makes the descriptor `fd`, which refers to a socket, refer to a file that is not a socket:
    /// socket calls on `fd` then fail with ENOTSOCK, and poll() does not wait. In a child, this
    /// keeps a function that the fork interrupted from using the parent's socket, or waiting for
    /// it. Returns whether `fd` now refers to such a file, which the caller passes to
    /// [`Fd::close_substitute`] later.
    pub(crate) fn replace(fd: c_int) -> bool {
        let create = || {
            // SAFETY: no memory is involved.
            let substitute = unsafe { libc::eventfd(1, libc::EFD_CLOEXEC) };
            check(substitute).map(|()| substitute)
        };
        let created = create().or_else(|_| {
            // Perhaps the process has as many descriptors as it may have. Then the closed number is
            // the one that is given next, or a lower one.
            // SAFETY: no memory is involved. The owner of the descriptor still owns it.
            unsafe { libc::close(fd) };
            create()
        });
        let Ok(substitute) = created else { return false };
        if substitute != fd {
            // SAFETY: as above.
            unsafe {
                libc::dup3(substitute, fd, libc::O_CLOEXEC);
                libc::close(substitute);
            }
        }
        true
    }

    /// Closes the file that [`Fd::replace`] made `fd` refer to.
    #[cold]
    pub(crate) fn close_substitute(fd: c_int) {
        // SAFETY: no memory is involved. The socket's owner does not close it, since it is not the
        // socket.
        unsafe { libc::close(fd) };
    }
}

impl Drop for Fd {
    fn drop(&mut self) {
        self.close();
    }
}

/// Opens a raw netlink socket that is closed on exec.
pub(crate) fn netlink_socket(protocol: c_int) -> Result<Fd, Errno> {
    let kind = libc::SOCK_RAW | libc::SOCK_CLOEXEC;
    // SAFETY: no memory is involved.
    let fd = unsafe { libc::socket(libc::AF_NETLINK, kind, protocol) };
    check(fd)?;
    Ok(Fd::new(fd))
}

/// The number by which the kernel tells a socket from all others. Does not change errno.
fn cookie(number: c_int) -> Result<u64, Errno> {
    let _errno = errno::Preserve::new();
    let mut cookie = 0u64;
    let mut size = size_of_val(&cookie) as libc::socklen_t;
    // SAFETY: the value lives through the call and has the size given.
    check(unsafe {
        let value = (&raw mut cookie).cast();
        libc::getsockopt(number, libc::SOL_SOCKET, option::COOKIE, value, &raw mut size)
    })?;
    Ok(cookie)
}

/// The netlink address with the port id `port`. The kernel's port id is 0.
pub(super) fn address(port: u32) -> libc::sockaddr_nl {
    // SAFETY: all-zero bytes are a valid address.
    let mut address: libc::sockaddr_nl = unsafe { core::mem::zeroed() };
    address.nl_family = libc::AF_NETLINK as u16;
    address.nl_pid = port;
    address
}

pub(super) const ADDRESS_SIZE: libc::socklen_t = size_of::<libc::sockaddr_nl>() as libc::socklen_t;

/// Connects a socket to the kernel: what is sent without an address goes to the kernel.
pub(crate) fn connect_to_kernel(fd: &Fd) -> Result<(), Errno> {
    let kernel = address(0);
    // SAFETY: the address lives through the call and has the size given.
    check(unsafe { libc::connect(fd.raw(), (&raw const kernel).cast(), ADDRESS_SIZE) })
        .map_err(|error| fd.failed(error))
}

/// The port id that the kernel gave the socket. None if the address of the socket is not a netlink
/// address.
pub(crate) fn port_id(fd: &Fd) -> Result<Option<u32>, Errno> {
    let mut local = address(0);
    let mut size = ADDRESS_SIZE;
    // SAFETY: the address lives through the call and has the size given.
    check(unsafe { libc::getsockname(fd.raw(), (&raw mut local).cast(), &raw mut size) })
        .map_err(|error| fd.failed(error))?;
    let valid = size >= ADDRESS_SIZE && c_int::from(local.nl_family) == libc::AF_NETLINK;
    Ok(valid.then_some(local.nl_pid))
}

const INT_SIZE: libc::socklen_t = size_of::<c_int>() as libc::socklen_t;

/// Sets a socket option that is an integer.
pub(crate) fn set_option(fd: &Fd, level: c_int, name: c_int, value: c_int) -> Result<(), Errno> {
    // SAFETY: the value lives through the call and has the size given.
    check(unsafe { libc::setsockopt(fd.raw(), level, name, (&raw const value).cast(), INT_SIZE) })
        .map_err(|error| fd.failed(error))
}

/// A socket option that is an integer.
pub(crate) fn int_option(fd: &Fd, level: c_int, name: c_int) -> Result<c_int, Errno> {
    let mut value: c_int = 0;
    let mut size = INT_SIZE;
    // SAFETY: the value lives through the call and has the size given.
    check(unsafe {
        libc::getsockopt(fd.raw(), level, name, (&raw mut value).cast(), &raw mut size)
    })
    .map_err(|error| fd.failed(error))?;
    Ok(value)
}

/// The size of a socket's receive buffer in bytes. Each message takes up more of it than the
/// message's own length, since the kernel also counts its bookkeeping.
pub(crate) fn receive_buffer_size(fd: &Fd) -> Result<u32, Errno> {
    buffer_size(fd, libc::SO_RCVBUF)
}

/// The value of SO_RCVBUF or SO_SNDBUF: twice what was set, since the kernel doubles it.
fn buffer_size(fd: &Fd, name: c_int) -> Result<u32, Errno> {
    u32::try_from(int_option(fd, libc::SOL_SOCKET, name)?).map_err(|_| Errno::EINVAL)
}

/// Sets the size of a socket's receive buffer, if the process may exceed the system's limit.
/// Returns the size before.
pub(crate) fn force_receive_buffer_size(fd: &Fd, size: usize) -> Result<u32, Errno> {
    let before = buffer_size(fd, libc::SO_RCVBUF)?;
    set_option(fd, libc::SOL_SOCKET, libc::SO_RCVBUFFORCE, half(size))?;
    Ok(before)
}

/// Enlarges a socket's send buffer, as far as the system allows. Returns the size before. Fails
/// with EPERM if the system allows nothing more.
pub(crate) fn enlarge_send_buffer(fd: &Fd, size: usize) -> Result<u32, Errno> {
    let before = buffer_size(fd, libc::SO_SNDBUF)?;
    match set_option(fd, libc::SOL_SOCKET, libc::SO_SNDBUFFORCE, half(size)) {
        // Without privileges, this would cut the buffer to the system's limit if somebody with
        // privileges has made it larger before. The limit shows in another socket.
        Err(Errno::EPERM) => {
            let other = netlink_socket(libc::NETLINK_ROUTE)?;
            set_option(&other, libc::SOL_SOCKET, libc::SO_SNDBUF, half(size))?;
            if buffer_size(&other, libc::SO_SNDBUF)? <= before {
                return Err(Errno::EPERM);
            }
            set_option(fd, libc::SOL_SOCKET, libc::SO_SNDBUF, half(size))?;
        }
        result => result?,
    }
    Ok(before)
}

/// Sets the size of a socket's send buffer to one that it had before.
pub(crate) fn restore_send_buffer(fd: &Fd, size: u32) {
    let size = half(size as usize);
    if set_option(fd, libc::SOL_SOCKET, libc::SO_SNDBUFFORCE, size).is_err() {
        let _ = set_option(fd, libc::SOL_SOCKET, libc::SO_SNDBUF, size);
    }
}

/// The value to set, so that a buffer gets at least this size: the kernel doubles the value.
fn half(size: usize) -> c_int {
    c_int::try_from(size.div_ceil(2)).unwrap_or(c_int::MAX)
}

/// The number of messages that the kernel has dropped for a socket since the socket was opened.
/// None if the kernel (Linux before 4.12) does not report it.
pub(crate) fn dropped_messages(fd: &Fd) -> Option<u32> {
    /// The index of the number in the array that SO_MEMINFO returns.
    const SK_MEMINFO_DROPS: usize = 8;

    let mut values = [0u32; SK_MEMINFO_DROPS + 1];
    let mut size = size_of_val(&values) as libc::socklen_t;
    // SAFETY: the values live through the call and have the size given.
    let result = unsafe {
        libc::getsockopt(
            fd.raw(),
            libc::SOL_SOCKET,
            libc::SO_MEMINFO,
            values.as_mut_ptr().cast(),
            &raw mut size,
        )
    };
    let [.., drops] = values;
    check(result).map_err(|error| fd.failed(error)).ok()?;
    Some(drops)
}
