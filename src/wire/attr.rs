//! Attributes (`struct nlattr`) one behind the other.

/// Bytes of an attribute's header.
pub(crate) const ATTR_HEADER: usize = 4;
/// The bits of an attribute's type that are the type; the others are flags.
pub(crate) const TYPE_MASK: u16 = 0x3fff;

/// `size` rounded up to where the next attribute may start. `size` is at most 65535.
#[inline]
pub(crate) fn align(size: usize) -> usize {
    size.wrapping_add(3) & !3
}

/// The two fields of an attribute's header. Each is read by itself, which is what compilers make
/// least of.
#[inline]
fn halves(header: &[u8; ATTR_HEADER]) -> Option<(u16, u16)> {
    let (length, behind) = header.split_first_chunk()?;
    Some((u16::from_ne_bytes(*length), u16::from_ne_bytes(*behind.first_chunk()?)))
}

/// One attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Attr<'a> {
    /// Where its header starts in what was iterated.
    pub(crate) offset: usize,
    /// Its type without the flag bits.
    pub(crate) kind: u16,
    pub(crate) payload: &'a [u8],
}

/// Iterates attributes, checking each length against what is left.
///
/// Ends at the first that does not fit; [`Attrs::left`] then tells how many bytes remain.
pub(crate) struct Attrs<'a> {
    bytes: &'a [u8],
    /// Bytes that there were in all.
    size: usize,
}

impl<'a> Attrs<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, size: bytes.len() }
    }

    /// Bytes that were no attribute.
    pub(crate) fn left(&self) -> usize {
        self.bytes.len()
    }
}

impl<'a> Iterator for Attrs<'a> {
    type Item = Attr<'a>;

    #[inline]
    fn next(&mut self) -> Option<Attr<'a>> {
        let (header, behind) = self.bytes.split_first_chunk()?;
        let (length, kind) = halves(header)?;
        let (length, kind) = (usize::from(length), kind & TYPE_MASK);
        // A length less than the header's becomes one that is more than there can be.
        let (payload, behind) = behind.split_at_checked(length.wrapping_sub(ATTR_HEADER))?;
        let offset = self.size - self.bytes.len();
        // Where the padding is not there whole, what is there of it counts as left over.
        self.bytes = match self.bytes.get(align(length)..) {
            Some(rest) => rest,
            None => behind,
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
