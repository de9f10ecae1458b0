//! Functions that only the flavour of 2014 has, or has in this form.

#![expect(clippy::missing_safety_doc, reason = "the rule of `ffi` holds here")]

pub mod message;
pub mod ofpbuf;
pub mod socket;
