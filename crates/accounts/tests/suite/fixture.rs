//! A world of accounts: a migrated store on either backend, a clock that tests set.

use std::sync::Arc;

use accounts::{Accounts, Caller, Limits, LoginSettings, Peppers, Role, Secret, Settings, Subject};
use chrono::TimeDelta;
use store::{AccountId, Digest, Store};
use testkit::databases::{self, TestDatabase};
use testkit::{TestClock, TestEntropy};

/// [`testkit::on_both!`] in a [`World`].
macro_rules! on_both {
    ($($tests:tt)*) => { testkit::on_both! { crate::fixture::World; $($tests)* } };
}
pub(crate) use on_both;

pub(crate) const PEPPER: &str = "the pepper of the tests, long enough";

/// The database goes when this goes.
pub(crate) struct World {
    pub(crate) accounts: Accounts,
    pub(crate) clock: TestClock,
    pub(crate) store: Store,
    _database: TestDatabase,
}

impl World {
    pub(crate) async fn sqlite() -> Self {
        Self::on(databases::sqlite()).await
    }

    pub(crate) async fn postgres() -> Option<Self> {
        Some(Self::on(databases::postgres().await?).await)
    }

    async fn on(database: TestDatabase) -> Self {
        let store = Store::connect(database.url()).await.unwrap();
        store.migrate().await.unwrap();
        let clock = TestClock::default();
        Self {
            accounts: build(&store, &clock, 1, settings()),
            clock,
            store,
            _database: database,
        }
    }

    /// Another replica on the same database.
    pub(crate) fn replica(&self, settings: Settings) -> Accounts {
        build(&self.store, &self.clock, 2, settings)
    }

    pub(crate) fn pass(&self, time: TimeDelta) {
        self.clock.advance(time);
    }

    /// Somebody who is logged in on a browser.
    pub(crate) async fn caller(&self, name: &str, role: Role) -> Caller {
        let account = self.accounts.dev_login(name, role).await.unwrap();
        let session = self.accounts.start_session(account.account_id, "Tests");
        let token = session.await.unwrap().token;
        let caller = self.accounts.by_session(token.expose()).await.unwrap();
        caller.unwrap()
    }

    pub(crate) async fn account(&self, name: &str) -> AccountId {
        let account = self.accounts.dev_login(name, Role::User).await.unwrap();
        account.account_id
    }
}

fn build(store: &Store, clock: &TestClock, seed: u64, settings: Settings) -> Accounts {
    let (clock, entropy) = (Arc::new(clock.clone()), Arc::new(TestEntropy::seeded(seed)));
    Accounts::new(store.clone(), clock, entropy, settings).unwrap()
}

pub(crate) fn settings() -> Settings {
    Settings {
        peppers: peppers(&[PEPPER]),
        limits: Limits::default(),
        login: LoginSettings {
            dev_login: true,
            ..LoginSettings::none("http://127.0.0.1:8080".parse().unwrap())
        },
    }
}

pub(crate) fn peppers(all: &[&str]) -> Peppers {
    Peppers::new(all.iter().map(|pepper| Secret::new(*pepper)).collect()).unwrap()
}

pub(crate) fn digest(n: u8) -> Digest {
    Digest([n; 32])
}

pub(crate) fn subject(n: u8) -> Subject {
    Subject::Address(std::net::Ipv4Addr::new(192, 0, 2, n).into())
}
