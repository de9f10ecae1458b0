//! Idle sockets, kept for the next transaction or dump of their protocol.

use super::NlSock;
use crate::errno::Errno;
use core::ffi::c_int;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// As many protocols as the kernel has.
const PROTOCOLS: usize = 32;
/// As many idle sockets are kept of each.
const KEPT: usize = 16;

static POOLS: [Mutex<Vec<NlSock>>; PROTOCOLS] = [const { Mutex::new(Vec::new()) }; PROTOCOLS];

/// The idle sockets of a protocol. Never held across a system call.
fn pool(protocol: c_int) -> Result<MutexGuard<'static, Vec<NlSock>>, Errno> {
    let index = usize::try_from(protocol).map_err(|_| Errno::EPROTONOSUPPORT)?;
    let pool = POOLS.get(index).ok_or(Errno::EPROTONOSUPPORT)?;
    Ok(pool.lock().unwrap_or_else(PoisonError::into_inner))
}

/// An idle socket, or a new one where there is none.
pub(crate) fn take(protocol: c_int) -> Result<NlSock, Errno> {
    let idle = pool(protocol)?.pop();
    match idle {
        Some(sock) => Ok(sock),
        None => NlSock::open(protocol),
    }
}

/// Gives back a socket that has nothing left to receive; closes it where enough are kept.
pub(crate) fn give(sock: NlSock) {
    // The guard is gone, and with it the lock, before what is left over is closed.
    let _surplus = match pool(sock.protocol()) {
        Ok(mut idle) if idle.len() < KEPT => {
            idle.push(sock);
            None
        }
        _ => Some(sock),
    };
}
