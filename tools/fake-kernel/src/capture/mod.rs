// SPDX-License-Identifier: Apache-2.0
//! Captures of netlink messages. docs/capture-format.md describes them.

mod comment;
pub mod ioctl;
pub mod read;
pub mod write;

use crate::script::statement::Call;

/// LINKTYPE_NETLINK.
const LINK_TYPE: i32 = 253;
/// Bytes before the datagram in the data of a block.
const PSEUDO_HEADER: usize = 16;
/// ARPHRD_NETLINK.
const HARDWARE_TYPE: u16 = 824;
/// The packet type of what is sent.
const OUTGOING: u16 = 4;
/// Options of a block.
const OPT_COMMENT: u16 = 1;
const EPB_FLAGS: u16 = 2;

/// What happened on a socket: one block of a capture.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Event<'a> {
    /// CLOCK_REALTIME in nanoseconds, if the section has the resolution of this format.
    pub time: u64,
    /// The program sent it.
    pub outgoing: bool,
    /// The netlink protocol.
    pub protocol: i32,
    /// The datagram, if there is one.
    pub datagram: Option<&'a [u8]>,
    /// The process.
    pub pid: u32,
    /// The number of the socket in the process.
    pub socket: u32,
    /// The port id of the socket.
    pub port: u32,
    /// The port id of the other side.
    pub peer: u32,
    /// The multicast group that the datagram was sent to.
    pub group: u32,
    /// The network namespace id of the sender.
    pub nsid: Option<i32>,
    /// The system call.
    pub call: Option<CallName<'a>>,
    /// The errno value with which the call failed.
    pub error: i32,
    /// The group that the socket has joined.
    pub join: u32,
    /// The group that the socket has left.
    pub leave: u32,
}

/// The name of a system call, such as `recvmsg`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CallName<'a>(pub &'a str);

impl CallName<'_> {
    /// The call that it is a variant of.
    pub fn call(self) -> Option<Call> {
        Some(match self.0 {
            "socket" => Call::Socket,
            "bind" | "connect" => Call::Connect,
            "setsockopt" => Call::Setsockopt,
            "send" | "sendto" | "sendmsg" | "sendmmsg" | "write" | "writev" => Call::Send,
            "recv" | "recvfrom" | "recvmsg" | "recvmmsg" | "read" | "readv" => Call::Recv,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests;
