//! Names of the generic netlink families that were looked up, for the log.

use crate::grow_list::{GrowList, Values};
use alloc::boxed::Box;
use core::ffi::CStr;

const GENL_ID_CTRL: u16 = libc::GENL_ID_CTRL as u16;

/// The number of a family, and its name.
type Entry = (u16, Box<CStr>);

/// If a number was given to another family, the later name counts.
static NAMES: GrowList<Entry> = GrowList::new();

/// Remembers what the kernel answered.
pub(super) fn remember(id: u16, name: &CStr) {
    // If a family comes back with an old number and name, it is added again: the latest counts.
    let latest = |mut names: Values<'static, Entry>| {
        names.find(|(of, _)| *of == id).filter(|(_, known)| **known == *name)
    };
    NAMES.find_or_add(latest, || (id, name.into()));
}

fn known(id: u16) -> Option<&'static CStr> {
    NAMES.values().find(|(of, _)| *of == id).map(|(_, name)| &**name)
}

/// What the log calls a family.
pub(super) fn family_name(id: u16) -> &'static str {
    match known(id) {
        _ if id == GENL_ID_CTRL => "control",
        Some(name) => name.to_str().unwrap_or("?"),
        None => "unknown",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_name_counts() {
        assert_eq!(family_name(16), "control");
        assert_eq!(family_name(40_001), "unknown");
        remember(40_001, c"a");
        remember(40_000, c"b");
        remember(40_001, c"c");
        remember(40_001, c"c");
        assert_eq!((family_name(40_000), family_name(40_001)), ("b", "c"));
        remember(40_001, c"a");
        assert_eq!(family_name(40_001), "a");
    }
}
