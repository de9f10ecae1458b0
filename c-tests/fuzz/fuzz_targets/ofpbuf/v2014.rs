// SPDX-License-Identifier: Apache-2.0
//! What only the interface of 2014 has.

use super::{Model, Run};
use nlsock_fuzz::abi::OfpbufSource;
use nlsock_fuzz::entry::{Fields, ofpbuf};
use nlsock_fuzz::ffi::ofpbuf::*;
use nlsock_fuzz::flavour::OfpBuf;
use nlsock_fuzz::flavour::functions::ofpbuf::*;
use nlsock_fuzz::input::Input;

pub const HEX_BLANKS: &[u8] = b" \t\r\n";

/// The fields that locate headers.
#[derive(Clone, Copy)]
pub struct Layers {
    /// Where the frame is from the start of the memory, wherever that is.
    frame: Option<isize>,
    /// The offsets of the MPLS label stack, the network and the transport header.
    offsets: [u16; 3],
}

impl Default for Layers {
    fn default() -> Self {
        Self { frame: None, offsets: [u16::MAX; 3] }
    }
}

impl Layers {
    /// The fields after the data has moved in its memory.
    pub fn moved(self, by: isize) -> Self {
        Self { frame: self.frame.map(|frame| frame + by), ..self }
    }

    /// The fields of a copy whose data has moved, even if the copy has no memory, as in the
    /// original.
    pub fn copied(self, by: isize, _has_memory: bool) -> Self {
        self.moved(by)
    }

    pub fn check(&self, b: &OfpBuf) {
        let frame = self.frame.map_or(0, |frame| b.base_.addr().wrapping_add_signed(frame));
        assert_eq!(b.frame.addr(), frame);
        assert_eq!([b.l2_5_ofs, b.l3_ofs, b.l4_ofs], self.offsets);
    }
}

/// # Safety
/// `b` may be written.
pub unsafe fn start_on_heap(b: *mut OfpBuf, size: usize) {
    // SAFETY: the caller's promise.
    unsafe { ofpbuf_use(b, libc::malloc(size), size) };
}

/// # Safety
/// The buffer is set up.
pub unsafe fn step(run: &mut Run, op: u8, size: usize, bytes: &[u8], input: &mut Input<'_>) {
    let b = &raw mut run.b;
    let model = &mut run.model;
    // The step is for all layers, not only those from the MPLS label stack on.
    let all = op % 2 == 0;
    let resize = if all { ofpbuf_resize_l2 } else { ofpbuf_resize_l2_5 };
    // SAFETY: the caller's promise; the arguments are within the contract.
    unsafe {
        match op {
            13 if model.data.is_empty() => {
                let more = input.size();
                if model.tail(size + more) {
                    model.headroom += size;
                    ofpbuf_reserve_with_tailroom(b, size, more);
                }
            }
            24 => {
                // As the inlines that set layers.
                let frame = size.min(model.data.len());
                let offsets = [input.u16(), input.u16(), input.u16()];
                model.layers = Layers { frame: Some((model.headroom + frame) as isize), offsets };
                run.b.frame = run.b.data_.wrapping_byte_add(frame);
                [run.b.l2_5_ofs, run.b.l3_ofs, run.b.l4_ofs] = offsets;
                // A frame at null is none.
                if run.b.frame.is_null() {
                    model.layers.frame = None;
                }
            }
            25 | 26 if model.push(bytes) => {
                let frame = resize(b, size as i32);
                assert_eq!(frame, Fields::data(&run.b));
                frame_moved(model, frame.is_null(), size as i32, all);
                libc::memcpy(frame, bytes.as_ptr().cast(), size);
            }
            27 | 28 => {
                let size = size.min(model.data.len());
                model.pull(size);
                let frame = resize(b, -(size as i32));
                assert_eq!(frame, Fields::data(&run.b));
                frame_moved(model, frame.is_null(), -(size as i32), all);
            }
            31 => {
                let mut dpdk = ofpbuf();
                ofpbuf_init_dpdk(&raw mut dpdk, size);
                assert_eq!(dpdk.source, OfpbufSource::DPDK);
                assert_eq!(dpdk.allocated as usize, size);
                ofpbuf_uninit(core::ptr::null_mut());
            }
            _ => {}
        }
    }
}

/// The start of the data has become the frame.
fn frame_moved(model: &mut Model, is_null: bool, increment: i32, all: bool) {
    model.layers.frame = (!is_null).then_some(model.headroom as isize);
    for layer in &mut model.layers.offsets[usize::from(!all)..] {
        if *layer != u16::MAX {
            *layer = layer.wrapping_add(increment as u16);
        }
    }
}
