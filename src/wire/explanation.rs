// SPDX-License-Identifier: Apache-2.0
//! Extended acknowledgements as one line of text.

use super::printable::Printable;
use crate::abi::{Extack, ExtackPolicy};
use core::fmt;

/// The names of the attribute types NL_ATTR_TYPE_*, by their number.
const TYPES: [&str; 18] = [
    "unknown",
    "flag",
    "u8",
    "u16",
    "u32",
    "u64",
    "s8",
    "s16",
    "s32",
    "s64",
    "binary",
    "string",
    "string with NUL",
    "nest",
    "array of nests",
    "bitfield32",
    "sint",
    "uint",
];

/// An extended acknowledgement, and the text of its errno value. [`fmt::Display`] writes both, in
/// one line.
pub(crate) struct Explanation<'a> {
    pub(crate) extack: &'a Extack,
    pub(crate) error: &'a str,
}

impl fmt::Display for Explanation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.error)?;
        let text = self.extack.message.map(|byte| byte as u8);
        let text = text.split(|&byte| byte == 0).next().unwrap_or_default();
        if !text.is_empty() {
            write!(f, ": {}", Printable(text))?;
        }
        let mut details = Details { f, any: false };
        write_attribute(&mut details, self.extack)?;
        write_policy(&mut details, &self.extack.policy)?;
        write_missing(&mut details, self.extack)?;
        write_cookie(&mut details, self.extack)?;
        details.end()
    }
}

/// The list in parentheses after the error text.
struct Details<'a, 'f> {
    f: &'a mut fmt::Formatter<'f>,
    any: bool,
}

impl Details<'_, '_> {
    /// Adds an element to the list.
    fn add(&mut self, element: fmt::Arguments<'_>) -> fmt::Result {
        self.f.write_str(if self.any { "; " } else { " (" })?;
        self.any = true;
        self.f.write_fmt(element)
    }

    fn end(self) -> fmt::Result {
        self.f.write_str(if self.any { ")" } else { "" })
    }
}

fn write_attribute(details: &mut Details<'_, '_>, extack: &Extack) -> fmt::Result {
    let path = extack.path.get(..extack.n_path as usize).unwrap_or(&extack.path);
    match (path, extack.offset) {
        (_, 0) => Ok(()),
        ([], offset) => details.add(format_args!("at offset {offset}")),
        (path, offset) => details.add(format_args!("attribute {} at offset {offset}", Path(path))),
    }
}

/// The types of nested attributes, the outermost first. [`fmt::Display`] separates them by slashes.
struct Path<'a>(&'a [u16]);

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, kind) in self.0.iter().enumerate() {
            write!(f, "{}{kind}", if i > 0 { "/" } else { "" })?;
        }
        Ok(())
    }
}

fn write_policy(details: &mut Details<'_, '_>, policy: &ExtackPolicy) -> fmt::Result {
    let ExtackPolicy { r#type, min_len, max_len, has_range, is_signed, min, max, mask } = *policy;
    if r#type == 0 {
        return Ok(());
    }
    match TYPES.get(r#type as usize) {
        Some(name) => details.add(format_args!("must be {name}"))?,
        None => details.add(format_args!("must be of type {}", r#type))?,
    }
    match (has_range, is_signed) {
        (false, _) => {}
        (true, false) => write!(details.f, " from {min} to {max}")?,
        (true, true) => {
            write!(details.f, " from {} to {}", min as i64, max as i64)?;
        }
    }
    match (min_len, max_len) {
        (0, 0) => {}
        (0, max) => write!(details.f, " of at most {max} bytes")?,
        (min, 0) => write!(details.f, " of at least {min} bytes")?,
        (min, max) => write!(details.f, " of {min} to {max} bytes")?,
    }
    match mask {
        0 => Ok(()),
        mask => write!(details.f, " with the bits {mask:#x}"),
    }
}

fn write_missing(details: &mut Details<'_, '_>, extack: &Extack) -> fmt::Result {
    match (extack.missing, extack.missing_type, extack.missing_nest) {
        (false, ..) => Ok(()),
        (true, kind, 0) => details.add(format_args!("attribute {kind} is missing")),
        (true, kind, nest) => {
            details.add(format_args!("attribute {kind} is missing in the nest at offset {nest}"))
        }
    }
}

fn write_cookie(details: &mut Details<'_, '_>, extack: &Extack) -> fmt::Result {
    let cookie = extack.cookie.get(..extack.cookie_len as usize).unwrap_or(&extack.cookie);
    if cookie.is_empty() {
        return Ok(());
    }
    details.add(format_args!("cookie "))?;
    cookie.iter().try_for_each(|byte| write!(details.f, "{byte:02x}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(extack: &Extack) -> String {
        Explanation { extack, error: "Invalid argument" }.to_string()
    }

    fn with_text(text: &[u8]) -> Extack {
        let mut extack = Extack::NONE;
        for (to, from) in extack.message.iter_mut().zip(text) {
            *to = *from as core::ffi::c_char;
        }
        extack
    }

    #[test]
    fn only_what_is_known_is_written() {
        assert_eq!(line(&Extack::NONE), "Invalid argument");
        assert_eq!(line(&with_text(b"bad\nthing")), r"Invalid argument: bad\nthing");
        let mut extack = Extack { offset: 36, ..Extack::NONE };
        assert_eq!(line(&extack), "Invalid argument (at offset 36)");
        extack.n_path = 2;
        extack.path[..2].copy_from_slice(&[18, 1]);
        assert_eq!(line(&extack), "Invalid argument (attribute 18/1 at offset 36)");
        // A caller may pass any number.
        extack.n_path = u32::MAX;
        assert!(line(&extack).starts_with("Invalid argument (attribute 18/1/0"));
    }

    #[test]
    fn missing_attributes_and_cookies() {
        let mut extack =
            Extack { missing: true, missing_type: 3, cookie_len: 2, ..with_text(b"oh") };
        extack.cookie[..2].copy_from_slice(&[0xab, 1]);
        assert_eq!(line(&extack), "Invalid argument: oh (attribute 3 is missing; cookie ab01)");
        extack = Extack { missing_nest: 20, cookie_len: 0, ..extack };
        let expected = "Invalid argument: oh (attribute 3 is missing in the nest at offset 20)";
        assert_eq!(line(&extack), expected);
        assert!(line(&Extack { cookie_len: 99, ..Extack::NONE }).ends_with("000)"));
    }

    #[test]
    fn policies() {
        let show = |policy| line(&Extack { policy, ..Extack::NONE });
        let none = ExtackPolicy { r#type: 4, ..ExtackPolicy::NONE };
        assert_eq!(show(none), "Invalid argument (must be u32)");
        let range = ExtackPolicy { has_range: true, min: 1, max: u64::MAX, ..none };
        assert!(show(range).ends_with("u32 from 1 to 18446744073709551615)"));
        let signed = ExtackPolicy { r#type: 9, is_signed: true, min: u64::MAX - 1, ..range };
        assert!(show(signed).ends_with("s64 from -2 to -1)"));
        let sizes = |min_len, max_len| show(ExtackPolicy { min_len, max_len, ..none });
        assert!(sizes(0, 15).ends_with(" of at most 15 bytes)"));
        assert!(sizes(2, 0).ends_with(" of at least 2 bytes)"));
        assert!(sizes(2, 15).ends_with(" of 2 to 15 bytes)"));
        assert!(show(ExtackPolicy { mask: 3, ..none }).ends_with(" with the bits 0x3)"));
        assert!(show(ExtackPolicy { r#type: 77, ..none }).ends_with("must be of type 77)"));
    }
}
