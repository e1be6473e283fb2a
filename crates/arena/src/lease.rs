//! The right to drive a contest: one process at a time, given up when the process dies.
//!
//! A lease ends by itself [`TTL`] after its last renewal. A process killed a moment ago need not
//! be waited for: when the holder names a process of this machine that no longer runs, the
//! lease is taken over at once. Every write carries the fence, so a holder that was merely
//! slow can't write after its lease was taken.

use std::sync::Arc;
use std::time::Duration;

use store::{Claim, Contest, Fence, Store, StoreError};

use crate::Clock;

const TTL: Duration = Duration::from_secs(30);
const RENEW_EVERY: Duration = Duration::from_secs(10);

#[derive(Debug, thiserror::Error)]
pub enum LeaseError {
    #[error("another planrank process ({holder}) is ranking this contest; wait for it, or stop it")]
    Held { holder: String },
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A process as others see it in a lease.
#[derive(Clone)]
pub struct Holder {
    /// Unique for this process for ever, such as machine, process id and start time.
    pub token: String,
    /// Whether the holder of another token is certainly dead; `false` when in doubt.
    pub is_dead: Arc<dyn Fn(&str) -> bool + Send + Sync>,
}

impl std::fmt::Debug for Holder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Holder").field(&self.token).finish()
    }
}

/// A held lease, renewed in the background until it is given back or dropped.
#[derive(Debug)]
pub(crate) struct Lease {
    pub(crate) fence: Fence,
    store: Store,
    renewal: tokio::task::JoinHandle<()>,
}

impl Lease {
    pub(crate) async fn take(
        store: &Store,
        clock: Arc<dyn Clock>,
        contest: Contest,
        holder: &Holder,
    ) -> Result<Self, LeaseError> {
        let fence = claim(store, &*clock, contest, holder).await?;
        let renewal = tokio::spawn(renew(store.clone(), clock, fence.clone()));
        Ok(Self {
            fence,
            store: store.clone(),
            renewal,
        })
    }

    /// Lets another process begin at once. A failure only means that it waits for the end.
    pub(crate) async fn give_back(self) {
        self.renewal.abort();
        if let Err(error) = self.store.release_ranking(&self.fence).await {
            tracing::warn!(%error, "could not give the contest's lease back; it ends by itself");
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.renewal.abort();
    }
}

async fn claim(
    store: &Store,
    clock: &dyn Clock,
    contest: Contest,
    holder: &Holder,
) -> Result<Fence, LeaseError> {
    let current = match store
        .claim_ranking(contest, &holder.token, clock.now(), TTL)
        .await?
    {
        Claim::Granted(fence) => return Ok(fence),
        Claim::Held { token, .. } => token,
    };
    if !(holder.is_dead)(&current) {
        return Err(LeaseError::Held { holder: current });
    }
    match store
        .seize_ranking(contest, &holder.token, &current, clock.now(), TTL)
        .await?
    {
        Claim::Granted(fence) => Ok(fence),
        Claim::Held { token, .. } => Err(LeaseError::Held { holder: token }),
    }
}

async fn renew(store: Store, clock: Arc<dyn Clock>, fence: Fence) {
    loop {
        tokio::time::sleep(RENEW_EVERY).await;
        match store.renew_ranking(&fence, clock.now(), TTL).await {
            Ok(true) => {}
            Ok(false) => return tracing::error!("the contest's lease was lost to another process"),
            Err(error) => {
                tracing::warn!(%error, "could not renew the contest's lease, trying again");
            }
        }
    }
}
