// SPDX-License-Identifier: Apache-2.0
//! Carries out random operations on a buffer and on a model of it, a vector with two numbers, and
//! compares the two.

use crate::abi::OfpbufSource;
use crate::buffer::{self, Buf};
use crate::flavour::OfpBuf;
use core::ffi::c_void;
use core::mem::MaybeUninit;
use proptest::collection::vec;
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Op {
    Put(Vec<u8>),
    Push(Vec<u8>),
    Pull(usize),
    PreallocTail(usize),
    PreallocHead(usize),
    Reserve(usize, usize),
    Trim,
    Clear,
    Shift(i32),
    #[cfg(feature = "ovs3")]
    Insert(usize, Vec<u8>),
    Fill(Vec<u8>),
    SetFrame(usize),
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    vec(any::<u8>(), 0..150)
}

/// The operations of all interface versions.
fn common_op() -> impl Strategy<Value = Op> {
    prop_oneof![
        4 => bytes().prop_map(Op::Put),
        4 => bytes().prop_map(Op::Push),
        2 => (0..100usize).prop_map(Op::Pull),
        1 => (0..200usize).prop_map(Op::PreallocTail),
        1 => (0..200usize).prop_map(Op::PreallocHead),
        1 => (0..50usize, 0..100usize).prop_map(|(head, tail)| Op::Reserve(head, tail)),
        1 => Just(Op::Trim),
        1 => Just(Op::Clear),
        2 => (-80..80).prop_map(Op::Shift),
        1 => bytes().prop_map(Op::Fill),
        1 => (0..20usize).prop_map(Op::SetFrame),
    ]
}

#[cfg(not(feature = "ovs3"))]
fn op() -> impl Strategy<Value = Op> {
    common_op()
}

#[cfg(feature = "ovs3")]
fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        9 => common_op(),
        1 => (0..50usize, bytes()).prop_map(|(offset, bytes)| Op::Insert(offset, bytes)),
    ]
}

/// The field of the structure that points into the data and is adjusted when the data moves.
fn frame(raw: *mut OfpBuf) -> *mut *mut c_void {
    // SAFETY: only the field's address is taken.
    unsafe {
        #[cfg(not(feature = "ovs3"))]
        return &raw mut (*raw).frame;
        #[cfg(feature = "ovs3")]
        return &raw mut (*raw).header;
    }
}

/// The model of a buffer.
struct Model {
    data: Vec<u8>,
    headroom: usize,
    allocated: usize,
    on_heap: bool,
    /// The frame's offset from the data.
    frame: Option<usize>,
}

impl Model {
    fn tailroom(&self) -> usize {
        self.allocated - self.headroom - self.data.len()
    }

    fn grow_tail(&mut self, size: usize) {
        if size > self.tailroom() {
            self.allocated = self.headroom + self.data.len() + size.max(64);
            self.on_heap = true;
        }
    }

    fn grow_head(&mut self, size: usize) {
        if size > self.headroom {
            self.allocated = size.max(64) + self.data.len() + self.tailroom();
            self.headroom = size.max(64);
            self.on_heap = true;
        }
    }

    fn push(&mut self, bytes: &[u8]) {
        self.grow_head(bytes.len());
        self.headroom -= bytes.len();
        self.data.splice(..0, bytes.iter().copied());
        self.frame = self.frame.map(|offset| offset + bytes.len());
    }

    fn pull(&mut self, size: usize) {
        self.data.drain(..size);
        self.headroom += size;
        // A frame that is before the data is not modelled.
        self.frame = self.frame.and_then(|offset| offset.checked_sub(size));
    }

    fn put(&mut self, bytes: &[u8]) {
        self.grow_tail(bytes.len());
        self.data.extend(bytes);
    }

    fn clear(&mut self) {
        self.data.clear();
        self.headroom = 0;
        self.frame = None;
    }
}

