//! What is cleared away regularly, besides jobs, which the queue clears itself.

use std::sync::Arc;

use accounts::Accounts;
use arena::work::Sweep;
use async_trait::async_trait;
use chrono::{DateTime, Utc};

/// All of it.
pub(super) fn all(accounts: &Accounts) -> Vec<Arc<dyn Sweep>> {
    vec![Arc::new(OfAccounts(accounts.clone()))]
}

/// Sessions, logins under way, idempotency keys and limits that have expired.
struct OfAccounts(Accounts);

#[async_trait]
impl Sweep for OfAccounts {
    fn name(&self) -> &'static str {
        "accounts"
    }

    async fn sweep(&self, now: DateTime<Utc>) -> Result<u64, String> {
        let swept = self.0.sweep(now).await;
        swept
            .map(|s| s.sessions + s.login_attempts + s.idempotency_keys + s.limits + s.api_keys)
            .map_err(|error| error.to_string())
    }
}
