// SPDX-License-Identifier: Apache-2.0
//! Extended acknowledgements ("extacks"): attributes in which the kernel explains an errno value.
//! These attributes follow the error code in NLMSG_ERROR and NLMSG_DONE messages.

use super::{ATTR_HEADER, Attrs, HEADER, Header, align, u32_at, u64_at};
use crate::abi::ExtackPolicy;

/// Flag of an NLMSG_ERROR message that quotes only the header of the request.
const NLM_F_CAPPED: u16 = 0x100;
/// Flag of an NLMSG_ERROR or NLMSG_DONE message that contains attributes.
pub(crate) const NLM_F_ACK_TLVS: u16 = 0x200;

const NLMSG_ERROR: u16 = libc::NLMSG_ERROR as u16;
const NLMSG_DONE: u16 = libc::NLMSG_DONE as u16;

const NLMSGERR_ATTR_MSG: u16 = 1;
const NLMSGERR_ATTR_OFFS: u16 = 2;
const NLMSGERR_ATTR_COOKIE: u16 = 3;
const NLMSGERR_ATTR_POLICY: u16 = 4;
const NLMSGERR_ATTR_MISS_TYPE: u16 = 5;
const NLMSGERR_ATTR_MISS_NEST: u16 = 6;

const NL_POLICY_TYPE_ATTR_TYPE: u16 = 1;
const NL_POLICY_TYPE_ATTR_MIN_VALUE_S: u16 = 2;
const NL_POLICY_TYPE_ATTR_MAX_VALUE_S: u16 = 3;
const NL_POLICY_TYPE_ATTR_MIN_VALUE_U: u16 = 4;
const NL_POLICY_TYPE_ATTR_MAX_VALUE_U: u16 = 5;
const NL_POLICY_TYPE_ATTR_MIN_LENGTH: u16 = 6;
const NL_POLICY_TYPE_ATTR_MAX_LENGTH: u16 = 7;
const NL_POLICY_TYPE_ATTR_BITFIELD32_MASK: u16 = 10;
const NL_POLICY_TYPE_ATTR_MASK: u16 = 12;

/// The attributes of an extended acknowledgement.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Extack<'a> {
    /// The error text, without the NUL that follows it.
    pub(crate) text: Option<&'a [u8]>,
    /// The offset in the request of the attribute that the kernel objects to.
    pub(crate) offset: Option<u32>,
    /// The type of an attribute that is missing in the request.
    pub(crate) missing: Option<u32>,
    /// The offset in the request of the nested attribute that lacks the missing attribute. None if
    /// the top level of the request lacks it.
    pub(crate) missing_from: Option<u32>,
    /// An identifier; empty if there is none.
    pub(crate) cookie: &'a [u8],
    /// What the kernel requires of the attribute at `offset`.
    pub(crate) policy: ExtackPolicy,
}

/// The extended acknowledgement in `message`. None if there is none.
#[inline]
pub(crate) fn extack(header: Header, message: &[u8]) -> Option<Extack<'_>> {
    if header.flags & NLM_F_ACK_TLVS == 0 {
        return None;
    }
    parse(header, message)
}

/// The offset in `message`, which has the flag [`NLM_F_ACK_TLVS`], at which the attributes start.
/// The attributes follow the error code and, in an NLMSG_ERROR message, the copy of the request or
/// of the request's header. The offset may lie beyond the message.
pub(crate) fn attrs_start(header: Header, message: &[u8]) -> Option<usize> {
    let echoed = match header.kind {
        NLMSG_DONE => 0,
        NLMSG_ERROR if header.flags & NLM_F_CAPPED != 0 => HEADER,
        NLMSG_ERROR => {
            let request = Header::parse(message.get(HEADER + 4..)?)?;
            let length = usize::try_from(request.length).ok()?;
            if length < HEADER {
                return None;
            }
            length.checked_next_multiple_of(4)?
        }
        _ => return None,
    };
    (HEADER + 4).checked_add(echoed)
}

#[cold]
fn parse(header: Header, message: &[u8]) -> Option<Extack<'_>> {
    let attrs = message.get(attrs_start(header, message)?..)?;
    let mut found = Extack::default();
    for attr in Attrs::new(attrs) {
        match attr.kind {
            NLMSGERR_ATTR_MSG => {
                // Without a NUL, C code could not use the text.
                let end = attr.payload.iter().position(|&byte| byte == 0);
                found.text = end.and_then(|end| attr.payload.get(..end));
            }
            NLMSGERR_ATTR_OFFS => found.offset = u32_at(attr.payload, 0),
            NLMSGERR_ATTR_COOKIE => found.cookie = attr.payload,
            NLMSGERR_ATTR_POLICY => found.policy = policy(attr.payload),
            NLMSGERR_ATTR_MISS_TYPE => found.missing = u32_at(attr.payload, 0),
            NLMSGERR_ATTR_MISS_NEST => found.missing_from = u32_at(attr.payload, 0),
            _ => {}
        }
    }
    Some(found)
}

