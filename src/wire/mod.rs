// SPDX-License-Identifier: Apache-2.0
//! Reading netlink messages: headers, attributes, policies, errors; and describing messages and
//! errors in one line of text. Without system calls, state or unsafe code.

#![forbid(unsafe_code)]

mod attr;
mod error;
mod explanation;
mod extack;
mod format;
mod header;
mod policy;
mod printable;
mod strict_dump;

pub(crate) use attr::{ATTR_HEADER, Attr, Attrs, TYPE_MASK, align};
pub(crate) use error::{KernelError, error_at_end, kernel_error};
pub(crate) use explanation::Explanation;
pub(crate) use extack::{Extack, extack, path};
#[cfg(feature = "ovs3")]
pub(crate) use extack::{NLM_F_ACK_TLVS, attrs_start};
pub(crate) use format::{Description, Hex, Names, hex_dump};
pub(crate) use header::{Control, GENL_HEADER, HEADER, Header, Messages};
pub(crate) use policy::{AttrProblem, parse, validate};
pub(crate) use printable::Printable;
pub(crate) use strict_dump::StrictDump;

/// The 16-bit integer at `offset`. None if `bytes` ends before the end of the integer.
#[inline]
fn u16_at(bytes: &[u8], offset: usize) -> Option<u16> {
    let field = bytes.get(offset..offset.checked_add(2)?)?;
    Some(u16::from_ne_bytes(field.try_into().ok()?))
}

/// The 32-bit integer at `offset`. None if `bytes` ends before the end of the integer.
#[inline]
fn u32_at(bytes: &[u8], offset: usize) -> Option<u32> {
    let field = bytes.get(offset..offset.checked_add(4)?)?;
    Some(u32::from_ne_bytes(field.try_into().ok()?))
}

/// The 64-bit integer at `offset`. None if `bytes` ends before the end of the integer.
fn u64_at(bytes: &[u8], offset: usize) -> Option<u64> {
    let field = bytes.get(offset..offset.checked_add(8)?)?;
    Some(u64::from_ne_bytes(field.try_into().ok()?))
}
