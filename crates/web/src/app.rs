//! What the handlers share.

use std::sync::Arc;

use environment::{Clock, Entropy};
use store::Store;

use crate::Config;

/// The service's state; clones share it.
#[derive(Clone, Debug)]
pub struct App(Arc<Parts>);

/// What the service is made of.
#[derive(Debug)]
pub struct Parts {
    pub store: Store,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
    pub config: Config,
}

impl App {
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }
}

impl std::ops::Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}