/// Carries out an operation on both, unless the contract does not allow it in their present state.
fn apply(b: Buf<'_>, raw: *mut OfpBuf, model: &mut Model, op: &Op) {
    match op {
        Op::Put(bytes) => {
            b.put(bytes);
            model.put(bytes);
        }
        Op::Push(bytes) => {
            let to = b.push_uninit(bytes.len());
            // SAFETY: room for as many bytes was just made.
            unsafe { to.copy_from(bytes.as_ptr(), bytes.len()) };
            model.push(bytes);
        }
        Op::Pull(size) if *size <= model.data.len() => {
            b.pull(*size);
            model.pull(*size);
        }
        Op::PreallocTail(size) => {
            b.prealloc_tailroom(*size);
            model.grow_tail(*size);
        }
        Op::PreallocHead(size) => {
            b.prealloc_headroom(*size);
            model.grow_head(*size);
        }
        Op::Reserve(head, tail) if model.data.is_empty() => {
            b.reserve(*head, *tail);
            model.grow_tail(head + tail);
            model.headroom += head;
            model.frame = None;
        }
        Op::Trim => {
            b.trim();
            if model.on_heap {
                model.headroom = 0;
                model.allocated = model.data.len();
            }
        }
        Op::Clear => {
            b.clear();
            model.clear();
        }
        Op::Shift(delta) => {
            let room = if *delta > 0 { model.tailroom() } else { model.headroom };
            if delta.unsigned_abs() as usize <= room {
                b.shift(*delta);
                model.headroom = model.headroom.wrapping_add_signed(*delta as isize);
                model.frame = None;
            }
        }
        #[cfg(feature = "ovs3")]
        Op::Insert(offset, bytes) if *offset <= model.data.len() => {
            b.insert(*offset, bytes);
            model.grow_tail(bytes.len());
            model.data.splice(offset..offset, bytes.iter().copied());
        }
        Op::Fill(bytes) => {
            b.fill(bytes);
            model.clear();
            let (direct, rest) = bytes.split_at(bytes.len().min(model.allocated));
            model.put(direct);
            model.put(rest);
        }
        Op::SetFrame(ahead) if *ahead <= model.data.len() => {
            // SAFETY: the structure is ours.
            unsafe { *frame(raw) = b.data().add(*ahead).cast() };
            // Null means that there is no frame. If there is no memory, the data is also at null,
            // so a frame at the data cannot be told from none.
            model.frame = (!b.data().is_null()).then_some(*ahead);
        }
        _ => {}
    }
}

fn compare(b: Buf<'_>, raw: *mut OfpBuf, model: &Model) -> Result<(), TestCaseError> {
    prop_assert_eq!(b.bytes(), &model.data);
    prop_assert_eq!(b.allocated(), model.allocated);
    prop_assert_eq!(b.headroom(), model.headroom);
    prop_assert_eq!(b.tailroom(), model.tailroom());
    // SAFETY: the structure is ours.
    let (source, frame) = unsafe { ((*raw).source, *frame(raw)) };
    prop_assert_eq!(source == OfpbufSource::MALLOC, model.on_heap);
    if let Some(ahead) = model.frame {
        prop_assert_eq!(frame.addr(), b.data().addr() + ahead);
    }
    Ok(())
}

proptest! {
    #[test]
    fn operations_agree_with_the_model(
        stub in any::<bool>(),
        size in 0..100usize,
        ops in vec(op(), 0..40),
    ) {
        let mut memory = vec![0u8; size];
        let mut structure = MaybeUninit::<OfpBuf>::uninit();
        let raw = structure.as_mut_ptr();
        // SAFETY: structure and memory are ours.
        let b = unsafe { Buf::from_ptr(raw) };
        if stub {
            b.use_memory(memory.as_mut_ptr(), size, OfpbufSource::STUB);
        } else {
            b.init(size);
        }
        let mut model = Model {
            data: Vec::new(),
            headroom: 0,
            allocated: size,
            on_heap: !stub,
            frame: None,
        };
        for op in &ops {
            apply(b, raw, &mut model, op);
            compare(b, raw, &model)?;
        }
        let clone = buffer::new_with_headroom(model.data.len(), 3);
        // SAFETY: a new buffer, deleted below.
        unsafe {
            let copy = Buf::from_ptr(clone);
            copy.put(b.bytes());
            copy.copy_layers(b);
            prop_assert_eq!(copy.bytes(), &model.data);
            if let Some(ahead) = model.frame {
                prop_assert_eq!((*frame(clone)).addr(), copy.data().addr() + ahead);
            }
            buffer::delete(clone);
        }
        b.uninit();
    }
}
