//! Tells the worker of this process that there is work, so that it need not wait for its next look.

use std::sync::Arc;

use tokio::sync::Notify;

/// A handle that wakes a worker; clones wake the same one.
#[derive(Debug, Clone, Default)]
pub struct Wake(Arc<Notify>);

impl Wake {
    /// To be called after the transaction that enqueued was committed.
    pub fn notify(&self) {
        self.0.notify_one();
    }

    pub(crate) async fn notified(&self) {
        self.0.notified().await;
    }
}
