// SPDX-License-Identifier: Apache-2.0
//! Sequences of attributes put into and pushed onto a message, against a model.

#![no_main]

use core::ffi::c_void;
use core::ptr::null_mut;
use libfuzzer_sys::fuzz_target;
use nlsock_fuzz::flavour::OfpBuf;
use nlsock_fuzz::entry::{Fields, log_everything, ofpbuf};
use nlsock_fuzz::ffi::attr::nl_attr_oversized;
use nlsock_fuzz::ffi::message::*;
use nlsock_fuzz::ffi::ofpbuf::{ofpbuf_init, ofpbuf_uninit, ofpbuf_use_stub};
use nlsock_fuzz::input::Input;

/// What is beyond that is left alone, so that a run stays short.
const MOST: usize = 1 << 18;

fn padded(bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes
}

fn attribute(kind: u16, payload: &[u8]) -> Vec<u8> {
    let length = (4 + payload.len()) as u16;
    padded(&[&length.to_ne_bytes()[..], &kind.to_ne_bytes(), payload].concat())
}

struct Run {
    msg: OfpBuf,
    /// What the message is to hold.
    model: Vec<u8>,
    /// Where the attributes start that are not ended.
    open: Vec<usize>,
    /// Memory of the caller's that the message starts in.
    _memory: Box<[u8]>,
}

impl Run {
    fn start(input: &mut Input<'_>) -> Self {
        let stub = input.flag();
        let size = input.size();
        let mut memory = vec![0xa5; size].into_boxed_slice();
        let mut msg = ofpbuf();
        // SAFETY: the memory stays as long as the buffer.
        unsafe {
            match stub {
                true => ofpbuf_use_stub(&raw mut msg, memory.as_mut_ptr().cast(), size),
                false => ofpbuf_init(&raw mut msg, size),
            }
        }
        Self { msg, model: Vec::new(), open: Vec::new(), _memory: memory }
    }

    /// Starts the message, with a header of generic netlink or without, or not at all.
    fn header(&mut self, input: &mut Input<'_>) {
        let genl = match input.byte() % 3 {
            0 => return,
            which => which == 2,
        };
        let (kind, flags, expected) = (input.u16(), input.u16(), input.size());
        let (cmd, version) = (input.byte(), input.byte());
        // More than 16 bits are cut.
        let (wide_kind, wide_flags) = (0x50000 | i32::from(kind), 0x70000 | u32::from(flags));
        self.model = [&[0; 4][..], &kind.to_ne_bytes(), &flags.to_ne_bytes(), &[0; 8]].concat();
        let msg = &raw mut self.msg;
        // SAFETY: the message is empty.
        unsafe {
            if genl {
                nl_msg_put_genlmsghdr(msg, expected, wide_kind, wide_flags, cmd, version);
                self.model.extend([cmd, version, 0, 0]);
            } else {
                nl_msg_put_nlmsghdr(msg, expected, wide_kind as u32, wide_flags);
            }
        }
    }

    fn put(&mut self, bytes: &[u8]) {
        self.model.extend(bytes);
    }

    fn push(&mut self, bytes: &[u8]) {
        self.model.splice(0..0, bytes.iter().copied());
    }

    /// SAFETY of the unsafe block: the message is set up, the arguments are within the contract.
    fn step(&mut self, input: &mut Input<'_>) {
        let msg = &raw mut self.msg;
        let op = input.byte();
        let kind = input.u16();
        let size = match self.model.len() {
            0..MOST => input.size(),
            _ => return,
        };
        // Some of the bytes are the input's, as far as there are any.
        let mut bytes = input.bytes(size.min(8)).to_vec();
        bytes.resize(size, op);
        let data = bytes.as_ptr().cast::<c_void>();
        let number =
            u64::from_ne_bytes(core::array::from_fn(|i| bytes.get(i).copied().unwrap_or(0)));
        let fits = !nl_attr_oversized(size);
        // What is pushed would move the attributes that are not ended.
        let head = self.open.is_empty();
        unsafe {
            match op % 24 {
                0 => {
                    nl_msg_put(msg, data, size);
                    self.put(&padded(&bytes));
                }
                1 => {
                    libc::memcpy(nl_msg_put_uninit(msg, size), data, size);
                    self.put(&padded(&bytes));
                }
                2 if head => {
                    nl_msg_push(msg, data, size);
                    self.push(&padded(&bytes));
                }
                3 if head => {
                    libc::memcpy(nl_msg_push_uninit(msg, size), data, size);
                    self.push(&padded(&bytes));
                }
                4 if fits => {
                    nl_msg_put_unspec_zero(msg, kind, size);
                    self.put(&attribute(kind, &vec![0; size]));
                }
                5 if fits => {
                    libc::memcpy(nl_msg_put_unspec_uninit(msg, kind, size), data, size);
                    self.put(&attribute(kind, &bytes));
                }
                6 if fits => {
                    nl_msg_put_unspec(msg, kind, data, size);
                    self.put(&attribute(kind, &bytes));
                }
                7 if fits && head => {
                    libc::memcpy(nl_msg_push_unspec_uninit(msg, kind, size), data, size);
                    self.push(&attribute(kind, &bytes));
                }
                8 if fits && head => {
                    nl_msg_push_unspec(msg, kind, data, size);
                    self.push(&attribute(kind, &bytes));
                }
                9 => {
                    self.open.push(nl_msg_start_nested(msg, kind));
                    self.put(&attribute(kind, &[]));
                }
                10 | 11 => {
                    // An attribute that has become too large stays as it is.
                    let open = self.open.pop();
                    let length = open.map(|at| u16::try_from(self.model.len() - at));
                    if let (Some(at), Some(Ok(length))) = (open, length) {
                        nl_msg_end_nested(msg, at);
                        self.model[at..at + 2].copy_from_slice(&length.to_ne_bytes());
                    }
                }
                12 if fits => {
                    // Its padding counts, too.
                    let payload = padded(&bytes);
                    if !nl_attr_oversized(payload.len()) {
                        nl_msg_put_nested(msg, kind, data, size);
                        self.put(&attribute(kind, &payload));
                    }
                }
                13 if fits => {
                    let text = c_string(&bytes);
                    if !nl_attr_oversized(text.len()) {
                        nl_msg_put_string(msg, kind, text.as_ptr().cast());
                        self.put(&attribute(kind, &text));
                    }
                }
                14 if fits && head => {
                    let text = c_string(&bytes);
                    if !nl_attr_oversized(text.len()) {
                        nl_msg_push_string(msg, kind, text.as_ptr().cast());
                        self.push(&attribute(kind, &text));
                    }
                }
                15 => self.put_number(kind, number, op / 24),
                16 if head => self.push_number(kind, number, op / 24),
                17 => nl_msg_reserve(msg, size),
                18 => {
                    // Null where there is nothing.
                    nl_msg_put_unspec(msg, kind, null_mut(), 0);
                    self.put(&attribute(kind, &[]));
                }
                _ => {}
            }
        }
        // All of a large message only at the end.
        if self.model.len() < 4096 {
            self.check();
        }
    }

