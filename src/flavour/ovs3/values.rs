// SPDX-License-Identifier: Apache-2.0
//! Structures and unions that functions take and return by value. The registers in which they are
//! passed depend only on their size and alignment. So they are arrays here.

#![allow(non_camel_case_types)]

/// Defines a type of `$size` bytes: `$count` elements of the type `$element`, which has the right
/// alignment.
macro_rules! value {
    ($(#[$doc:meta])* $name:ident, $element:ty, $count:literal, $size:literal) => {
        $(#[$doc])*
        #[repr(C)]
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $name([$element; $count]);

        const _: () = assert!(size_of::<$name>() == $size);

        impl $name {
            pub(crate) fn from_bytes(bytes: [u8; $size]) -> Self {
                const STEP: usize = size_of::<$element>();
                let element = |i: usize| {
                    let part = bytes.get(i * STEP..).and_then(|rest| rest.first_chunk::<STEP>());
                    <$element>::from_ne_bytes(part.copied().unwrap_or_default())
                };
                Self(core::array::from_fn(element))
            }
        }
    };
}

value!(
    /// A 128-bit integer.
    ovs_u128, u64, 2, 16
);
value!(
    /// A 128-bit integer in network byte order.
    ovs_be128, u64, 2, 16
);
value!(
    /// An Ethernet address.
    eth_addr, u16, 3, 6
);
value!(
    /// An InfiniBand address.
    ib_addr, u16, 10, 20
);

/// The bytes of two 64-bit integers, in the order in which they are in memory.
fn bytes([a, b]: [u64; 2]) -> [u8; 16] {
    let mut bytes = [0; 16];
    let (low, high) = bytes.split_at_mut(8);
    low.copy_from_slice(&a.to_ne_bytes());
    high.copy_from_slice(&b.to_ne_bytes());
    bytes
}

impl ovs_u128 {
    pub(crate) fn bytes(self) -> [u8; 16] {
        bytes(self.0)
    }
}

impl ovs_be128 {
    pub(crate) fn bytes(self) -> [u8; 16] {
        bytes(self.0)
    }
}
