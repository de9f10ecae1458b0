// SPDX-License-Identifier: Apache-2.0
//! nlsock-ext.h: extended acknowledgements of messages, messages as text, and the version.

use super::ext::fill_in;
use crate::abi::Extack;
use crate::buffer::Buf;
use crate::errno;
use crate::flavour::OfpBuf;
use crate::socket::{extack, trace};
use crate::wire::Explanation;
use core::ffi::{CStr, c_char, c_int};
use core::fmt::{self, Write};
use core::mem::MaybeUninit;

/// The memory of a C caller that a text is written to.
struct Output {
    to: *mut c_char,
    /// How many more characters fit, without the NUL after them.
    room: usize,
    /// The length of the whole text, also of what did not fit.
    length: usize,
}

impl Write for Output {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        let fits = (0..=part.len().min(self.room)).rfind(|&size| part.is_char_boundary(size));
        let fits = fits.unwrap_or(0);
        // SAFETY: `write` has got memory for the text.
        unsafe {
            self.to.copy_from_nonoverlapping(part.as_ptr().cast(), fits);
            self.to = self.to.add(fits);
        }
        // Nothing follows a cut.
        self.room = if fits < part.len() { 0 } else { self.room - fits };
        self.length += part.len();
        Ok(())
    }
}

/// Writes `text` and a NUL to the `size` bytes at `to`, cut if it does not fit. Returns the length
/// of the whole text, without the NUL.
///
/// # Safety
/// Unless `size` is 0, `size` bytes at `to` may be written.
unsafe fn write(to: *mut c_char, size: usize, text: impl fmt::Display) -> usize {
    let mut output = Output { to, room: size.saturating_sub(1), length: 0 };
    // Writing to `output` does not fail.
    let _ = write!(output, "{text}");
    if size > 0 {
        // SAFETY: the caller's promise; room was left for the NUL.
        unsafe { output.to.write(0) };
    }
    output.length
}

/// Fills in '*extack', whose size is 'size' (pass sizeof *extack), with what the kernel reported in
/// 'msg', a message that nl_sock_recv() has received: an NLMSG_ERROR message, or NLMSG_DONE, which
/// ends a dump. 'request' is the request that it answers, to find the path to the attribute
/// concerned; it may be null. If 'msg' is another message, or the kernel reported nothing but
/// success or an errno value, sets all fields to 0.
///
/// The kernel reports more only to sockets with the option NETLINK_EXT_ACK.
///
/// # Return value
/// Whether the kernel reported more than success or an errno value.
///
/// # Thread safety
/// Any thread may call it, also while others read the messages.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nlsock_msg_extack(
    msg: *const OfpBuf,
    request: *const OfpBuf,
    extack: *mut Extack,
    size: usize,
) -> bool {
    // SAFETY: the caller's contract (see `ffi`).
    unsafe {
        let request = if request.is_null() { &[] } else { Buf::from_ptr(request).bytes() };
        let found = extack::of_message(Buf::from_ptr(msg).bytes(), request);
        fill_in(extack, size, found.unwrap_or(Extack::NONE));
        found.is_some()
    }
}

/// Writes '*extack', whose size is 'extack_size' (pass sizeof *extack), as one line of text to
/// 'text'. The line has the text of the errno value, then the kernel's error text, then in
/// parentheses the attribute concerned (the types that lead to it, the outermost first, and its
/// offset), what the kernel requires of it, a missing attribute, and the cookie, as far as the
/// kernel reported them. For example:
///
///   Invalid argument: Device does not exist (attribute 4 at offset 36)
///
/// Control characters and bytes that are not UTF-8 are escaped as in C, so the text is one line,
/// and can be shown on a terminal.
///
/// 'text' has 'size' bytes. A text that does not fit is cut between two characters; there is always
/// a NUL at the end. With a 'size' of 0, which only finds out the length, 'text' may be null.
///
/// # Return value
/// The length of the whole text, without the NUL. So the text was cut if this is 'size' or more.
///
/// # Thread safety
/// Any thread may call it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nlsock_extack_format(
    extack: *const Extack,
    extack_size: usize,
    text: *mut c_char,
    size: usize,
) -> usize {
    // SAFETY: the caller's contract (see `ffi`).
    unsafe {
        let extack = read(extack, extack_size);
        let error = errno::text(extack.error);
        write(text, size, Explanation { extack: &extack, error: error.as_str() })
    }
}

/// A copy of the caller's structure, which has `size` bytes. What it lacks is 0.
///
/// # Safety
/// `size` bytes at `extack` can be read.
unsafe fn read(extack: *const Extack, size: usize) -> Extack {
    let mut copy = MaybeUninit::new(Extack::NONE);
    let known = size.min(size_of::<Extack>());
    // SAFETY: the caller's promise. Any bytes are valid in the fields, apart from those that are
    // 'bool', in which C may have stored any byte, too.
    unsafe {
        let to = copy.as_mut_ptr();
        to.cast::<u8>().copy_from_nonoverlapping(extack.cast(), known);
        let policy = &raw mut (*to).policy;
        for field in
            [&raw mut (*to).missing, &raw mut (*policy).has_range, &raw mut (*policy).is_signed]
        {
            field.write(field.cast::<u8>().read() != 0);
        }
        copy.assume_init()
    }
}

/// Writes a description of 'msg', a message of the protocol 'protocol' (NETLINK_ROUTE, ...), to
/// 'text', as the library's log shows it at debug level: one line with the header; the errno value
/// in an error message or at the end of a dump, and the request that is answered; or a generic
/// netlink header. A generic netlink family has its name if it was looked up. For example:
///
///   nl(len:20, type=3(done), flags=0, seq=1, pid=10418 done(0)
///
/// The parenthesis after "nl" is not closed, as in the original. If 'msg' is too short for a
/// header, writes "nl(truncated)". Other content is not shown.
///
/// 'text', 'size' and the return value are those of nlsock_extack_format().
///
/// # Thread safety
/// Any thread may call it, also while others read 'msg'.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nlsock_msg_format(
    msg: *const OfpBuf,
    protocol: c_int,
    text: *mut c_char,
    size: usize,
) -> usize {
    // SAFETY: the caller's contract (see `ffi`).
    unsafe { write(text, size, trace::description(Buf::from_ptr(msg).bytes(), protocol)) }
}

/// The version, with a NUL.
const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), "\0");

/// Returns the version of the library that the program runs with. NLSOCK_VERSION is the version of
/// the headers that it was compiled with. Both are strings of the form "1.0.0".
///
/// # Ownership
/// The string is constant.
///
/// # Thread safety
/// Any thread may call it.
#[unsafe(no_mangle)]
pub extern "C" fn nlsock_version() -> *const c_char {
    CStr::from_bytes_until_nul(VERSION.as_bytes()).unwrap_or_default().as_ptr()
}
