// SPDX-License-Identifier: Apache-2.0
//! Sets of the transactions of a batch.

use crate::socket::MAX_REQUESTS;

/// A set of indexes of transactions in a batch, from 0 to 127.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Set(u128);

const _: () = assert!(MAX_REQUESTS == u128::BITS as usize);

impl Set {
    pub(super) const EMPTY: Self = Self(0);

    pub(super) fn one(index: usize) -> Self {
        Self(1 << index)
    }

    pub(super) fn first(n: usize) -> Self {
        match n {
            0 => Self::EMPTY,
            n => Self(u128::MAX >> (u128::BITS as usize - n)),
        }
    }

    pub(super) fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(super) fn len(self) -> usize {
        self.0.count_ones() as usize
    }

    pub(super) fn overlaps(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    pub(super) fn insert(&mut self, other: Self) {
        self.0 |= other.0;
    }

    pub(super) fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub(super) fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(super) fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    pub(super) fn last(self) -> Option<usize> {
        self.0.checked_ilog2().map(|bit| bit as usize)
    }

    /// The `n` lowest indexes in the set; all indexes if the set has fewer.
    pub(super) fn lowest(self, n: usize) -> Self {
        if n >= self.len() {
            return self;
        }
        let mut rest = self.0;
        for _ in 0..n {
            rest &= rest.wrapping_sub(1);
        }
        Self(self.0 & !rest)
    }
}

impl Iterator for Set {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        if self.is_empty() {
            return None;
        }
        let index = self.0.trailing_zeros() as usize;
        self.0 &= self.0.wrapping_sub(1);
        Some(index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets() {
        assert_eq!(Set::first(0), Set::EMPTY);
        assert_eq!(Set::first(128).len(), 128);
        let set = Set(0b1011_0100);
        assert_eq!(set.collect::<Vec<_>>(), [2, 4, 5, 7]);
        assert_eq!(set.lowest(2), Set(0b0001_0100));
        assert_eq!(set.lowest(9), set);
        assert_eq!((set.last(), Set::EMPTY.last()), (Some(7), None));
        assert_eq!(Set::first(128).last(), Some(127));
        assert_eq!(set.and(Set::first(3)), Set::one(2));
    }
}
