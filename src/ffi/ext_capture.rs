// SPDX-License-Identifier: Apache-2.0
//! nlsock-ext.h: captures.

use crate::capture;
use crate::errno::{Errno, status};
use core::ffi::{CStr, c_char, c_int, c_uint};

/// Starts a capture: writes every message that the process sends and receives by the library to the
/// file 'path', in the format pcapng, which Wireshark and tshark read. 'flags' must be 0. If the
/// file is a capture already, it is added to. If there is no such file, it is created; only its
/// owner may read it. The folder must not be writable by other users; the library does not check
/// that.
///
/// NLSOCK_CAPTURE=FILE in the environment starts a capture when the process starts. Set-user-id
/// programs and programs with file capabilities ignore it, and NLSOCK_CAPTURE_SIZE.
///
/// If the file would exceed 64 MiB, the capture goes on in a file whose name has ".1" after it,
/// then ".2" and so on. These files are never removed. Another limit is the value of
/// NLSOCK_CAPTURE_SIZE when the process starts: a number of bytes, of at least 64K, perhaps with K,
/// M or G after it. The library asks the kernel for the size of the file after each sixteenth of
/// the limit, or 1 MiB, at the latest. So several threads and processes may exceed the limit: each
/// process by that much, and by what its threads write while one of them opens the next file. If
/// there is no descriptor for the next file, the capture stays with the present one, and
/// tries again later.
///
/// A file whose end is cut off, because the disk was full or a process was killed, is left as it
/// is, and the capture goes on in the next one: readers would not find what follows. This is only
/// noticed when a process opens the file. So if a process is killed while it writes, readers do not
/// find what processes that have the file open append after that.
///
/// All threads and children of the process write to the same file. A new program that a child
/// executes does only if it uses the library and NLSOCK_CAPTURE is set. Linux writes each message
/// as a whole, so messages of several threads and processes do not get mixed up. This holds for
/// file systems of the machine, but not for NFS and 9P. Of a message of more than 256 KiB, the
/// start is written.
///
/// For each message, one more system call is made. It may wait for the disk. If it fails, for
/// example because the disk is full, the capture ends, and the library logs that once, as a
/// warning: in the next call that sends or receives, or, if the process has no log of Open vSwitch,
/// on standard error when the process ends by exit(). No other function fails because of the
/// capture.
///
/// If the size of files is limited (RLIMIT_FSIZE), the library blocks SIGXFSZ during that call. It
/// looks at the limit when a capture starts, in a child, and when it asks for the size of the file.
/// So a program that sets the limit itself has to do so before the capture starts, or has to ignore
/// SIGXFSZ. Otherwise, the signal may end the process.
///
/// The descriptor of the file has a high number, and is closed on exec. If the program has closed
/// it, for example when it became a daemon, the library opens the file again. It never writes to a
/// pipe, a socket or a terminal that has got the number. It may write to another device, or to a
/// regular file, that has got the number, since it only compares the files after a fork, when
/// writing has failed, and when it asks for the size of the file: at the latest after a sixteenth
/// of the limit, or 1 MiB. To open a file, FILE.1 included, the process needs the rights to do so
/// at that time.
///
/// # Return value
/// - 0: the capture has been started.
/// - EBUSY: there is a capture already.
/// - EINVAL: 'flags' is not 0, or the file is neither empty nor a capture, or not a regular file.
/// - EPERM: the file existed, and has more than one name, or belongs neither to the effective user
///   of the process nor to root.
/// - ELOOP: 'path' is a symbolic link.
/// - ENAMETOOLONG: 'path', with the current folder before it if it is relative, is too long.
/// - ENOSPC: there is no room for the start of a capture.
/// - EFBIG: there is no room within the limit of the process (RLIMIT_FSIZE).
/// - Another positive errno value: an error of open(), fstat(), pread(), pwritev() or getcwd().
///
/// # Ownership
/// 'path' stays the caller's. The library keeps a copy, and a few hundred bytes, for each capture
/// that was started; they are not freed.
///
/// # Thread safety
/// Any thread may call it. What other threads send and receive meanwhile may be missing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nlsock_capture_start(path: *const c_char, flags: c_uint) -> c_int {
    if flags != 0 {
        return Errno::EINVAL.raw();
    }
    // SAFETY: the caller's contract (see `ffi`).
    status(capture::start(unsafe { CStr::from_ptr(path) }.to_bytes()))
}

/// Ends the capture, if there is one, and closes its file. Children that were forked before go on
/// with theirs.
///
/// # Thread safety
/// Any thread may call it. If other threads are just writing to the file, the last of them closes
/// it. If the process was forked by one thread while another was writing, the file
/// stays open in the child.
#[unsafe(no_mangle)]
pub extern "C" fn nlsock_capture_stop() {
    capture::stop();
}
