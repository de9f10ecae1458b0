//! Functions that only the interface of Open vSwitch 3.1 has, or has in this form. Those added in
//! later versions, up to 3.7, are here, too.

#![expect(clippy::missing_safety_doc, reason = "the caller's contract in `ffi` holds here")]

pub mod attr;
pub mod message;
pub mod ofpbuf;
pub mod socket;
