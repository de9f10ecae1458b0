// SPDX-License-Identifier: Apache-2.0
//! The C boundary: functions that check their arguments, call the core and convert the result.
//!
//! Their documentation comments become the comments of the C headers. Each comment first says what
//! the function does, and then, if there is something to say about them: the return value with its
//! errno values, ownership, thread safety.
//!
//! # Caller's contract
//!
//! Every function here relies on this, unless its comment says otherwise. "SAFETY: the caller's
//! contract" refers to this section.
//!
//! - A pointer leads to a live, initialised object, and is null only if the comment allows that.
//!   A buffer's fields are consistent, as `Buf::from_ptr` in `src/buffer/` says.
//! - A string ends in NUL. An array has the number of elements that the caller passes with it.
//! - No other thread uses the same socket, buffer, message or dump during the call.
//! - Bytes to be copied into a buffer are not part of that buffer.
//!
//! In return, the functions never unwind, keep no pointer after they return unless the comment says
//! so, and hand out memory that C may pass to free().

#![expect(clippy::missing_safety_doc, reason = "the caller's contract, above, holds for all")]

pub mod attr;
pub mod dump;
pub mod ext;
pub mod ext_attr;
pub mod ext_capture;
pub mod ext_dump;
pub mod ext_text;
pub mod ext_transact;
pub mod genl;
pub mod message;
pub mod ofpbuf;
pub mod policy;
pub mod services;
pub mod socket;
pub mod transact;
