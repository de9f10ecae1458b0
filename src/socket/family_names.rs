// SPDX-License-Identifier: Apache-2.0
//! The names of generic netlink families that were looked up. The log shows them.

use crate::grow_list::{GrowList, Values};
use crate::wire::Printable;
use alloc::boxed::Box;
use core::ffi::CStr;

const GENL_ID_CTRL: u16 = libc::GENL_ID_CTRL as u16;

/// A family's number and its name.
type Entry = (u16, Box<CStr>);

/// The families that were looked up. If the kernel later gives a number to another family, the name
/// that was added last counts.
static NAMES: GrowList<Entry> = GrowList::new();

/// Remembers the name of a family, as the kernel reported it.
pub(super) fn remember(id: u16, name: &CStr) {
    // The latest entry for a number counts. So if it has another name, add an entry, even if an
    // older entry has this name already.
    let latest = |mut names: Values<'static, Entry>| {
        names.find(|(of, _)| *of == id).filter(|(_, known)| **known == *name)
    };
    NAMES.find_or_add(latest, || (id, name.into()));
}

/// The latest name for a number.
fn known(id: u16) -> Option<&'static CStr> {
    NAMES.values().find(|(of, _)| *of == id).map(|(_, name)| &**name)
}

/// The name that the log shows for a family.
pub(super) fn family_name(id: u16) -> Printable<'static> {
    Printable(match known(id) {
        _ if id == GENL_ID_CTRL => b"control",
        Some(name) => name.to_bytes(),
        None => b"unknown",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(id: u16) -> String {
        family_name(id).to_string()
    }

    #[test]
    fn names_fit_on_a_line() {
        remember(40_002, c"two\nlines \xff");
        assert_eq!(shown(40_002), r"two\nlines \xff");
    }

    #[test]
    fn the_latest_name_counts() {
        assert_eq!(shown(16), "control");
        assert_eq!(shown(40_001), "unknown");
        remember(40_001, c"a");
        remember(40_000, c"b");
        remember(40_001, c"c");
        remember(40_001, c"c");
        assert_eq!((shown(40_000), shown(40_001)), ("b".into(), "c".into()));
        remember(40_001, c"a");
        assert_eq!(shown(40_001), "a");
    }
}
