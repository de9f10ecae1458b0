//! Tests that hold pieces of the library against simple models, and the generated headers against
//! the committed ones.

mod attributes;
mod buffer;
#[cfg(feature = "headers")]
mod headers;
mod modules;
mod policies;
