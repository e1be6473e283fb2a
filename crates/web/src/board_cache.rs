//! Pages of the public board, kept for a moment, so that however many read it the database is
//! asked about once a second per page.
//!
//! A page is fresh for a second. For two more it is still given out while one task renews it in
//! the background, so readers never queue behind that; after that it is gone, and of all who ask
//! one reads it anew. A board is therefore at most three seconds old on any replica, and at once
//! new on the one that changed it ([`BoardCache::forget`]).
//! Deliberately absent: what depends on who asks. A signed-in reader's page isn't kept.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use arena::views::{self, LeaderboardPage, LeaderboardQuery, Scope, Viewer};
use axum::body::Bytes;
use chrono::{DateTime, Utc};
use moka::future::Cache;
use store::{Standing, Store};
use tokio::time::Instant;

use crate::api::types::{Leaderboard, Wire};
use crate::preconditions::entity_tag;
use crate::{App, Problem};

const FRESH_FOR: Duration = Duration::from_secs(1);
const KEPT_FOR: Duration = Duration::from_secs(3);
/// Of all pages together; what is read least goes first.
const MAX_BYTES: u64 = 24 * 1024 * 1024;
/// A row as a struct, beside its JSON.
const ROW_BYTES: usize = 640;

/// Which page of the public board.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct BoardKey {
    pub provisional: bool,
    pub domain: Option<String>,
    pub since: Option<DateTime<Utc>>,
    pub until: Option<DateTime<Utc>>,
    pub flagged: Option<bool>,
    pub limit: u32,
    pub cursor: Option<String>,
}

impl BoardKey {
    /// The best established plans.
    pub fn top(limit: u32) -> Self {
        Self {
            provisional: false,
            domain: None,
            since: None,
            until: None,
            flagged: None,
            limit,
            cursor: None,
        }
    }

    /// The query for it in some scope.
    pub fn query(&self, scope: Scope) -> LeaderboardQuery {
        LeaderboardQuery {
            scope,
            standing: if self.provisional {
                Standing::Provisional
            } else {
                Standing::Established
            },
            domain: self.domain.clone(),
            since: self.since,
            until: self.until,
            flagged: self.flagged,
            limit: self.limit,
            cursor: self.cursor.clone(),
        }
    }
}

/// One page as anybody sees it.
#[derive(Debug)]
pub struct BoardPage {
    pub page: LeaderboardPage,
    /// The same as the API sends it.
    pub json: Bytes,
    pub entity_tag: String,
    read_at: Instant,
    being_renewed: AtomicBool,
}

/// The pages of this process; clones share them.
#[derive(Debug, Clone)]
pub struct BoardCache {
    pages: Cache<BoardKey, Arc<BoardPage>>,
}

impl Default for BoardCache {
    fn default() -> Self {
        let weigh = |_: &BoardKey, page: &Arc<BoardPage>| {
            let bytes = page.json.len() + page.page.items.len() * ROW_BYTES;
            u32::try_from(bytes).unwrap_or(u32::MAX)
        };
        let pages = Cache::builder()
            .weigher(weigh)
            .max_capacity(MAX_BYTES)
            .time_to_live(KEPT_FOR)
            .build();
        Self { pages }
    }
}

impl BoardCache {
    /// The page, at most three seconds old.
    pub async fn page(&self, app: &App, key: BoardKey) -> Result<Arc<BoardPage>, Problem> {
        if let Some(page) = self.pages.get(&key).await {
            let is_stale = page.read_at.elapsed() > FRESH_FOR;
            if is_stale && !page.being_renewed.swap(true, Ordering::Relaxed) {
                self.renew(app, key, &page);
            }
            return Ok(page);
        }
        let read = read(&app.store, &key);
        let shared = self.pages.try_get_with_by_ref(&key, read).await;
        shared.map_err(|problem| (*problem).clone())
    }

    /// Drops every page, since somebody changed what is on the board.
    pub fn forget(&self) {
        self.pages.invalidate_all();
    }

    fn renew(&self, app: &App, key: BoardKey, old: &Arc<BoardPage>) {
        let (pages, store, old) = (self.pages.clone(), app.store.clone(), Arc::clone(old));
        tokio::spawn(async move {
            match read(&store, &key).await {
                Ok(page) => pages.insert(key, page).await,
                // The failure is logged; the next reader tries again.
                Err(_) => old.being_renewed.store(false, Ordering::Relaxed),
            }
        });
    }
}

async fn read(store: &Store, key: &BoardKey) -> Result<Arc<BoardPage>, Problem> {
    let read_at = Instant::now();
    let page = views::leaderboard(store, Viewer::ANYBODY, &key.query(Scope::Public)).await?;
    let json = serde_json::to_vec(&Leaderboard::wire(page.clone()))
        .map_err(|error| Problem::internal(&error))?;
    Ok(Arc::new(BoardPage {
        entity_tag: entity_tag(&json),
        json: json.into(),
        page,
        read_at,
        being_renewed: AtomicBool::new(false),
    }))
}
