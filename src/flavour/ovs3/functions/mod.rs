//! Functions that only the flavour of Open vSwitch 3.1 has, or has in this form. Those that came up
//! to 3.7 are here, too.

#![expect(clippy::missing_safety_doc, reason = "the rule of `ffi` holds here")]

pub mod attr;
pub mod message;
pub mod ofpbuf;
pub mod socket;
