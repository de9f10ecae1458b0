//! Functions that only the flavour of 2014 has, or has in this form.

pub mod message;
pub mod ofpbuf;
pub mod socket;
