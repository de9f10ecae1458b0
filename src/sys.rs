//! Every system call of the library.
//!
//! The rule for EINTR: a call that a signal interrupts is repeated, as the original does, except
//! [`poll`], whose callers decide.

use crate::errno::{self, Errno};
use core::ffi::c_int;
use core::mem::MaybeUninit;
use core::sync::atomic::AtomicU32;
use core::time::Duration;

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
    if result < 0 { Err(Errno::last()) } else { Ok(()) }
}

/// A file descriptor that nobody else owns.
pub(crate) struct Fd(c_int);

impl Fd {
    pub(crate) fn raw(&self) -> c_int {
        self.0
    }
}

impl Drop for Fd {
    fn drop(&mut self) {
        // SAFETY: no memory involved.
        unsafe { libc::close(self.0) };
    }
}

/// Opens a raw netlink socket that programs started later do not inherit.
pub(crate) fn netlink_socket(protocol: c_int) -> Result<Fd, Errno> {
    // SAFETY: no memory involved.
    let fd =
        unsafe { libc::socket(libc::AF_NETLINK, libc::SOCK_RAW | libc::SOCK_CLOEXEC, protocol) };
    check(fd)?;
    Ok(Fd(fd))
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
pub(crate) fn connect_to_kernel(fd: &Fd) -> Result<(), Errno> {
    let kernel = address(0);
    // SAFETY: the address lives through the call and has the size given.
    check(unsafe { libc::connect(fd.raw(), (&raw const kernel).cast(), ADDRESS_SIZE) })
}

/// The port id that the kernel gave the socket; none if its address is no netlink address.
pub(crate) fn port_id(fd: &Fd) -> Result<Option<u32>, Errno> {
    let mut local = address(0);
    let mut size = ADDRESS_SIZE;
    // SAFETY: the address lives through the call and has the size given.
    check(unsafe { libc::getsockname(fd.raw(), (&raw mut local).cast(), &raw mut size) })?;
    let valid = size >= ADDRESS_SIZE && c_int::from(local.nl_family) == libc::AF_NETLINK;
    Ok(valid.then_some(local.nl_pid))
}

const INT_SIZE: libc::socklen_t = size_of::<c_int>() as libc::socklen_t;

/// Sets a socket option that is an integer.
pub(crate) fn set_option(fd: &Fd, level: c_int, name: c_int, value: c_int) -> Result<(), Errno> {
    // SAFETY: the value lives through the call and has the size given.
    check(unsafe { libc::setsockopt(fd.raw(), level, name, (&raw const value).cast(), INT_SIZE) })
}

/// The size of a socket's receive buffer in bytes, as the kernel accounts it.
pub(crate) fn receive_buffer_size(fd: &Fd) -> Result<u32, Errno> {
    let mut value: c_int = 0;
    let mut size = INT_SIZE;
    // SAFETY: the value lives through the call and has the size given.
    check(unsafe {
        libc::getsockopt(
            fd.raw(),
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
pub(crate) fn send(fd: &Fd, datagram: &[u8], wait: bool) -> Result<(), Errno> {
    retry(|| {
        // SAFETY: pointer and length are those of `datagram`.
        unsafe { libc::send(fd.raw(), datagram.as_ptr().cast(), datagram.len(), flags(wait)) }
    })?;
    Ok(())
}

/// What no message starts with: a length of 4 GiB - 1.
const UNTOUCHED: [u8; 4] = [0xff; 4];

/// Runs `receive`, which receives a datagram to the start of `first`.
///
/// Some kernels returned an error as if it were the number of bytes received, and left the memory
/// alone. It is marked beforehand, so that this shows.
fn guarded_receive(
    first: &mut [Uninit],
    mut receive: impl FnMut(&mut [Uninit]) -> isize,
) -> Result<usize, Errno> {
    retry(|| {
        if let Some(start) = first.first_chunk_mut() {
            *start = UNTOUCHED.map(MaybeUninit::new);
        }
        let received = receive(first);
        let untouched = first.first_chunk::<4>().is_some_and(|start| {
            // SAFETY: written above, if not by the kernel.
            start.map(|byte| unsafe { byte.assume_init() }) == UNTOUCHED
        });
        if untouched && received > 0 {
            errno::set(received as c_int);
            return -1;
        }
        received
    })
}

/// Receives one datagram. Its real length, which may be more than the buffer's.
pub(crate) fn receive(fd: &Fd, buffer: &mut [Uninit], wait: bool) -> Result<usize, Errno> {
    let flags = flags(wait) | libc::MSG_TRUNC;
    guarded_receive(buffer, |buffer| {
        // SAFETY: pointer and length are those of `buffer`.
        unsafe { libc::recv(fd.raw(), buffer.as_mut_ptr().cast(), buffer.len(), flags) }
    })
}

/// Where a datagram came from.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(crate) struct Sender {
    /// Port id of the sender, 0 for the kernel.
    pub(crate) port: u32,
    /// Multicast group that it was sent to, 0 for none. Only known once [`NETLINK_PKTINFO`] is on.
    pub(crate) group: u32,
    /// Network namespace that it came from, if another one and the socket listens to all.
    pub(crate) nsid: Option<c_int>,
}

pub(crate) const NETLINK_PKTINFO: c_int = 3;
pub(crate) const NETLINK_LISTEN_ALL_NSID: c_int = 8;
pub(crate) const NETLINK_CAP_ACK: c_int = 10;
pub(crate) const NETLINK_EXT_ACK: c_int = 11;

/// Receives one datagram into two buffers, one after the other. Its real length, which may be more
/// than that of both. Tells its sender where one asks.
pub(crate) fn receive_split(
    fd: &Fd,
    first: &mut [Uninit],
    second: &mut [Uninit],
    wait: bool,
    sender: Option<&mut Sender>,
) -> Result<usize, Errno> {
    /// Room for the two control messages, aligned as they have to be.
    const CONTROL: usize = 64;

    let second = part(second);
    let mut from = address(0);
    let mut control = [0u64; CONTROL / 8];
    // SAFETY: all-zero bytes are a valid header.
    let mut message: libc::msghdr = unsafe { core::mem::zeroed() };
    let flags = flags(wait) | libc::MSG_TRUNC;
    let size = guarded_receive(first, |first| {
        let mut parts = [part(first), second];
        message.msg_iov = parts.as_mut_ptr();
        message.msg_iovlen = parts.len() as _;
        if sender.is_some() {
            message.msg_name = (&raw mut from).cast();
            message.msg_namelen = ADDRESS_SIZE;
            message.msg_control = control.as_mut_ptr().cast();
            message.msg_controllen = CONTROL as _;
        }
        // SAFETY: the header describes buffers that live through the call.
        unsafe { libc::recvmsg(fd.raw(), &raw mut message, flags) }
    })?;
    if let Some(sender) = sender {
        // SAFETY: as the call has filled it in.
        *sender = unsafe { read_sender(&message, from.nl_pid) };
    }
    Ok(size)
}

/// # Safety
/// `message` is as a call of recvmsg() filled it in, with its control messages still there.
unsafe fn read_sender(message: &libc::msghdr, port: u32) -> Sender {
    let mut sender = Sender { port, ..Sender::default() };
    // SAFETY: the caller's promise; the macros keep within the control messages.
    unsafe {
        let mut control = libc::CMSG_FIRSTHDR(message);
        while !control.is_null() {
            let data = libc::CMSG_DATA(control);
            match ((*control).cmsg_level, (*control).cmsg_type) {
                (libc::SOL_NETLINK, NETLINK_PKTINFO) => {
                    sender.group = data.cast::<u32>().read_unaligned();
                }
                (libc::SOL_NETLINK, NETLINK_LISTEN_ALL_NSID) => {
                    sender.nsid = Some(data.cast::<c_int>().read_unaligned());
                }
                _ => {}
            }
            control = libc::CMSG_NXTHDR(message, control);
        }
    }
    sender
}

fn part(buffer: &mut [Uninit]) -> libc::iovec {
    libc::iovec { iov_base: buffer.as_mut_ptr().cast(), iov_len: buffer.len() }
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

/// Messages that the kernel has dropped for a socket since it was opened, where it can say.
pub(crate) fn drops(fd: &Fd) -> Option<u32> {
    /// Index of the drops in what SO_MEMINFO returns.
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
    (result >= 0).then_some(drops)
}

/// Identifies a network namespace: what /proc calls it, `net:[NUMBER]`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct NetworkNamespace([u8; 32]);

/// The network namespace that the thread is in.
pub(crate) fn network_namespace() -> Result<NetworkNamespace, Errno> {
    let mut name = [0; 32];
    let link = c"/proc/thread-self/ns/net";
    // SAFETY: a C string, and the room that there is. Half as dear as looking at what it leads to.
    let size = unsafe { libc::readlink(link.as_ptr(), name.as_mut_ptr().cast(), name.len()) };
    match size {
        1.. => Ok(NetworkNamespace(name)),
        _ => Err(Errno::last()),
    }
}

/// Memory of its own, whose pages take room only once they are written to.
pub(crate) struct Mapping {
    start: *mut Uninit,
    size: usize,
}

impl Mapping {
    /// None if there is no room for so much.
    pub(crate) fn new(size: usize) -> Option<Self> {
        // SAFETY: a new mapping, wherever the system puts it. Where the process locks all its
        // memory, the system has filled it with pages: they are let go, and later ones not locked.
        unsafe {
            let start = libc::mmap(
                core::ptr::null_mut(),
                size,
                libc::PROT_READ | libc::PROT_WRITE,
                libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE,
                -1,
                0,
            );
            if start == libc::MAP_FAILED {
                return None;
            }
            libc::munlock(start, size);
            libc::madvise(start, size, libc::MADV_DONTNEED);
            Some(Self { start: start.cast(), size })
        }
    }
}

impl core::ops::Deref for Mapping {
    type Target = [Uninit];

    fn deref(&self) -> &[Uninit] {
        // SAFETY: `new`: as much was mapped, and is ours.
        unsafe { core::slice::from_raw_parts(self.start, self.size) }
    }
}

impl core::ops::DerefMut for Mapping {
    fn deref_mut(&mut self) -> &mut [Uninit] {
        // SAFETY: `new`: as much was mapped, and is ours.
        unsafe { core::slice::from_raw_parts_mut(self.start, self.size) }
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: `new`: mapped as much, and nothing refers to it any more.
        unsafe { libc::munmap(self.start.cast(), self.size) };
    }
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

/// Blocks while `futex` is `value`, at most until somebody wakes it up. Leaves errno alone.
pub(crate) fn futex_wait(futex: &AtomicU32, value: u32) {
    futex_call(futex, libc::FUTEX_WAIT, value);
}

/// Wakes one that waits up. Leaves errno alone.
#[cold]
pub(crate) fn futex_wake_one(futex: &AtomicU32) {
    futex_call(futex, libc::FUTEX_WAKE, 1);
}

fn futex_call(futex: &AtomicU32, operation: c_int, value: u32) {
    let _errno = errno::Preserve::new();
    let operation = operation | libc::FUTEX_PRIVATE_FLAG;
    let for_ever = core::ptr::null::<libc::timespec>();
    // SAFETY: the futex lives through the call; what it returns does not matter: whoever waits
    // looks again.
    unsafe { libc::syscall(libc::SYS_futex, futex.as_ptr(), operation, value, for_ever) };
}

/// Ends the process at once.
pub(crate) fn abort() -> ! {
    // SAFETY: no precondition.
    unsafe { libc::abort() }
}

/// The monotonic clock, in milliseconds.
pub(crate) fn monotonic_ms() -> i64 {
    milliseconds(clock(libc::CLOCK_MONOTONIC))
}

/// The same, cheaper and up to some 10 ms late.
pub(crate) fn coarse_ms() -> i64 {
    milliseconds(clock(libc::CLOCK_MONOTONIC_COARSE))
}

fn milliseconds(time: libc::timespec) -> i64 {
    time.tv_sec * 1000 + time.tv_nsec / 1_000_000
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
    let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `now` lives through the call, which cannot fail for these clocks.
    unsafe { libc::clock_gettime(id, &raw mut now) };
    now
}
