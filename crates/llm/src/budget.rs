//! Hard limits on calls, tokens and money, reserved before a call and settled after it.
//!
//! Invariant: settled spend plus outstanding reservations never exceeds a limit, as long as
//! a provider's own count stays below the worst case reserved for the call. A call that
//! doesn't fit only because others are under way waits for them, so that which call is
//! refused doesn't depend on how many run at once.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::{Completion, LlmError};

/// Limits for one run; `None` is unlimited.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Budget {
    pub max_calls: Option<u64>,
    /// Input and output together.
    pub max_tokens: Option<u64>,
    pub max_cost_nano_usd: Option<i64>,
}

/// Which limit was met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    Calls,
    Tokens,
    Money,
}

impl Limit {
    pub fn unit(self) -> &'static str {
        match self {
            Self::Calls => "calls",
            Self::Tokens => "tokens",
            Self::Money => "nano-USD",
        }
    }

    /// The option that sets it.
    pub fn setting(self) -> &'static str {
        match self {
            Self::Calls => "--max-calls",
            Self::Tokens => "--max-tokens",
            Self::Money => "--max-cost",
        }
    }
}

impl std::fmt::Display for Limit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Calls => "model calls",
            Self::Tokens => "tokens",
            Self::Money => "money",
        })
    }
}

/// What this process has spent. Answers replayed from the journal cost nothing again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Spend {
    /// Answered requests.
    pub calls: u64,
    pub input_tokens: u64,
    pub output_tokens: u64,
    pub cost_nano_usd: i64,
    /// Requests that ended without an answer but may have been billed (timeouts, broken
    /// connections). They count against the budget at their worst case.
    pub unconfirmed_calls: u64,
    pub unconfirmed_tokens: u64,
    pub unconfirmed_nano_usd: i64,
}

/// The most that one call can need.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Need {
    pub(crate) tokens: u64,
    pub(crate) nano_usd: i64,
}

#[derive(Debug, Default)]
struct State {
    spent: Spend,
    held_calls: u64,
    held: Need,
}

/// A budget with its spend; shared by all clients and embedders of a run.
#[derive(Debug, Default)]
pub struct Meter {
    budget: Budget,
    state: Mutex<State>,
    settled: Notify,
}

impl Meter {
    pub fn new(budget: Budget) -> Arc<Self> {
        Arc::new(Self {
            budget,
            ..Self::default()
        })
    }

    pub fn spent(&self) -> Spend {
        self.lock().spent
    }

    /// Holds room for one call, waiting for calls under way when that may make room.
    pub(crate) async fn reserve(self: &Arc<Self>, need: Need) -> Result<Reservation, LlmError> {
        loop {
            let settled = self.settled.notified();
            tokio::pin!(settled);
            // Listening starts before the look, or a settlement in between would be missed.
            settled.as_mut().enable();
            if self.try_hold(need)? {
                return Ok(Reservation {
                    meter: Arc::clone(self),
                    need,
                    open: true,
                });
            }
            settled.await;
        }
    }

    /// `Ok(false)` when only reservations of other calls stand in the way.
    fn try_hold(&self, need: Need) -> Result<bool, LlmError> {
        let mut state = self.lock();
        let mut fits = true;
        for (limit, max, spent, held, needed) in self.limits(&state, need) {
            if spent.saturating_add(needed) > max {
                return Err(LlmError::BudgetExhausted {
                    limit,
                    spent,
                    max,
                    needed,
                });
            }
            fits &= spent.saturating_add(held).saturating_add(needed) <= max;
        }
        if fits {
            state.held_calls += 1;
            state.held.tokens = state.held.tokens.saturating_add(need.tokens);
            state.held.nano_usd = state.held.nano_usd.saturating_add(need.nano_usd);
        }
        Ok(fits)
    }

    fn limits(&self, state: &State, need: Need) -> [(Limit, u64, u64, u64, u64); 3] {
        let amount = |nano: i64| u64::try_from(nano).unwrap_or(0);
        let spent = &state.spent;
        let tokens = spent
            .input_tokens
            .saturating_add(spent.output_tokens)
            .saturating_add(spent.unconfirmed_tokens);
        let money = spent
            .cost_nano_usd
            .saturating_add(spent.unconfirmed_nano_usd);
        [
            (
                Limit::Calls,
                self.budget.max_calls.unwrap_or(u64::MAX),
                spent.calls + spent.unconfirmed_calls,
                state.held_calls,
                1,
            ),
            (
                Limit::Tokens,
                self.budget.max_tokens.unwrap_or(u64::MAX),
                tokens,
                state.held.tokens,
                need.tokens,
            ),
            (
                Limit::Money,
                self.budget.max_cost_nano_usd.map_or(u64::MAX, amount),
                amount(money),
                amount(state.held.nano_usd),
                amount(need.nano_usd),
            ),
        ]
    }

    fn close(&self, need: Need, book: impl FnOnce(&mut Spend)) {
        let mut state = self.lock();
        state.held_calls = state.held_calls.saturating_sub(1);
        state.held.tokens = state.held.tokens.saturating_sub(need.tokens);
        state.held.nano_usd = state.held.nano_usd.saturating_sub(need.nano_usd);
        book(&mut state.spent);
        drop(state);
        self.settled.notify_waiters();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Room held for one call. Dropped without a word (the task was cancelled), it counts as
/// unconfirmed: the request may be on its way.
#[derive(Debug)]
pub(crate) struct Reservation {
    meter: Arc<Meter>,
    need: Need,
    open: bool,
}

impl Reservation {
    /// The call was answered.
    pub(crate) fn settle(mut self, completion: &Completion) {
        self.open = false;
        self.meter.close(self.need, |spent| {
            spent.calls += 1;
            spent.input_tokens = spent
                .input_tokens
                .saturating_add(completion.usage.input_tokens);
            spent.output_tokens = spent
                .output_tokens
                .saturating_add(completion.usage.output_tokens);
            spent.cost_nano_usd = spent.cost_nano_usd.saturating_add(completion.cost_nano_usd);
        });
    }

    /// The call was certainly not billed.
    pub(crate) fn release(mut self) {
        self.open = false;
        self.meter.close(self.need, |_| {});
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        if !self.open {
            return;
        }
        let need = self.need;
        self.meter.close(need, |spent| {
            spent.unconfirmed_calls += 1;
            spent.unconfirmed_tokens = spent.unconfirmed_tokens.saturating_add(need.tokens);
            spent.unconfirmed_nano_usd = spent.unconfirmed_nano_usd.saturating_add(need.nano_usd);
        });
    }
}
