// SPDX-License-Identifier: Apache-2.0
//! Files that several threads and processes append to.

use super::{check, retry};
use crate::errno::Errno;
use core::ffi::{CStr, c_int};
use core::mem::MaybeUninit;
use core::ptr::null_mut;

/// The descriptor of a file that is appended to. It is closed when this object is dropped.
pub(crate) struct AppendFile(c_int);

/// What the kernel says of a file.
#[derive(Clone, Copy)]
pub(crate) struct FileStatus {
    /// Tells the file from others. It is made of the numbers of its device and its inode.
    pub(crate) id: usize,
    /// In bytes.
    pub(crate) size: u64,
    /// Whether it is a regular file.
    pub(crate) regular: bool,
    /// Whether it belongs to the effective user of the process or to root, and has one name only.
    pub(crate) is_users_alone: bool,
}

impl AppendFile {
    /// Opens a file, or creates it, so that only its owner may read it. Does not follow a symbolic
    /// link, and does not wait for the other end of a FIFO. Returns also whether the file existed.
    pub(crate) fn open(path: &CStr) -> Result<(Self, bool), Errno> {
        match Self::open_with(path, 0) {
            Err(Errno::ENOENT) => {}
            existing => return existing.map(|file| (file, true)),
        }
        match Self::open_with(path, libc::O_CREAT | libc::O_EXCL) {
            // Another process has created it meanwhile.
            Err(Errno::EEXIST) => Self::open_with(path, 0).map(|file| (file, true)),
            created => created.map(|file| (file, false)),
        }
    }

    fn open_with(path: &CStr, flags: c_int) -> Result<Self, Errno> {
        /// Each write goes to the end of the file, whatever else has been written meanwhile.
        const APPEND: c_int = libc::O_RDWR | libc::O_APPEND | libc::O_LARGEFILE;
        const CAUTION: c_int =
            libc::O_CLOEXEC | libc::O_NOFOLLOW | libc::O_NONBLOCK | libc::O_NOCTTY;

        let flags = flags | APPEND | CAUTION;
        // SAFETY: a C string.
        let fd =
            retry(|| unsafe { libc::open(path.as_ptr(), flags, 0o600 as libc::c_uint) as isize })?;
        Ok(Self(fd as c_int))
    }

    pub(crate) fn raw(&self) -> c_int {
        self.0
    }

    /// Gives the descriptor a number that the kernel gives to no other file unless the process has
    /// very many, or asks for that number. Returns the number; the caller owns the descriptor.
    pub(crate) fn into_high_number(self) -> c_int {
        let limit = limit(libc::RLIMIT_NOFILE as c_int);
        // SAFETY: no memory is involved.
        let high = unsafe { libc::fcntl(self.0, libc::F_DUPFD_CLOEXEC, high_number(limit)) };
        if high < 0 { core::mem::ManuallyDrop::new(self).0 } else { high }
    }

    /// Makes the descriptor `at` refer to this file. Other threads may be using it meanwhile.
    pub(crate) fn put_at(self, at: c_int) -> Result<(), Errno> {
        // SAFETY: no memory is involved. The caller owns the descriptor.
        check(unsafe { libc::dup3(self.0, at, libc::O_CLOEXEC) })
    }
}

impl Drop for AppendFile {
    fn drop(&mut self) {
        close_file(self.0);
    }
}

/// Closes a descriptor from [`AppendFile::into_high_number`].
pub(crate) fn close_file(fd: c_int) {
    // SAFETY: no memory is involved. The caller owns the descriptor.
    unsafe { libc::close(fd) };
}

/// The lowest of the numbers for [`AppendFile::into_high_number`]: near the end of those that the
/// process may have, which are less than `limit`. The kernel's table of descriptors is as long as
/// the highest number, so the number is not larger than necessary.
fn high_number(limit: Option<libc::rlim_t>) -> c_int {
    const USUAL_LIMIT: libc::rlim_t = 1024;
    const BELOW_LIMIT: libc::rlim_t = 32;
    limit.unwrap_or(USUAL_LIMIT).min(4 * USUAL_LIMIT).saturating_sub(BELOW_LIMIT) as c_int
}

/// The value of a resource limit. None if there is no limit.
fn limit(resource: c_int) -> Option<libc::rlim_t> {
    let mut limit = libc::rlimit { rlim_cur: libc::RLIM_INFINITY, rlim_max: libc::RLIM_INFINITY };
    // SAFETY: the structure lives through the call. If the call fails, there is no limit.
    unsafe { libc::getrlimit(resource as _, &raw mut limit) };
    (limit.rlim_cur != libc::RLIM_INFINITY).then_some(limit.rlim_cur)
}

