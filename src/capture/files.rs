// SPDX-License-Identifier: Apache-2.0
//! The files of a capture: FILE, and when that is full, FILE.1, FILE.2 and so on.
//!
//! A file is full if it has as many bytes as it may have. The size is asked of the kernel, so it
//! does not matter which processes have written to the file. Each process goes on to the next file
//! by itself, and starts a section there.

use super::format::{SECTION_HEADER, SECTION_SIZE, Section};
use crate::errno::Errno;
use crate::sys::{self, AppendFile};
use alloc::boxed::Box;
use core::ffi::CStr;
use core::fmt::{self, Write};

/// The size of a path, with its NUL, at most.
const PATH_SIZE: usize = libc::PATH_MAX as usize;
/// The highest number of a file. There are not so many; this ends the search for one with room.
const LAST: u32 = 999_999;

/// A path on the stack.
pub(super) struct Path {
    bytes: [u8; PATH_SIZE],
    size: usize,
}

impl Path {
    /// The path `path`, which starts with a slash; if it does not, that path in the current folder.
    /// So it stays the same if the process changes its current folder.
    pub(super) fn absolute(path: &[u8]) -> Result<Self, Errno> {
        let mut absolute = Self { bytes: [0; PATH_SIZE], size: 0 };
        if path.is_empty() {
            return Err(Errno::ENOENT);
        }
        if !path.starts_with(b"/") {
            absolute.size = sys::current_folder(&mut absolute.bytes)?.count_bytes();
            absolute.put(b"/")?;
        }
        absolute.put(path)?;
        Ok(absolute)
    }

    /// The path of the file with the number `number` of the capture `path`.
    fn numbered(path: &[u8], number: u32) -> Result<Self, Errno> {
        let mut numbered = Self { bytes: [0; PATH_SIZE], size: 0 };
        numbered.put(path)?;
        if number > 0 {
            write!(numbered, ".{number}").map_err(|fmt::Error| Errno::ENAMETOOLONG)?;
        }
        Ok(numbered)
    }

    /// Appends `part`, if there is still room for a NUL after it.
    fn put(&mut self, part: &[u8]) -> Result<(), Errno> {
        let room = self.bytes.get_mut(self.size..PATH_SIZE - 1).unwrap_or_default();
        let room = room.get_mut(..part.len()).ok_or(Errno::ENAMETOOLONG)?;
        room.copy_from_slice(part);
        self.size += part.len();
        Ok(())
    }

    pub(super) fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.size).unwrap_or_default()
    }

    fn as_c_str(&self) -> &CStr {
        CStr::from_bytes_until_nul(&self.bytes).unwrap_or_default()
    }
}

impl Write for Path {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        self.put(part.as_bytes()).map_err(|_| fmt::Error)
    }
}

/// Where the files of a capture are, and how large they may become.
pub(super) struct Files {
    /// The path of the first file: [`Path::absolute`].
    pub(super) path: Box<[u8]>,
    /// How many bytes a file may have.
    pub(super) limit: usize,
}

/// Why a capture cannot go on: an error, and the number of the file that it is about.
#[derive(Debug, PartialEq)]
pub(super) struct Failure {
    pub(super) error: Errno,
    pub(super) number: u32,
}

/// A file of a capture, to which a section has been written.
pub(super) struct Opened {
    pub(super) file: AppendFile,
    pub(super) number: u32,
    /// See [`sys::FileStatus`].
    pub(super) id: usize,
    /// How many bytes the file has.
    pub(super) size: u64,
}

impl Files {
    /// Whether `more` bytes fit in a file of `size` bytes.
    pub(super) fn has_room(&self, size: u64, more: usize) -> bool {
        size.saturating_add(more as u64) <= self.limit as u64
    }

    /// Opens the first file, from the number `first` on, that is new or can be added to: it has
    /// room for `more` bytes, and its last block is whole. Starts a section there. Fails if a file
    /// is not a capture, or if it is somebody else's.
    pub(super) fn open(&self, first: u32, more: usize) -> Result<Opened, Failure> {
        for number in first..=LAST {
            match self.open_one(number, more) {
                Ok(Some(opened)) => return Ok(opened),
                Ok(None) => {}
                Err(error) => return Err(Failure { error, number }),
            }
        }
        Err(Failure { error: Errno::from_raw(libc::EFBIG), number: LAST })
    }

