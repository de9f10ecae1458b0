// SPDX-License-Identifier: Apache-2.0
//! Sending and receiving datagrams.

use super::socket::{ADDRESS_SIZE, Fd, address, option};
use super::{Uninit, retry};
use crate::errno::{self, Errno};
use core::ffi::c_int;
use core::mem::MaybeUninit;
use core::num::NonZeroUsize;
use once_cell::race::OnceNonZeroUsize;

/// What a system call does if there is nothing to receive, or no room for what it sends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Wait {
    /// The call blocks.
    Yes,
    /// The call fails with EAGAIN.
    No,
}

impl Wait {
    fn flags(self) -> c_int {
        match self {
            Self::Yes => 0,
            Self::No => libc::MSG_DONTWAIT,
        }
    }
}

/// Flags that netlink ignores. They matter if the descriptor has become that of another socket (see
/// [`Fd`]). TCP ignores the address that [`send`] gives, and would send the request to its peer;
/// with MSG_FASTOPEN it fails, as other kinds of sockets do because of the address. MSG_NOSIGNAL
/// avoids SIGPIPE.
const FOR_OTHER_SOCKETS: c_int = libc::MSG_FASTOPEN | libc::MSG_NOSIGNAL;

/// Sends one datagram to the kernel.
///
/// The socket is connected to the kernel. The kernel's address is given all the same: otherwise a
/// process would need to have had its privileges already when it opened the socket.
pub(crate) fn send(fd: &Fd, datagram: &[u8], wait: Wait) -> Result<(), Errno> {
    let (start, size) = (datagram.as_ptr().cast(), datagram.len());
    let flags = wait.flags() | FOR_OTHER_SOCKETS;
    let kernel = address(0);
    let to = (&raw const kernel).cast();
    // SAFETY: pointers and lengths are those of `datagram` and `kernel`.
    retry(|| unsafe { libc::sendto(fd.raw(), start, size, flags, to, ADDRESS_SIZE) })
        .map_err(|error| fd.failed(error))?;
    Ok(())
}

/// Four bytes that no datagram starts with. As the length of a message, they would mean at least
/// 2 GiB. They are random: a process that multicasts to the socket must not know them.
#[inline]
fn untouched() -> [u8; 4] {
    static CHOSEN: OnceNonZeroUsize = OnceNonZeroUsize::new();
    (CHOSEN.get_or_init(choose_untouched).get() as u32).to_ne_bytes()
}

#[cold]
fn choose_untouched() -> NonZeroUsize {
    let _errno = errno::Preserve::new();
    let mut random = [0; 4];
    // SAFETY: pointer and length are those of `random`. If there are no random bytes, they stay 0.
    unsafe { libc::getrandom(random.as_mut_ptr().cast(), random.len(), libc::GRND_NONBLOCK) };
    never_a_length(u32::from_ne_bytes(random))
}

/// A number that no message has as its length: from 2 GiB on.
fn never_a_length(random: u32) -> NonZeroUsize {
    NonZeroUsize::MIN | (random | 1 << 31) as usize
}

/// Receives a datagram into `first` by the system call `receive`.
///
/// Some kernels had a bug: they returned an errno value as if it were the number of bytes received,
/// and wrote nothing. To detect that, [`untouched`] is written to the start of `first` before the
/// call. A datagram of less than 4 bytes, which is not a message in any case, may start like that
/// by chance.
#[inline(always)]
fn receive_checked(
    fd: &Fd,
    first: &mut [Uninit],
    mut receive: impl FnMut(&mut [Uninit]) -> isize,
) -> Result<usize, Errno> {
    let untouched = untouched();
    retry(|| {
        if let Some(start) = first.first_chunk_mut() {
            *start = untouched.map(MaybeUninit::new);
        }
        let received = receive(first);
        let untouched = first.first_chunk::<4>().is_some_and(|start| {
            // SAFETY: these bytes were written above, and perhaps by the kernel.
            start.map(|byte| unsafe { byte.assume_init() }) == untouched
        });
        if untouched && received >= 4 {
            errno::set(received as c_int);
            return -1;
        }
        received
    })
    .map_err(|error| fd.failed(error))
}

/// Receives one datagram. Returns the datagram's real length; what exceeds the size of the buffer
/// is lost.
#[inline(always)]
pub(crate) fn receive(fd: &Fd, buffer: &mut [Uninit], wait: Wait) -> Result<usize, Errno> {
    let flags = wait.flags() | libc::MSG_TRUNC;
    receive_checked(fd, buffer, |buffer| {
        // SAFETY: pointer and length are those of `buffer`.
        unsafe { libc::recv(fd.raw(), buffer.as_mut_ptr().cast(), buffer.len(), flags) }
    })
}

/// Where a datagram came from.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(crate) struct Sender {
    /// The port id of the sender; 0 for the kernel.
    pub(crate) port: u32,
    /// The multicast group that the datagram was sent to; 0 for none, or if [`option::PKTINFO`] is
    /// off.
    pub(crate) group: u32,
    /// The id of the network namespace that the datagram came from. None if that is the socket's
    /// own, or if [`option::LISTEN_ALL_NSID`] is off.
    pub(crate) nsid: Option<c_int>,
}

/// Receives one datagram into `first`; what does not fit goes into `second`. Returns the datagram's
/// real length, which may exceed the size of both. Stores the datagram's origin in `sender`.
pub(crate) fn receive_split(
    fd: &Fd,
    first: &mut [Uninit],
    second: &mut [Uninit],
    wait: Wait,
    sender: Option<&mut Sender>,
) -> Result<usize, Errno> {
    /// The size of the memory for two control messages, in bytes. They are aligned like `u64`.
    const CONTROL: usize = 64;

    let second = part(second);
    let mut from = address(0);
    let mut control = [0u64; CONTROL / 8];
    // SAFETY: all-zero bytes are a valid `struct msghdr`.
    let mut message: libc::msghdr = unsafe { core::mem::zeroed() };
    let flags = wait.flags() | libc::MSG_TRUNC;
    let size = receive_checked(fd, first, |first| {
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
        // SAFETY: recvmsg() has filled in the header, and the control messages still exist.
        *sender = unsafe { read_sender(&message, from.nl_pid) };
    }
    Ok(size)
}

/// The origin of a datagram. `port` is the sender's port id; the rest is in the control messages.
///
/// # Safety
/// recvmsg() has filled in `message`, and its control messages still exist.
unsafe fn read_sender(message: &libc::msghdr, port: u32) -> Sender {
    let mut sender = Sender { port, ..Sender::default() };
    // SAFETY: the caller's promise; the macros stay within the control messages.
    unsafe {
        let mut control = libc::CMSG_FIRSTHDR(message);
        while !control.is_null() {
            let data = libc::CMSG_DATA(control);
            match ((*control).cmsg_level, (*control).cmsg_type) {
                (libc::SOL_NETLINK, option::PKTINFO) => {
                    sender.group = data.cast::<u32>().read_unaligned();
                }
                (libc::SOL_NETLINK, option::LISTEN_ALL_NSID) => {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_datagram_starts_with_the_untouched_bytes() {
        let length = u32::from_ne_bytes(untouched());
        assert!(length >= 1 << 31);
        assert_eq!(length, u32::from_ne_bytes(untouched()));
        let extremes = [0, u32::MAX].map(|random| never_a_length(random).get());
        assert_eq!(extremes, [(1 << 31) + 1, u32::MAX as usize]);
    }
}
