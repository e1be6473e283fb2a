//! `/` and `/rankings`: boards, from the cache of public pages where nobody is logged in.

use std::sync::Arc;

use arena::views::{self, LeaderboardPage, Scope};
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, ETAG, VARY};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use serde::Deserialize;
use store::Standing;

use super::convert::board::{board_row, domains, judged_by};
use super::convert::count;
use super::frame::{Frame, html, render};
use crate::board_cache::{BoardKey, BoardPage};
use crate::extract::Query;
use crate::preconditions::{entity_tag, has_already};
use crate::view::home::Home;
use crate::view::layout::Section;
use crate::view::parts::{FieldError, Pager};
use crate::view::rankings::{BoardFilter, BoardList, Rankings};
use crate::{App, Problem};

const ROWS: u32 = 50;
const TOP: u32 = 5;

/// What the filter form sends; empty fields are as good as none.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Asked {
    scope: Option<String>,
    domain: Option<String>,
    since: Option<String>,
    until: Option<String>,
    /// Where the established list goes on …
    cursor: Option<String>,
    /// … and the provisional one.
    provisional: Option<String>,
}

impl Asked {
    fn scope(&self) -> Result<Scope, Problem> {
        match self.scope.as_deref().unwrap_or_default() {
            "" | "public" => Ok(Scope::Public),
            "mine" => Ok(Scope::Mine),
            "private" => Ok(Scope::Private),
            _ => Err(Problem::invalid("scope", "give public, mine or private")),
        }
    }

    fn domain(&self) -> Option<String> {
        self.domain.clone().filter(|domain| !domain.is_empty())
    }

    /// The same page at another place of one of its lists.
    fn at(&self, cursor: Option<&str>, provisional: Option<&str>) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        let fields = [
            ("scope", self.scope.as_deref()),
            ("domain", self.domain.as_deref()),
            ("since", self.since.as_deref()),
            ("until", self.until.as_deref()),
            ("cursor", cursor),
            ("provisional", provisional),
        ];
        for (name, value) in fields {
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                query.append_pair(name, value);
            }
        }
        let query = query.finish();
        if query.is_empty() {
            "/rankings".to_owned()
        } else {
            format!("/rankings?{query}")
        }
    }
}

/// The dates of the form, with what is wrong with them.
struct Dates {
    since: Option<DateTime<Utc>>,
    until: Option<DateTime<Utc>>,
    errors: Vec<FieldError>,
}

impl Dates {
    fn of(asked: &Asked) -> Self {
        let mut errors = Vec::new();
        let mut day = |field: &str, text: Option<&String>| {
            let text = text.filter(|text| !text.is_empty())?;
            let parsed = text.parse::<NaiveDate>().ok();
            if parsed.is_none() {
                errors.push(FieldError {
                    field: field.to_owned(),
                    message: "Give a date such as 2026-11-22.".to_owned(),
                });
            }
            parsed
        };
        let since = day("since", asked.since.as_ref());
        let until = day("until", asked.until.as_ref());
        let start = |date: NaiveDate| date.and_time(NaiveTime::MIN).and_utc();
        Self {
            since: since.map(start),
            // The last day counts whole.
            until: until
                .and_then(|date| date.checked_add_days(Days::new(1)))
                .map(start),
            errors,
        }
    }
}

pub(super) async fn rankings(
    State(app): State<App>,
    frame: Frame,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let scope = asked.scope()?;
    if scope != Scope::Public {
        frame.permitted(accounts::Scope::Read)?;
    }
    let dates = Dates::of(&asked);
    let boards = [
        list(&app, &frame, scope, &asked, &dates, Standing::Established).await?,
        list(&app, &frame, scope, &asked, &dates, Standing::Provisional).await?,
    ];
    match &boards {
        [Listed::Shared(established), Listed::Shared(provisional)] if frame.is_shared() => {
            // Times are told from now, so the page also changes by the minute.
            let minute = app.clock.now().timestamp() / 60;
            let (a, b) = (&established.entity_tag, &provisional.entity_tag);
            let tag = entity_tag(format!("{a}{b}{minute}").as_bytes());
            if has_already(&headers, &tag) {
                return Ok((StatusCode::NOT_MODIFIED, shared_head(tag)).into_response());
            }
            let write = || html(&page(&app, &frame, scope, &asked, dates, &boards));
            let html = app.rendered().page(&tag, frame.path(), write).await?;
            Ok((shared_head(tag), Html(html)).into_response())
        }
        boards => render(&page(&app, &frame, scope, &asked, dates, boards)),
    }
}

