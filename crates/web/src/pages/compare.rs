//! `/compare` and `/compare/{a}/{b}`: two plans side by side.

use arena::status::plan_status;
use arena::views::{self, Side, Viewer};
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use store::PlanId;
use uuid::Uuid;

use super::convert::board::rating;
use super::convert::comparison::meeting;
use super::convert::judge::JudgeNames;
use super::convert::{self, count};
use super::frame::{Frame, render, see_other};
use crate::board_cache::BoardKey;
use crate::extract::{Path, Query};
use crate::view::compare::{
    Candidate, CommonOpponent, Compare, ComparePick, CompareSide, KpiPair, Suggestion,
};
use crate::view::layout::Section;
use crate::view::parts::FieldError;
use crate::{App, Problem};

const CANDIDATES: usize = 10;
const MIN_WORD_CHARS: usize = 3;
const MAX_WORD_CHARS: usize = 200;
/// Meetings of a page, with all their quotes.
const MEETINGS: usize = 10;
const COMMON: usize = 25;

/// The two, as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Picked {
    a: String,
    b: String,
}

/// What somebody typed, looked up.
enum Meant {
    Nothing,
    One(PlanId),
    Several(Vec<views::FoundPlan>),
    Unknown(String),
}

pub(super) async fn pick(
    State(app): State<App>,
    frame: Frame,
    Query(picked): Query<Picked>,
) -> Result<Response, Problem> {
    let viewer = frame.caller.viewer();
    let a = meant(&app, viewer, &picked.a).await?;
    let b = meant(&app, viewer, &picked.b).await?;
    if let (Meant::One(a), Meant::One(b)) = (&a, &b)
        && a != b
    {
        return Ok(see_other(&format!("/compare/{a}/{b}")));
    }
    let mut errors = errors(&picked, &a, &b);
    errors.dedup_by(|one, other| one.field == other.field);
    render(&ComparePick {
        layout: frame.layout("Compare two plans", Section::Compare),
        candidates: candidates(&picked, a, b),
        errors,
        suggestions: suggestions(&app).await?,
        a: picked.a,
        b: picked.b,
    })
}

async fn meant(app: &App, viewer: Viewer, typed: &str) -> Result<Meant, Problem> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Ok(Meant::Nothing);
    }
    if let Some(id) = id_in(typed) {
        return Ok(Meant::One(id));
    }
    let unknown = |why: &str| Ok(Meant::Unknown(why.to_owned()));
    // Every title is read for it.
    if viewer.account.is_none() {
        return unknown(
            "Give the id or the address of a plan; words are looked up once you log in.",
        );
    }
    let chars = typed.chars().count();
    if !(MIN_WORD_CHARS..=MAX_WORD_CHARS).contains(&chars) {
        return unknown("Give 3 to 200 characters of its title.");
    }
    let mut found = views::find(&app.store, viewer, typed, CANDIDATES).await?;
    Ok(match found.len() {
        0 => Meant::Unknown("No plan that you may see has these words in its title.".to_owned()),
        1 => Meant::One(found.remove(0).plan_id),
        _ => Meant::Several(found),
    })
}

/// An id, or the address of a page that ends in one.
fn id_in(typed: &str) -> Option<PlanId> {
    let path = typed.split(['?', '#']).next()?.trim_end_matches('/');
    path.rsplit('/').next()?.parse().ok()
}

fn errors(picked: &Picked, a: &Meant, b: &Meant) -> Vec<FieldError> {
    let error = |field: &str, message: &str| FieldError {
        field: field.to_owned(),
        message: message.to_owned(),
    };
    let any = !matches!((a, b), (Meant::Nothing, Meant::Nothing));
    let of = |field: &str, meant: &Meant| match meant {
        Meant::Unknown(why) => Some(error(field, why)),
        Meant::Several(_) => Some(error(field, "Several plans fit: choose one below.")),
        Meant::One(_) | Meant::Nothing => None,
    };
    let mut errors: Vec<FieldError> = [of("a", a), of("b", b)].into_iter().flatten().collect();
    if let (Meant::One(a), Meant::One(b)) = (a, b)
        && a == b
    {
        errors.push(error("b", "That is the same plan; give another."));
    }
    // A link that names one plan asks for the other; it isn't a mistake.
    if any && picked.a.is_empty() {
        errors.push(error("a", "Give the first plan too."));
    }
    errors
}

