// SPDX-License-Identifier: Apache-2.0
//! The log of a process without Open vSwitch's log: lines on standard error, or calls of the
//! program's log handler.

use super::level::Level;
use crate::abi::Handler;
use crate::grow_list::{GrowList, Values};
use crate::sys;
use crate::thread::{self, Part, room};
use core::cell::Cell;
use core::ffi::{CStr, c_char, c_int, c_void};
use core::fmt::{self, Write};
use core::ptr::{from_ref, null_mut};
use core::sync::atomic::AtomicPtr;
use core::sync::atomic::Ordering::{Acquire, Release};

type HandlerFunction = unsafe extern "C" fn(*mut c_void, c_int, *const c_char, *const c_char);

/// A log handler that the program has set at some time.
struct Installed {
    handler: HandlerFunction,
    aux: *mut c_void,
}

// SAFETY: nlsock_log_set_handler() requires that any thread may call the handler.
unsafe impl Send for Installed {}
// SAFETY: as above.
unsafe impl Sync for Installed {}

/// All handlers that were ever set. They are never removed, since another thread may be about to
/// call one.
static HANDLERS: GrowList<Installed> = GrowList::new();
/// The current handler; null for standard error.
static PRESENT: AtomicPtr<Installed> = AtomicPtr::new(null_mut());

/// Sets the log handler. None means standard error.
pub(crate) fn set_handler(handler: Handler, aux: *mut c_void) {
    let present = match handler {
        Some(handler) => {
            let same = |known: &Installed| {
                core::ptr::fn_addr_eq(known.handler, handler) && known.aux == aux
            };
            let find = |mut known: Values<'static, Installed>| known.find(|known| same(known));
            from_ref(HANDLERS.find_or_add(find, || Installed { handler, aux })).cast_mut()
        }
        None => null_mut(),
    };
    PRESENT.store(present, Release);
}

/// Passes a message to the current handler; if there is none, writes it to standard error.
pub(crate) fn write(module: &CStr, level: Level, text: &CStr) {
    // SAFETY: null, or an element of `HANDLERS`, which is never freed.
    match unsafe { PRESENT.load(Acquire).as_ref() } {
        Some(Installed { handler, aux }) => {
            // SAFETY: nlsock_log_set_handler() requires a valid handler. The strings exist during
            // the call.
            thread::call_program(|| unsafe {
                handler(*aux, level as c_int, module.as_ptr(), text.as_ptr());
            });
        }
        None => write_line(module, level, text),
    }
}

/// The number of lines that each thread has written.
static LINES: Part<Cell<u32>> = Part::new(room::LOG);

/// Writes a message to standard error.
pub(crate) fn write_line(module: &CStr, level: Level, text: &CStr) {
    let number = thread::with(|thread| {
        let lines = LINES.of(thread);
        lines.set(lines.get().wrapping_add(1));
        lines.get()
    });
    let prefix = Prefix::new(number, module, level);
    let text = text.to_bytes();
    let end = text.iter().rposition(|&byte| byte != b'\n').map_or(0, |last| last + 1);
    sys::write_stderr([prefix.bytes(), text.get(..end).unwrap_or_default(), b"\n"]);
}

/// The start of a line, in the format of Open vSwitch's console log: time, number of the thread's
/// line, module, level.
struct Prefix {
    bytes: [u8; 128],
    length: usize,
}

impl Prefix {
    fn new(number: u32, module: &CStr, level: Level) -> Self {
        let mut prefix = Self { bytes: [0; 128], length: 0 };
        let time = sys::utc();
        // If a module of the program has a very long name, the prefix is cut.
        let _ = write!(
            prefix,
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z|{number:05}|{}|{}|",
            time.year,
            time.month,
            time.day,
            time.hour,
            time.minute,
            time.second,
            module.to_bytes().escape_ascii(),
            level.name(),
        );
        prefix
    }

    fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}

impl Write for Prefix {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        for (to, from) in self.bytes.iter_mut().skip(self.length).zip(part.bytes()) {
            *to = from;
            self.length += 1;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_has_the_form_of_the_console() {
        let prefix = Prefix::new(7, c"netlink_socket", Level::Warn);
        let text = std::str::from_utf8(prefix.bytes()).unwrap();
        let fields: Vec<&str> = text.split('|').collect();
        assert_eq!(fields[0].len(), "2014-07-25T20:34:48Z".len());
        assert_eq!(fields[1..], ["00007", "netlink_socket", "WARN", ""]);
    }

    #[test]
    fn a_long_module_name_is_cut() {
        let name = std::ffi::CString::new("m".repeat(300)).unwrap();
        assert_eq!(Prefix::new(1, &name, Level::Err).bytes().len(), 128);
    }
}
