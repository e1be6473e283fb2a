//! A plan's KPIs and place, and beside another plan if that is asked.

use arena::views::{self, PairView, PlanComparison, PlanView};
use futures::FutureExt;
use schemars::JsonSchema;
use serde::Serialize;

use super::standing::{Kpi, Place, thousandths};
use super::{Call, Definition, Done, Effect, cut, result};
use crate::mcp::arguments::{Arguments, Field, Kind};
use crate::mcp::context::Context;
use crate::mcp::fault::Fault;
use crate::mcp::schema::output_schema;

const MAX_ADVICE: usize = 3;
const MAX_MEETINGS: usize = 3;

pub(super) const TOOL: Definition = Definition {
    name: "plan_metrics",
    title: "Metrics, or two plans compared",
    description: "A ranked plan's KPIs (0 to 1), place and advice; with other_plan_id, both side by side and what \
                  judges said. KPIs never enter the rating.",
    fields: &[
        Field::required("plan_id", Kind::PlanId, ""),
        Field::optional("other_plan_id", Kind::PlanId, ""),
    ],
    output: output_schema::<Metrics>,
    effect: Effect::Reads,
    scope: None,
    answer: |context: &Context, arguments: Arguments, _: Call| answer(context, arguments).boxed(),
};

#[derive(Debug, Serialize, JsonSchema)]
struct Metrics {
    place: Place,
    kpis: Vec<Kpi>,
    /// What would raise it.
    advice: Option<Vec<String>>,
    other: Option<Side>,
    probability_better: Option<f64>,
    meetings: Option<Vec<Meeting>>,
    next_tool: &'static str,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(extend("properties" = {}))]
struct Side {
    place: Place,
    kpis: Vec<Kpi>,
}

/// One verdict: −4 to 4, above 0 for the plan that was asked about.
#[derive(Debug, Serialize, JsonSchema)]
struct Meeting {
    level: Option<i64>,
    reason: Option<String>,
}

async fn answer(context: &Context, arguments: Arguments) -> Result<Done, Fault> {
    let id = arguments.plan_id()?;
    let (store, viewer) = (&context.app.store, context.viewer());
    if let Some(other) = arguments.plan("other_plan_id") {
        let pair = views::compare(store, viewer, id, other).await;
        let pair = pair.map_err(|error| context.fault(error))?;
        return Ok(result(&compared(context, pair)));
    }
    let view = views::plan(store, viewer, id).await;
    let view = view.map_err(|error| context.fault(error))?;
    let advice = views::advice(store, viewer, id).await;
    let advice = advice.map_err(|error| context.fault(error))?;
    let texts = advice.items.iter().take(MAX_ADVICE);
    let advice = texts.map(|item| cut(&item.action, 240)).collect();
    Ok(result(&alone(context, view, advice)))
}

fn alone(context: &Context, view: PlanView, advice: Vec<String>) -> Metrics {
    Metrics {
        place: Place::of(context, &view.standing),
        kpis: view.kpis.into_iter().map(Kpi::of).collect(),
        advice: Some(advice),
        other: None,
        probability_better: None,
        meetings: None,
        next_tool: "leaderboard",
    }
}

fn compared(context: &Context, pair: PairView) -> Metrics {
    let meetings = pair.meetings.into_iter().take(MAX_MEETINGS);
    Metrics {
        place: Place::of(context, &pair.a.standing),
        kpis: pair.a.kpis.into_iter().map(Kpi::of).collect(),
        advice: None,
        other: Some(Side {
            place: Place::of(context, &pair.b.standing),
            kpis: pair.b.kpis.into_iter().map(Kpi::of).collect(),
        }),
        probability_better: pair.probability_a_better.map(thousandths),
        meetings: Some(meetings.map(Meeting::of).collect()),
        next_tool: "leaderboard",
    }
}

impl Meeting {
    fn of(meeting: PlanComparison) -> Self {
        Self {
            level: meeting.level,
            reason: meeting.because.map(|because| cut(&because, 240)),
        }
    }
}
