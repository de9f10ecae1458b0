//! Functions that only the interface of 2014 has, or has in this form.

#![expect(clippy::missing_safety_doc, reason = "the caller's contract in `ffi` holds here")]

pub mod message;
pub mod ofpbuf;
pub mod socket;
