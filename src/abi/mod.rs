// SPDX-License-Identifier: Apache-2.0
//! Structures whose layout is the same in every interface version: those that callers' object code
//! contains, and those that Open vSwitch's log and counters use. Structures whose layout differs
//! are in `flavour`.

pub mod ext;
pub mod foreign;
pub mod host;
pub mod list;
pub mod mutex;
pub mod policy;
mod rebase;
pub mod sock;

pub use ext::{Counters, DumpResult, Extack, ExtackPolicy, Handler, Source};
pub use foreign::{CBool, NlAttrType, OfpbufSource};
pub use host::{CoverageCounter, VlogModule, VlogRateLimit};
pub use list::List;
pub use mutex::OvsMutex;
pub use policy::NlPolicy;
pub(crate) use rebase::rebase;
pub use sock::NlSock;

/// Checks at compile time that a type has the given size, and its fields the given offsets.
macro_rules! layout {
    ($type:ty, $size:literal, { $($field:ident: $offset:literal),* $(,)? }) => {
        const _: () = assert!(size_of::<$type>() == $size);
        $(const _: () = assert!(core::mem::offset_of!($type, $field) == $offset);)*
    };
}

pub(crate) use layout;

layout!(List, 16, { prev: 0, next: 8 });
layout!(OvsMutex, 48, { lock: 0, r#where: 40 });
layout!(NlPolicy, 32, { r#type: 0, min_len: 8, max_len: 16, optional: 24 });
layout!(Counters, 72, { overflow: 0, received: 8, recv_jumbo: 16, sent: 24, discarded: 64 });
layout!(ExtackPolicy, 40, { r#type: 0, min_len: 4, max_len: 8, has_range: 12, is_signed: 13,
    min: 16, max: 24, mask: 32 });
layout!(Extack, 360, { error: 0, offset: 4, n_path: 8, path: 12, missing: 28, missing_type: 32,
    missing_nest: 36, message: 40, cookie_len: 296, cookie: 300, policy: 320 });
layout!(DumpResult, 376, { error: 0, interrupted: 4, complete: 5, messages: 8, extack: 16 });
layout!(Source, 16, { port_id: 0, group: 4, has_nsid: 8, nsid: 12 });
layout!(VlogModule, 48, { list: 0, name: 16, levels: 24, min_level: 36, honor_rate_limits: 40 });
layout!(VlogRateLimit, 96, {
    rate: 0, burst: 4, tokens: 8, last_fill: 16, first_dropped: 24,
    last_dropped: 32, n_dropped: 40, mutex: 48,
});
layout!(CoverageCounter, 320, { name: 0, count: 8, total: 16, last_total: 24, min: 32, hr: 80 });
