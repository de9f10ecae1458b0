// SPDX-License-Identifier: Apache-2.0
//! Where a fuzz target takes its decisions from.

/// Bytes that are used from first to last; zeros when they are used up.
pub struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn byte(&mut self) -> u8 {
        self.bytes(1).first().copied().unwrap_or(0)
    }

    pub fn flag(&mut self) -> bool {
        self.byte() & 1 != 0
    }

    pub fn u16(&mut self) -> u16 {
        u16::from_le_bytes([self.byte(), self.byte()])
    }

    pub fn u64(&mut self) -> u64 {
        u64::from_le_bytes(core::array::from_fn(|_| self.byte()))
    }

    /// A size, mostly a small one: the next byte, or, if that is 224 or more, the two behind it.
    pub fn size(&mut self) -> usize {
        match self.byte() {
            size @ 0..224 => size.into(),
            _ => self.u16().into(),
        }
    }

    /// The next `size` bytes, or as many as there are.
    pub fn bytes(&mut self, size: usize) -> &'a [u8] {
        let (bytes, rest) = self.0.split_at(size.min(self.0.len()));
        self.0 = rest;
        bytes
    }

    /// All that is left.
    pub fn rest(&mut self) -> &'a [u8] {
        self.bytes(self.0.len())
    }
}

/// A copy of some bytes that ends where its memory ends, at an odd address if wanted.
pub struct Placed {
    memory: Box<[u8]>,
    start: usize,
}

impl Placed {
    pub fn new(bytes: &[u8], odd: bool) -> Self {
        let start = usize::from(odd);
        let mut memory = vec![0xa5; start + bytes.len()].into_boxed_slice();
        memory[start..].copy_from_slice(bytes);
        Self { memory, start }
    }

    pub fn bytes(&self) -> &[u8] {
        &self.memory[self.start..]
    }
}
