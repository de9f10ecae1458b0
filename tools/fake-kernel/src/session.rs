// SPDX-License-Identifier: Apache-2.0
//! What one process knows of its script and its replay.

use crate::capture::read::Error;
use crate::counters::Counters;
use crate::errno;
use crate::messages::{Request, Rules};
use crate::netlink::Message;
use crate::random::Randoms;
use crate::replay::faults::Faults;
use crate::replay::{Answer, Replay};
use crate::script::statement::Call;
use std::collections::BTreeSet;

/// What happens to a request that the capture does not have: `--unknown`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Unknown {
    /// It is refused with this errno value, and reported.
    Refuse(i32),
    /// It is answered as without rules.
    Default,
    /// It is reported, and the program ends.
    Fail,
}

impl Unknown {
    /// Without the option.
    pub const USUAL: Self = Self::Refuse(libc::EOPNOTSUPP);

    /// Reads the value of the option.
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "default" => Some(Self::Default),
            "fail" => Some(Self::Fail),
            word => errno::number(word).filter(|&error| error != 0).map(Self::Refuse),
        }
    }
}

/// What to do with a request.
#[derive(Clone, Debug, PartialEq)]
pub enum Reaction {
    /// Answer this.
    Recorded(Answer),
    /// Answer as without rules.
    Default,
    /// Refuse it with the errno value, and report the text.
    Refuse(i32, String),
    /// Report the text, and end the program.
    Fail(String),
}

/// Script and replay of one process.
#[derive(Debug)]
pub struct Session {
    /// Rules and expectations about messages.
    pub rules: Rules,
    counters: Counters,
    replay: Option<Replay>,
    /// Attributes whose values differ from run to run.
    pub randoms: Randoms,
    /// What happens to unknown requests.
    pub unknown: Unknown,
    /// Faults that are added to recorded answers.
    pub faults: Option<Faults>,
    /// Port ids of this process.
    ports: BTreeSet<u32>,
}

impl Default for Session {
    fn default() -> Self {
        Self {
            rules: Rules::default(),
            counters: Counters::own(0),
            replay: None,
            randoms: Randoms::default(),
            unknown: Unknown::USUAL,
            faults: None,
            ports: BTreeSet::new(),
        }
    }
}

impl Session {
    /// Reads a capture.
    pub fn load(&mut self, file: &[u8]) -> Result<(), Error> {
        let replay = Replay::load(file)?;
        self.counters = Counters::own(replay.places());
        self.replay = Some(replay);
        Ok(())
    }

    /// From now on, these are the counters.
    pub fn share(&mut self, counters: Counters) {
        self.counters = counters;
    }

    /// The counters.
    pub fn counters(&self) -> &Counters {
        &self.counters
    }

    /// The rule for a request: see [`Rules::find`].
    pub fn find_rule(&mut self, request: Request<'_>) -> Option<usize> {
        self.rules.find(request, &self.counters)
    }

    /// The recorded answer to a request on a socket with this port id.
    pub fn request(&mut self, protocol: i32, port: u32, message: Message<'_>) -> Reaction {
        let Some(replay) = &self.replay else { return Reaction::Default };
        self.ports.insert(port);
        let whole = Request { protocol, message, position: 1 };
        let recorded = self.randoms.recorded_request(whole, replay, &self.rules.families);
        let (request, ports) = ((protocol, &recorded[..]), &self.ports);
        let answer = replay.request(request, (message, port), ports, &self.counters, self.faults);
        if let Some(mut answer) = answer {
            answer.parts.iter_mut().for_each(|part| self.randoms.make_present(&mut part.data));
            return Reaction::Recorded(answer);
        }
        let report = || {
            let line = self.rules.describe(protocol, message);
            match replay.difference(protocol, message) {
                Some(at) => {
                    format!("{line} (the most similar recorded request differs from byte {at} on)")
                }
                None => format!("{line} (no request of this type was recorded)"),
            }
        };
        match self.unknown {
            Unknown::Refuse(error) => Reaction::Refuse(error, report()),
            Unknown::Default => Reaction::Default,
            Unknown::Fail => Reaction::Fail(report()),
        }
    }

    /// What followed when a socket joined a group, or was opened (group 0).
    pub fn join(&self, protocol: i32, group: u32) -> Answer {
        let join = |replay: &Replay| replay.join(protocol, group, &self.counters);
        self.replay.as_ref().map(join).unwrap_or_default()
    }

    /// The errno value with which a call failed, or 0.
    pub fn call(&self, call: Call, protocol: i32, datagram: Option<&[u8]>) -> i32 {
        self.replay.as_ref().map_or(0, |replay| match datagram {
            Some(datagram) => replay.send(protocol, datagram, &self.counters),
            None => replay.call(call, protocol, &self.counters),
        })
    }

