//! Rate limits and quotas that hold across replicas: the state is one row per subject and rule.
//!
//! The method is GCRA, the leaky bucket without a timer. A row holds the time at which the subject
//! will have used nothing; a take moves it by `window / limit` per unit, and is refused when that
//! would put it more than a window ahead. Against fixed windows it needs no row per window, knows
//! no boundary at which twice the limit passes at once, gives units back one by one (one
//! family every 72 minutes rather than twenty at midnight), and can say to the microsecond when a
//! refused take will succeed. In any stretch of time t no more than `limit + t / (window / limit)`
//! are granted. A take is one guarded statement, so takers that meet are exact.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use store::{AccountId, KeyId, SessionId, Take};

use crate::secret::Purpose;
use crate::{Accounts, AccountsError, Caller, Via};

/// What is limited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// Submissions by one account.
    RanksPerMinute,
    /// Submissions of one account that open a new family of plans, and so cost comparisons.
    NewFamiliesPerDay,
    /// Requests with one key or one session.
    RequestsPerMinute,
    /// Logins begun from one network address.
    LoginsPerMinute,
}

impl Rule {
    pub const ALL: [Self; 4] = [
        Self::RanksPerMinute,
        Self::NewFamiliesPerDay,
        Self::RequestsPerMinute,
        Self::LoginsPerMinute,
    ];

    /// The name in the database and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RanksPerMinute => "ranks_per_minute",
            Self::NewFamiliesPerDay => "new_families_per_day",
            Self::RequestsPerMinute => "requests_per_minute",
            Self::LoginsPerMinute => "logins_per_minute",
        }
    }

    pub fn window_secs(self) -> u32 {
        match self {
            Self::NewFamiliesPerDay => 24 * 60 * 60,
            Self::RanksPerMinute | Self::RequestsPerMinute | Self::LoginsPerMinute => 60,
        }
    }
}

/// Whom a rule counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    Account(AccountId),
    Key(KeyId),
    Session(SessionId),
    /// Somebody who isn't logged in. An IPv6 address counts as its network of 64 bits, which one
    /// customer has whole.
    Address(IpAddr),
}

/// How many a window holds, for each rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    pub ranks_per_minute: NonZeroU32,
    pub new_families_per_day: NonZeroU32,
    pub requests_per_minute: NonZeroU32,
    pub logins_per_minute: NonZeroU32,
}

impl Default for Limits {
    fn default() -> Self {
        let n = |n| NonZeroU32::new(n).unwrap_or(NonZeroU32::MIN);
        Self {
            ranks_per_minute: n(5),
            new_families_per_day: n(20),
            requests_per_minute: n(600),
            logins_per_minute: n(20),
        }
    }
}

impl Limits {
    pub fn of(&self, rule: Rule) -> NonZeroU32 {
        match rule {
            Rule::RanksPerMinute => self.ranks_per_minute,
            Rule::NewFamiliesPerDay => self.new_families_per_day,
            Rule::RequestsPerMinute => self.requests_per_minute,
            Rule::LoginsPerMinute => self.logins_per_minute,
        }
    }
}

/// A limit was reached.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the limit of {limit} {} is used up: try again in {retry_after_secs} seconds", in_words(*rule))]
pub struct TooMany {
    pub rule: Rule,
    pub limit: u32,
    pub window_secs: u32,
    /// After so many seconds the same take succeeds, unless others took in the meantime.
    pub retry_after_secs: u64,
}

fn in_words(rule: Rule) -> &'static str {
    match rule {
        Rule::RanksPerMinute => "submissions a minute",
        Rule::NewFamiliesPerDay => "new families of plans a day",
        Rule::RequestsPerMinute => "requests a minute",
        Rule::LoginsPerMinute => "logins a minute from one address",
    }
}

/// How much of a limit is used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Quota {
    pub rule: Rule,
    pub used: u32,
    pub limit: u32,
    pub window_secs: u32,
    /// When nothing of it is used any more; units come back one by one until then.
    pub resets_at: DateTime<Utc>,
}

/// The arithmetic of one rule, in whole microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Rate {
    limit: u32,
    per_unit: i64,
}

impl Rate {
    fn new(rule: Rule, limits: &Limits) -> Self {
        let limit = limits.of(rule).get();
        let window = Duration::from_secs(u64::from(rule.window_secs()));
        let window = i64::try_from(window.as_micros()).unwrap_or(i64::MAX);
        Self {
            limit,
            per_unit: (window / i64::from(limit)).max(1),
        }
    }

    fn cost(self, amount: u32) -> i64 {
        self.per_unit * i64::from(amount)
    }

    /// How far ahead of now the row may be.
    fn room(self) -> i64 {
        self.cost(self.limit)
    }

