// SPDX-License-Identifier: Apache-2.0
//! Text from outside the process, such as the kernel's error texts, as part of one line of text.

use core::fmt::{self, Write};

/// Text in any encoding. [`fmt::Display`] writes printable UTF-8 as it is, and escapes everything
/// else: control characters could end the line, or be commands for a terminal; bytes that are not
/// UTF-8 could make the reader of the line fail.
#[derive(Clone, Copy)]
pub(crate) struct Printable<'a>(pub(crate) &'a [u8]);

impl fmt::Display for Printable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for chunk in self.0.utf8_chunks() {
            for character in chunk.valid().chars() {
                match character {
                    _ if !is_control(character) => f.write_char(character)?,
                    '\0'..='\x7f' => write!(f, "{}", (character as u8).escape_ascii())?,
                    _ => write!(f, "{}", character.escape_unicode())?,
                }
            }
            write!(f, "{}", chunk.invalid().escape_ascii())?;
        }
        Ok(())
    }
}

/// Whether a character controls how others are shown, instead of being shown itself.
fn is_control(character: char) -> bool {
    /// Unicode's line and paragraph separators, and the characters that change the direction of
    /// writing.
    const LAYOUT: [core::ops::RangeInclusive<char>; 4] = [
        '\u{61c}'..='\u{61c}',
        '\u{200e}'..='\u{200f}',
        '\u{2028}'..='\u{202e}',
        '\u{2066}'..='\u{2069}',
    ];
    character.is_control() || LAYOUT.iter().any(|range| range.contains(&character))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printable_text_stays_as_it_is() {
        for text in ["", "No such device", "Gerät \"eth0\" \\ 装置"] {
            assert_eq!(Printable(text.as_bytes()).to_string(), text);
        }
    }

    #[test]
    fn control_characters_and_bad_bytes_are_escaped() {
        assert_eq!(Printable(b"a\nb\r\t\0\x1b[2J\x7f").to_string(), r"a\nb\r\t\x00\x1b[2J\x7f");
        assert_eq!(
            Printable("\u{9b}2J\u{2028}\u{202e}".as_bytes()).to_string(),
            r"\u{9b}2J\u{2028}\u{202e}"
        );
        assert_eq!(Printable(b"\xff ok \xc3").to_string(), r"\xff ok \xc3");
    }

    #[test]
    fn every_line_has_printable_characters_only() {
        let every_byte: Vec<u8> = (0..=255).collect();
        let every_character: String = ('\0'..='\u{ffff}').collect();
        for text in [&every_byte[..], every_character.as_bytes()] {
            assert!(!Printable(text).to_string().chars().any(is_control));
        }
    }
}