    /// What a request of ioctl() returned: see [`Replay::ioctl`].
    pub fn ioctl(&self, request: u32, before: &[u8]) -> Option<(i32, Vec<u8>)> {
        self.replay.as_ref()?.ioctl(request, before, &self.counters)
    }

    /// The port id of the next socket, or 0.
    pub fn port(&mut self, protocol: i32) -> u32 {
        let port = |replay: &Replay| replay.port(protocol, &self.counters);
        let port = self.replay.as_ref().map_or(0, port);
        self.ports.insert(port);
        port
    }

    /// Whether a notification of this position can arrive: see [`Replay::reached`].
    pub fn reached(&self, position: u32) -> bool {
        self.replay.as_ref().is_none_or(|replay| replay.reached(position, &self.counters))
    }

    /// Whether nothing more will arrive but answers.
    pub fn is_finished(&self) -> bool {
        self.replay.as_ref().is_none_or(|replay| replay.is_finished(&self.counters))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::{Event, write};
    use crate::script;
    use crate::script::statement::{Item, ItemKind, MAX_ITEMS, Statement};

    /// A message of a program with a random identifier in its attribute 9, after 4 bytes.
    fn with_identifier(kind: u16, identifier: &[u8], seq: u32) -> Vec<u8> {
        let size = 16 + 4 + 4 + identifier.len();
        let mut bytes = (size as u32).to_ne_bytes().to_vec();
        for half in [kind, 0] {
            bytes.extend(half.to_ne_bytes());
        }
        bytes.extend(seq.to_ne_bytes());
        bytes.extend([0; 8]);
        bytes.extend((4 + identifier.len() as u16).to_ne_bytes());
        bytes.extend(9_u16.to_ne_bytes());
        bytes.extend(identifier);
        bytes
    }

    #[test]
    fn random_identifiers() {
        let mut capture = write::section("");
        for (seq, kind, identifier) in
            [(1, 20, b"idenone."), (2, 20, b"identwo."), (3, 21, b"idenone.")]
        {
            for outgoing in [true, false] {
                let datagram = with_identifier(if outgoing { kind } else { 50 }, identifier, seq);
                capture.extend(write::event(&Event {
                    outgoing,
                    pid: 1,
                    socket: 1,
                    datagram: Some(&datagram),
                    ..Event::default()
                }));
            }
        }
        let mut session = Session::default();
        session.load(&capture).unwrap();
        let ask = |session: &mut Session, kind, identifier: &[u8]| match session.request(
            0,
            1,
            Message(&with_identifier(kind, identifier, 9)),
        ) {
            Reaction::Recorded(answer) => answer.parts[0].data[24..].to_vec(),
            _ => Vec::new(),
        };
        assert_eq!(ask(&mut session, 20, b"unknown1"), b"");
        let mut items = [Item::new(ItemKind::Default); MAX_ITEMS];
        match script::parse("random message protocol route: attribute 9 header 4", &mut items) {
            Ok(Statement::Random(random)) => session.randoms.add(random),
            other => panic!("{other:?}"),
        }
        // The first request gets the first answer, with its own identifier, and so on.
        assert_eq!(ask(&mut session, 20, b"present1"), b"present1");
        assert_eq!(ask(&mut session, 20, b"present2"), b"present2");
        assert_eq!(ask(&mut session, 20, b"present3"), b"");
        assert_eq!(ask(&mut session, 20, b"present1"), b"present1");
        assert_eq!(ask(&mut session, 21, b"present2"), b"");
        assert_eq!(ask(&mut session, 21, b"present1"), b"present1");
        // Of another length, which means nothing; the answer is as it was.
        assert_eq!(ask(&mut session, 21, b"pres"), b"present1");
    }

    #[test]
    fn what_happens_to_unknown_requests() {
        let mut session = Session::default();
        let message = [16, 0, 0, 0, 18, 0, 1, 3, 0, 0, 0, 0, 0, 0, 0, 0];
        let message = if cfg!(target_endian = "big") {
            [0, 0, 0, 16, 0, 18, 3, 1, 0, 0, 0, 0, 0, 0, 0, 0]
        } else {
            message
        };
        let request = |session: &mut Session| session.request(0, 1, Message(&message));
        assert_eq!(request(&mut session), Reaction::Default);
        session.load(&write::section("")).unwrap();
        let text = "route RTM_GETLINK flags 0x301, 16 bytes (no request of this type was recorded)";
        assert_eq!(request(&mut session), Reaction::Refuse(libc::EOPNOTSUPP, text.into()));
        for (word, expected) in [
            ("EPERM", Reaction::Refuse(libc::EPERM, text.into())),
            ("fail", Reaction::Fail(text.into())),
            ("default", Reaction::Default),
        ] {
            session.unknown = Unknown::parse(word).unwrap();
            assert_eq!(request(&mut session), expected);
        }
        assert_eq!(Unknown::parse("0"), None);
        assert_eq!(Unknown::parse("never"), None);
    }
}