    /// Rounded up: a unit that is coming back isn't back.
    fn used(self, drained_at: i64, now: i64) -> u32 {
        let ahead = (drained_at - now).clamp(0, self.room());
        let units = (ahead + self.per_unit - 1) / self.per_unit;
        u32::try_from(units).unwrap_or(self.limit)
    }

    /// Whole seconds, rounded up, until `amount` more fit.
    fn wait_secs(self, drained_at: i64, now: i64, amount: u32) -> u64 {
        let wait = drained_at.max(now) + self.cost(amount) - now - self.room();
        let secs = (wait + 999_999) / 1_000_000;
        u64::try_from(secs).unwrap_or(0).max(1)
    }
}

fn time(micros: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::microseconds(micros)
}

impl Subject {
    /// The name of the row. Addresses are personal data, so only a keyed hash is kept.
    fn name(self, accounts: &Accounts) -> String {
        match self {
            Self::Account(id) => format!("account:{id}"),
            Self::Key(id) => format!("key:{id}"),
            Self::Session(id) => format!("session:{id}"),
            Self::Address(ip) => {
                let peppers = &accounts.settings.peppers;
                format!("address:{}", peppers.sign(Purpose::Address, &network(ip)))
            }
        }
    }
}

fn network(ip: IpAddr) -> String {
    match ip.to_canonical() {
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => format!("{:x?}", &ip.segments()[..4]),
    }
}

impl Accounts {
    /// What the operator has set.
    pub fn limits(&self) -> &Limits {
        &self.settings.limits
    }

    /// Takes `amount` of an account's limit, all or nothing.
    pub async fn take(
        &self,
        account: AccountId,
        rule: Rule,
        amount: u32,
    ) -> Result<(), AccountsError> {
        self.take_as(Subject::Account(account), rule, amount).await
    }

    /// Counts one request of a caller, by its key or session.
    pub async fn take_request(&self, caller: &Caller) -> Result<(), AccountsError> {
        let subject = match caller.via {
            Via::Session { session_id } => Subject::Session(session_id),
            Via::Key { key_id, .. } => Subject::Key(key_id),
            Via::Operator => return Ok(()),
        };
        self.take_as(subject, Rule::RequestsPerMinute, 1).await
    }

    /// Takes `amount` of a subject's limit, all or nothing.
    pub async fn take_as(
        &self,
        subject: Subject,
        rule: Rule,
        amount: u32,
    ) -> Result<(), AccountsError> {
        let rate = Rate::new(rule, &self.settings.limits);
        if amount > rate.limit {
            return Err(AccountsError::Invalid {
                field: "amount",
                why: format!(
                    "{amount} at once never fit {} {}",
                    rate.limit,
                    in_words(rule)
                ),
            });
        }
        let now = self.clock.now();
        let subject = subject.name(self);
        let take = Take {
            subject: &subject,
            rule: rule.as_str(),
            cost: rate.cost(amount),
            room: rate.room(),
            now,
        };
        if self.store.take_limit(&take).await?.is_some() {
            return Ok(());
        }
        let drained_at = self.store.limit_use(&subject, rule.as_str()).await?;
        let now = now.timestamp_micros();
        Err(TooMany {
            rule,
            limit: rate.limit,
            window_secs: rule.window_secs(),
            retry_after_secs: rate.wait_secs(drained_at.unwrap_or(now), now, amount),
        }
        .into())
    }

    /// Gives back what was taken for work that then wasn't done.
    pub async fn give_back(
        &self,
        account: AccountId,
        rule: Rule,
        amount: u32,
    ) -> Result<(), AccountsError> {
        let rate = Rate::new(rule, &self.settings.limits);
        let subject = Subject::Account(account).name(self);
        let cost = rate.cost(amount.min(rate.limit));
        let done = self.store.give_back_limit(&subject, rule.as_str(), cost);
        Ok(done.await?)
    }

    /// How much of its limits an account has used, for the rules that count accounts.
    pub async fn quotas(&self, account: AccountId) -> Result<Vec<Quota>, AccountsError> {
        let now = self.clock.now();
        let uses = self
            .store
            .limit_uses(&Subject::Account(account).name(self))
            .await?;
        let quota = |rule: Rule| {
            let rate = Rate::new(rule, &self.settings.limits);
            let row = uses.iter().find(|row| row.rule == rule.as_str());
            let at = now.timestamp_micros();
            let drained_at = row.map_or(at, |row| row.drained_at.max(at));
            Quota {
                rule,
                used: rate.used(drained_at, at),
                limit: rate.limit,
                window_secs: rule.window_secs(),
                resets_at: time(drained_at),
            }
        };
        let rules = [Rule::RanksPerMinute, Rule::NewFamiliesPerDay];
        Ok(rules.into_iter().map(quota).collect())
    }
}
