// SPDX-License-Identifier: Apache-2.0
//! Strict checking of requests for data: a socket option of the kernel, for NETLINK_ROUTE.
//!
//! With it, the kernel refuses a header or an attribute that it does not know, instead of ignoring
//! it, and it filters dumps by the fields of the header.

use super::Socket;
use crate::errno::{self, Errno};
use crate::flavour::STRICT_DUMPS;
use crate::host::log::log_limited;
use crate::sys::{self, option};
use crate::wire::{HEADER, Header, StrictDump};
use core::ffi::c_int;
use core::sync::atomic::{AtomicBool, Ordering::Relaxed};

const NLM_F_DUMP: u16 = libc::NLM_F_DUMP as u16;

/// How strictly the kernel checks the requests on a socket.
#[derive(Default)]
pub(super) struct Checking {
    /// Whether the option is set, as far as the library knows.
    strict: AtomicBool,
    /// Whether the program has chosen. Otherwise it depends on the request.
    chosen: AtomicBool,
}

impl Socket {
    /// If `strict`, makes the kernel check all requests on this socket strictly; otherwise none.
    /// Fails with ENOPROTOOPT before Linux 4.20.
    pub(crate) fn choose_checking(&self, strict: bool) -> Result<(), Errno> {
        self.check_descriptor()?;
        self.set_checking(strict)?;
        self.checking.chosen.store(true, Relaxed);
        Ok(())
    }

    /// Makes the kernel check the next requests strictly or not. Makes no system call if it does
    /// so already.
    #[inline]
    pub(super) fn check_strictly(&self, strict: bool) -> Result<(), Errno> {
        match self.checking.strict.load(Relaxed) == strict {
            true => Ok(()),
            false => self.set_checking(strict),
        }
    }

    /// Makes the kernel check `request` strictly if the interface version wants that, and not
    /// otherwise. Does nothing if the program has chosen, by [`Socket::choose_checking`] or by
    /// setsockopt(). The caller passes the result to [`log`].
    #[inline]
    pub(super) fn check_by_request(&self, request: &[u8]) -> Result<(), Errno> {
        let Checking { strict, chosen } = &self.checking;
        let wanted = self.protocol == libc::NETLINK_ROUTE && filters(request);
        if chosen.load(Relaxed) || strict.load(Relaxed) == wanted {
            return Ok(());
        }
        self.change_checking(wanted)
    }

    #[cold]
    fn change_checking(&self, strict: bool) -> Result<(), Errno> {
        let present = sys::int_option(&self.fd, libc::SOL_NETLINK, option::GET_STRICT_CHK);
        if present.is_ok_and(|present| (present != 0) != self.checking.strict.load(Relaxed)) {
            self.checking.chosen.store(true, Relaxed);
            return Ok(());
        }
        self.set_checking(strict)
    }

    #[cold]
    fn set_checking(&self, strict: bool) -> Result<(), Errno> {
        let value = c_int::from(strict);
        sys::set_option(&self.fd, libc::SOL_NETLINK, option::GET_STRICT_CHK, value)?;
        self.checking.strict.store(strict, Relaxed);
        Ok(())
    }
}

/// Logs why a request is not checked strictly. Such a request is sent all the same: an older kernel
/// ignores the fields that it does not check.
#[inline]
pub(super) fn log(checking: Result<(), Errno>) {
    if let Err(error) = checking {
        log_failure(error);
    }
}

const FAILURE: &str = "netlink: could not enable strict checking";

#[cold]
fn log_failure(error: Errno) {
    let text = errno::text(error.raw());
    match error {
        Errno::ENOPROTOOPT => log_limited!(SOCKET, Dbg, "{FAILURE} ({text})"),
        _ => log_limited!(SOCKET, Warn, "{FAILURE} ({text})"),
    }
}

/// Whether `request` is for a dump that the interface's callers expect the kernel to filter, and is
/// one that the kernel accepts if it checks it strictly. Older callers send requests that it would
/// refuse: for example, with a header that has only the address family.
fn filters(request: &[u8]) -> bool {
    !STRICT_DUMPS.is_empty()
        && Header::parse(request).is_some_and(|header| {
            let content = request.get(HEADER..).unwrap_or_default();
            let wanted = |dump: &StrictDump| dump.kind == header.kind && dump.accepts(content);
            header.flags & NLM_F_DUMP == NLM_F_DUMP && STRICT_DUMPS.iter().any(wanted)
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::message;

    #[test]
    fn only_dumps_that_the_kernel_accepts_are_checked() {
        for dump in STRICT_DUMPS {
            let header = vec![0; dump.header.len()];
            assert!(filters(&message(dump.kind, NLM_F_DUMP, 0, &header)));
            assert!(!filters(&message(dump.kind, 0, 0, &header)));
            // Half of the two flags.
            assert!(!filters(&message(dump.kind, libc::NLM_F_ROOT as u16, 0, &header)));
            assert!(!filters(&message(dump.kind, NLM_F_DUMP, 0, &[0])));
            assert!(!filters(&message(dump.kind + 1, NLM_F_DUMP, 0, &header)));
        }
        assert!(!filters(&message(libc::RTM_GETLINK, NLM_F_DUMP, 0, &[0; 16])));
        assert!(!filters(&[]));
    }
}
