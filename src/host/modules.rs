//! The library's log modules, and those of the host that take their place.
//!
//! Where the process has the original's code, too (LD_PRELOAD over a shared libopenvswitch), that
//! has registered modules of the same names, or will. Users set those and no others, so ours stay
//! unregistered; their levels let everything through to a look at the host's.

use super::log::Level;
use super::{nlsock_host_log_module, nlsock_host_log_register};
use crate::abi::{List, VlogModule};
use core::cell::UnsafeCell;
use core::ffi::CStr;
use core::ptr::{from_ref, null_mut};
use core::sync::atomic::{AtomicBool, AtomicI32, AtomicPtr, Ordering::Relaxed};

// SAFETY: the list element is only touched while modules are registered, by the host before the
// program's threads start; the rest is atomic or constant.
unsafe impl Sync for VlogModule {}

const fn module(name: &'static CStr) -> VlogModule {
    let level = Level::Info as i32;
    VlogModule {
        list: UnsafeCell::new(List { prev: null_mut(), next: null_mut() }),
        name: name.as_ptr(),
        levels: [const { AtomicI32::new(Level::Info as i32) }; 3],
        min_level: AtomicI32::new(level),
        honor_rate_limits: AtomicBool::new(true),
    }
}

/// The module of everything that deals with sockets.
pub(crate) static SOCKET: VlogModule = module(c"netlink_socket");
/// The module of messages and attributes.
pub(crate) static MESSAGE: VlogModule = module(c"netlink");

static OWN: [&VlogModule; 2] = [&SOCKET, &MESSAGE];
/// The host's of the same names, if it has them without us.
static HOSTS: [AtomicPtr<VlogModule>; 2] = [const { AtomicPtr::new(null_mut()) }; 2];

/// Joins the host's modules, or steps back behind those of the same names.
pub(super) fn join() {
    for (own, hosts) in OWN.iter().zip(&HOSTS) {
        // SAFETY: a C string.
        let known = unsafe { nlsock_host_log_module(own.name) };
        if known.is_null() {
            let list = own.list.get();
            // SAFETY: ours alone until it is registered. The element starts out pointing to itself,
            // as the host's own do.
            unsafe { list.write(List { prev: list, next: list }) };
            register(own);
        } else {
            hosts.store(known.cast(), Relaxed);
            own.min_level.store(Level::Dbg as i32, Relaxed);
        }
    }
}

/// Puts a module on the host's list.
pub(super) fn register(module: &'static VlogModule) {
    // SAFETY: a module of static life, laid out as the host expects.
    unsafe { nlsock_host_log_register(from_ref(module).cast_mut().cast()) };
}

/// The module whose levels count: the host's of the name, if it has one without us.
pub(super) fn in_charge(module: &VlogModule) -> &VlogModule {
    let own = OWN.iter().position(|&own| core::ptr::eq(own, module));
    let hosts = own.and_then(|i| HOSTS.get(i)).map_or(null_mut(), |hosts| hosts.load(Relaxed));
    // SAFETY: null or a module of the host's, which keeps it.
    unsafe { hosts.as_ref() }.unwrap_or(module)
}
