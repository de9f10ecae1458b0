// SPDX-License-Identifier: Apache-2.0
//! Functions that the 2014 interface does not have, or has with other arguments: those of Open
//! vSwitch 3.1, and those added later, up to 3.7.

#![expect(clippy::missing_safety_doc, reason = "the caller's contract in `ffi` holds here")]

pub mod attr;
pub mod message;
pub mod ofpbuf;
pub mod socket;
