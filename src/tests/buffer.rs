//! Random operations on a buffer, against a model that is a vector and two numbers.

use crate::abi::{OfpBuf, OfpbufSource};
use crate::buffer::{self, Buf};
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
    ResizeL2(i32),
    Fill(Vec<u8>),
    SetFrame(usize),
}

fn op() -> impl Strategy<Value = Op> {
    let bytes = || vec(any::<u8>(), 0..150);
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
        1 => (-20..20).prop_map(Op::ResizeL2),
        1 => bytes().prop_map(Op::Fill),
        1 => (0..20usize).prop_map(Op::SetFrame),
    ]
}

/// What a buffer is supposed to look like.
struct Model {
    data: Vec<u8>,
    headroom: usize,
    allocated: usize,
    on_heap: bool,
    /// The frame's offset from the data.
    frame: Option<usize>,
    l2_5: u16,
    l3: u16,
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
        // A frame before the data is not worth modelling.
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

fn offset(value: u16, increment: i32) -> u16 {
    if value == u16::MAX { value } else { value.wrapping_add(increment as u16) }
}

/// Applies an operation to both, unless the contract forbids it in the state they are in.
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
        Op::ResizeL2(n) if *n >= 0 || n.unsigned_abs() as usize <= model.data.len() => {
            b.resize_l2(*n);
            if *n >= 0 {
                // What is there is what was there before: unspecified, so overwritten.
                let zeros = vec![0; *n as usize];
                // SAFETY: these bytes were just added.
                unsafe { b.data().write_bytes(0, zeros.len()) };
                model.push(&zeros);
            } else {
                model.pull(n.unsigned_abs() as usize);
            }
            model.frame = Some(0);
            model.l2_5 = offset(model.l2_5, *n);
            model.l3 = offset(model.l3, *n);
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
            unsafe { (*raw).frame = b.data().add(*ahead).cast() };
            model.frame = Some(*ahead);
        }
        _ => {}
    }
}

fn compare(b: Buf<'_>, raw: *const OfpBuf, model: &Model) -> Result<(), TestCaseError> {
    prop_assert_eq!(b.bytes(), &model.data);
    prop_assert_eq!(b.allocated(), model.allocated);
    prop_assert_eq!(b.headroom(), model.headroom);
    prop_assert_eq!(b.tailroom(), model.tailroom());
    // SAFETY: the structure is ours.
    let raw = unsafe { raw.read() };
    prop_assert_eq!(raw.source == OfpbufSource::MALLOC, model.on_heap);
    prop_assert_eq!((raw.l2_5_ofs, raw.l3_ofs, raw.l4_ofs), (model.l2_5, model.l3, u16::MAX));
    if let Some(ahead) = model.frame {
        prop_assert_eq!(raw.frame.addr(), b.data().addr() + ahead);
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
        // SAFETY: the structure has been set up.
        unsafe {
            (*raw).l2_5_ofs = 14;
            (*raw).l3_ofs = 18;
        }
        let mut model = Model {
            data: Vec::new(),
            headroom: 0,
            allocated: size,
            on_heap: !stub,
            frame: None,
            l2_5: 14,
            l3: 18,
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
            prop_assert_eq!((*clone).l3_ofs, model.l3);
            buffer::delete(clone);
        }
        b.uninit();
    }
}
