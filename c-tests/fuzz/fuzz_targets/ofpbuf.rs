// SPDX-License-Identifier: Apache-2.0
//! Sequences of operations on a buffer, against a model.

#![no_main]

#[cfg_attr(not(feature = "ovs3"), path = "ofpbuf/v2014.rs")]
#[cfg_attr(feature = "ovs3", path = "ofpbuf/ovs3.rs")]
mod interface;

use core::ptr::{null, null_mut};
use interface::Layers;
use libfuzzer_sys::fuzz_target;
use nlsock_fuzz::abi::{List, OfpbufSource};
use nlsock_fuzz::flavour::OfpBuf;
use nlsock_fuzz::entry::{Fields, log_everything, ofpbuf};
use nlsock_fuzz::ffi::ofpbuf::*;
use nlsock_fuzz::input::Input;
use std::fmt::Write;

/// What is beyond that is left alone, so that a run stays short.
const MOST: usize = 1 << 15;

/// What the buffer is to look like.
struct Model {
    source: OfpbufSource,
    headroom: usize,
    data: Vec<u8>,
    allocated: usize,
    /// The fields that locate headers.
    layers: Layers,
}

impl Model {
    fn new(source: OfpbufSource, allocated: usize) -> Self {
        Self {
            source,
            headroom: 0,
            data: Vec::new(),
            allocated,
            layers: Layers::default(),
        }
    }

    fn tailroom(&self) -> usize {
        self.allocated - self.headroom - self.data.len()
    }

    fn may_grow(&self) -> bool {
        self.source != OfpbufSource::STACK && self.allocated < MOST
    }

    fn resize(&mut self, headroom: usize, tailroom: usize) {
        self.layers = self.layers.moved(headroom as isize - self.headroom as isize);
        self.source = OfpbufSource::MALLOC;
        self.headroom = headroom;
        self.allocated = headroom + self.data.len() + tailroom;
    }

    /// Returns whether it can be done.
    fn tail(&mut self, size: usize) -> bool {
        if size > self.tailroom() {
            if !self.may_grow() {
                return false;
            }
            self.resize(self.headroom, size.max(64));
        }
        true
    }

    /// Returns whether it can be done.
    fn head(&mut self, size: usize) -> bool {
        if size > self.headroom {
            if !self.may_grow() {
                return false;
            }
            self.resize(size.max(64), self.tailroom());
        }
        true
    }

    fn put(&mut self, bytes: &[u8]) -> bool {
        let can = self.tail(bytes.len());
        if can {
            self.data.extend(bytes);
        }
        can
    }

    fn push(&mut self, bytes: &[u8]) -> bool {
        let can = self.head(bytes.len());
        if can {
            self.headroom -= bytes.len();
            self.data.splice(0..0, bytes.iter().copied());
        }
        can
    }

    fn pull(&mut self, size: usize) {
        self.headroom += size;
        self.data.drain(..size);
    }

    fn check(&self, b: &OfpBuf) {
        assert_eq!(b.source, self.source);
        assert_eq!(Fields::size(b), self.data.len());
        assert_eq!(b.allocated as usize, self.allocated);
        assert_eq!(Fields::data(b).addr() - Fields::base(b).addr(), self.headroom);
        // SAFETY: a buffer's data are as many bytes as its size says.
        assert_eq!(unsafe { bytes_at(Fields::data(b).cast(), self.data.len()) }, self.data);
        self.layers.check(b);
    }

    /// Checks a copy, which has `headroom`, and frees it.
    fn check_copy(&self, p: *mut OfpBuf, headroom: usize, with_layers: bool) {
        let mut copy = Model::new(OfpbufSource::MALLOC, 0);
        copy.data.clone_from(&self.data);
        copy.headroom = headroom;
        copy.allocated = headroom + self.data.len();
        if with_layers {
            let ahead = headroom as isize - self.headroom as isize;
            copy.layers = self.layers.copied(ahead, copy.allocated > 0);
        }
        // SAFETY: the copy is a whole buffer, and nobody else's.
        unsafe {
            copy.check(&*p);
            delete(p);
        }
    }

    fn text(&self, most: usize) -> String {
        let (size, allocated) = (self.data.len(), self.allocated);
        let (head, tail) = (self.headroom, self.tailroom());
        let mut text = format!("size={size}, allocated={allocated}, head={head}, tail={tail}\n");
        for (line, chunk) in self.data[..size.min(most)].chunks(16).enumerate() {
            let hex = |bytes: &[u8]| {
                bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ")
            };
            write!(text, "{:08x}  {}", line * 16, hex(&chunk[..chunk.len().min(8)])).unwrap();
            if let Some(rest) = chunk.get(8..) {
                write!(text, "-{}", hex(rest)).unwrap();
            }
            text.push('\n');
        }
        text
    }
}