impl ExtackPolicy {
    /// No requirements.
    pub(crate) const NONE: Self = Self {
        r#type: 0,
        min_len: 0,
        max_len: 0,
        has_range: false,
        is_signed: false,
        min: 0,
        max: 0,
        mask: 0,
    };
}

impl Default for ExtackPolicy {
    fn default() -> Self {
        Self::NONE
    }
}

/// The content of the attribute NLMSGERR_ATTR_POLICY.
fn policy(attrs: &[u8]) -> ExtackPolicy {
    let mut policy = ExtackPolicy::NONE;
    for attr in Attrs::new(attrs) {
        let (short, long) = (u32_at(attr.payload, 0), u64_at(attr.payload, 0));
        let short = short.unwrap_or(0);
        match (attr.kind, long) {
            (NL_POLICY_TYPE_ATTR_TYPE, _) => policy.r#type = short,
            (NL_POLICY_TYPE_ATTR_MIN_LENGTH, _) => policy.min_len = short,
            (NL_POLICY_TYPE_ATTR_MAX_LENGTH, _) => policy.max_len = short,
            (NL_POLICY_TYPE_ATTR_BITFIELD32_MASK, _) => policy.mask = short.into(),
            (NL_POLICY_TYPE_ATTR_MASK, Some(mask)) => policy.mask = mask,
            (NL_POLICY_TYPE_ATTR_MIN_VALUE_S | NL_POLICY_TYPE_ATTR_MIN_VALUE_U, Some(min)) => {
                policy.min = min;
            }
            (
                kind @ (NL_POLICY_TYPE_ATTR_MAX_VALUE_S | NL_POLICY_TYPE_ATTR_MAX_VALUE_U),
                Some(max),
            ) => {
                // The kernel reports both limits or none.
                policy.max = max;
                policy.has_range = true;
                policy.is_signed = kind == NL_POLICY_TYPE_ATTR_MAX_VALUE_S;
            }
            _ => {}
        }
    }
    policy
}

/// Writes to `path` the types of the nested attributes that contain the attribute at `offset` of
/// `request`, the outermost first, and then the type of that attribute itself, as far as there is
/// room. Returns the number of types; 0 if there is no attribute at `offset`.
///
/// The attributes of a request follow a header that depends on the protocol, which is not known
/// here. So this tries one header size after the other, and takes the first for which the rest of
/// the request consists of attributes and one of them starts at `offset`.
pub(crate) fn path(request: &[u8], offset: usize, path: &mut [u16]) -> usize {
    /// The largest header of a protocol, in bytes. The sizes are multiples of 4.
    const LONGEST_HEADER: usize = 64;

    (HEADER..=HEADER + LONGEST_HEADER)
        .step_by(4)
        .take_while(|&start| start <= offset)
        .find_map(|start| {
            let mut attrs = Attrs::new(request.get(start..)?);
            // No protocol has an attribute of type 0 there, but a header with zeros looks like one.
            let valid = attrs.by_ref().map(|attr| attr.kind != 0).reduce(|all, one| all && one);
            let whole = valid == Some(true) && attrs.left() == 0;
            let depth = walk(request.get(start..)?, offset - start, path);
            (whole && depth > 0).then_some(depth)
        })
        .unwrap_or(0)
}

