//! How the log shows bytes.

use super::{GENL_HEADER, HEADER, Header, u32_at};
use alloc::borrow::ToOwned;
use alloc::string::String;
use core::fmt::{self, Write};

const NLMSG_NOOP: u16 = libc::NLMSG_NOOP as u16;
const NLMSG_ERROR: u16 = libc::NLMSG_ERROR as u16;
const NLMSG_DONE: u16 = libc::NLMSG_DONE as u16;
const NLMSG_OVERRUN: u16 = libc::NLMSG_OVERRUN as u16;
const NLMSG_MIN_TYPE: u16 = libc::NLMSG_MIN_TYPE as u16;

/// The flags that have names, in the order in which they are tried.
const FLAGS: [(u16, &str); 8] = [
    (libc::NLM_F_REQUEST as u16, "REQUEST"),
    (libc::NLM_F_MULTI as u16, "MULTI"),
    (libc::NLM_F_ACK as u16, "ACK"),
    (libc::NLM_F_ECHO as u16, "ECHO"),
    (libc::NLM_F_DUMP as u16, "DUMP"),
    (libc::NLM_F_ROOT as u16, "ROOT"),
    (libc::NLM_F_MATCH as u16, "MATCH"),
    (libc::NLM_F_ATOMIC as u16, "ATOMIC"),
];

/// The names that formatting looks up.
pub(crate) trait Names {
    /// Name of a generic netlink family.
    fn family(&self, id: u16) -> String;
    /// Text of an errno value.
    fn errno(&self, code: i32) -> String;
}

/// Describes a message in one line.
pub(crate) fn describe(message: &[u8], protocol: i32, names: &dyn Names) -> String {
    let mut out = String::new();
    let Some(header) = Header::parse(message) else {
        return "nl(truncated)".to_owned();
    };
    put_header(&mut out, header, protocol, names);
    let body = message.get(HEADER..).unwrap_or_default();
    match header.kind {
        NLMSG_ERROR => match (code(body), body.get(4..).and_then(Header::parse)) {
            (Some(code), Some(request)) => {
                put(&mut out, format_args!(" error({code}"));
                put_errno(&mut out, code, names);
                put(&mut out, format_args!(", in-reply-to("));
                put_header(&mut out, request, protocol, names);
                out.push_str("))");
            }
            _ => out.push_str(" error(truncated)"),
        },
        NLMSG_DONE => match code(body) {
            Some(code) => {
                put(&mut out, format_args!(" done({code}"));
                put_errno(&mut out, code, names);
                out.push(')');
            }
            None => out.push_str(" done(truncated)"),
        },
        _ if protocol == libc::NETLINK_GENERIC => {
            if let Some([cmd, version, ..]) = body.get(..GENL_HEADER) {
                put(&mut out, format_args!(",genl(cmd={cmd},version={version})"));
            }
        }
        _ => {}
    }
    out
}

/// Appends to a string, which cannot fail.
fn put(out: &mut String, text: fmt::Arguments<'_>) {
    let _ = out.write_fmt(text);
}

fn code(body: &[u8]) -> Option<i32> {
    u32_at(body, 0).map(u32::cast_signed)
}

fn put_errno(out: &mut String, code: i32, names: &dyn Names) {
    if code < 0 {
        put(out, format_args!("({})", names.errno(code.wrapping_neg())));
    }
}

fn put_header(out: &mut String, header: Header, protocol: i32, names: &dyn Names) {
    put(out, format_args!("nl(len:{}, type={}", header.length, header.kind));
    match header.kind {
        NLMSG_NOOP => out.push_str("(no-op)"),
        NLMSG_ERROR => out.push_str("(error)"),
        NLMSG_DONE => out.push_str("(done)"),
        NLMSG_OVERRUN => out.push_str("(overrun)"),
        kind if kind < NLMSG_MIN_TYPE => out.push_str("(reserved)"),
        kind if protocol == libc::NETLINK_GENERIC => {
            put(out, format_args!("({})", names.family(kind)));
        }
        _ => out.push_str("(family-defined)"),
    }
    put(out, format_args!(", flags={:x}", header.flags));
    let mut left = header.flags;
    for (bits, name) in FLAGS {
        if left & bits == bits {
            put(out, format_args!("[{name}]"));
            left &= !bits;
        }
    }
    if left != 0 {
        put(out, format_args!("[OTHER:{left:x}]"));
    }
    put(out, format_args!(", seq={:x}, pid={}", header.seq, header.port));
}

