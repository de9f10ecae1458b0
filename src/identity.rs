// SPDX-License-Identifier: Apache-2.0
//! A number for this process, which differs from those of its parent and its children.
//!
//! A socket records the number of the process that opened it. A child has another number, and so
//! notices that the socket belongs to its parent. Fork handlers do not run in a child that was
//! created by clone(). So the number is in a page that the kernel fills with zeros in every child
//! (MADV_WIPEONFORK, since Linux 4.14). On older kernels, only a child that was created by fork()
//! gets another number.

use crate::sys::{self, WipedOnFork};
use core::sync::atomic::AtomicU32;
use core::sync::atomic::Ordering::Relaxed;
use once_cell::race::OnceRef;

/// The page that contains the number of this process, or 0 if the process does not have a number
/// yet.
static PAGE: OnceRef<'static, AtomicU32> = OnceRef::new();
/// Contains the number if no page can be mapped. A child starts with the value of its parent.
static INHERITED: AtomicU32 = AtomicU32::new(0);
/// The highest number that was given to this process or to one of its ancestors.
static HIGHEST: AtomicU32 = AtomicU32::new(0);

fn cell() -> &'static AtomicU32 {
    match PAGE.get() {
        Some(page) => page,
        None => map(),
    }
}

#[cold]
fn map() -> &'static AtomicU32 {
    let page = sys::map_wiped_on_fork();
    let cell: &'static AtomicU32 = match page {
        // SAFETY: a new mapping, 0 and aligned. It is unmapped only if it is not used, below.
        Some(WipedOnFork(start)) => unsafe { start.cast::<AtomicU32>().as_ref() },
        None => &INHERITED,
    };
    match PAGE.set(cell) {
        Ok(()) => cell,
        // Another thread has set the page meanwhile.
        Err(()) => {
            if let Some(page) = page {
                sys::unmap_wiped_on_fork(page);
            }
            PAGE.get().unwrap_or(&INHERITED)
        }
    }
}

/// The number of this process. Never 0.
#[inline]
pub(crate) fn current() -> u32 {
    match cell().load(Relaxed) {
        0 => assign(),
        number => number,
    }
}

#[cold]
fn assign() -> u32 {
    let number = HIGHEST.fetch_add(1, Relaxed).wrapping_add(1);
    match cell().compare_exchange(0, number, Relaxed, Relaxed) {
        Ok(_) => number,
        // Another thread has set the number meanwhile.
        Err(number) => number,
    }
}

/// Gives the process another number. Called by the fork handler in a child.
pub(crate) fn change() {
    cell().store(0, Relaxed);
    current();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_keeps_its_number_until_it_is_changed() {
        let first = current();
        assert_ne!(first, 0);
        assert_eq!(current(), first);
        assert_eq!(std::thread::spawn(current).join().unwrap(), first);
    }

    #[test]
    fn a_child_without_fork_handlers_gets_another_number() {
        let parents = current();
        // SAFETY: the child calls nothing but this module and _exit().
        let child = unsafe { libc::syscall(libc::SYS_clone, libc::SIGCHLD, 0, 0, 0, 0) };
        if child == 0 {
            // Ends by a signal, so that checkers do not look for leaks in it.
            let signal = if current() == parents { libc::SIGABRT } else { libc::SIGKILL };
            // SAFETY: ends the child at once.
            unsafe { libc::kill(libc::getpid(), signal) };
        }
        let mut status = -1;
        // SAFETY: `status` lives through the call.
        let ended = unsafe { libc::waitpid(child as libc::pid_t, &raw mut status, 0) };
        assert_eq!((ended as i64, libc::WTERMSIG(status)), (child, libc::SIGKILL));
        assert_eq!(current(), parents);
    }
}