    /// Opens the file with the number `number`, if it can be added to, and starts a section there.
    fn open_one(&self, number: u32, more: usize) -> Result<Option<Opened>, Errno> {
        let path = Path::numbered(&self.path, number)?;
        let (file, existed) = AppendFile::open(path.as_c_str())?;
        let status = sys::file_status(file.raw())?;
        if !status.regular {
            return Err(Errno::EINVAL);
        }
        if existed && !status.is_users_alone {
            return Err(Errno::EPERM);
        }
        if status.size > 0 {
            check_is_capture(&file)?;
            let has_room = self.has_room(status.size, SECTION_SIZE + more);
            if !has_room || !ends_in_whole_block(&file, status.size)? {
                return Ok(None);
            }
        }
        let section = Section::new();
        let size = section.bytes().len();
        append_all(file.raw(), [section.bytes(), b"", b"", b""], sys::file_size_is_limited())?;
        Ok(Some(Opened { file, number, id: status.id, size: status.size + size as u64 }))
    }
}

/// Fails with EINVAL if a file does not start as a capture does, so that no other file is written
/// to by mistake. A start that is cut off counts as one.
fn check_is_capture(file: &AppendFile) -> Result<(), Errno> {
    let mut start = [0; 4];
    let read = sys::read_at(file.raw(), &mut start, 0)?;
    let start = start.get(..read).unwrap_or_default();
    if SECTION_HEADER.to_ne_bytes().starts_with(start) { Ok(()) } else { Err(Errno::EINVAL) }
}

/// Whether the last block of a file of `size` bytes is whole. It is not if the disk was full, or if
/// a process was killed while it wrote. Programs that read captures would not find what follows it.
///
/// If another process is writing to the file at this moment, its block may not look whole yet. Then
/// this process uses the next file, which does no harm.
fn ends_in_whole_block(file: &AppendFile, size: u64) -> Result<bool, Errno> {
    /// The type of a block, and its length twice.
    const LEAST_BLOCK: u64 = 12;
    // What cannot be read remains 0.
    let (mut start, mut end) = ([0; 8], [0; 4]);
    sys::read_at(file.raw(), &mut end, size.saturating_sub(4))?;
    let length = u32::from_ne_bytes(end).into();
    let Some(at) = size.checked_sub(length).filter(|_| length >= LEAST_BLOCK) else {
        return Ok(false);
    };
    sys::read_at(file.raw(), &mut start, at)?;
    Ok(start.ends_with(&end))
}

/// Appends `pieces` to the file `fd`. Fails with ENOSPC if not all of them were written. `limited`
/// is for [`sys::append`].
pub(super) fn append_all(
    fd: i32,
    pieces: [&[u8]; sys::FILE_PIECES],
    limited: bool,
) -> Result<(), Errno> {
    let size: usize = pieces.iter().map(|piece| piece.len()).sum();
    if sys::append(fd, pieces, limited)? == size { Ok(()) } else { Err(Errno::ENOSPC) }
}

