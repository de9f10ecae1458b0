//! The log where there is no host: lines on standard error, or a handler of the program's own.

use super::log::Level;
use crate::abi::Handler;
use crate::guarded::Guarded;
use crate::{sys, thread};
use alloc::ffi::CString;
use alloc::format;
use alloc::string::String;
use core::ffi::{CStr, c_char, c_int, c_void};

#[derive(Clone, Copy)]
pub(crate) struct Installed {
    handler: unsafe extern "C" fn(*mut c_void, c_int, *const c_char, *const c_char),
    aux: *mut c_void,
}

// SAFETY: whoever installs a handler promises that any thread may call it with its `aux`.
unsafe impl Send for Installed {}

pub(crate) static HANDLER: Guarded<Option<Installed>> = Guarded::new(None);

/// Replaces the handler; none restores standard error.
pub(crate) fn set_handler(handler: Handler, aux: *mut c_void) {
    let installed = handler.map(|handler| Installed { handler, aux });
    *HANDLER.lock() = installed;
}

/// Writes one message.
pub(crate) fn write(module: &CStr, level: Level, text: &str) {
    let installed = *HANDLER.lock();
    match installed {
        Some(Installed { handler, aux }) => {
            let text = CString::new(text.replace('\0', " ")).unwrap_or_default();
            // SAFETY: the promise of whoever installed it; the strings live through the call.
            unsafe { handler(aux, level as c_int, module.as_ptr(), text.as_ptr()) };
        }
        None => sys::write_stderr(line(module, level, text).as_bytes()),
    }
}

/// The host's console form: time, the thread's message number, module, level, text.
fn line(module: &CStr, level: Level, text: &str) -> String {
    let number = thread::with(|own| {
        own.logged.update(|number| number.wrapping_add(1));
        own.logged.get()
    });
    let time = sys::utc();
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z|{number:05}|{}|{}|{}\n",
        time.tm_year + 1900,
        time.tm_mon + 1,
        time.tm_mday,
        time.tm_hour,
        time.tm_min,
        time.tm_sec,
        module.to_string_lossy(),
        level.name(),
        text.trim_end_matches('\n'),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_have_the_console_form() {
        let text = line(c"netlink_socket", Level::Warn, "hello\n");
        let fields: Vec<&str> = text.split('|').collect();
        assert_eq!(fields.len(), 5);
        assert_eq!(fields[0].len(), "2014-07-25T20:34:48Z".len());
        assert_eq!(fields[2..], ["netlink_socket", "WARN", "hello\n"]);
        let next = line(c"netlink", Level::Err, "again");
        let number = |line: &str| line.split('|').nth(1).unwrap().parse::<u32>().unwrap();
        assert_eq!(number(&next), number(&text) + 1);
        assert_eq!(next.split('|').nth(1).unwrap().len(), 5);
    }
}
