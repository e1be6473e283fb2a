//! Calls that may still be spent: each newcomer's own, and those shared by all.

use std::collections::VecDeque;

use super::to_index;

/// Who pays for a pick.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purse {
    Own(u32),
    Shared,
}

/// What is left to spend. Newcomers take turns, so that all get on at the same pace.
#[derive(Debug, Clone, Default)]
pub(super) struct Budget {
    own: Vec<u16>,
    own_total: u64,
    shared: u64,
    turns: VecDeque<u32>,
}

impl Budget {
    pub(super) fn push(&mut self, own_calls: u16) {
        let item = to_index(self.own.len());
        self.own.push(own_calls);
        self.own_total += u64::from(own_calls);
        self.take_turn(item);
    }

    pub(super) fn grant_shared(&mut self, calls: u64) {
        self.shared += calls;
    }

    pub(super) fn has_shared(&self) -> bool {
        self.shared > 0
    }

    /// Own and shared calls are spent in step: whichever has more left is next.
    pub(super) fn own_is_next(&self) -> bool {
        self.own_total >= self.shared
    }

    /// The newcomer whose turn it is, if any has calls left.
    pub(super) fn next_newcomer(&mut self) -> Option<u32> {
        // A second order may have spent the last call of an item that waits for its turn.
        while let Some(item) = self.turns.pop_front() {
            if self.own[item as usize] > 0 {
                return Some(item);
            }
        }
        None
    }

    /// Queues an item for another turn while it has calls left.
    pub(super) fn take_turn(&mut self, item: u32) {
        if self.own[item as usize] > 0 {
            self.turns.push_back(item);
        }
    }

    /// Gives up an item's own calls: it needs no more.
    pub(super) fn forgo(&mut self, item: u32) {
        self.own_total -= u64::from(std::mem::take(&mut self.own[item as usize]));
    }

    pub(super) fn can_pay(&self, purse: Purse) -> bool {
        match purse {
            Purse::Own(item) => self.own[item as usize] > 0,
            Purse::Shared => self.shared > 0,
        }
    }

    /// Takes one call from a purse that [can pay](Self::can_pay).
    pub(super) fn pay(&mut self, purse: Purse) {
        match purse {
            Purse::Own(item) => {
                self.own[item as usize] -= 1;
                self.own_total -= 1;
            }
            Purse::Shared => self.shared -= 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn newcomers_take_turns_and_shared_calls_keep_step() {
        let mut budget = Budget::default();
        for calls in [2, 1, 0] {
            budget.push(calls);
        }
        budget.grant_shared(2);
        let mut spent = Vec::new();
        loop {
            let newcomer = if budget.own_is_next() {
                budget.next_newcomer()
            } else {
                None
            };
            let purse = newcomer.map_or(Purse::Shared, Purse::Own);
            if !budget.can_pay(purse) {
                break;
            }
            budget.pay(purse);
            if let Some(item) = newcomer {
                budget.take_turn(item);
            }
            spent.push(purse);
        }
        let expected = [
            Purse::Own(0),
            Purse::Own(1),
            Purse::Shared,
            Purse::Own(0),
            Purse::Shared,
        ];
        assert_eq!(spent, expected);
    }

    #[test]
    fn an_item_that_spent_its_last_call_while_waiting_loses_its_turn() {
        let mut budget = Budget::default();
        budget.push(1);
        budget.pay(Purse::Own(0));
        assert_eq!(budget.next_newcomer(), None);
    }

    #[test]
    fn forgone_calls_are_gone() {
        let mut budget = Budget::default();
        budget.push(5);
        budget.forgo(0);
        assert!(!budget.can_pay(Purse::Own(0)));
        assert_eq!(budget.own_total, 0);
    }
}
