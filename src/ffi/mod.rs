//! The C boundary: functions that check their arguments, call the core and convert the result.
//!
//! # Safety
//! One rule holds for every function here, so none repeats it. The caller passes pointers that C
//! could use as the function's comment says: to live, properly initialised objects, or null where
//! the comment allows it; strings end in NUL; arrays are as long as the count beside them. Unless
//! the comment says otherwise, no other thread uses an object meanwhile. The functions uphold the
//! rest: nothing unwinds, nothing keeps a pointer longer than documented, and memory that C frees
//! is malloc()'s.

#![expect(clippy::missing_safety_doc, reason = "one rule for all, above")]

pub mod attr;
pub mod dump;
pub mod ext;
pub mod genl;
pub mod message;
pub mod ofpbuf;
pub mod policy;
pub mod services;
pub mod socket;
pub mod transact;
