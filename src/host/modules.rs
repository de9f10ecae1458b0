//! The library's own log modules, and those of Open vSwitch that take their place.
//!
//! If the process contains the original's code, too (LD_PRELOAD over a shared libopenvswitch), that
//! has registered modules of the same names, or will. Users set the levels of those. So the library's
//! own modules stay unregistered, and let every message through to a look at the levels of the host's.

use super::level::Level;
use super::{nlsock_host_log_module, nlsock_host_log_register};
use crate::abi::{List, VlogModule};
use core::cell::UnsafeCell;
use core::ffi::{CStr, c_int};
use core::ptr::{from_ref, null_mut};
use core::sync::atomic::{AtomicBool, AtomicI32, AtomicPtr, Ordering::Relaxed};

// SAFETY: the list element is touched while modules are registered, by the host before the program's
// threads start, or by `program_modules` under its lock. The rest is atomic or constant.
unsafe impl Sync for VlogModule {}

impl VlogModule {
    /// Sets the level of every destination.
    pub(super) fn set_level(&self, level: c_int) {
        for destination in &self.levels {
            destination.store(level, Relaxed);
        }
        self.min_level.store(level, Relaxed);
    }

    pub(super) fn name(&self) -> &CStr {
        // SAFETY: a module's name is a C string that lives as long as it.
        unsafe { CStr::from_ptr(self.name) }
    }
}

pub(super) const fn module(name: &'static CStr) -> VlogModule {
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

pub(super) static OWN: [&VlogModule; 2] = [&SOCKET, &MESSAGE];
/// The host's modules of the same names, if the original's code registers them. Else null.
static HOSTS: [AtomicPtr<VlogModule>; 2] = [const { AtomicPtr::new(null_mut()) }; 2];

/// Registers the library's modules with the host, or leaves their place to the host's of the same
/// names.
pub(super) fn join_host() {
    for (own, hosts) in OWN.iter().zip(&HOSTS) {
        // SAFETY: a C string.
        let known = unsafe { nlsock_host_log_module(own.name) };
        if known.is_null() {
            let list = own.list.get();
            // SAFETY: ours alone until it is registered. The element starts out pointing to itself,
            // as those of the host's modules do.
            unsafe { list.write(List { prev: list, next: list }) };
            register_with_host(own);
        } else {
            hosts.store(known.cast(), Relaxed);
            own.min_level.store(Level::Dbg as i32, Relaxed);
        }
    }
}

/// Puts a module on the host's list.
pub(super) fn register_with_host(module: &'static VlogModule) {
    // SAFETY: a module that stays, laid out as the host expects.
    unsafe { nlsock_host_log_register(from_ref(module).cast_mut().cast()) };
}

/// The module whose levels count: the host's of the same name if there is one, else `module`.
pub(super) fn effective(module: &VlogModule) -> &VlogModule {
    let own = OWN.iter().position(|&own| core::ptr::eq(own, module));
    let hosts = own.and_then(|i| HOSTS.get(i)).map_or(null_mut(), |hosts| hosts.load(Relaxed));
    // SAFETY: null or a module of the host's, which keeps it.
    unsafe { hosts.as_ref() }.unwrap_or(module)
}
