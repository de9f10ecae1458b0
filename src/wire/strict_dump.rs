// SPDX-License-Identifier: Apache-2.0
//! Which requests for dumps the kernel accepts if it checks them strictly.

use super::Attrs;

/// A dump that the kernel filters by the header of its request, if it checks the request strictly;
/// and what it then accepts.
pub(crate) struct StrictDump {
    /// The type of the request.
    pub(crate) kind: u16,
    /// The bytes of the family's header: true if the kernel accepts other values than 0.
    pub(crate) header: &'static [bool],
    /// The types of the attributes that the kernel accepts.
    pub(crate) attrs: &'static [u16],
}

impl StrictDump {
    /// Whether the kernel accepts the part of a request after the message's header.
    pub(crate) fn accepts(&self, content: &[u8]) -> bool {
        let Some((header, attrs)) = content.split_at_checked(self.header.len()) else {
            return false;
        };
        let mut rest = Attrs::new(attrs);
        header.iter().zip(self.header).all(|(&byte, &free)| byte == 0 || free)
            && rest.by_ref().all(|attr| self.attrs.contains(&attr.kind))
            && rest.left() == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_kernel_accepts() {
        let dump = StrictDump { kind: 1, header: &[true, false], attrs: &[7] };
        let attr = |kind: u8| {
            if cfg!(target_endian = "little") { [4, 0, kind, 0] } else { [0, 4, 0, kind] }
        };
        assert!(dump.accepts(&[9, 0]));
        assert!(!dump.accepts(&[9]));
        assert!(!dump.accepts(&[9, 1]));
        assert!(dump.accepts(&[&[9, 0][..], &attr(7)].concat()));
        assert!(!dump.accepts(&[&[9, 0][..], &attr(8)].concat()));
        // The end of a longer header.
        assert!(!dump.accepts(&[9, 0, 0, 0, 0, 0]));
    }
}
