//! Two plans side by side, for people.

use arena::explain::{Meeting, PairStory};
use arena::judge::{Dimension, Quote, level_words};
use store::LeaderRow;

use crate::output::{self, Align, Table};

/// Common opponents that are listed.
const MAX_OPPONENTS: usize = 5;

/// Prints the pair: ratings, KPIs, then each verdict with its dimensions and quotes.
pub(crate) fn print_pair(pair: &PairStory) -> anyhow::Result<()> {
    output::line(&side_by_side(pair).to_string())?;
    if let Some(probability) = pair.probability_a_better {
        let (better, p) = if probability >= 0.5 {
            (&pair.a, probability)
        } else {
            (&pair.b, 1.0 - probability)
        };
        output::line(&format!(
            "\n{:.0} % sure that {} is the stronger plan.",
            100.0 * p,
            name(better)
        ))?;
    }
    let detailed = pair
        .meetings
        .iter()
        .find(|m| m.shown_first && m.level.is_some())
        .or(pair.meetings.first());
    for meeting in &pair.meetings {
        output::line("")?;
        print_meeting(pair, meeting)?;
        if detailed.is_some_and(|d| std::ptr::eq(d, meeting)) {
            print_reasons(meeting)?;
        }
    }
    if pair.meetings.is_empty() {
        print_common(pair)?;
    }
    Ok(())
}

fn name(row: &LeaderRow) -> String {
    format!("“{}”", output::plain(&row.title, 60))
}

fn side_by_side(pair: &PairStory) -> Table {
    let mut table = Table::new(&[("", Align::Left), ("A", Align::Left), ("B", Align::Left)]);
    let both = |f: &dyn Fn(&LeaderRow) -> String| [f(&pair.a), f(&pair.b)];
    let mut row = |label: &str, [a, b]: [String; 2]| table.row([label.to_owned(), a, b]);
    row("plan", both(&|r| output::plain(&r.title, 50)));
    row(
        "rank",
        both(&|r| {
            r.rank
                .map_or_else(|| "not ranked".into(), |rank| rank.to_string())
        }),
    );
    row(
        "Elo",
        both(&|r| {
            r.elo
                .zip(r.elo_se)
                .map_or_else(|| "–".into(), |(elo, se)| format!("{elo:.0} ± {se:.0}"))
        }),
    );
    row("novelty", both(&|r| output::kpi(r.kpis.novelty_score)));
    row(
        "prompt quality",
        both(&|r| output::kpi(r.kpis.prompt_quality)),
    );
    row(
        "technical completeness",
        both(&|r| output::kpi(r.kpis.technical_completeness)),
    );
    row("feasibility", both(&|r| output::kpi(r.kpis.feasibility)));
    row("impact", both(&|r| output::kpi(r.kpis.impact_estimate)));
    table
}

fn print_meeting(pair: &PairStory, meeting: &Meeting) -> anyhow::Result<()> {
    let order = if meeting.shown_first {
        "A shown first"
    } else {
        "B shown first"
    };
    let judge = meeting.model.as_deref().map_or_else(
        || format!("the {}", arena::judge::offline::NAME),
        str::to_owned,
    );
    let Some(level) = meeting.level else {
        let why = meeting.void_reason.as_deref().unwrap_or("unknown reason");
        return output::line(&format!(
            "No verdict ({order}): {}",
            output::plain(why, 200)
        ));
    };
    let winner = if level >= 0 { &pair.a } else { &pair.b };
    let verdict = match level {
        0 => "the two are equal".to_owned(),
        _ => format!(
            "{} is {}",
            name(winner),
            level_words(i8::try_from(level).unwrap_or(0))
        ),
    };
    output::line(&format!(
        "Verdict ({order}, by {judge}): {verdict} ({level:+} for A)"
    ))
}

/// The reasons of one verdict; the other order's say the same with the words exchanged.
fn print_reasons(meeting: &Meeting) -> anyhow::Result<()> {
    let Some(verdict) = &meeting.verdict else {
        return Ok(());
    };
    if !meeting.shown_first {
        output::line("  (in its words, B is the first plan and A the second)")?;
    }
    output::line(&format!("  {}", output::plain(&verdict.because, 300)))?;
    let (mut decided, even): (Vec<&Dimension>, Vec<&Dimension>) = verdict
        .all_dimensions()
        .partition(|d| d.counted() != 0 || !d.verified);
    decided.sort_by_key(|d| std::cmp::Reverse(d.counted().abs()));
    decided.into_iter().try_for_each(print_dimension)?;
    let even: Vec<String> = even.iter().map(|d| output::plain(&d.name, 60)).collect();
    if even.is_empty() {
        Ok(())
    } else {
        output::line(&format!("   0 {}", even.join(", ")))
    }
}

fn print_dimension(dimension: &Dimension) -> anyhow::Result<()> {
    let unverified = if dimension.verified {
        ""
    } else {
        " (quote not found, counts 0)"
    };
    output::line(&format!(
        "  {:+} {}{unverified}: {}",
        dimension.preference,
        output::plain(&dimension.name, 60),
        output::plain(&dimension.reason, 250)
    ))?;
    for (label, quote) in [
        ("A", &dimension.first_quote),
        ("B", &dimension.second_quote),
    ] {
        if dimension.preference != 0 && !quote.is_absent() {
            output::line(&format!("       {label} {}", quoted(quote)))?;
        }
    }
    Ok(())
}

fn quoted(quote: &Quote) -> String {
    format!(
        "[{}] “{}”",
        output::plain(&quote.item, 12),
        output::plain(&quote.text, 140)
    )
}

fn print_common(pair: &PairStory) -> anyhow::Result<()> {
    if pair.common_opponents.is_empty() {
        return output::line(
            "\nThe two have not met, and no plan has met both; the ratings follow from chains of comparisons.",
        );
    }
    output::line("\nThe two have not met. Mean levels against plans that both have met:")?;
    let mut table = Table::new(&[
        ("A", Align::Right),
        ("B", Align::Right),
        ("against", Align::Left),
    ]);
    for (title, a, b) in pair.common_opponents.iter().take(MAX_OPPONENTS) {
        table.row([
            format!("{a:+.1}"),
            format!("{b:+.1}"),
            output::plain(title, 60),
        ]);
    }
    output::line(&table.to_string())
}
