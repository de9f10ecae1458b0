// SPDX-License-Identifier: Apache-2.0
//! Splits a line into words, and reads them: numbers, names of errno values, selections.
//!
//! Words are separated by blanks. A `;` or `:` at the end of a word is a word of its own. `"..."`
//! is one word. `#` at the start of a word begins a comment.

use super::statement::{MAX_RANGES, Range, Selection};
use crate::errno;
use core::ffi::c_char;
use core::fmt;

/// Why a line is not understood: a word that is not what is expected there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Error<'a> {
    /// Where the word starts, in bytes from 0 on.
    pub at: usize,
    /// What is expected.
    pub expected: &'static str,
    /// The word; empty at the end of the line.
    pub found: &'a str,
}

impl fmt::Display for Error<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.found {
            "" => write!(f, "expected {}, found the end of the line", self.expected),
            found => write!(f, "expected {}, found \"{found}\"", self.expected),
        }
    }
}

/// A word of the line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Word<'a> {
    /// Where it starts, in bytes from 0 on.
    pub at: usize,
    /// Without the quotation marks.
    pub text: &'a str,
    /// Whether it has quotation marks.
    pub quoted: bool,
}

/// The words of a line that have not been taken yet.
#[derive(Clone, Copy, Debug)]
pub struct Words<'a> {
    line: &'a str,
    /// Where the word after `first` is looked for.
    at: usize,
    first: Option<Word<'a>>,
}

impl<'a> Words<'a> {
    /// All words of the line.
    pub fn new(line: &'a str) -> Self {
        let mut words = Self { line, at: 0, first: None };
        words.advance();
        words
    }

    fn rest(&self) -> &'a str {
        self.line.get(self.at..).unwrap_or_default()
    }

    fn advance(&mut self) {
        let rest = self.rest();
        let trimmed = rest.trim_start_matches(|c: char| c.is_ascii_whitespace());
        self.at += rest.len() - trimmed.len();
        let at = self.at;
        self.first = if trimmed.is_empty() || trimmed.starts_with('#') {
            None
        } else if let Some(inside) = trimmed.strip_prefix('"') {
            let text = inside.split('"').next().unwrap_or_default();
            self.at = self.line.len().min(at + text.len() + 2);
            Some(Word { at, text, quoted: true })
        } else {
            let word = trimmed.split(|c: char| c.is_ascii_whitespace()).next().unwrap_or_default();
            let text = word.strip_suffix([';', ':']).filter(|text| !text.is_empty());
            let text = text.unwrap_or(word);
            self.at += text.len();
            Some(Word { at, text, quoted: false })
        };
    }

    /// Whether all words have been taken.
    pub fn is_end(&self) -> bool {
        self.first.is_none()
    }

    /// The next word, which is not taken; empty at the end.
    pub fn peek(&self) -> &'a str {
        self.first.map_or("", |word| word.text)
    }

    /// Takes the next word.
    pub fn pop(&mut self) -> Option<Word<'a>> {
        let word = self.first?;
        self.advance();
        Some(word)
    }

    /// Takes the next word if it is `word`. Returns whether it was.
    pub fn take(&mut self, word: &str) -> bool {
        let found = self.first.is_some_and(|first| !first.quoted && first.text == word);
        if found {
            self.advance();
        }
        found
    }

    /// The error that the next word is not what is expected.
    pub fn error(&self, expected: &'static str) -> Error<'a> {
        match self.first {
            Some(Word { at, text, .. }) => Error { at, expected, found: text },
            None => Error { at: self.at, expected, found: "" },
        }
    }

    /// Takes the next word, which has to be `word`.
    pub fn require(&mut self, word: &'static str) -> Result<(), Error<'a>> {
        if self.take(word) { Ok(()) } else { Err(self.error(word)) }
    }

    /// Takes the next word if `read` makes something of its text.
    pub fn read<T>(
        &mut self,
        expected: &'static str,
        read: impl FnOnce(&'a str) -> Option<T>,
    ) -> Result<T, Error<'a>> {
        let value = self.first.and_then(|word| read(word.text)).ok_or(self.error(expected))?;
        self.advance();
        Ok(value)
    }

    /// Takes a number of any sign: `10`, `+1`, `-1`, `0x40`.
    pub fn number(&mut self) -> Result<i32, Error<'a>> {
        self.read("a number", number)
    }

    /// Takes a number of at least `least`.
    pub fn number_from(&mut self, least: i32) -> Result<i32, Error<'a>> {
        let expected = if least > 0 { "a number from 1 on" } else { "a number from 0 on" };
        self.read(expected, |text| number(text).filter(|&number| number >= least))
    }

    /// Takes the name of an errno value.
    pub fn errno(&mut self) -> Result<i32, Error<'a>> {
        self.read("the name of an errno value", errno::number)
    }

    /// Takes a word that fits in `to` with a zero after it.
    pub fn copy(&mut self, to: &mut [c_char], expected: &'static str) -> Result<(), Error<'a>> {
        let word =
            self.first.filter(|word| word.text.len() < to.len() && !word.text.contains('\0'));
        let word = word.ok_or(self.error(expected))?;
        set_text(to, word.text);
        self.advance();
        Ok(())
    }

    /// Takes a selection.
    pub fn selection(&mut self) -> Result<Selection, Error<'a>> {
        self.read("a selection such as *, 3 or 1-5,7", Selection::parse)
    }
}