/// # Safety
/// `size` bytes at `p` can be read, unless there are none.
unsafe fn bytes_at<'a>(p: *const u8, size: usize) -> &'a [u8] {
    if size == 0 {
        return &[];
    }
    // SAFETY: the caller's promise.
    unsafe { core::slice::from_raw_parts(p, size) }
}

/// # Safety
/// `p` is a whole buffer on the heap, given up.
unsafe fn delete(p: *mut OfpBuf) {
    // SAFETY: the caller's promise.
    unsafe {
        ofpbuf_uninit(p);
        libc::free(p.cast());
    }
}

/// A buffer, its model, and the memory that is the caller's.
struct Run {
    b: OfpBuf,
    model: Model,
    memory: Vec<Box<[u8]>>,
}

impl Run {
    /// Sets the buffer up, whatever it was.
    fn start(&mut self, kind: u8, size: usize) {
        let b = &raw mut self.b;
        let mut own = vec![0x5a; size].into_boxed_slice();
        let source = match kind % 4 {
            0 => OfpbufSource::MALLOC,
            1 => OfpbufSource::STACK,
            2 => OfpbufSource::STUB,
            _ => OfpbufSource::STACK,
        };
        self.model = Model::new(source, size);
        // SAFETY: the memory stays as long as the buffer.
        unsafe {
            match kind % 4 {
                0 if kind & 4 != 0 => interface::start_on_heap(b, size),
                0 => ofpbuf_init(b, size),
                1 => ofpbuf_use_stack(b, own.as_mut_ptr().cast(), size),
                2 => ofpbuf_use_stub(b, own.as_mut_ptr().cast(), size),
                _ => {
                    self.model.data = own.to_vec();
                    ofpbuf_use_const(b, own.as_ptr().cast(), size);
                }
            }
        }
        self.memory.push(own);
    }

    fn end(&mut self) {
        // SAFETY: what follows sets it up anew.
        unsafe { ofpbuf_uninit(&raw mut self.b) };
    }

    /// SAFETY of the unsafe block: the buffer is set up, the arguments are within the contract.
    fn step(&mut self, input: &mut Input<'_>) {
        let b = &raw mut self.b;
        let model = &mut self.model;
        let op = input.byte();
        let size = input.size();
        let size = if model.allocated > MOST / 4 { size % 256 } else { size };
        let zeros = vec![0; size];
        // Some of the bytes are the input's, as far as there are any.
        let mut bytes = input.bytes(size.min(8)).to_vec();
        bytes.resize(size, op);
        unsafe {
            match op % 32 {
                0 if model.put(&bytes) => {
                    let to = ofpbuf_put(b, bytes.as_ptr().cast(), size);
                    assert_eq!(bytes_at(to.cast(), size), bytes);
                }
                1 if model.put(&zeros) => {
                    ofpbuf_put_zeros(b, size);
                }
                2 if model.put(&bytes) => {
                    let to = ofpbuf_put_uninit(b, size);
                    libc::memcpy(to, bytes.as_ptr().cast(), size);
                }
                3 if model.push(&bytes) => {
                    let to = ofpbuf_push(b, bytes.as_ptr().cast(), size);
                    assert_eq!(to, Fields::data(&self.b));
                }
                4 if model.push(&zeros) => {
                    ofpbuf_push_zeros(b, size);
                }
                5 if model.push(&bytes) => {
                    let to = ofpbuf_push_uninit(b, size);
                    libc::memcpy(to, bytes.as_ptr().cast(), size);
                }
                6 if model.tail(size) => ofpbuf_prealloc_tailroom(b, size),
                7 if model.head(size) => ofpbuf_prealloc_headroom(b, size),
                8 => {
                    let malloced = model.source == OfpbufSource::MALLOC;
                    if malloced && (model.headroom > 0 || model.tailroom() > 0) {
                        model.resize(0, 0);
                    }
                    ofpbuf_trim(b);
                }
                9 if size <= model.data.len() || model.tail(size - model.data.len()) => {
                    model.data.resize(size.max(model.data.len()), 0);
                    ofpbuf_padto(b, size);
                }
                10 => {
                    let delta = size.min(model.tailroom());
                    model.headroom += delta;
                    ofpbuf_shift(b, delta as i32);
                }
                11 => {
                    let delta = size.min(model.headroom);
                    model.headroom -= delta;
                    ofpbuf_shift(b, -(delta as i32));
                }
                12 if model.data.is_empty() && model.tail(size) => {
                    model.headroom += size;
                    ofpbuf_reserve(b, size);
                }
                14 | 15 => {
                    // As the inline ofpbuf_pull().
                    let size = size.min(model.data.len());
                    model.pull(size);
                    let left = Fields::size(&self.b) - size;
                    self.b.set(Fields::data(&self.b).wrapping_byte_add(size), left);
                }
                16 => {
                    // As the inline ofpbuf_clear().
                    model.headroom = 0;
                    model.data.clear();
                    self.b.set(Fields::base(&self.b), 0);
                }
                17 => model.check_copy(ofpbuf_clone(b), 0, true),
                18 => model.check_copy(ofpbuf_clone_with_headroom(b, size), size, true),
                19 => {
                    let (data, length) = (Fields::data(&self.b), model.data.len());
                    let copy = ofpbuf_clone_data_with_headroom(data, length, size);
                    model.check_copy(copy, size, false);
                    model.check_copy(ofpbuf_clone_data(data, length), 0, false);
                }
                20 => {
                    let text = ofpbuf_to_string(b, size);
                    let length = libc::strlen(text);
                    assert_eq!(bytes_at(text.cast(), length), model.text(size).as_bytes());
                    libc::free(text.cast());
                }
                21 => {
                    let stolen = ofpbuf_steal_data(b);
                    assert!(!stolen.is_null() || model.data.is_empty());
                    assert_eq!(bytes_at(stolen.cast(), model.data.len()), model.data);
                    let b = &self.b;
                    assert!(Fields::base(b).is_null() && Fields::data(b).is_null());
                    libc::free(stolen);
                    self.start(input.byte(), size);
                }
                22 => {
                    // Only what is on the heap goes by itself.
                    ofpbuf_reinit(b, size);
                    *model = Model::new(OfpbufSource::MALLOC, size);
                }
                23 => {
                    self.end();
                    self.start(input.byte(), size);
                }
                13 | 24..=28 | 31 => interface::step(self, op % 32, size, &bytes, input),
                29 => self.put_hex(size, &bytes, input),
                30 => delete_list(input.byte() % 8, size),
                _ => {}
            }
        }
        self.model.check(&self.b);
    }

