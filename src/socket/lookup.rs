// SPDX-License-Identifier: Apache-2.0
//! Lookups of generic netlink families and multicast groups by name.

use super::extack::Failures;
use super::family_names;
use super::pool::{self, Pooled};
use super::transact::{Mode, One, Origin, QueueState, run_all};
use crate::abi::{CBool, NlAttrType, NlPolicy, OfpbufSource};
use crate::buffer::Buf;
use crate::errno::Errno;
use crate::flavour::OfpBuf;
use crate::host::log::log_limited;
use crate::memory;
use crate::message::{self, Side};
use crate::thread::{self, CancelDisabled, Thread};
use crate::wire::{ATTR_HEADER, Attr, AttrProblem, Attrs, GENL_HEADER, HEADER, Header, parse};
use core::ffi::{CStr, c_void};
use core::mem::MaybeUninit;

const GENL_ID_CTRL: u16 = libc::GENL_ID_CTRL as u16;
const CTRL_CMD_GETFAMILY: u8 = libc::CTRL_CMD_GETFAMILY as u8;
const FAMILY_ID: usize = libc::CTRL_ATTR_FAMILY_ID as usize;
const FAMILY_NAME: usize = libc::CTRL_ATTR_FAMILY_NAME as usize;
const MCAST_GROUPS: usize = libc::CTRL_ATTR_MCAST_GROUPS as usize;
const GROUP_NAME: usize = libc::CTRL_ATTR_MCAST_GRP_NAME as usize;
const GROUP_ID: usize = libc::CTRL_ATTR_MCAST_GRP_ID as usize;