/// The number of bytes that a text like "65536", "64K", "64M" or "1G" says. None if it is not such
/// a text, or the number is too large.
pub(super) fn parse_size(text: &[u8]) -> Option<usize> {
    let (digits, shift) = match text.split_last()? {
        (b'K', digits) => (digits, 10),
        (b'M', digits) => (digits, 20),
        (b'G', digits) => (digits, 30),
        _ => (text, 0),
    };
    let mut number = 0usize;
    if digits.is_empty() {
        return None;
    }
    for digit in digits {
        let value = digit.is_ascii_digit().then(|| usize::from(digit - b'0'))?;
        number = number.checked_mul(10)?.checked_add(value)?;
    }
    number.checked_mul(1 << shift)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("nlsock-{name}-{}", sys::process_id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir(&folder).unwrap();
        folder
    }

    fn files(folder: &std::path::Path, limit: usize) -> Files {
        let path = folder.join("capture").to_str().unwrap().as_bytes().into();
        Files { path, limit }
    }

    #[test]
    fn sizes_are_numbers_with_a_unit() {
        assert_eq!(parse_size(b"4096"), Some(4096));
        assert_eq!(
            [&b"3K"[..], b"64M", b"1G"].map(parse_size),
            [Some(3 << 10), Some(64 << 20), Some(1 << 30)]
        );
        let wrong = [&b""[..], b"M", b"1T", b"-1", b"1 M", b"1MM", b"99999999999999999999999"];
        assert_eq!(wrong.map(parse_size), [None; 7]);
    }

    #[test]
    fn a_path_is_absolute() {
        let bytes = |path: &[u8]| Path::absolute(path).map(|path| path.bytes().to_vec());
        assert_eq!(bytes(b"/a/b"), Ok(b"/a/b".to_vec()));
        let here = std::env::current_dir().unwrap().join("a");
        assert_eq!(bytes(b"a"), Ok(here.to_str().unwrap().as_bytes().to_vec()));
        assert_eq!(bytes(b""), Err(Errno::ENOENT));
        assert_eq!(bytes(&[b'/'; PATH_SIZE - 1]), Ok(vec![b'/'; PATH_SIZE - 1]));
        assert_eq!(bytes(&[b'/'; PATH_SIZE]), Err(Errno::ENAMETOOLONG));
        assert_eq!(Path::numbered(b"/a", 0).unwrap().as_c_str(), c"/a");
        assert_eq!(Path::numbered(b"/a", 12).unwrap().as_c_str(), c"/a.12");
    }

    #[test]
    fn the_first_file_with_room_is_opened() {
        let folder = folder("files");
        let files = files(&folder, 4096);
        let section = Section::new().bytes().len() as u64;
        let opened = files.open(0, 0).unwrap();
        assert_eq!((opened.number, opened.size), (0, section));
        // Not enough room is left for a section and these bytes.
        let opened = files.open(0, 4096 - SECTION_SIZE).unwrap();
        assert_eq!((opened.number, opened.size), (1, section));
        let opened = files.open(0, 100).unwrap();
        assert_eq!((opened.number, opened.size), (0, 2 * section));
        // A new file is used in any case.
        assert_eq!(files.open(1, 100_000).unwrap().number, 2);
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn other_files_are_left_alone() {
        let folder = folder("others");
        let files = files(&folder, 4096);
        let path = folder.join("capture");
        let error = || files.open(0, 0).err().map(|failure| failure.error);
        for text in ["x", "not a capture"] {
            std::fs::write(&path, text).unwrap();
            assert_eq!(error(), Some(Errno::EINVAL));
            assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
        }
        // One with a second name.
        std::fs::write(&path, "").unwrap();
        std::fs::hard_link(&path, folder.join("other")).unwrap();
        assert_eq!(error(), Some(Errno::EPERM));
        std::fs::remove_file(&path).unwrap();
        std::os::unix::fs::symlink("other", &path).unwrap();
        assert_eq!(error(), Some(Errno::from_raw(libc::ELOOP)));
        std::fs::remove_file(&path).unwrap();
        std::fs::create_dir(&path).unwrap();
        assert_eq!(error(), Some(Errno::from_raw(libc::EISDIR)));
        std::fs::remove_dir_all(folder).unwrap();
    }

    /// Programs that read captures find nothing after a block that is cut off.
    #[test]
    fn a_file_that_is_cut_off_is_not_added_to() {
        let folder = folder("cut");
        let files = files(&folder, 4096);
        let path = folder.join("capture");
        let sections = [Section::new().bytes(), Section::new().bytes()].concat();
        // The second block of a section has 32 bytes.
        let section = sections.len() / 2;
        let ends = [section - 32, section, 2 * section - 32, 2 * section];
        for cut in 1..=sections.len() {
            std::fs::write(&path, &sections[..cut]).unwrap();
            let _ = std::fs::remove_file(folder.join("capture.1"));
            let whole = ends.contains(&cut);
            assert_eq!(files.open(0, 0).unwrap().number, u32::from(!whole), "{cut}");
            let kept = std::fs::read(&path).unwrap();
            assert!(whole || kept == sections[..cut]);
        }
        std::fs::remove_dir_all(folder).unwrap();
    }
}
