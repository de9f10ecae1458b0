// SPDX-License-Identifier: Apache-2.0
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

/// The socket that a caller's pointer refers to.
///
/// # Safety
/// `sock` is from nl_sock_create() or nl_sock_clone(), and nl_sock_destroy() has not freed it.
pub(crate) unsafe fn socket<'a>(sock: *const NlSock) -> &'a Socket {
    // SAFETY: the caller's promise.
    unsafe { &*sock.cast() }
}

/// The [`Wait`] that a C caller's argument 'wait' stands for.
pub(crate) fn wait(wait: bool) -> Wait {
    if wait { Wait::Yes } else { Wait::No }
}

/// Opens a socket for 'protocol' (NETLINK_ROUTE, NETLINK_GENERIC, ...), connects it to the kernel,
/// and stores it in '*sockp'. The socket is closed on exec. After fork(), parent and child share it
/// and its messages.
///
/// # Return value
/// 0 on success. Otherwise '*sockp' is null, and the value is one of:
/// - EPROTONOSUPPORT: the kernel does not have the protocol.
/// - EMFILE, ENFILE: too many file descriptors are open.
/// - Another errno value of socket(), connect() or getsockname().
///
/// # Ownership
/// The caller frees the socket with nl_sock_destroy().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_sock_create(protocol: c_int, sockp: *mut *mut NlSock) -> c_int {
    // SAFETY: the caller's contract (see `ffi`).
    unsafe { open(protocol, sockp) }
}

/// Opens another socket for the protocol of 'src': see nl_sock_create(). Nothing else is taken over
/// from 'src'.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_sock_clone(src: *const NlSock, sockp: *mut *mut NlSock) -> c_int {
    // SAFETY: the caller's contract (see `ffi`).
    unsafe { open(socket(src).protocol(), sockp) }
}

/// Opens a socket and stores it in `*sockp`.
///
/// # Safety
/// `sockp` may be written.
unsafe fn open(protocol: c_int, sockp: *mut *mut NlSock) -> c_int {
    // SAFETY: the caller's promise. The caller has the socket before anything is logged: a log
    // handler may never return.
    unsafe {
        sockp.write(null_mut());
        let open = || Socket::open(protocol, |sock| sockp.write(Box::into_raw(sock).cast()));
        status(thread::without_cancellation(open))
    }
}

/// Closes 'sock' and frees it. Does nothing if 'sock' is null. Does not close the descriptor if it
/// is not the socket's any more: see nl_sock_fd().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_sock_destroy(sock: *mut NlSock) {
    if !sock.is_null() {
        // SAFETY: the caller's contract (see `ffi`). The socket is from `open`, and is not used any
        // more.
        let sock = unsafe { Box::from_raw(sock.cast::<Socket>()) };
        thread::without_cancellation(|| drop(sock));
    }
}

/// Subscribes 'sock' to 'multicast_group', a group of its protocol. The group numbers start at 1.
/// Does nothing if 'sock' is subscribed already.
///
/// The 2014 interface allows transactions on a socket of the caller. Do not use a subscribed socket
/// for that: transactions discard notifications.
///
/// # Return value
/// 0, or a positive errno value of setsockopt(): EINVAL if there is no such group, EPERM if the
/// group is for privileged processes only.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_sock_join_mcgroup(sock: *mut NlSock, multicast_group: c_uint) -> c_int {
    // SAFETY: the caller's contract (see `ffi`).
    status(unsafe { socket(sock).set_membership(Membership::Join, multicast_group) })
}

/// Ends the subscription of 'sock' to 'multicast_group', if there is one. Notifications that have
/// arrived can still be received.
///
/// # Return value
/// 0, or a positive errno value of setsockopt(): EINVAL if there is no such group.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_sock_leave_mcgroup(
    sock: *mut NlSock,
    multicast_group: c_uint,
) -> c_int {
    // SAFETY: the caller's contract (see `ffi`).
    status(unsafe { socket(sock).set_membership(Membership::Leave, multicast_group) })
}