/// A policy for a required attribute, with the payload sizes of its type.
const fn required(r#type: NlAttrType) -> NlPolicy {
    NlPolicy { r#type, min_len: 0, max_len: 0, optional: CBool(0) }
}

const fn optional(r#type: NlAttrType) -> NlPolicy {
    NlPolicy { optional: CBool(1), ..required(r#type) }
}

const SKIP: NlPolicy = optional(NlAttrType::NO_ATTR);

static FAMILY_POLICY: [NlPolicy; MCAST_GROUPS + 1] = {
    let mut policies = [const { SKIP }; MCAST_GROUPS + 1];
    policies[FAMILY_ID] = required(NlAttrType::U16);
    policies[FAMILY_NAME] = optional(NlAttrType::STRING);
    policies[MCAST_GROUPS] = optional(NlAttrType::NESTED);
    policies
};

static GROUP_POLICY: [NlPolicy; GROUP_ID + 1] = {
    let mut policies = [const { SKIP }; GROUP_ID + 1];
    policies[GROUP_NAME] = required(NlAttrType::STRING);
    policies[GROUP_ID] = required(NlAttrType::U32);
    policies
};

/// What the kernel reports about a family.
struct Family<'a> {
    id: u16,
    groups: Option<&'a [u8]>,
}

/// The reason why a lookup failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) error: Errno,
    /// Whether the kernel refused the request with this error. If not, the kernel could not be
    /// asked, or its reply made no sense.
    by_kernel: bool,
}

impl Failure {
    /// A failure that no transaction has recorded for nlsock_last_extack().
    fn not_an_answer(thread: &Thread, error: Errno) -> Self {
        Failures::of(thread).failed(error);
        Self { error, by_kernel: false }
    }

    /// Whether the kernel answered that the name is not that of a family. Another lookup would have
    /// the same result. After any other failure, for example a lack of memory, the next lookup may
    /// be successful.
    pub(crate) fn is_final(self) -> bool {
        self.by_kernel && matches!(self.error, Errno::ENOENT | Errno::EINVAL | Errno::ERANGE)
    }
}

/// The size of the memory for the request, the name included, in bytes. It is enough for every name
/// that the kernel accepts.
const REQUEST: usize = 128;

/// Asks the kernel about the family `name`, and passes the kernel's reply to `use_family`.
fn ask<R>(
    name: &CStr,
    mut use_family: impl FnMut(Family<'_>) -> Result<R, Errno>,
) -> Result<R, Failure> {
    thread::with(|thread| {
        let _cancel = CancelDisabled::new(thread);
        // A family has the same number in all network namespaces, so a socket of any namespace will
        // usually do. Finding out the thread's namespace takes as long as a lookup. But some
        // families exist only in the initial namespace. So if the socket's namespace does not have
        // the family, ask again on a socket of the thread's namespace.
        while let Some(sock) = pool::take_for_lookup_anywhere() {
            let Some(result) = ask_on(thread, &sock, name, &mut use_family) else { continue };
            match result {
                // The socket returns to the pool, which closes it when it is next searched for one
                // of the thread's namespace.
                Err(Failure { error: Errno::ENOENT, .. }) if !pool::is_in_present_netns(&sock) => {
                    break;
                }
                result => return result,
            }
        }
        loop {
            let sock = match pool::take_for_lookup() {
                Ok(sock) => sock,
                Err(error) => return Err(Failure::not_an_answer(thread, error)),
            };
            if let Some(result) = ask_on(thread, &sock, name, &mut use_family) {
                return result;
            }
        }
    })
}

/// Does what [`ask`] does, on the socket `sock`. None if nothing was sent, since the descriptor of
/// `sock` belongs to somebody else.
fn ask_on<R>(
    thread: &Thread,
    sock: &Pooled,
    name: &CStr,
    use_family: &mut impl FnMut(Family<'_>) -> Result<R, Errno>,
) -> Option<Result<R, Failure>> {
    let registered = sock.register(thread);
    let mut memory = [const { MaybeUninit::<u64>::uninit() }; REQUEST / 8];
    let mut request = MaybeUninit::<OfpBuf>::uninit();
    // SAFETY: the structure exists, and nothing else refers to it.
    let request = unsafe { Buf::from_ptr(request.as_mut_ptr()) };
    request.use_memory(memory.as_mut_ptr().cast(), REQUEST, OfpbufSource::STUB);
    message::put_header(request, GENL_HEADER, GENL_ID_CTRL, libc::NLM_F_REQUEST as u16);
    message::put_genl_header(request, CTRL_CMD_GETFAMILY, 1);
    message::add_attr(request, Side::Tail, FAMILY_NAME as u16, name.to_bytes_with_nul());
    // SAFETY: `free` may be called once this call has been left.
    let allocated = request
        .heap_memory()
        .map(|base| unsafe { thread::register_another(thread, base.cast(), free, None) });

    let mut result = Err(Errno::EPROTO);
    let mut refused = false;
    let mut finish = |outcome: Result<&[u8], Errno>| {
        refused = outcome.is_err();
        result = outcome.and_then(|reply| parse_family(reply, name)).and_then(&mut *use_family);
    };
    let mut one = One { request, finish: &mut finish };
    // SAFETY: the request is in `memory`, or on the heap.
    let queue = unsafe { run_all(thread, sock, Origin::Pool, &mut one, Mode::default()) };
    drop(allocated);
    request.uninit();
    drop(registered);
    if queue == QueueState::NotOurs {
        return None;
    }
    // Another socket may have got the number of the descriptor. Then the result is usually neither
    // a family nor ENOENT.
    if !matches!(result, Ok(_) | Err(Errno::ENOENT)) {
        if let Err(error) = sock.check_descriptor() {
            return Some(Err(Failure::not_an_answer(thread, error)));
        }
    }
    if queue == QueueState::Empty {
        sock.mark_idle();
    }
    // If the transaction failed for another reason than the kernel's refusal, the state of the
    // queue is unknown.
    let by_kernel = refused && queue == QueueState::Empty;
    Some(result.map_err(|error| match refused {
        true => Failure { error, by_kernel },
        false => Failure::not_an_answer(thread, error),
    }))
}

/// # Safety
/// `memory` is from malloc(), and nothing uses it any more.
unsafe fn free(memory: *mut c_void) {
    // SAFETY: the caller's promise.
    unsafe { memory::free(memory.cast()) };
}

fn report(problem: AttrProblem) {
    log_limited!(MESSAGE, Dbg, "{problem}");
}

fn parse_family<'a>(reply: &'a [u8], name: &CStr) -> Result<Family<'a>, Errno> {
    let kind = Header::parse(reply).map(|header| header.kind);
    let mut attrs = [None::<Attr<'_>>; MCAST_GROUPS + 1];
    let valid = kind == Some(GENL_ID_CTRL)
        && parse(reply, HEADER + GENL_HEADER, &FAMILY_POLICY, &mut attrs, Some, report);
    let id = attrs[FAMILY_ID].and_then(|attr| attr.payload.try_into().ok()).map(u16::from_ne_bytes);
    match id {
        // A reply about another family is the reply to another request.
        Some(id) if valid && id != 0 && named(attrs[FAMILY_NAME], name) => {
            let groups = attrs[MCAST_GROUPS].map(|attr| attr.payload);
            Ok(Family { id, groups })
        }
        _ => Err(Errno::EPROTO),
    }
}

/// Whether `found`, the attribute with a family's name, is `name`. Also true if the reply does not
/// have that attribute.
fn named(found: Option<Attr<'_>>, name: &CStr) -> bool {
    found.is_none_or(|attr| attr.payload == name.to_bytes_with_nul())
}

/// Looks up the number of a family.
pub(crate) fn lookup_family(name: &CStr) -> Result<u16, Failure> {
    let id = ask(name, |family| Ok(family.id))?;
    family_names::remember(id, name);
    Ok(id)
}

/// Looks up the number of a multicast group of a family.
pub(crate) fn lookup_group(family: &CStr, group: &CStr) -> Result<u32, Errno> {
    ask(family, |family| find_group(family.groups.ok_or(Errno::EPROTO)?, group))
        .map_err(|failure| failure.error)
}

fn find_group(groups: &[u8], name: &CStr) -> Result<u32, Errno> {
    for entry in Attrs::new(groups) {
        let mut attrs = [None::<Attr<'_>>; GROUP_ID + 1];
        if !parse(entry.payload, 0, &GROUP_POLICY, &mut attrs, Some, report) {
            return Err(Errno::EPROTO);
        }
        let (Some(found), Some(id)) = (attrs[GROUP_NAME], attrs[GROUP_ID]) else {
            return Err(Errno::EPROTO);
        };
        if found.payload == name.to_bytes_with_nul() {
            return id.payload.try_into().map(u32::from_ne_bytes).map_err(|_| Errno::EPROTO);
        }
    }
    Err(Errno::EPROTO)
}

const _: () = assert!(HEADER + GENL_HEADER + ATTR_HEADER + libc::GENL_NAMSIZ as usize <= REQUEST);

#[cfg(test)]
mod tests {
    use super::*;

    fn attr(kind: usize, payload: &[u8]) -> Vec<u8> {
        let mut bytes = (4 + payload.len() as u16).to_ne_bytes().to_vec();
        bytes.extend((kind as u16).to_ne_bytes());
        bytes.extend(payload);
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        bytes
    }

    fn reply(kind: u16, attrs: &[u8]) -> Vec<u8> {
        let mut bytes = (20 + attrs.len() as u32).to_ne_bytes().to_vec();
        bytes.extend(kind.to_ne_bytes());
        bytes.extend([0; 14]);
        bytes.extend(attrs);
        bytes
    }

    #[test]
    fn only_the_controllers_whole_answer_counts() {
        let id = attr(FAMILY_ID, &300u16.to_ne_bytes());
        let parsed = |kind, attrs: &[u8]| parse_family(&reply(kind, attrs), c"one").map(|f| f.id);
        assert_eq!(parsed(16, &id), Ok(300));
        assert_eq!(parsed(17, &id), Err(Errno::EPROTO));
        assert_eq!(parsed(16, &[]), Err(Errno::EPROTO));
        assert_eq!(parsed(16, &attr(FAMILY_ID, &[0, 0])), Err(Errno::EPROTO));
        assert_eq!(parsed(16, &attr(FAMILY_ID, &[1])), Err(Errno::EPROTO));
        let with_name = |name| [&id[..], &attr(FAMILY_NAME, name)].concat();
        assert_eq!(parsed(16, &with_name(b"one\0")), Ok(300));
        assert_eq!(parsed(16, &with_name(b"two\0")), Err(Errno::EPROTO));
        assert_eq!(parse_family(&[], c"one").map(|f| f.id), Err(Errno::EPROTO));
        assert_eq!(parse_family(&reply(16, &id)[..19], c"one").map(|f| f.id), Err(Errno::EPROTO));
    }

    #[test]
    fn groups_by_name() {
        let group = |name: &[u8], id: u32| {
            let mut bytes = attr(GROUP_NAME, name);
            bytes.extend(attr(GROUP_ID, &id.to_ne_bytes()));
            bytes
        };
        let mut groups = attr(1, &group(b"one\0", 7));
        groups.extend(attr(2, &group(b"two\0", 8)));
        assert_eq!(find_group(&groups, c"two"), Ok(8));
        assert_eq!(find_group(&groups, c"tw"), Err(Errno::EPROTO));
        assert_eq!(find_group(&attr(1, &attr(GROUP_NAME, b"one\0")), c"one"), Err(Errno::EPROTO));
    }
}