    fn put_hex(&mut self, size: usize, bytes: &[u8], input: &mut Input<'_>) {
        const DIGITS: &[u8; 32] = b"0123456789abcdefABCDEF \t\r\n123x.z";
        let mut text = [bytes, input.bytes(16)].concat();
        text.truncate(size % 32);
        for byte in &mut text {
            *byte = DIGITS[usize::from(*byte) % DIGITS.len()];
        }
        text.push(0);

        let mut at = 0;
        let mut added = Vec::new();
        loop {
            while interface::HEX_BLANKS.contains(&text[at]) {
                at += 1;
            }
            let pair = text.get(at..at + 2).and_then(|pair| str::from_utf8(pair).ok());
            let digits = pair.filter(|pair| pair.bytes().all(|c| c.is_ascii_hexdigit()));
            let Some(byte) = digits.and_then(|pair| u8::from_str_radix(pair, 16).ok()) else {
                break;
            };
            added.push(byte);
            at += 2;
        }
        // One byte is put at a time, and the first that is too many would abort.
        if !self.model.may_grow() && added.len() > self.model.tailroom() {
            return;
        }
        for byte in &added {
            self.model.put(&[*byte]);
        }
        let mut n = usize::MAX;
        let start = text.as_ptr();
        // SAFETY: a string that ends in NUL.
        let end = unsafe { ofpbuf_put_hex(&raw mut self.b, start.cast(), &raw mut n) };
        assert_eq!(end.addr() - start.addr(), at);
        assert_eq!(n, added.len());
    }
}

/// Makes a list of buffers, and deletes it.
fn delete_list(n: u8, size: usize) {
    let mut list = List { prev: null_mut(), next: null_mut() };
    let head = &raw mut list;
    // SAFETY: the elements are those of whole buffers.
    unsafe {
        *head = List { prev: head, next: head };
        for _ in 0..n {
            let node = &raw mut (*ofpbuf_new(size)).list_node;
            let prev = (*head).prev;
            *node = List { prev, next: head };
            (*prev).next = node;
            (*head).prev = node;
        }
        let p = ofpbuf_new_with_headroom(size, size);
        assert_eq!(Fields::data(&*p).addr() - Fields::base(&*p).addr(), size);
        assert_eq!((*p).allocated as usize, 2 * size);
        delete(p);
        ofpbuf_list_delete(head);
        assert!(core::ptr::eq((*head).next, head) || (*head).next.cast_const() == null());
    }
}

fuzz_target!(|data: &[u8]| {
    log_everything();
    let mut input = Input::new(data);
    let model = Model::new(OfpbufSource::MALLOC, 0);
    let mut run = Run { b: ofpbuf(), model, memory: Vec::new() };
    run.start(input.byte(), input.size());
    run.model.check(&run.b);
    while !input.is_empty() {
        run.step(&mut input);
    }
    run.end();
});
