//! Who meets whom: plans the comparisons that teach most about what matters.
//!
//! Newcomers get a budget; half of it is spent on them, half wherever uncertainty is
//! worst, above all at the top of the board. For each comparison the subject's opponent
//! is the one of some sixty random candidates that maximises
//!
//! I·(uᵢσᵢ⁴ + uⱼσⱼ⁴) / (1 + I·(σᵢ² + σⱼ²)), with u = base + top·P(in the top),
//!
//! the expected fall of the weighted variances (I is the Fisher information about the
//! difference of strengths). One comparison in six goes to a random opponent, for
//! robustness against a wrong model.
//!
//! Used in two ways with the same code: one pick at a time with each result known
//! ([`Scheduler::set_belief`] in between), or a round at once
//! ([`Scheduler::plan_round`]), where each pick shrinks the variances by what it is
//! expected to teach, so that a round spreads out.
//!
//! Invariants:
//! - An ordered pair is never picked twice, nor one that the caller's `allowed` refuses.
//! - No more picks than the budgets given; planning ends when no pair is left.
//! - While comparisons don't connect all items, a subject meets someone outside its
//!   component if a candidate exists.
//! - Each item stands first about half the time.
//! - Deterministic: the same items in the same order and the same generator give the
//!   same picks.
//!
//! Deliberately absent: likeness of text, which would let a flood of junk choose its
//! victim, and everything about owners and families, which `allowed` answers.

mod budget;
mod gain;
mod met;
mod needs;
mod opponent;
mod policy;
mod worst;

pub use policy::{BUCKET_SIZE, Item, Pick, Policy, Reason, bucket_of_arrival, split_budget};

use std::collections::{BTreeMap, VecDeque};

use rand::{Rng, RngExt};

use crate::model::JudgeParams;
use crate::online::Gaussian;
use budget::{Budget, Purse};
use met::Met;
use needs::Needs;

/// A second order that is due.
#[derive(Debug, Clone, Copy)]
struct Due {
    first: u32,
    second: u32,
    purse: Purse,
    reason: Reason,
}

/// Plans comparisons under one judge version.
#[derive(Debug, Clone)]
pub struct Scheduler {
    policy: Policy,
    needs: Needs,
    met: Met,
    budget: Budget,
    bucket_of: Vec<u32>,
    buckets: BTreeMap<u32, Vec<u32>>,
    stopped: Vec<bool>,
    /// Subjects without a possible opponent, until somebody joins.
    idle: Vec<(u32, Purse)>,
    due: VecDeque<Due>,
}

impl Scheduler {
    /// A scheduler over `items`, of which the ordered pairs `done` were judged before.
    /// `shared_calls` is the budget for wherever uncertainty is worst.
    ///
    /// # Panics
    /// When `done` names an item that isn't there, or the policy doesn't pass
    /// [`Policy::check`].
    pub fn new(
        policy: Policy,
        judge: &JudgeParams,
        items: &[Item],
        done: &[(u32, u32)],
        shared_calls: u64,
    ) -> Self {
        policy.check().expect("the policy passes its check");
        let beliefs = items.iter().map(|item| item.belief).collect();
        let mut scheduler = Self {
            policy,
            needs: Needs::new(policy, judge, beliefs),
            met: Met::default(),
            budget: Budget::default(),
            bucket_of: Vec::with_capacity(items.len()),
            buckets: BTreeMap::new(),
            stopped: Vec::with_capacity(items.len()),
            idle: Vec::new(),
            due: VecDeque::new(),
        };
        for item in items {
            scheduler.enrol(item);
        }
        for &(first, second) in done {
            scheduler.met.record(first, second);
        }
        scheduler.grant_shared(shared_calls);
        scheduler
    }

    /// Lets a newcomer join; answers its index.
    pub fn join(&mut self, item: &Item) -> u32 {
        let index = to_index(self.needs.len());
        self.needs.push(item.belief);
        self.enrol(item);
        for (idle, purse) in std::mem::take(&mut self.idle) {
            match purse {
                Purse::Own(_) => self.budget.take_turn(idle),
                Purse::Shared => self.needs.put_back(idle),
            }
        }
        index
    }

    /// Adds to the budget for wherever uncertainty is worst.
    pub fn grant_shared(&mut self, calls: u64) {
        self.budget.grant_shared(calls);
    }

    /// Asks for the second order of a pair that decides the top of the board or looks
    /// suspicious; the shared budget pays. Nothing happens if that order is done.
    pub fn request_second_order(&mut self, first: u32, second: u32) {
        let (purse, reason) = (Purse::Shared, Reason::Requested);
        self.due.push_back(Due {
            first,
            second,
            purse,
            reason,
        });
    }

    /// Second orders that are due but not yet paid for, to be requested again when a new
    /// scheduler carries on.
    pub fn due_second_orders(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        self.due.iter().map(|due| (due.first, due.second))
    }

    /// Replaces one belief, after its comparison is known.
    pub fn set_belief(&mut self, item: u32, belief: Gaussian) {
        self.needs.set(item, belief);
    }

    /// Replaces all beliefs and the judge's habits, after a refit.
    ///
    /// # Panics
    /// When there isn't one belief for each item.
    pub fn set_all(&mut self, judge: &JudgeParams, beliefs: &[Gaussian]) {
        self.needs.set_all(judge, beliefs);
    }