/// Sends 'msg', which must hold a message, to the kernel. Sets three fields in its header, although
/// 'msg' is const: the length; the sequence number, to a new one; the port id, to that of 'sock'.
///
/// # Return value
/// - 0: the kernel has the message.
/// - EAGAIN: there is no room in the kernel's buffer, and 'wait' is false. If 'wait' is true, the
///   function blocks until there is room. Neither a signal nor the time limit of
///   nlsock_sock_set_timeout() ends that; pthread_cancel() does.
/// - EMSGSIZE: the message does not fit in the socket's send buffer.
/// - EBADF: the program has closed the descriptor: see nl_sock_fd().
/// - Another errno value of sendto().
///
/// # Ownership
/// 'msg' remains the caller's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_sock_send(sock: *mut NlSock, msg: *const OfpBuf, wait: bool) -> c_int {
    // SAFETY: the caller's contract (see `ffi`).
    unsafe { nl_sock_send_seq(sock, msg, socket(sock).allocate_seq(1), wait) }
}

/// Does the same as nl_sock_send(), but with 'nlmsg_seq' as the sequence number. For example, a
/// reply repeats the sequence number of its request.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_sock_send_seq(
    sock: *mut NlSock,
    msg: *const OfpBuf,
    nlmsg_seq: u32,
    wait: bool,
) -> c_int {
    // SAFETY: the caller's contract (see `ffi`). The function's comment says that it changes the
    // message.
    status(unsafe { socket(sock).send(Buf::from_ptr(msg), nlmsg_seq, self::wait(wait)) })
}

/// Discards the messages that 'sock' has received so far. The function is a cancellation point.
///
/// # Return value
/// 0, or a positive errno value of recv(): ENOBUFS if the kernel reports again and again that
/// messages were lost. EBADF if the program has closed the descriptor: see nl_sock_fd().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_sock_drain(sock: *mut NlSock) -> c_int {
    // SAFETY: the caller's contract (see `ffi`).
    status(unsafe { socket(sock).drain() })
}

/// Makes the next poll_block() of this thread wake up when one of 'events' (POLLIN, POLLOUT, ...)
/// occurs on 'sock'. In a process without Open vSwitch, nlsock_poll_block() takes the place of
/// poll_block().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_sock_wait(sock: *const NlSock, events: c_short) {
    /// A number that no descriptor has, so that poll() returns at once. It ignores negative ones.
    const NO_DESCRIPTOR: c_int = c_int::MAX;
    // SAFETY: the caller's contract (see `ffi`).
    let fd = unsafe { socket(sock).descriptor_for_program() };
    poll_loop::fd_wait(if fd < 0 { NO_DESCRIPTOR } else { fd }, events, here!());
}

/// Returns the file descriptor of 'sock', for use with poll() and similar functions.
///
/// # Ownership
/// The descriptor stays the socket's: do not close it. If the program closes it all the same, the
/// kernel gives its number to the next file that is opened. When the library notices that, by a
/// system call that fails or before it closes the number, it forgets the number: it leaves the new
/// file alone, functions on 'sock' fail with EBADF, and this function returns -1. So this protects
/// the new file as far as possible, but not completely:
/// - If it is a socket with something to receive, a receive may take one datagram from it.
/// - If it is a SOCK_SEQPACKET socket of AF_UNIX, one request may be sent on it.
/// - If it is a netlink socket of the same protocol, transactions and dumps are carried out on it:
///   the kernel answers there, too. They notice it if it has another port id.
///
/// The same is true of the descriptors of the pool. To notice a new file in all cases, each call
/// would have to make one more system call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_sock_fd(sock: *const NlSock) -> c_int {
    // SAFETY: the caller's contract (see `ffi`).
    unsafe { socket(sock).descriptor_for_program() }
}

/// Returns the port id (the "netlink pid") that the kernel gave to 'sock'.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nl_sock_pid(sock: *const NlSock) -> u32 {
    // SAFETY: the caller's contract (see `ffi`).
    unsafe { socket(sock).port() }
}