fn candidates(picked: &Picked, a: Meant, b: Meant) -> Vec<Candidate> {
    let url = |a: &str, b: &str| {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        let query = query.append_pair("a", a).append_pair("b", b).finish();
        format!("/compare?{query}")
    };
    let candidate = |plan: views::FoundPlan, url: String| Candidate {
        url,
        plan_id: plan.plan_id.to_string(),
        title: plan.title,
    };
    // One question at a time.
    match (a, b) {
        (Meant::Several(plans), _) => {
            let each = plans.into_iter().map(|plan| {
                let url = url(&plan.plan_id.to_string(), &picked.b);
                candidate(plan, url)
            });
            each.collect()
        }
        (_, Meant::Several(plans)) => {
            let each = plans.into_iter().map(|plan| {
                let url = url(&picked.a, &plan.plan_id.to_string());
                candidate(plan, url)
            });
            each.collect()
        }
        _ => Vec::new(),
    }
}

/// Neighbours at the top of the board.
async fn suggestions(app: &App) -> Result<Vec<Suggestion>, Problem> {
    let page = app.board().page(app, BoardKey::top(4)).await?;
    let pairs = page.page.items.windows(2).zip(1..);
    Ok(pairs
        .map(|(pair, rank)| Suggestion {
            url: format!("/compare/{}/{}", pair[0].plan_id, pair[1].plan_id),
            a_title: pair[0].title.clone(),
            b_title: pair[1].title.clone(),
            why: format!("ranks {rank} and {}", rank + 1),
        })
        .collect())
}

pub(super) async fn show(
    State(app): State<App>,
    frame: Frame,
    Path((a, b)): Path<(Uuid, Uuid)>,
) -> Result<Response, Problem> {
    let (viewer, now) = (frame.caller.viewer(), app.clock.now());
    let mut pair = views::compare(&app.store, viewer, PlanId(a), PlanId(b)).await?;
    pair.meetings.truncate(MEETINGS);
    pair.common_opponents.truncate(COMMON);
    let judges = JudgeNames::read(&app.store).await?;
    let meetings = pair.meetings.into_iter();
    let kpis = kpi_pairs(&pair.a, &pair.b);
    render(&Compare {
        layout: frame.layout("Side by side", Section::Compare),
        probability_a_better: pair.probability_a_better,
        kpis,
        meetings: meetings.map(|m| meeting(m, &judges, now)).collect(),
        common: pair.common_opponents.into_iter().map(common).collect(),
        a: side(&app, pair.a).await?,
        b: side(&app, pair.b).await?,
    })
}

async fn side(app: &App, side: Side) -> Result<CompareSide, Problem> {
    let status = plan_status(&app.store, side.plan.plan_id).await?;
    let status = status.ok_or_else(|| Problem::not_found("plan"))?;
    let row = &side.standing;
    Ok(CompareSide {
        plan_id: side.plan.plan_id.to_string(),
        phase: convert::plan::phase(status.phase),
        rank: row.rank.filter(|_| !row.provisional).map(count),
        rating: rating(row),
        comparisons: count(row.num_comparisons),
        title: side.plan.title,
        domain: side.plan.domain,
    })
}

fn kpi_pairs(a: &Side, b: &Side) -> Vec<KpiPair> {
    let value = |side: &Side, name: &str| side.kpis.iter().find(|kpi| kpi.name == name)?.value;
    let pair = |name: &&str| KpiPair {
        name: convert::kpi::words(name).0.to_owned(),
        a: value(a, name),
        b: value(b, name),
    };
    arena::judge::KPI_NAMES.iter().map(pair).collect()
}

fn common(opponent: views::CommonOpponent) -> CommonOpponent {
    CommonOpponent {
        plan_id: opponent.plan_id.to_string(),
        title: opponent.title,
        a_mean: opponent.a_level,
        b_mean: opponent.b_level,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_is_named_by_its_id_or_the_address_of_its_page() {
        let id = "01936b2e-7c1f-7d3a-8f10-2b6f5a0c9d11";
        let plan: PlanId = id.parse().unwrap();
        for typed in [
            id.to_owned(),
            format!("/plans/{id}"),
            format!("https://planrank.example/plans/{id}/?cursor=1.2#kpis"),
        ] {
            assert_eq!(id_in(&typed), Some(plan), "{typed}");
        }
        for typed in ["bus audit", "", "/plans/", "01936b2e"] {
            assert_eq!(id_in(typed), None, "{typed}");
        }
    }
}