/// Whether the size of files is limited for this process (RLIMIT_FSIZE).
pub(crate) fn file_size_is_limited() -> bool {
    limit(libc::RLIMIT_FSIZE as c_int).is_some()
}

pub(crate) fn file_status(fd: c_int) -> Result<FileStatus, Errno> {
    let mut status = MaybeUninit::<libc::stat64>::uninit();
    // SAFETY: the structure lives through the call.
    check(unsafe { libc::fstat64(fd, status.as_mut_ptr()) })?;
    // SAFETY: the call has filled it in.
    let status = unsafe { status.assume_init() };
    Ok(FileStatus {
        id: (status.st_ino as usize) ^ (status.st_dev as usize).rotate_left(usize::BITS / 2),
        size: u64::try_from(status.st_size).unwrap_or(0),
        regular: status.st_mode & libc::S_IFMT == libc::S_IFREG,
        is_users_alone: status.st_nlink == 1 && [0, effective_user()].contains(&status.st_uid),
    })
}

fn effective_user() -> libc::uid_t {
    // SAFETY: no memory is involved.
    unsafe { libc::geteuid() }
}

/// Reads from a file, from the byte `offset` on. Returns how many bytes there were.
pub(crate) fn read_at(fd: c_int, bytes: &mut [u8], offset: u64) -> Result<usize, Errno> {
    let offset = offset as libc::off64_t;
    // SAFETY: pointer and length are those of `bytes`.
    retry(|| unsafe { libc::pread64(fd, bytes.as_mut_ptr().cast(), bytes.len(), offset) })
}

/// The number of pieces that [`append`] writes at once.
pub(crate) const FILE_PIECES: usize = 4;

/// Appends `pieces`, one after the other, to the file `fd`. Returns how many bytes were written:
/// fewer than there are if the disk is full, or if the file must not become larger.
///
/// If `limited`, no signal (SIGXFSZ) is sent for the latter. That takes three more system calls.
pub(crate) fn append(
    fd: c_int,
    pieces: [&[u8]; FILE_PIECES],
    limited: bool,
) -> Result<usize, Errno> {
    /// Linux does not use the offset if the file was opened with O_APPEND. It matters if `fd` has
    /// become the number of another file: pipes, sockets and terminals refuse a write with an
    /// offset, other devices ignore it. A file keeps its contents, since nothing is at this offset.
    const OFFSET: libc::off_t = libc::off_t::MAX - (1 << 24);

    let _blocked = limited.then(BlockedSignal::new);
    let parts = pieces.map(|piece| libc::iovec {
        iov_base: piece.as_ptr().cast_mut().cast(),
        iov_len: piece.len(),
    });
    // SAFETY: the kernel reads the bytes of `pieces`.
    retry(|| unsafe { libc::pwritev(fd, parts.as_ptr(), FILE_PIECES as c_int, OFFSET) })
}

/// Blocks SIGXFSZ for the thread, and discards it when this object is dropped: the kernel sends it
/// to a thread that writes beyond RLIMIT_FSIZE, and it would end the process.
struct BlockedSignal {
    signal: libc::sigset_t,
    before: libc::sigset_t,
}

impl BlockedSignal {
    fn new() -> Self {
        // SAFETY: all-zero bytes are a valid set; the calls write to the sets.
        unsafe {
            let mut sets: Self = core::mem::zeroed();
            libc::sigemptyset(&raw mut sets.signal);
            libc::sigaddset(&raw mut sets.signal, libc::SIGXFSZ);
            let (signal, before) = (&raw const sets.signal, &raw mut sets.before);
            libc::pthread_sigmask(libc::SIG_BLOCK, signal, before);
            sets
        }
    }
}

impl Drop for BlockedSignal {
    fn drop(&mut self) {
        let _errno = crate::errno::Preserve::new();
        let now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        // SAFETY: the sets were filled in by `new`, and live through the calls. If the program had
        // blocked the signal, it may be one that was sent to the program, so it stays.
        unsafe {
            if libc::sigismember(&raw const self.before, libc::SIGXFSZ) == 0 {
                libc::sigtimedwait(&raw const self.signal, null_mut(), &raw const now);
            }
            libc::pthread_sigmask(libc::SIG_SETMASK, &raw const self.before, null_mut());
        }
    }
}

/// Writes the path of the current folder to `path`, with a NUL after it.
pub(crate) fn current_folder(path: &mut [u8]) -> Result<&CStr, Errno> {
    // SAFETY: pointer and length are those of `path`.
    let found = unsafe { libc::getcwd(path.as_mut_ptr().cast(), path.len()) };
    if found.is_null() {
        return Err(Errno::last());
    }
    CStr::from_bytes_until_nul(path).map_err(|_| Errno::ENAMETOOLONG)
}