/// A number as C's `%#x` shows it.
pub(crate) struct Hex(pub(crate) u32);

impl fmt::Display for Hex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0 => f.write_str("0"),
            n => write!(f, "{n:#x}"),
        }
    }
}

/// Bytes on a line of a hex dump.
const PER_LINE: usize = 16;

/// Dumps bytes, 16 a line, each line with its offset.
pub(crate) fn hex_dump(out: &mut String, bytes: &[u8]) {
    for (line, chunk) in bytes.chunks(PER_LINE).enumerate() {
        put(out, format_args!("{:08x}  ", line * PER_LINE));
        for (i, byte) in chunk.iter().enumerate() {
            let separator = if i == PER_LINE / 2 - 1 { '-' } else { ' ' };
            put(out, format_args!("{byte:02x}{separator}"));
        }
        if out.ends_with(' ') {
            out.pop();
        }
        out.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fixed;

    impl Names for Fixed {
        fn family(&self, id: u16) -> String {
            if id == 16 { "control" } else { "unknown" }.to_owned()
        }
        fn errno(&self, code: i32) -> String {
            format!("E{code}")
        }
    }

    fn message(kind: u16, flags: u16, body: &[u8]) -> Vec<u8> {
        let mut bytes = (16 + body.len() as u32).to_ne_bytes().to_vec();
        bytes.extend(kind.to_ne_bytes());
        bytes.extend(flags.to_ne_bytes());
        bytes.extend(0xabcu32.to_ne_bytes());
        bytes.extend(42u32.to_ne_bytes());
        bytes.extend(body);
        bytes
    }

    fn line(protocol: i32, kind: u16, flags: u16, body: &[u8]) -> String {
        describe(&message(kind, flags, body), protocol, &Fixed)
    }

    #[test]
    fn kinds_and_flags() {
        assert_eq!(
            line(0, 18, 0x301, &[0; 16]),
            "nl(len:32, type=18(family-defined), flags=301[REQUEST][DUMP], seq=abc, pid=42"
        );
        assert_eq!(
            line(16, 16, 0x905, &[3, 1, 0, 0]),
            "nl(len:20, type=16(control), flags=905[REQUEST][ACK][ROOT][OTHER:800], seq=abc, \
             pid=42,genl(cmd=3,version=1)"
        );
        assert_eq!(
            line(16, 30, 0x400, &[]),
            "nl(len:16, type=30(unknown), flags=400[ATOMIC], seq=abc, pid=42"
        );
        for (kind, name) in [(1, "no-op"), (4, "overrun"), (0, "reserved"), (15, "reserved")] {
            let text = line(0, kind, 0, &[]);
            let expected = format!("nl(len:16, type={kind}({name}), flags=0, seq=abc, pid=42");
            assert_eq!(text, expected);
        }
    }

    #[test]
    fn errors_quote_the_request() {
        let mut body = (-17i32).to_ne_bytes().to_vec();
        body.extend(message(18, 5, &[]));
        assert_eq!(
            line(0, 2, 0, &body),
            "nl(len:36, type=2(error), flags=0, seq=abc, pid=42 error(-17(E17), in-reply-to(\
             nl(len:16, type=18(family-defined), flags=5[REQUEST][ACK], seq=abc, pid=42))"
        );
        body.truncate(19);
        assert!(line(0, 2, 0, &body).ends_with("pid=42 error(truncated)"));
    }

    #[test]
    fn the_end_of_a_dump() {
        assert!(line(0, 3, 2, &0i32.to_ne_bytes()).ends_with("pid=42 done(0)"));
        assert!(line(0, 3, 2, &(-22i32).to_ne_bytes()).ends_with(" done(-22(E22))"));
        assert!(line(0, 3, 2, &[0; 3]).ends_with(" done(truncated)"));
        assert_eq!(describe(&[0; 15], 0, &Fixed), "nl(truncated)");
    }

    #[test]
    fn hex_dump_separates_after_the_eighth() {
        let mut out = String::new();
        hex_dump(&mut out, &(0..18).collect::<Vec<u8>>());
        assert_eq!(
            out,
            "00000000  00 01 02 03 04 05 06 07-08 09 0a 0b 0c 0d 0e 0f\n00000010  10 11\n"
        );
        out.clear();
        hex_dump(&mut out, &[0; 8]);
        assert_eq!(out, "00000000  00 00 00 00 00 00 00 00-\n");
    }
}
