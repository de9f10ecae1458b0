// SPDX-License-Identifier: Apache-2.0
//! Texts for the log: descriptions of messages, and hex dumps.

use super::{GENL_HEADER, HEADER, Header, u32_at};
use alloc::string::String;
use core::fmt::{self, Write};

const NLMSG_NOOP: u16 = libc::NLMSG_NOOP as u16;
const NLMSG_ERROR: u16 = libc::NLMSG_ERROR as u16;
const NLMSG_DONE: u16 = libc::NLMSG_DONE as u16;
const NLMSG_OVERRUN: u16 = libc::NLMSG_OVERRUN as u16;
const NLMSG_MIN_TYPE: u16 = libc::NLMSG_MIN_TYPE as u16;

/// The flags that the log shows by name, in this order. Some contain others: DUMP is ROOT and
/// MATCH.
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

/// Where a [`Description`] gets names from.
pub(crate) trait Names {
    /// Writes the name of a generic netlink family.
    fn family(&self, id: u16, f: &mut fmt::Formatter<'_>) -> fmt::Result;
    /// Writes the text of an errno value.
    fn errno(&self, code: i32, f: &mut fmt::Formatter<'_>) -> fmt::Result;
}

/// A message. [`fmt::Display`] writes a description of it, in one line.
pub(crate) struct Description<'a, N> {
    pub(crate) message: &'a [u8],
    pub(crate) protocol: i32,
    pub(crate) names: N,
}

impl<N: Names> fmt::Display for Description<'_, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(header) = Header::parse(self.message) else {
            return f.write_str("nl(truncated)");
        };
        self.write_header(f, header)?;
        let body = self.message.get(HEADER..).unwrap_or_default();
        match header.kind {
            NLMSG_ERROR => match (code(body), body.get(4..).and_then(Header::parse)) {
                (Some(code), Some(request)) => {
                    write!(f, " error({code}")?;
                    self.write_errno(f, code)?;
                    f.write_str(", in-reply-to(")?;
                    self.write_header(f, request)?;
                    f.write_str("))")
                }
                _ => f.write_str(" error(truncated)"),
            },
            NLMSG_DONE => match code(body) {
                Some(code) => {
                    write!(f, " done({code}")?;
                    self.write_errno(f, code)?;
                    f.write_str(")")
                }
                None => f.write_str(" done(truncated)"),
            },
            _ if self.protocol == libc::NETLINK_GENERIC => match body.get(..GENL_HEADER) {
                Some([cmd, version, ..]) => write!(f, ",genl(cmd={cmd},version={version})"),
                _ => Ok(()),
            },
            _ => Ok(()),
        }
    }
}

impl<N: Names> Description<'_, N> {
    fn write_errno(&self, f: &mut fmt::Formatter<'_>, code: i32) -> fmt::Result {
        if code < 0 {
            f.write_str("(")?;
            self.names.errno(code.wrapping_neg(), f)?;
            f.write_str(")")?;
        }
        Ok(())
    }

    fn write_header(&self, f: &mut fmt::Formatter<'_>, header: Header) -> fmt::Result {
        write!(f, "nl(len:{}, type={}(", header.length, header.kind)?;
        match header.kind {
            NLMSG_NOOP => f.write_str("no-op")?,
            NLMSG_ERROR => f.write_str("error")?,
            NLMSG_DONE => f.write_str("done")?,
            NLMSG_OVERRUN => f.write_str("overrun")?,
            kind if kind < NLMSG_MIN_TYPE => f.write_str("reserved")?,
            kind if self.protocol == libc::NETLINK_GENERIC => self.names.family(kind, f)?,
            _ => f.write_str("family-defined")?,
        }
        write!(f, "), flags={:x}", header.flags)?;
        let mut left = header.flags;
        for (bits, name) in FLAGS {
            if left & bits == bits {
                write!(f, "[{name}]")?;
                left &= !bits;
            }
        }
        if left != 0 {
            write!(f, "[OTHER:{left:x}]")?;
        }
        write!(f, ", seq={:x}, pid={}", header.seq, header.port)
    }
}

fn code(body: &[u8]) -> Option<i32> {
    u32_at(body, 0).map(|code| code as i32)
}

/// A number. [`fmt::Display`] writes it as C's `%#x` does.
pub(crate) struct Hex(pub(crate) u32);

impl fmt::Display for Hex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0 => f.write_str("0"),
            n => write!(f, "{n:#x}"),
        }
    }
}

/// The number of bytes on a line of a hex dump.
const PER_LINE: usize = 16;

/// Appends text to a string. Cannot fail.
fn put(out: &mut String, text: fmt::Arguments<'_>) {
    let _ = out.write_fmt(text);
}

/// Appends a hex dump of `bytes` to `out`: 16 bytes on a line, after their offset.
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

    #[test]
    fn hexadecimal_numbers_are_written_as_by_c() {
        let texts = [0, 9, 0xab, u32::MAX].map(|n| Hex(n).to_string());
        assert_eq!(texts, ["0", "0x9", "0xab", "0xffffffff"]);
    }

    struct Fixed;

    impl Names for Fixed {
        fn family(&self, id: u16, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(if id == 16 { "control" } else { "unknown" })
        }
        fn errno(&self, code: i32, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "E{code}")
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
        let message = message(kind, flags, body);
        Description { message: &message, protocol, names: Fixed }.to_string()
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
    fn the_end_of_a_dump_has_a_status() {
        let expected = "nl(len:20, type=3(done), flags=2[MULTI], seq=abc, pid=42 done(0)";
        assert_eq!(line(0, 3, 2, &[0; 4]), expected);
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
        let short = Description { message: &[0; 15], protocol: 0, names: Fixed };
        assert_eq!(short.to_string(), "nl(truncated)");
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
