// SPDX-License-Identifier: Apache-2.0
//! Structures whose layout is the same in every interface version: those that callers' object code
//! contains, and those that Open vSwitch's log and counters use. Structures whose layout differs
//! are in `flavour`.

pub mod ext;
pub mod foreign;
pub mod host;
pub mod list;
pub mod mutex;
mod platform;
pub mod policy;
mod rebase;
pub mod shared;
pub mod sock;

pub use ext::{Counters, DumpResult, Extack, ExtackPolicy, Handler, Source};
pub use foreign::{CBool, NlAttrType, OfpbufSource};
pub use host::{CoverageCounter, VlogModule, VlogRateLimit};
pub use list::List;
pub use mutex::OvsMutex;
pub(crate) use platform::{MUTEX, WORD};
pub use policy::NlPolicy;
pub(crate) use rebase::rebase;
pub use shared::{SharedLongLong, SharedTime};
pub use sock::NlSock;

use platform::{LAST_FILL, TIME};

/// Checks at compile time that a type has the given size, and its fields the given offsets. They
/// are expressions, since they depend on the platform.
macro_rules! layout {
    ($type:ty, $size:expr, { $($field:ident: $offset:expr),* $(,)? }) => {
        const _: () = assert!(size_of::<$type>() == $size);
        $(const _: () = assert!(core::mem::offset_of!($type, $field) == $offset);)*
    };
}

pub(crate) use layout;

layout!(List, 2 * WORD, { prev: 0, next: WORD });
layout!(OvsMutex, MUTEX + WORD, { lock: 0, r#where: MUTEX });
layout!(NlPolicy, 4 * WORD, { r#type: 0, min_len: WORD, max_len: 2 * WORD, optional: 3 * WORD });
layout!(Counters, 72, { overflow: 0, received: 8, recv_jumbo: 16, sent: 24, discarded: 64 });
layout!(ExtackPolicy, 40, { r#type: 0, min_len: 4, max_len: 8, has_range: 12, is_signed: 13,
    min: 16, max: 24, mask: 32 });
layout!(Extack, 360, { error: 0, offset: 4, n_path: 8, path: 12, missing: 28, missing_type: 32,
    missing_nest: 36, message: 40, cookie_len: 296, cookie: 300, policy: 320 });
layout!(DumpResult, 376, { error: 0, interrupted: 4, complete: 5, messages: 8, extack: 16 });
layout!(Source, 16, { port_id: 0, group: 4, has_nsid: 8, nsid: 12 });
layout!(VlogModule, (3 * WORD + 17).next_multiple_of(WORD), {
    list: 0, name: 2 * WORD, levels: 3 * WORD, min_level: 3 * WORD + 12,
    honor_rate_limits: 3 * WORD + 16,
});
layout!(VlogRateLimit, LAST_FILL + 8 + 2 * TIME + MUTEX + 2 * WORD, {
    rate: 0, burst: 4, tokens: 8, last_fill: LAST_FILL, first_dropped: LAST_FILL + 8,
    last_dropped: LAST_FILL + 8 + TIME, n_dropped: LAST_FILL + 8 + 2 * TIME,
    mutex: LAST_FILL + 8 + 2 * TIME + WORD,
});
layout!(CoverageCounter, 2 * WORD + 304, {
    name: 0, count: WORD, total: 2 * WORD, last_total: 2 * WORD + 8, min: 2 * WORD + 16,
    hr: 2 * WORD + 64,
});
