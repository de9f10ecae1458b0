// SPDX-License-Identifier: Apache-2.0
//! Sequences of attributes (`struct nlattr`).

/// The size of an attribute's header in bytes.
pub(crate) const ATTR_HEADER: usize = 4;
/// The bits of an attribute's type field that hold the type. The others are flags.
pub(crate) const TYPE_MASK: u16 = 0x3fff;

/// `size` rounded up to a multiple of 4, where the next attribute starts. `size` is at most 65535.
#[inline]
pub(crate) fn align(size: usize) -> usize {
    size.wrapping_add(3) & !3
}

/// The two fields of an attribute's header: length and type. To read the fields one by one takes
/// the fewest instructions.
#[inline]
fn fields(header: &[u8; ATTR_HEADER]) -> Option<(u16, u16)> {
    let (length, kind) = header.split_first_chunk()?;
    Some((u16::from_ne_bytes(*length), u16::from_ne_bytes(*kind.first_chunk()?)))
}

/// An attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Attr<'a> {
    /// The offset of the attribute's header in the bytes that are iterated.
    pub(crate) offset: usize,
    /// The attribute's type without the flags.
    pub(crate) kind: u16,
    pub(crate) payload: &'a [u8],
}

/// Iterates attributes. Ends at the first whose length is too small or exceeds the bytes that are
/// left; [`Attrs::left`] is then not 0.
pub(crate) struct Attrs<'a> {
    /// The bytes from the next attribute on.
    bytes: &'a [u8],
    /// The number of bytes that were passed to [`Attrs::new`].
    size: usize,
}

impl<'a> Attrs<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, size: bytes.len() }
    }

    /// The number of bytes from the next attribute on. After the iteration has ended, the number of
    /// bytes at the end that are not an attribute.
    pub(crate) fn left(&self) -> usize {
        self.bytes.len()
    }
}

impl<'a> Iterator for Attrs<'a> {
    type Item = Attr<'a>;

    #[inline]
    fn next(&mut self) -> Option<Attr<'a>> {
        let (header, rest) = self.bytes.split_first_chunk()?;
        let (length, kind) = fields(header)?;
        let (length, kind) = (usize::from(length), kind & TYPE_MASK);
        // If the length is less than the size of the header, the difference wraps around, and
        // exceeds the size of the rest.
        let (payload, rest) = rest.split_at_checked(length.wrapping_sub(ATTR_HEADER))?;
        let offset = self.size - self.bytes.len();
        // If the padding is incomplete, its bytes count as left over.
        self.bytes = match self.bytes.get(align(length)..) {
            Some(next) => next,
            None => rest,
        };
        Some(Attr { offset, kind, payload })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attr(length: u16, kind: u16, payload: &[u8]) -> Vec<u8> {
        let mut bytes = length.to_ne_bytes().to_vec();
        bytes.extend(kind.to_ne_bytes());
        bytes.extend(payload);
        bytes
    }

    #[test]
    fn types_lose_their_flags() {
        let bytes = attr(4, 0xc005, &[]);
        assert_eq!(Attrs::new(&bytes).next().unwrap().kind, 5);
    }

    #[test]
    fn lengths_that_do_not_fit_end_the_iteration() {
        for length in [0, 3, 9, 65535] {
            let bytes = attr(length, 1, &[0; 4]);
            let mut attrs = Attrs::new(&bytes);
            assert_eq!(attrs.next(), None);
            assert_eq!(attrs.left(), 8);
        }
    }

    #[test]
    fn missing_padding_is_no_error_but_part_of_it_is_left() {
        let whole = attr(5, 1, &[7]);
        let mut attrs = Attrs::new(&whole);
        assert_eq!(attrs.next().unwrap().payload, [7]);
        assert_eq!(attrs.left(), 0);

        let part = attr(5, 1, &[7, 0, 0]);
        let mut attrs = Attrs::new(&part);
        assert!(attrs.next().is_some());
        assert!(attrs.next().is_none());
        assert_eq!(attrs.left(), 2);
    }

    #[test]
    fn offsets_are_those_of_the_headers() {
        let mut bytes = attr(5, 1, &[7, 0, 0, 0]);
        bytes.extend(attr(8, 2, &[1, 2, 3, 4]));
        let found: Vec<_> = Attrs::new(&bytes).map(|a| (a.offset, a.kind)).collect();
        assert_eq!(found, [(0, 1), (8, 2)]);
    }
}
