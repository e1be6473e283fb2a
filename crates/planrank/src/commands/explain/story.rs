//! One plan's place, for people: rating, KPIs with their evidence, comparisons.

use arena::explain::{Meeting, PlanStory};
use serde_json::Value;

use crate::output::{self, Align, Table};

/// Evidence quotes shown for each KPI.
const MAX_QUOTES: usize = 3;

/// Prints the story.
pub(super) fn print_story(story: &PlanStory) -> anyhow::Result<()> {
    print_head(story)?;
    output::line("\nKPIs (0 to 1; never added up, and no part of the rating)")?;
    match &story.kpis {
        Some(kpis) => print_kpis(kpis)?,
        None => output::line("  not extracted yet; run `planrank rank`")?,
    }
    print_meetings(&story.comparisons)
}

fn print_head(story: &PlanStory) -> anyhow::Result<()> {
    let (plan, row) = (&story.plan, &story.standing);
    output::line(&output::plain(&plan.title, 200))?;
    output::line(&format!("  id {}", plan.plan_id))?;
    if let Some(why) = &plan.state_reason {
        output::line(&format!("  hidden: {}", output::plain(why, 300)))?;
    }
    match (row.elo, row.elo_se, row.elo_low.zip(row.elo_high)) {
        (Some(elo), Some(se), Some((low, high))) => {
            output::line(&format!(
                "  Elo {elo:.0} ± {se:.0} (90 %: {low:.0} to {high:.0})"
            ))?;
        }
        _ => output::line("  not rated yet")?,
    }
    if let (Some(rank), Some(low), Some(high)) = (row.rank, row.rank_low, row.rank_high) {
        output::line(&format!(
            "  rank {rank} (90 %: {low} to {high}), {} comparisons with {} opponents",
            row.num_comparisons, row.num_opponents
        ))?;
    }
    if let Some(comment) = &row.comment {
        output::line(&format!("  {}", output::plain(comment, 200)))?;
    }
    Ok(())
}

fn print_kpis(evidence: &Value) -> anyhow::Result<()> {
    let Some(kpis) = evidence["kpis"].as_object() else {
        return Ok(());
    };
    for (name, kpi) in kpis {
        let value = output::kpi(kpi["value"].as_f64());
        let why = kpi["unknown_reason"]
            .as_str()
            .map_or_else(String::new, |w| {
                format!("  unknown: {}", output::plain(w, 200))
            });
        output::line(&format!("  {value:>4}  {name}{why}"))?;
        let quotes = kpi["evidence"].as_array().map_or(&[][..], Vec::as_slice);
        for quote in quotes.iter().take(MAX_QUOTES) {
            let text = output::plain(quote["quote"].as_str().unwrap_or_default(), 110);
            let source = output::plain(quote["source"].as_str().unwrap_or_default(), 40);
            output::line(&format!("          “{text}” ({source})"))?;
        }
    }
    Ok(())
}

fn print_meetings(meetings: &[Meeting]) -> anyhow::Result<()> {
    if meetings.is_empty() {
        return output::line("\nNo comparisons yet; run `planrank rank`");
    }
    output::line("\nComparisons (positive: this plan was preferred)")?;
    let columns = [
        ("level", Align::Right),
        ("shown", Align::Left),
        ("against", Align::Left),
        ("because", Align::Left),
    ];
    let mut table = Table::new(&columns);
    let mut sorted: Vec<&Meeting> = meetings.iter().collect();
    sorted.sort_by_key(|m| std::cmp::Reverse(m.level.unwrap_or(0)));
    for meeting in sorted {
        let because = meeting.verdict.as_ref().map(|v| v.because.as_str());
        table.row([
            meeting
                .level
                .map_or_else(|| "void".to_owned(), |l| format!("{l:+}")),
            if meeting.shown_first {
                "first"
            } else {
                "second"
            }
            .to_owned(),
            output::plain(&meeting.opponent_title, 45),
            output::plain(
                because
                    .or(meeting.void_reason.as_deref())
                    .unwrap_or_default(),
                100,
            ),
        ]);
    }
    output::line(&table.to_string())
}
