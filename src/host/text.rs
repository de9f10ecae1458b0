// SPDX-License-Identifier: Apache-2.0
//! The text of a log message.
//!
//! The text is on the stack. If it were on the heap, it would never be freed if a log handler does
//! not return.

use core::ffi::CStr;
use core::fmt::{self, Write};

/// The size of a text with its NUL, in bytes. A longer text is cut.
const SIZE: usize = 2048;
/// The end of a text that was cut.
const CUT: &[u8] = b"...";

pub(crate) struct Text {
    bytes: [u8; SIZE],
    /// Without the part that did not fit.
    length: usize,
}

impl Text {
    /// Formats a message. Replaces NULs in it by blanks.
    pub(crate) fn new(message: fmt::Arguments<'_>) -> Self {
        let mut text = Self { bytes: [0; SIZE], length: 0 };
        // Formatting fails if the text does not fit.
        if text.write_fmt(message).is_err() {
            text.cut();
        }
        text
    }

    /// Ends a text that did not fit in [`CUT`].
    fn cut(&mut self) {
        // Do not leave a part of a character: the byte that is replaced first starts a character.
        // The first byte of the text does, too.
        let continues = |byte: &u8| byte & 0xc0 == 0x80;
        let mut start = SIZE - 1 - CUT.len();
        while self.bytes.get(start).is_some_and(continues) {
            start -= 1;
        }
        if let Some(rest) = self.bytes.get_mut(start..) {
            rest.fill(0);
            rest.iter_mut().zip(CUT).for_each(|(to, from)| *to = *from);
        }
    }

    pub(crate) fn as_c_str(&self) -> &CStr {
        CStr::from_bytes_until_nul(&self.bytes).unwrap_or_default()
    }
}

impl Write for Text {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        // The last byte is for the NUL.
        let room = self.bytes.get_mut(self.length..SIZE - 1).unwrap_or_default();
        for (to, from) in room.iter_mut().zip(part.bytes()) {
            *to = if from == 0 { b' ' } else { from };
        }
        if part.len() > room.len() {
            return Err(fmt::Error);
        }
        self.length += part.len();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_whole_or_shows_that_it_was_cut() {
        assert_eq!(Text::new(format_args!("a{}\0c", 1)).as_c_str(), c"a1 c");
        let longest = "x".repeat(SIZE - 1);
        assert_eq!(Text::new(format_args!("{longest}")).as_c_str().to_str(), Ok(&longest[..]));
        let cut = Text::new(format_args!("{longest}y"));
        let cut = cut.as_c_str().to_str().unwrap();
        assert_eq!(cut.len(), SIZE - 1);
        assert!(cut.ends_with("xx..."));
    }

    #[test]
    fn a_cut_text_has_whole_characters() {
        for before in ["", "x", "xx"] {
            let cut = Text::new(format_args!("{before}{}", "\u{20ac}".repeat(SIZE)));
            let cut = cut.as_c_str().to_str().unwrap();
            assert!(cut.len() > SIZE - 5 && cut.ends_with("\u{20ac}..."));
        }
    }
}
