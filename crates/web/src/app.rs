//! What the handlers share.

use std::sync::Arc;

use accounts::Accounts;
use arena::Service;
use arena::audit::Audit;
use environment::{Clock, Entropy};
use pipeline::Pipeline;
use queue::Wake;
use store::Store;
use tokio::sync::Semaphore;

use crate::Config;
use crate::board_cache::BoardCache;
use crate::body::Budget;
use crate::live::Streams;
use crate::mcp::{Credit, Unmetered};
use crate::pages::Rendered;

/// Exports under way in this process; each holds a page of plans and asks for the next.
const MAX_EXPORTS: usize = 16;

/// The service's state; clones share it.
#[derive(Clone, Debug)]
pub struct App(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    parts: Parts,
    board: BoardCache,
    uploads: Budget,
    rendered: Rendered,
    exports: Arc<Semaphore>,
    streams: Streams,
    credit: Arc<dyn Credit>,
}

/// What the service is made of.
#[derive(Debug)]
pub struct Parts {
    pub store: Store,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
    pub config: Config,
    pub accounts: Accounts,
    /// The use cases of ranking.
    pub service: Service,
    /// The use cases of generation.
    pub pipeline: Pipeline,
    pub audit: Audit,
    /// Tells the worker of this process, if it has one, that there is work.
    pub wake: Wake,
}

impl App {
    /// A service that charges nobody.
    pub fn new(parts: Parts) -> Self {
        Self::metered(parts, Arc::new(Unmetered))
    }

    /// A service whose plans are paid for.
    pub fn metered(parts: Parts, credit: Arc<dyn Credit>) -> Self {
        Self(Arc::new(Inner {
            parts,
            board: BoardCache::default(),
            uploads: Budget::default(),
            rendered: Rendered::default(),
            exports: Arc::new(Semaphore::new(MAX_EXPORTS)),
            streams: Streams::default(),
            credit,
        }))
    }

    /// Pages of the public board.
    pub fn board(&self) -> &BoardCache {
        &self.0.board
    }

    /// Rendered pages that everybody without an account shares.
    pub(crate) fn rendered(&self) -> &Rendered {
        &self.0.rendered
    }

    /// Who can pay for what.
    pub(crate) fn credit(&self) -> &dyn Credit {
        &*self.0.credit
    }

    /// A place for each export that may run at the same time.
    pub(crate) fn exports(&self) -> Arc<Semaphore> {
        Arc::clone(&self.0.exports)
    }

    /// A place for each stream of events that may be open.
    pub(crate) fn streams(&self) -> &Streams {
        &self.0.streams
    }

    /// The memory that uploads share.
    pub(crate) fn uploads(&self) -> &Budget {
        &self.0.uploads
    }
}

impl std::ops::Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0.parts
    }
}
