// SPDX-License-Identifier: Apache-2.0
//! The library's own log modules, and the original's modules of the same names.
//!
//! If this library was preloaded before a shared libopenvswitch (LD_PRELOAD), the process also
//! contains the original's code, which registers modules of the same names. Users then set the
//! levels of the original's modules. So the library does not register its own modules, and sets
//! their level to "dbg", at which they let every message pass. Then the level of the original's
//! module decides.

use super::level::Level;
use super::{nlsock_host_log_module, nlsock_host_log_register};
use crate::abi::{List, VlogModule};
use core::cell::UnsafeCell;
use core::ffi::{CStr, c_int};
use core::ptr::{from_ref, null_mut};
use core::sync::atomic::{AtomicBool, AtomicI32, AtomicPtr, Ordering::Relaxed};

// SAFETY: the list element is only accessed when a module is registered or unregistered: by Open
// vSwitch before the program starts threads, or by `program_modules` with its lock held. The other
// fields are atomic or constant.
unsafe impl Sync for VlogModule {}

impl VlogModule {
    /// Sets the level for all destinations.
    pub(super) fn set_level(&self, level: c_int) {
        for destination in &self.levels {
            destination.store(level, Relaxed);
        }
        self.min_level.store(level, Relaxed);
    }

    pub(super) fn name(&self) -> &CStr {
        // SAFETY: a module's name is a C string that exists as long as the module.
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

/// The module for messages about sockets.
pub(crate) static SOCKET: VlogModule = module(c"netlink_socket");
/// The module for messages about netlink messages and attributes.
pub(crate) static MESSAGE: VlogModule = module(c"netlink");

pub(super) static OWN: [&VlogModule; 2] = [&SOCKET, &MESSAGE];
/// The original's modules of the same names, in the order of [`OWN`]; null if the process does not
/// contain them.
static HOST_MODULES: [AtomicPtr<VlogModule>; 2] = [const { AtomicPtr::new(null_mut()) }; 2];

/// Registers the library's modules with Open vSwitch. Where the process contains the original's
/// module of the same name, uses that module instead.
pub(super) fn join_host() {
    for (own, hosts) in OWN.iter().zip(&HOST_MODULES) {
        // SAFETY: a C string.
        let known = unsafe { nlsock_host_log_module(own.name) };
        if known.is_null() {
            let list = own.list.get();
            // SAFETY: nothing else uses the module before it is registered. Open vSwitch expects
            // that its list element points to itself.
            unsafe { list.write(List { prev: list, next: list }) };
            register_with_host(own);
        } else {
            hosts.store(known.cast(), Relaxed);
            own.min_level.store(Level::Dbg as i32, Relaxed);
        }
    }
}

/// Registers a module with Open vSwitch.
pub(super) fn register_with_host(module: &'static VlogModule) {
    // SAFETY: the module is static and has the layout that Open vSwitch expects.
    unsafe { nlsock_host_log_register(from_ref(module).cast_mut().cast()) };
}

/// The module whose level applies: the original's module of the same name if there is one,
/// otherwise `module`.
pub(super) fn effective(module: &VlogModule) -> &VlogModule {
    let own = OWN.iter().position(|&own| core::ptr::eq(own, module));
    let hosts =
        own.and_then(|i| HOST_MODULES.get(i)).map_or(null_mut(), |hosts| hosts.load(Relaxed));
    // SAFETY: null, or a static module of the original.
    unsafe { hosts.as_ref() }.unwrap_or(module)
}