/// The number of the calling process.
pub(crate) fn process_id() -> u32 {
    // SAFETY: no memory is involved.
    unsafe { libc::getpid() as u32 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::CString;

    /// A new path in the folder for temporary files.
    fn new_path(name: &str) -> CString {
        let path = std::env::temp_dir().join(format!("nlsock-{name}-{}", process_id()));
        let _ = std::fs::remove_file(&path);
        CString::new(path.to_str().unwrap()).unwrap()
    }

    fn created(path: &CStr) -> AppendFile {
        let (file, existed) = AppendFile::open(path).unwrap();
        assert!(!existed);
        file
    }

    #[test]
    fn what_is_written_is_at_the_end() {
        let path = new_path("append");
        let file = created(&path);
        let (other, existed) = AppendFile::open(&path).unwrap();
        assert!(existed);
        assert_eq!(append(file.raw(), [b"ab", b"", b"c", b""], false), Ok(3));
        assert_eq!(append(other.raw(), [b"d", b"", b"", b""], true), Ok(1));
        assert_eq!(append(file.raw(), [b"", b"e", b"", b"f"], false), Ok(2));
        let text = std::fs::read(path.to_str().unwrap()).unwrap();
        assert_eq!(text, b"abcdef");
        let (status, others) =
            (file_status(file.raw()).unwrap(), file_status(other.raw()).unwrap());
        assert_eq!((status.id, status.size, status.regular), (others.id, 6, true));
        let mut start = [0; 4];
        assert_eq!(read_at(file.raw(), &mut start, 0), Ok(4));
        assert_eq!(&start, b"abcd");
        assert_eq!(read_at(file.raw(), &mut start, 4), Ok(2));
        assert_eq!(&start, b"efcd");
        std::fs::remove_file(path.to_str().unwrap()).unwrap();
    }

    #[test]
    fn a_file_is_opened_with_caution() {
        let (path, link) = (new_path("caution"), new_path("link"));
        let file = created(&path);
        // SAFETY: no memory is involved.
        let (descriptor, status) = unsafe {
            (libc::fcntl(file.raw(), libc::F_GETFD), libc::fcntl(file.raw(), libc::F_GETFL))
        };
        assert_eq!(descriptor, libc::FD_CLOEXEC);
        let wanted = libc::O_RDWR | libc::O_APPEND | libc::O_NONBLOCK;
        assert_eq!(status & (libc::O_ACCMODE | libc::O_APPEND | libc::O_NONBLOCK), wanted);
        std::os::unix::fs::symlink(path.to_str().unwrap(), link.to_str().unwrap()).unwrap();
        let error = AppendFile::open(&link).map(|_| ()).unwrap_err();
        assert_eq!(error, Errno::from_raw(libc::ELOOP));
        for path in [path, link] {
            std::fs::remove_file(path.to_str().unwrap()).unwrap();
        }
    }

    #[test]
    fn pipes_and_sockets_refuse() {
        let mut ends = [0; 2];
        unsafe { libc::pipe(ends.as_mut_ptr()) };
        let pieces: [&[u8]; FILE_PIECES] = [b"x", b"", b"", b""];
        assert_eq!(append(ends[1], pieces, false), Err(Errno::from_raw(libc::ESPIPE)));
        ends.into_iter().for_each(close_file);
        unsafe { libc::socketpair(libc::AF_UNIX, libc::SOCK_STREAM, 0, ends.as_mut_ptr()) };
        assert_eq!(append(ends[1], pieces, false), Err(Errno::from_raw(libc::ESPIPE)));
        ends.into_iter().for_each(close_file);
    }

    #[test]
    fn high_numbers_are_near_the_limit_but_not_too_high() {
        let limits = [None, Some(10), Some(2000), Some(1 << 30)];
        assert_eq!(limits.map(high_number), [992, 0, 1968, 4064]);
    }

    #[test]
    fn a_number_is_high_and_can_become_that_of_another_file() {
        let (first, second) = (new_path("first"), new_path("second"));
        let high = created(&first).into_high_number();
        assert!(high >= high_number(limit(libc::RLIMIT_NOFILE as c_int)));
        let other = created(&second);
        let id = file_status(other.raw()).unwrap().id;
        assert_ne!(file_status(high).unwrap().id, id);
        other.put_at(high).unwrap();
        assert_eq!(file_status(high).unwrap().id, id);
        close_file(high);
        assert!(file_status(high).is_err());
        for path in [first, second] {
            std::fs::remove_file(path.to_str().unwrap()).unwrap();
        }
    }
}
