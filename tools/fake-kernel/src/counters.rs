// SPDX-License-Identifier: Apache-2.0
//! Counters that the processes of one run share: how often a system call was made, a rule fitted, a
//! recorded request was used, a report was lost.

use crate::script::statement::Call;
use core::sync::atomic::{AtomicU32, Ordering};

/// Places for system calls.
const CALLS: usize = 16;
/// Places for rules about messages, and as many for expectations.
pub const MESSAGES: usize = 256;
/// Places for calls that fail.
const FAULTS: usize = 64;
/// Before the places of the replay.
const FIRST_OF_REPLAY: usize = CALLS + 2 * MESSAGES + FAULTS;

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Place {
    /// A system call.
    Call(Call),
    /// A process that has loaded the fake kernel.
    Loaded,
    /// A report that could not be written.
    Unreported,
    /// A call that the `call` line of this number is about.
    Fault(usize),
    /// The rule about messages of this number.
    Rule(usize),
    /// The expectation of this number.
    Expectation(usize),
    /// A place of the replay.
    Replay(usize),
}

impl Place {
    fn index(self) -> usize {
        match self {
            Self::Call(call) => call as usize,
            Self::Loaded => CALLS - 1,
            Self::Unreported => CALLS - 2,
            Self::Fault(number) => CALLS + 2 * MESSAGES + number.min(FAULTS - 1),
            Self::Rule(number) => CALLS + number,
            Self::Expectation(number) => CALLS + MESSAGES + number,
            Self::Replay(number) => FIRST_OF_REPLAY + number,
        }
    }
}

/// How many words are needed for a replay with this many places.
pub fn words(places_of_replay: usize) -> usize {
    FIRST_OF_REPLAY + places_of_replay
}

/// The counters.
#[derive(Debug)]
pub enum Counters {
    /// Of this process alone.
    Own(Vec<AtomicU32>),
    /// In memory that processes share.
    Shared(&'static [AtomicU32]),
}

impl Counters {
    /// Of this process alone, for a replay with this many places.
    pub fn own(places_of_replay: usize) -> Self {
        Self::Own((0..words(places_of_replay)).map(|_| AtomicU32::new(0)).collect())
    }

    /// Those of a file, in which processes have counted.
    pub fn of_file(file: &[u8]) -> Self {
        let words =
            file.chunks_exact(4).map(|word| AtomicU32::new(crate::netlink::u32_at(word, 0)));
        Self::Own(words.collect())
    }

    fn at(&self, place: Place) -> Option<&AtomicU32> {
        match self {
            Self::Own(words) => words.get(place.index()),
            Self::Shared(words) => words.get(place.index()),
        }
    }

    /// Counts. Returns the count before.
    pub fn count(&self, place: Place) -> u32 {
        self.at(place).map_or(0, |counter| counter.fetch_add(1, Ordering::Relaxed))
    }

    /// Replaces the count. Returns the count before.
    pub fn update(&self, place: Place, mut new: impl FnMut(u32) -> u32) -> u32 {
        self.at(place).map_or(0, |counter| {
            let update = |count| Some(new(count));
            counter.fetch_update(Ordering::Relaxed, Ordering::Relaxed, update).unwrap_or(0)
        })
    }

    /// The count.
    pub fn get(&self, place: Place) -> u32 {
        self.at(place).map_or(0, |counter| counter.load(Ordering::Relaxed))
    }
}