/// Shared only with oneself: who logs in sees another page at the same address.
fn shared_head(tag: String) -> [(HeaderName, String); 3] {
    [
        (ETAG, tag),
        (CACHE_CONTROL, "private, no-cache".to_owned()),
        (VARY, "Cookie".to_owned()),
    ]
}

fn page(
    app: &App,
    frame: &Frame,
    scope: Scope,
    asked: &Asked,
    dates: Dates,
    boards: &[Listed; 2],
) -> Rankings {
    let [established, provisional] = boards.each_ref().map(Listed::page);
    let contest = &established.contest;
    Rankings {
        layout: frame.layout("Rankings", Section::Rankings),
        filter: BoardFilter {
            mine: scope == Scope::Mine,
            private: scope == Scope::Private,
            domain: asked.domain(),
            since: asked.since.clone().unwrap_or_default(),
            until: asked.until.clone().unwrap_or_default(),
        },
        domains: domains(contest),
        judged_by: judged_by(contest, app.clock.now()),
        lists: lists(asked, established, provisional),
        refresh_url: frame.path().to_owned(),
        errors: dates.errors,
    }
}

/// A page that readers who aren't logged in share, or one of somebody's own.
enum Listed {
    Shared(Arc<BoardPage>),
    Own(Box<LeaderboardPage>),
}

impl Listed {
    fn page(&self) -> &LeaderboardPage {
        match self {
            Self::Shared(page) => &page.page,
            Self::Own(page) => page,
        }
    }
}

async fn list(
    app: &App,
    frame: &Frame,
    scope: Scope,
    asked: &Asked,
    dates: &Dates,
    standing: Standing,
) -> Result<Listed, Problem> {
    let cursor = match standing {
        Standing::Established => &asked.cursor,
        Standing::Provisional => &asked.provisional,
    };
    let cursor = cursor.clone().filter(|cursor| !cursor.is_empty());
    let key = BoardKey {
        provisional: standing == Standing::Provisional,
        domain: asked.domain(),
        since: dates.since,
        until: dates.until,
        flagged: None,
        limit: ROWS,
        cursor,
    };
    if frame.caller.0.is_none() {
        return Ok(Listed::Shared(app.board().page(app, key).await?));
    }
    let query = key.query(scope);
    let page = views::leaderboard(&app.store, frame.caller.viewer(), &query).await?;
    Ok(Listed::Own(Box::new(page)))
}

fn lists(
    asked: &Asked,
    established: &LeaderboardPage,
    provisional: &LeaderboardPage,
) -> Vec<BoardList> {
    let (here, there) = (asked.cursor.as_deref(), asked.provisional.as_deref());
    let contest = &established.contest;
    vec![
        BoardList {
            provisional: false,
            rows: established.items.iter().map(board_row).collect(),
            total: count(contest.established),
            pager: pager(established, |cursor| asked.at(Some(cursor), there)),
        },
        BoardList {
            provisional: true,
            rows: provisional.items.iter().map(board_row).collect(),
            total: count(contest.provisional),
            pager: pager(provisional, |cursor| asked.at(here, Some(cursor))),
        },
    ]
}

fn pager(page: &LeaderboardPage, address: impl Fn(&str) -> String) -> Pager {
    Pager {
        first: None,
        previous: page.previous_cursor.as_deref().map(&address),
        next: page.next_cursor.as_deref().map(&address),
        showing: None,
    }
}

pub(super) async fn home(State(app): State<App>, frame: Frame) -> Result<Response, Problem> {
    let page = app.board().page(&app, BoardKey::top(TOP)).await?;
    let contest = &page.page.contest;
    render(&Home {
        layout: frame.layout("Plans, ranked by evidence", Section::Other),
        top: page.page.items.iter().map(board_row).collect(),
        judged_by: judged_by(contest, app.clock.now()),
        plans: count(contest.ranked()),
        comparisons: count(contest.comparisons),
        base_url: app.config.origin(),
    })
}