    /// Plans up to `calls` comparisons without seeing any of their results. Fewer when
    /// the budgets are spent, every item is done or no pair is left.
    pub fn plan_round<R: Rng>(
        &mut self,
        calls: usize,
        allowed: &dyn Fn(u32, u32) -> bool,
        rng: &mut R,
    ) -> Vec<Pick> {
        std::iter::from_fn(|| self.next_pick(allowed, rng))
            .take(calls)
            .collect()
    }

    /// Plans one comparison, or none when nothing is left to do.
    pub fn next_pick<R: Rng>(
        &mut self,
        allowed: &dyn Fn(u32, u32) -> bool,
        rng: &mut R,
    ) -> Option<Pick> {
        if let Some(pick) = self.next_due(allowed) {
            return Some(pick);
        }
        while let Some((subject, purse)) = self.next_subject() {
            if let Some(pick) = self.pick_for(subject, purse, allowed, rng) {
                self.budget.pay(purse);
                if purse == Purse::Own(subject) {
                    self.budget.take_turn(subject);
                }
                return Some(pick);
            }
            self.idle.push((subject, purse));
        }
        None
    }

    fn next_due(&mut self, allowed: &dyn Fn(u32, u32) -> bool) -> Option<Pick> {
        while let Some(&Due {
            first,
            second,
            purse,
            reason,
        }) = self.due.front()
        {
            let done = self.met.orders(first, second).has_own_first();
            if done || first == second || !allowed(first, second) {
                self.due.pop_front();
                continue;
            }
            let purses = [purse, Purse::Shared];
            let payer = purses
                .into_iter()
                .find(|&purse| self.budget.can_pay(purse))?;
            self.due.pop_front();
            self.budget.pay(payer);
            return Some(self.commit(first, second, reason));
        }
        None
    }

    /// The next item to find an opponent for.
    fn next_subject(&mut self) -> Option<(u32, Purse)> {
        if !self.budget.own_is_next()
            && let Some(worst) = self.next_worst()
        {
            return Some((worst, Purse::Shared));
        }
        if let Some(newcomer) = self.next_newcomer() {
            return Some((newcomer, Purse::Own(newcomer)));
        }
        self.next_worst().map(|worst| (worst, Purse::Shared))
    }

    fn next_newcomer(&mut self) -> Option<u32> {
        while let Some(item) = self.budget.next_newcomer() {
            if !self.is_done(item) {
                return Some(item);
            }
            self.budget.forgo(item);
        }
        None
    }

    fn next_worst(&mut self) -> Option<u32> {
        if !self.budget.has_shared() {
            return None;
        }
        while let Some(item) = self.needs.pop_worst() {
            if !self.is_done(item) {
                return Some(item);
            }
        }
        None
    }

    /// Finds the subject's opponent and notes the pair; none when nobody is left.
    fn pick_for<R: Rng>(
        &mut self,
        subject: u32,
        purse: Purse,
        allowed: &dyn Fn(u32, u32) -> bool,
        rng: &mut R,
    ) -> Option<Pick> {
        let Some(found) = self.new_opponent(subject, allowed, rng) else {
            let (first, second) = self.open_second_order(subject, allowed)?;
            return Some(self.commit(first, second, Reason::SecondOrder));
        };
        let reason = match (found.at_random, purse) {
            (true, _) => Reason::Random,
            (false, Purse::Own(_)) => Reason::Newcomer,
            (false, Purse::Shared) => Reason::Uncertainty,
        };
        let (first, second) = self.orient(subject, found.item, rng);
        if rng.random_bool(self.policy.second_order_share) {
            let reason = Reason::SecondOrder;
            self.due.push_back(Due {
                first: second,
                second: first,
                purse,
                reason,
            });
        }
        Some(self.commit(first, second, reason))
    }

    /// Whoever has stood first less often stands first; equals by lot.
    fn orient<R: Rng>(&self, a: u32, b: u32, rng: &mut R) -> (u32, u32) {
        let (of_a, of_b) = (self.met.balance(a), self.met.balance(b));
        let a_first = of_a < of_b || (of_a == of_b && rng.random_bool(0.5));
        if a_first { (a, b) } else { (b, a) }
    }

    /// Notes a pick and what it is expected to teach.
    fn commit(&mut self, first: u32, second: u32, reason: Reason) -> Pick {
        self.needs.expect_comparison(first, second);
        self.met.record(first, second);
        Pick {
            first,
            second,
            reason,
        }
    }

    /// Stopped, or known well enough.
    fn is_done(&self, item: u32) -> bool {
        let known = |se: f64| self.needs.var(item) <= se * se;
        self.stopped[item as usize] || self.policy.stop_se.is_some_and(known)
    }

    /// Everything about an item but its belief.
    fn enrol(&mut self, item: &Item) {
        let index = to_index(self.bucket_of.len());
        self.bucket_of.push(item.bucket);
        self.buckets.entry(item.bucket).or_default().push(index);
        self.stopped.push(item.stopped);
        self.met.push();
        self.budget.push(item.own_calls);
    }
}

/// Items are numbered by 32 bits, as in the log.
pub(crate) fn to_index(number: usize) -> u32 {
    u32::try_from(number).expect("items are numbered by 32 bits")
}
