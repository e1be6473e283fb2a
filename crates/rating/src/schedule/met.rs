//! Who has met whom, in which order, and what that connects.
//!
//! Invariants: both ends of a pair hold the same orders; `balance` is how often an item
//! stood first minus how often it stood second; two items share a root exactly when a
//! chain of comparisons joins them.

use super::to_index;

/// The orders in which a pair has been judged, seen from one of its two items.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Orders(u32);

impl Orders {
    const NONE: Self = Self(0);
    const OWN_FIRST: Self = Self(1);
    const OTHER_FIRST: Self = Self(2);

    pub(super) fn is_new(self) -> bool {
        self == Self::NONE
    }

    /// Whether exactly one order has been judged, so that the other is still open.
    pub(super) fn is_single(self) -> bool {
        self == Self::OWN_FIRST || self == Self::OTHER_FIRST
    }

    pub(super) fn has_own_first(self) -> bool {
        self.0 & Self::OWN_FIRST.0 != 0
    }
}

/// One opponent with the orders judged, in four bytes: a corpus of a million plans has
/// tens of millions of these.
#[derive(Debug, Clone, Copy)]
struct Opponent(u32);

impl Opponent {
    fn item(self) -> u32 {
        self.0 >> 2
    }

    fn orders(self) -> Orders {
        Orders(self.0 & 3)
    }
}

/// The record of judged pairs among items `0..len`.
#[derive(Debug, Clone, Default)]
pub(super) struct Met {
    opponents: Vec<Vec<Opponent>>,
    balance: Vec<i32>,
    parent: Vec<u32>,
    components: usize,
}

impl Met {
    /// Adds an item that has met nobody.
    pub(super) fn push(&mut self) {
        let index = to_index(self.parent.len());
        self.opponents.push(Vec::new());
        self.balance.push(0);
        self.parent.push(index);
        self.components += 1;
    }

    /// Notes that `first` and `second` were judged in this order; repeats change nothing.
    pub(super) fn record(&mut self, first: u32, second: u32) {
        if self.orders(first, second).has_own_first() {
            return;
        }
        self.add(first, second, Orders::OWN_FIRST);
        self.add(second, first, Orders::OTHER_FIRST);
        self.balance[first as usize] += 1;
        self.balance[second as usize] -= 1;
        self.join(first, second);
    }

    fn add(&mut self, own: u32, other: u32, order: Orders) {
        let list = &mut self.opponents[own as usize];
        match list.iter_mut().find(|met| met.item() == other) {
            Some(met) => met.0 |= order.0,
            None => list.push(Opponent(other << 2 | order.0)),
        }
    }

    /// Orders judged so far, seen from `own`.
    pub(super) fn orders(&self, own: u32, other: u32) -> Orders {
        let (mine, theirs) = (
            &self.opponents[own as usize],
            &self.opponents[other as usize],
        );
        // A short own list is in the processor's cache; the other's rarely is.
        if mine.len() <= 64 || mine.len() <= theirs.len() {
            let found = mine.iter().find(|met| met.item() == other);
            return found.map_or(Orders::NONE, |met| met.orders());
        }
        match theirs
            .iter()
            .find(|met| met.item() == own)
            .map(|met| met.orders())
        {
            Some(Orders::OWN_FIRST) => Orders::OTHER_FIRST,
            Some(Orders::OTHER_FIRST) => Orders::OWN_FIRST,
            Some(both) => both,
            None => Orders::NONE,
        }
    }

    /// Opponents of `own` that it met in one order only.
    pub(super) fn singles(&self, own: u32) -> impl Iterator<Item = u32> + '_ {
        let list = &self.opponents[own as usize];
        list.iter()
            .filter(|met| met.orders().is_single())
            .map(|met| met.item())
    }

    pub(super) fn balance(&self, item: u32) -> i32 {
        self.balance[item as usize]
    }

    pub(super) fn is_connected(&self) -> bool {
        self.components <= 1
    }

    /// Whether a chain of comparisons joins the two.
    pub(super) fn joined(&mut self, a: u32, b: u32) -> bool {
        self.root(a) == self.root(b)
    }

    fn join(&mut self, a: u32, b: u32) {
        let (a, b) = (self.root(a), self.root(b));
        if a != b {
            // The older root stays, so that a newcomer never becomes everybody's parent.
            self.parent[a.max(b) as usize] = a.min(b);
            self.components -= 1;
        }
    }

    fn root(&mut self, mut item: u32) -> u32 {
        while self.parent[item as usize] != item {
            let above = self.parent[self.parent[item as usize] as usize];
            self.parent[item as usize] = above;
            item = above;
        }
        item
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn met(items: usize, pairs: &[(u32, u32)]) -> Met {
        let mut met = Met::default();
        for _ in 0..items {
            met.push();
        }
        for &(first, second) in pairs {
            met.record(first, second);
        }
        met
    }

    #[test]
    fn orders_are_seen_from_either_end() {
        let met = met(4, &[(0, 1), (2, 1), (1, 3)]);
        assert!(met.orders(0, 1).has_own_first());
        assert!(!met.orders(1, 0).has_own_first());
        assert!(met.orders(1, 0).is_single());
        assert!(met.orders(0, 2).is_new());
    }

    #[test]
    fn a_repeat_counts_once_and_a_second_order_closes_the_pair() {
        let met = met(2, &[(0, 1), (0, 1)]);
        assert_eq!((met.balance(0), met.balance(1)), (1, -1));
        let both = self::met(2, &[(0, 1), (1, 0)]);
        assert!(!both.orders(0, 1).is_single());
        assert_eq!(both.singles(0).count(), 0);
        assert_eq!(both.balance(0), 0);
    }

    #[test]
    fn components_follow_the_comparisons() {
        let mut met = met(4, &[(0, 1), (3, 2)]);
        assert!(met.joined(1, 0) && !met.joined(1, 2) && !met.is_connected());
        met.record(1, 2);
        assert!(met.joined(0, 3) && met.is_connected());
    }
}