    fn put_number(&mut self, kind: u16, number: u64, which: u8) {
        let msg = &raw mut self.msg;
        // SAFETY: a message that may grow.
        let bytes = unsafe {
            match which {
                0 => (nl_msg_put_flag(msg, kind), Vec::new()).1,
                1 => (nl_msg_put_u8(msg, kind, number as u8), ne(number as u8)).1,
                2 => (nl_msg_put_u16(msg, kind, number as u16), ne(number as u16)).1,
                3 => (nl_msg_put_u32(msg, kind, number as u32), ne(number as u32)).1,
                4 => (nl_msg_put_u64(msg, kind, number), ne(number)).1,
                5 => (nl_msg_put_be16(msg, kind, number as u16), ne(number as u16)).1,
                6 => (nl_msg_put_be32(msg, kind, number as u32), ne(number as u32)).1,
                7 => (nl_msg_put_be64(msg, kind, number), ne(number)).1,
                _ => (nl_msg_put_odp_port(msg, kind, number as u32), ne(number as u32)).1,
            }
        };
        self.put(&attribute(kind, &bytes));
    }

    fn push_number(&mut self, kind: u16, number: u64, which: u8) {
        let msg = &raw mut self.msg;
        // SAFETY: a message that may grow.
        let bytes = unsafe {
            match which {
                0 => (nl_msg_push_flag(msg, kind), Vec::new()).1,
                1 => (nl_msg_push_u8(msg, kind, number as u8), ne(number as u8)).1,
                2 => (nl_msg_push_u16(msg, kind, number as u16), ne(number as u16)).1,
                3 => (nl_msg_push_u32(msg, kind, number as u32), ne(number as u32)).1,
                4 => (nl_msg_push_u64(msg, kind, number), ne(number)).1,
                5 => (nl_msg_push_be16(msg, kind, number as u16), ne(number as u16)).1,
                6 => (nl_msg_push_be32(msg, kind, number as u32), ne(number as u32)).1,
                _ => (nl_msg_push_be64(msg, kind, number), ne(number)).1,
            }
        };
        self.push(&attribute(kind, &bytes));
    }

    fn check(&self) {
        assert_eq!(Fields::size(&self.msg), self.model.len());
        if !self.model.is_empty() {
            // SAFETY: a buffer's data are as many bytes as its size says.
            let bytes = unsafe {
                core::slice::from_raw_parts(Fields::data(&self.msg).cast::<u8>(), self.model.len())
            };
            assert_eq!(bytes, self.model);
        }
    }
}

/// A number's bytes in the machine's order, which those in network order are in already.
fn ne<const N: usize>(number: impl Bytes<N>) -> Vec<u8> {
    number.bytes().to_vec()
}

trait Bytes<const N: usize> {
    fn bytes(self) -> [u8; N];
}

macro_rules! bytes {
    ($($type:ty)*) => {
        $(impl Bytes<{ size_of::<$type>() }> for $type {
            fn bytes(self) -> [u8; size_of::<$type>()] {
                self.to_ne_bytes()
            }
        })*
    };
}
bytes!(u8 u16 u32 u64);

/// The bytes up to the first NUL, and a NUL.
fn c_string(bytes: &[u8]) -> Vec<u8> {
    let mut text: Vec<u8> = bytes.iter().copied().take_while(|&byte| byte != 0).collect();
    text.push(0);
    text
}

fuzz_target!(|data: &[u8]| {
    log_everything();
    let mut input = Input::new(data);
    let mut run = Run::start(&mut input);
    run.header(&mut input);
    run.check();
    while !input.is_empty() {
        run.step(&mut input);
    }
    run.check();
    // SAFETY: nobody uses it any more.
    unsafe { ofpbuf_uninit(&raw mut run.msg) };
});