/// `10`, `+1`, `-1`, `0x40`.
fn number(text: &str) -> Option<i32> {
    match text.strip_prefix("0x") {
        Some(digits) if !digits.starts_with(['+', '-']) => i32::from_str_radix(digits, 16).ok(),
        _ => text.parse().ok(),
    }
}

/// Stores a text with a zero after it, and with its end cut off if it does not fit.
pub fn set_text(to: &mut [c_char], text: &str) {
    let room = to.len().saturating_sub(1);
    let bytes = text.bytes().take(room).map(|byte| byte as c_char).chain([0]);
    for (to, byte) in to.iter_mut().zip(bytes) {
        *to = byte;
    }
}

/// The text before the zero.
pub fn text(from: &[c_char]) -> impl Iterator<Item = u8> + '_ {
    from.iter().map(|&byte| byte as u8).take_while(|&byte| byte != 0)
}

impl Selection {
    /// All numbers.
    pub const ALL: Self = {
        let mut range = [Range { low: 0, high: 0 }; MAX_RANGES];
        range[0] = Range { low: 1, high: i32::MAX };
        Self { n: 1, range }
    };

    fn parse(text: &str) -> Option<Self> {
        if text == "*" {
            return Some(Self::ALL);
        }
        let mut selection = Self { n: 0, range: [Range::default(); MAX_RANGES] };
        for part in text.split(',') {
            let (low, high) = part.split_once('-').unwrap_or((part, part));
            let range = Range { low: digits(low)?, high: digits(high)? };
            *selection.range.get_mut(selection.n as usize)? = range;
            selection.n += 1;
        }
        Some(selection)
    }

    /// Whether the number is one of the selection.
    pub fn contains(&self, number: i32) -> bool {
        let ranges = self.range.iter().take(self.n as usize);
        ranges.into_iter().any(|range| (range.low..=range.high).contains(&number))
    }
}

/// A number without a sign.
fn digits(text: &str) -> Option<i32> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(line: &str) -> Vec<&str> {
        let mut words = Words::new(line);
        core::iter::from_fn(|| words.pop().map(|word| word.text)).collect()
    }

    #[test]
    fn words_of_a_line() {
        assert_eq!(
            all(" request 1-3,7: ack; reply 20 # no"),
            ["request", "1-3,7", ":", "ack", ";", "reply", "20"]
        );
        assert_eq!(all("ack text \"a b; # c\"; x"), ["ack", "text", "a b; # c", ";", "x"]);
        assert_eq!(all("\"never ends"), ["never ends"]);
        assert_eq!(all("a;; : ;"), ["a;", ";", ":", ";"]);
        assert_eq!(all("# nothing"), [""; 0]);
        assert_eq!(all("\t\r\n"), [""; 0]);
    }

    #[test]
    fn selections() {
        let select = |text| Selection::parse(text).unwrap();
        assert!(select("*").contains(1) && select("*").contains(i32::MAX));
        assert!(!select("*").contains(0));
        let some = select("1,3,7-9");
        let found: Vec<_> = (0..12).filter(|&number| some.contains(number)).collect();
        assert_eq!(found, [1, 3, 7, 8, 9]);
        for wrong in ["", "a", "1-", "-1", "1,,2", "1;", "99999999999", "+1"] {
            assert_eq!(Selection::parse(wrong), None, "{wrong}");
        }
        let many = |n| Selection::parse(&vec!["1"; n].join(","));
        assert!(many(MAX_RANGES).is_some() && many(MAX_RANGES + 1).is_none());
    }

    #[test]
    fn numbers() {
        for (text, value) in
            [("10", 10), ("+1", 1), ("-1", -1), ("0x40", 64), ("-2147483648", i32::MIN)]
        {
            assert_eq!(number(text), Some(value));
        }
        for wrong in ["", "0x", "0x-1", "1.5", "2147483648", "ten"] {
            assert_eq!(number(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn errors_say_where() {
        let mut words = Words::new("clock  ten s");
        assert!(words.take("clock"));
        let error = words.number().unwrap_err();
        assert_eq!((error.at, error.to_string()), (7, "expected a number, found \"ten\"".into()));
        let mut words = Words::new("clock ");
        words.pop();
        let error = words.number().unwrap_err().to_string();
        assert_eq!(error, "expected a number, found the end of the line");
    }
}
