// SPDX-License-Identifier: Apache-2.0
//! What only the 3.x interface has.

use super::Run;
use nlsock_fuzz::abi::OfpbufSource;
use nlsock_fuzz::entry::Fields;
use nlsock_fuzz::ffi::ofpbuf::*;
use nlsock_fuzz::flavour::OfpBuf;
use nlsock_fuzz::flavour::functions::ofpbuf::*;
use nlsock_fuzz::input::Input;

pub const HEX_BLANKS: &[u8] = b" .\t\r\n";

/// The fields that locate headers: where they point from the start of the memory, wherever that is.
#[derive(Clone, Copy, Default)]
pub struct Layers {
    header: Option<isize>,
    msg: Option<isize>,
}

impl Layers {
    /// The fields after the data has moved in its memory.
    pub fn moved(self, by: isize) -> Self {
        let moved = |field: Option<isize>| field.map(|field| field + by);
        Self { header: moved(self.header), msg: moved(self.msg) }
    }

    /// The fields of a copy whose data has moved. A copy without memory has no headers.
    pub fn copied(self, by: isize, has_memory: bool) -> Self {
        if has_memory { self.moved(by) } else { Self::default() }
    }

    pub fn check(&self, b: &OfpBuf) {
        let address = |field: Option<isize>| {
            field.map_or(0, |field| b.base.addr().wrapping_add_signed(field))
        };
        assert_eq!((b.header.addr(), b.msg.addr()), (address(self.header), address(self.msg)));
    }
}

/// # Safety
/// `b` may be written.
pub unsafe fn start_on_heap(b: *mut OfpBuf, size: usize) {
    // SAFETY: the caller's promise.
    unsafe { ofpbuf_init(b, size) };
}

/// # Safety
/// The buffer is set up.
pub unsafe fn step(run: &mut Run, op: u8, size: usize, bytes: &[u8], input: &mut Input<'_>) {
    let b = &raw mut run.b;
    let model = &mut run.model;
    // SAFETY: the caller's promise; the arguments are within the contract.
    unsafe {
        match op {
            24 if !Fields::data(&run.b).is_null() => {
                let offsets = [size, input.size()].map(|size| size.min(model.data.len()));
                let [header, msg] = offsets.map(|at| Some((model.headroom + at) as isize));
                model.layers = Layers { header, msg };
                run.b.header = run.b.data.wrapping_byte_add(offsets[0]);
                run.b.msg = run.b.data.wrapping_byte_add(offsets[1]);
            }
            25 | 26 if model.tail(bytes.len()) => {
                let at = input.size().min(model.data.len());
                model.data.splice(at..at, bytes.iter().copied());
                ofpbuf_insert(b, at, bytes.as_ptr().cast(), bytes.len());
            }
            27 if model.source != OfpbufSource::STACK => {
                model.resize(0, 0);
                ofpbuf_align(b);
                assert_eq!(Fields::data(&run.b).addr() % 16, 0);
            }
            28 => {
                let size = size.min(model.data.len());
                model.data.truncate(size);
                ofpbuf_truncate(b, size);
            }
            31 => ofpbuf_uninit(core::ptr::null_mut()),
            _ => {}
        }
    }
}
