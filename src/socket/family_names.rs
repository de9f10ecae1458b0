//! The names of generic netlink families that were looked up. The log shows them.

use crate::grow_list::{GrowList, Values};
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