/// Does what [`path`] does, for a sequence of attributes without a header before it.
fn walk(attrs: &[u8], offset: usize, path: &mut [u16]) -> usize {
    let (mut attrs, mut offset, mut depth) = (attrs, offset, 0);
    loop {
        let contains_offset = |attr: &super::Attr<'_>| {
            offset >= attr.offset && offset < attr.offset + ATTR_HEADER + align(attr.payload.len())
        };
        let Some(attr) = Attrs::new(attrs).find(contains_offset) else {
            return 0;
        };
        if let Some(slot) = path.get_mut(depth) {
            *slot = attr.kind;
        }
        depth += 1;
        match offset - attr.offset {
            0 => return depth,
            inside => {
                let Some(in_payload) = inside.checked_sub(ATTR_HEADER) else { return 0 };
                attrs = attr.payload;
                offset = in_payload;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attr(kind: u16, payload: &[u8]) -> Vec<u8> {
        let mut bytes = (4 + payload.len() as u16).to_ne_bytes().to_vec();
        bytes.extend(kind.to_ne_bytes());
        bytes.extend(payload);
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        bytes
    }

    fn message(kind: u16, flags: u16, body: &[u8]) -> Vec<u8> {
        crate::tests::message(kind, flags, 0, body)
    }

    fn read(bytes: &[u8]) -> Option<Extack<'_>> {
        extack(Header::parse(bytes).unwrap(), bytes)
    }

    #[test]
    fn attributes_follow_the_echoed_request() {
        let text = attr(NLMSGERR_ATTR_MSG, b"no such thing\0");
        let expected = Extack { text: Some(b"no such thing"), ..Extack::default() };
        let code = (-2i32).to_ne_bytes();
        let request = message(18, 1, &[7; 10]);

        let whole = [&code[..], &request, &[0; 2], &text].concat();
        assert_eq!(read(&message(NLMSG_ERROR, NLM_F_ACK_TLVS, &whole)), Some(expected));
        let bare = [&code[..], &message(18, 1, &[]), &text].concat();
        assert_eq!(read(&message(NLMSG_ERROR, NLM_F_ACK_TLVS, &bare)), Some(expected));
        let capped = [&code[..], &request[..16], &text].concat();
        let flags = NLM_F_ACK_TLVS | NLM_F_CAPPED;
        assert_eq!(read(&message(NLMSG_ERROR, flags, &capped)), Some(expected));
        let done = [&code[..], &text].concat();
        assert_eq!(read(&message(NLMSG_DONE, NLM_F_ACK_TLVS, &done)), Some(expected));
        let endless = [&code[..], &attr(NLMSGERR_ATTR_MSG, b"abcd")].concat();
        let nothing = Some(Extack::default());
        assert_eq!(read(&message(NLMSG_DONE, NLM_F_ACK_TLVS, &endless)), nothing);
        assert_eq!(read(&message(NLMSG_DONE, 0, &done)), None);
        assert_eq!(read(&message(30, NLM_F_ACK_TLVS, &done)), None);
    }

    #[test]
    fn numbers() {
        let attrs = [
            attr(NLMSGERR_ATTR_OFFS, &20u32.to_ne_bytes()),
            attr(NLMSGERR_ATTR_MISS_TYPE, &3u32.to_ne_bytes()),
            attr(NLMSGERR_ATTR_MISS_NEST, &24u32.to_ne_bytes()),
            attr(99, &[]),
        ];
        let body = [&[0; 4][..], &attrs.concat()].concat();
        let bytes = message(NLMSG_DONE, NLM_F_ACK_TLVS, &body);
        let found = read(&bytes).unwrap();
        assert_eq!(
            (found.offset, found.missing, found.missing_from),
            (Some(20), Some(3), Some(24))
        );
        assert_eq!(found.text, None);
    }

    #[test]
    fn policies_and_cookies() {
        let read_policy = |attrs: &[Vec<u8>]| {
            let attrs =
                [attr(NLMSGERR_ATTR_POLICY, &attrs.concat()), attr(NLMSGERR_ATTR_COOKIE, b"id")];
            let bytes =
                message(NLMSG_DONE, NLM_F_ACK_TLVS, &[&[0; 4][..], &attrs.concat()].concat());
            let found = read(&bytes).unwrap();
            assert_eq!(found.cookie, b"id");
            found.policy
        };
        let number = |kind, value: u32| attr(kind, &value.to_ne_bytes());
        let limit = |kind, value: i64| attr(kind, &value.to_ne_bytes());
        assert_eq!(read_policy(&[]), ExtackPolicy::NONE);
        let found = read_policy(&[
            number(NL_POLICY_TYPE_ATTR_TYPE, 9),
            limit(NL_POLICY_TYPE_ATTR_MIN_VALUE_S, -7),
            limit(NL_POLICY_TYPE_ATTR_MAX_VALUE_S, 8),
        ]);
        let range =
            ExtackPolicy { r#type: 9, has_range: true, is_signed: true, ..ExtackPolicy::NONE };
        assert_eq!(found, ExtackPolicy { min: -7i64 as u64, max: 8, ..range });
        let found = read_policy(&[
            limit(NL_POLICY_TYPE_ATTR_MIN_VALUE_U, 1),
            limit(NL_POLICY_TYPE_ATTR_MAX_VALUE_U, 10),
            limit(NL_POLICY_TYPE_ATTR_MASK, 6),
        ]);
        assert_eq!((found.min, found.max, found.mask, found.is_signed), (1, 10, 6, false));
        assert!(found.has_range);
        let found = read_policy(&[
            number(NL_POLICY_TYPE_ATTR_MIN_LENGTH, 2),
            number(NL_POLICY_TYPE_ATTR_MAX_LENGTH, 3),
            number(NL_POLICY_TYPE_ATTR_BITFIELD32_MASK, 5),
            attr(NL_POLICY_TYPE_ATTR_MASK, &[1; 7]),
        ]);
        assert_eq!((found.min_len, found.max_len, found.mask), (2, 3, 5));
    }

    #[test]
    fn lengths_that_lead_nowhere_are_none() {
        for length in [0, 15, 17, u32::MAX - 2, u32::MAX] {
            let mut request = message(18, 1, &[]);
            request[..4].copy_from_slice(&length.to_ne_bytes());
            let body = [&[0; 4][..], &request].concat();
            let bytes = message(NLMSG_ERROR, NLM_F_ACK_TLVS, &body);
            assert!(read(&bytes).is_none_or(|found| found == Extack::default()), "{length}");
        }
        assert_eq!(read(&message(NLMSG_ERROR, NLM_F_ACK_TLVS, &[])), None);
    }

    #[test]
    fn paths_lead_through_nested_attributes() {
        // A family header of 16 bytes, then 1, 2 { 3, 4 { 5 } }.
        let inner = attr(4, &attr(5, &[1, 2]));
        let nested = attr(2, &[attr(3, &[0; 4]), inner].concat());
        let attrs = [attr(1, b"lo\0"), nested].concat();
        let request = message(16, 1, &[&[0xff; 16][..], &attrs].concat());
        let find = |offset| {
            let mut types = [0; 4];
            let depth = path(&request, offset, &mut types);
            types[..depth].to_vec()
        };
        assert_eq!(find(32), [1]);
        // Within the header of an attribute.
        assert_eq!(find(33), [0; 0]);
        assert_eq!(find(34), [0; 0]);
        assert_eq!(find(40), [2]);
        assert_eq!(find(44), [2, 3]);
        assert_eq!(find(52), [2, 4]);
        assert_eq!(find(56), [2, 4, 5]);
        assert_eq!(find(34), [] as [u16; 0]);
        assert_eq!(find(16), [] as [u16; 0]);
        assert_eq!(find(4000), [] as [u16; 0]);
        assert_eq!(path(&request, 56, &mut [0; 1]), 3);
    }
    /// The path to `offset` in a request with this family header and these attributes.
    fn find(header: &[u8], attrs: &[Vec<u8>], offset: usize) -> Vec<u16> {
        let request = message(16, 1, &[header, &attrs.concat()].concat());
        let mut types = [0; 4];
        let depth = path(&request, offset, &mut types);
        types[..depth].to_vec()
    }

    #[test]
    fn all_attributes_of_a_nest_are_found() {
        let child = |kind| attr(kind, &[kind as u8; 4]);
        let attrs = [child(7), attr(2, &[child(3), child(4), child(5)].concat()), child(6)];
        for (offset, expected) in
            [(16, vec![7]), (24, vec![2]), (28, vec![2, 3]), (36, vec![2, 4]), (44, vec![2, 5])]
        {
            assert_eq!(find(&[], &attrs, offset), expected, "{offset}");
        }
        assert_eq!(find(&[], &attrs, 52), [6]);
        // Within a header or a payload, and after the last attribute.
        for offset in [17, 19, 20, 25, 32, 48, 56, 60] {
            assert_eq!(find(&[], &attrs, offset), [], "{offset}");
        }
    }

    #[test]
    fn headers_of_families_have_up_to_64_bytes() {
        for size in (0..=64).step_by(4) {
            assert_eq!(find(&vec![0xff; size], &[attr(1, b"lo\0")], 16 + size), [1], "{size}");
        }
        assert_eq!(find(&[0xff; 68], &[attr(1, b"lo\0")], 16 + 68), []);
    }

    #[test]
    fn a_header_that_looks_like_an_attribute_is_none() {
        // The first bytes of the header are an attribute, but the rest does not consist of them.
        let header = [&attr(9, &[0; 4])[..], &[0xff; 8]].concat();
        assert_eq!(find(&header, &[attr(1, b"lo\0")], 16), []);
        assert_eq!(find(&header, &[attr(1, b"lo\0")], 32), [1]);
        // The header looks like an attribute that contains all others, but not as a nest.
        let [low, high] = 24_u16.to_ne_bytes();
        let others = [attr(2, &[1; 4]), attr(3, &[1; 4])];
        assert_eq!(find(&[low, high, 1, 0, 0, 0, 0, 0], &others, 24), [2]);
        // With AF_INET6, that of NETLINK_NETFILTER looks like an attribute of type 0 and 10 bytes.
        let [low, high] = 10_u16.to_ne_bytes();
        assert_eq!(find(&[low, high, 0, 0], &[attr(1, b"a\0"), attr(2, &[1; 4])], 20), [1]);
    }
}
