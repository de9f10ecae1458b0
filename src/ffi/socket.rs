//! netlink-socket.h: sockets.

use crate::abi::NlSock;
use crate::assert::here;
use crate::buffer::Buf;
use crate::errno::status;
use crate::flavour::OfpBuf;
use crate::host::poll_loop;
use crate::socket::{Membership, Socket};
use crate::sys::Wait;
use crate::thread;
use alloc::boxed::Box;
use core::ffi::{c_int, c_short, c_uint};
use core::ptr::null_mut;

/// The socket behind a caller's pointer.
///
/// # Safety
/// `sock` is from nl_sock_create() or nl_sock_clone(), and nl_sock_destroy() has not freed it.
pub(crate) unsafe fn socket<'a>(sock: *const NlSock) -> &'a Socket {
    // SAFETY: the caller's promise.
    unsafe { &*sock.cast() }
}

/// What a C caller's 'wait' means.
pub(crate) fn wait(wait: bool) -> Wait {
    if wait { Wait::Yes } else { Wait::No }
}

/// Opens a socket for 'protocol' (NETLINK_ROUTE, NETLINK_GENERIC, ...) that is connected to the
/// kernel and closed on exec. Returns 0 and stores it in '*sockp', to be closed with
/// nl_sock_destroy(); or returns a positive errno value (EPROTONOSUPPORT where the kernel lacks the
/// protocol, EMFILE, ...) and stores null.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_sock_create(protocol: c_int, sockp: *mut *mut NlSock) -> c_int {
    // SAFETY: the rule of this module.
    unsafe { open(protocol, sockp) }
}

/// Opens a socket for the protocol of 'src': see nl_sock_create().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_sock_clone(src: *const NlSock, sockp: *mut *mut NlSock) -> c_int {
    // SAFETY: the rule of this module.
    unsafe { open(socket(src).protocol(), sockp) }
}

/// # Safety
/// `sockp` may be written.
unsafe fn open(protocol: c_int, sockp: *mut *mut NlSock) -> c_int {
    // SAFETY: the caller's promise. The caller has the socket before anything is logged: a log handler
    // may never return.
    unsafe {
        sockp.write(null_mut());
        let open = || Socket::open(protocol, |sock| sockp.write(Box::into_raw(sock).cast()));
        status(thread::without_cancellation(open))
    }
}

/// Closes and frees 'sock', which may be null.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_sock_destroy(sock: *mut NlSock) {
    if !sock.is_null() {
        // SAFETY: the rule of this module: it came from nl_sock_create() and goes.
        let sock = unsafe { Box::from_raw(sock.cast::<Socket>()) };
        thread::without_cancellation(|| drop(sock));
    }
}

/// Subscribes 'sock' to a multicast group of its protocol; groups count from 1. Joining twice is no
/// error. Returns 0 or a positive errno value.
///
/// A subscribed socket must not be used for transactions and dumps: they discard notifications.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_sock_join_mcgroup(sock: *mut NlSock, multicast_group: c_uint) -> c_int {
    // SAFETY: the rule of this module.
    status(unsafe { socket(sock).set_membership(Membership::Join, multicast_group) })
}

/// Ends a subscription; what has arrived already can still be received. Leaving a group that the
/// socket is not in is no error. Returns 0 or a positive errno value.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_sock_leave_mcgroup(
    sock: *mut NlSock,
    multicast_group: c_uint,
) -> c_int {
    // SAFETY: the rule of this module.
    status(unsafe { socket(sock).set_membership(Membership::Leave, multicast_group) })
}

/// Sends 'msg', which must hold a message, to the kernel. Its header is changed: length, a fresh
/// sequence number, and the port id of 'sock'.
///
/// Returns 0 or a positive errno value. If there is no room in the socket's buffer, waits for it if
/// 'wait' is true, else returns EAGAIN.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_sock_send(sock: *mut NlSock, msg: *const OfpBuf, wait: bool) -> c_int {
    // SAFETY: the rule of this module.
    unsafe { nl_sock_send_seq(sock, msg, socket(sock).allocate_seq(1), wait) }
}

/// nl_sock_send() with the sequence number 'nlmsg_seq', for a message that answers another.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_sock_send_seq(
    sock: *mut NlSock,
    msg: *const OfpBuf,
    nlmsg_seq: u32,
    wait: bool,
) -> c_int {
    // SAFETY: the rule of this module; this function says that it changes the message.
    status(unsafe { socket(sock).send(Buf::from_ptr(msg), nlmsg_seq, self::wait(wait)) })
}

/// Discards all that 'sock' has received. Returns 0 or a positive errno value.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_sock_drain(sock: *mut NlSock) -> c_int {
    // SAFETY: the rule of this module.
    status(unsafe { socket(sock).drain() })
}

/// Makes the thread's next poll_block() wake up when one of 'events' (POLLIN, POLLOUT, ...) occurs
/// on 'sock': Open vSwitch's where the process has it, else nlsock_poll_block().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_sock_wait(sock: *const NlSock, events: c_short) {
    // SAFETY: the rule of this module.
    poll_loop::fd_wait(unsafe { socket(sock).raw_fd() }, events, here!());
}

/// Returns the file descriptor of 'sock', for poll() and the like. It stays the socket's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_sock_fd(sock: *const NlSock) -> c_int {
    // SAFETY: the rule of this module.
    unsafe { socket(sock).raw_fd() }
}

/// Returns the port id (the "netlink pid") that the kernel gave to 'sock'.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_sock_pid(sock: *const NlSock) -> u32 {
    // SAFETY: the rule of this module.
    unsafe { socket(sock).port() }
}
