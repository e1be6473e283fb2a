//! `planrank leaderboard`: prints the ranking.

use anyhow::bail;
use arena::board::{self, Board, BoardQuery, JudgeNote};
use serde_json::json;
use store::{Contest, LeaderRow, Store};

use crate::cli::{Global, Leaderboard, RatingMethod};
use crate::exit::Exit;
use crate::output::{self, Align, Table};
use crate::wiring::{DEFAULT_FILE, Database};

/// What to print.
#[derive(Debug, Clone)]
pub(super) struct Query {
    limit: u32,
    domain: Option<String>,
    rating: RatingMethod,
}

impl Query {
    pub(super) fn top(limit: u32, rating: RatingMethod) -> Self {
        Self {
            limit,
            domain: None,
            rating,
        }
    }

    fn of_board(&self) -> BoardQuery {
        BoardQuery {
            contest: Contest::Public,
            domain: self.domain.clone(),
            limit: self.limit,
        }
    }
}

pub(super) async fn run(global: &Global, args: &Leaderboard) -> anyhow::Result<Exit> {
    if args.rating == RatingMethod::Elo && args.domain.is_some() {
        bail!("plain Elo is computed over all plans; leave out --domain or --rating elo");
    }
    let store = Database::chosen(global, DEFAULT_FILE).open().await?;
    let query = Query {
        limit: args.limit,
        domain: args.domain.clone(),
        rating: args.rating,
    };
    if !global.json {
        print(&store, &query).await?;
    } else if args.rating == RatingMethod::Elo {
        output::json(&json!({ "plain_elo": elo_rows(&store, &query).await? }))?;
    } else {
        output::json(&board::board(&store, &query.of_board()).await?)?;
    }
    Ok(Exit::Done)
}

/// Prints the board for people.
pub(super) async fn print(store: &Store, query: &Query) -> anyhow::Result<()> {
    if query.rating == RatingMethod::Elo {
        return print_elo(&elo_rows(store, query).await?);
    }
    let board = board::board(store, &query.of_board()).await?;
    let ranked = board.established_in_all + board.provisional_in_all;
    if let (true, Some(domain)) = (board.is_empty() && ranked > 0, &query.domain) {
        return output::line(&format!(
            "None of the {ranked} ranked plans is of the domain {:?}; domains must match exactly.",
            output::plain(domain, 60)
        ));
    }
    if board.is_empty() {
        return output::line(
            "Nothing is ranked yet. Import plans with `planrank import`, then run `planrank rank`.",
        );
    }
    if !board.established.is_empty() {
        output::line(&table(&board.established).to_string())?;
    }
    if !board.provisional.is_empty() {
        output::line("\nProvisional: rated, but not yet surely enough to hold a place")?;
        output::line(&table(&board.provisional).to_string())?;
    }
    print_footer(&board)
}

fn table(rows: &[LeaderRow]) -> Table {
    let mut table = Table::new(&[
        ("rank", Align::Right),
        ("90 %", Align::Left),
        ("Elo", Align::Right),
        ("90 %", Align::Left),
        ("met", Align::Right),
        ("nov", Align::Right),
        ("prompt", Align::Right),
        ("tech", Align::Right),
        ("feas", Align::Right),
        ("impact", Align::Right),
        ("plan", Align::Left),
    ]);
    for row in rows {
        let kpis = &row.kpis;
        table.row([
            row.rank.map_or_else(String::new, |r| r.to_string()),
            interval(
                row.rank_low
                    .zip(row.rank_high)
                    .map(|(l, h)| (l as f64, h as f64)),
            ),
            row.elo.map_or_else(String::new, |e| format!("{e:.0}")),
            interval(row.elo_low.zip(row.elo_high)),
            row.num_comparisons.to_string(),
            output::kpi(kpis.novelty_score),
            output::kpi(kpis.prompt_quality),
            output::kpi(kpis.technical_completeness),
            output::kpi(kpis.feasibility),
            output::kpi(kpis.impact_estimate),
            title(row),
        ]);
    }
    table
}

fn interval(bounds: Option<(f64, f64)>) -> String {
    bounds.map_or_else(String::new, |(low, high)| format!("{low:.0}–{high:.0}"))
}

fn title(row: &LeaderRow) -> String {
    let flag = if row.flagged == Some(true) {
        " [hidden text removed]"
    } else {
        ""
    };
    format!("{}{flag}", output::plain(&row.title, 60))
}

fn print_footer(board: &Board) -> anyhow::Result<()> {
    let shown = i64::try_from(board.established.len() + board.provisional.len())?;
    let all = board.established_in_all + board.provisional_in_all;
    output::line("")?;
    if shown < all {
        output::line(&format!("{shown} of {all} plans shown (--limit)"))?;
    }
    output::line(
        "Ranks and Elo with their 90 % intervals; met = comparisons; – = unknown, which is not 0",
    )?;
    board
        .judges
        .iter()
        .try_for_each(|judge| output::line(&judged_by(judge)))
}

fn judged_by(judge: &JudgeNote) -> String {
    let suspended = judge
        .suspended_why
        .as_ref()
        .map_or_else(String::new, |why| format!(" — SUSPENDED: {why}"));
    format!("Judged by: {}{suspended}", output::plain(&judge.name, 100))
}

async fn elo_rows(store: &Store, query: &Query) -> anyhow::Result<Vec<board::EloRow>> {
    let mut rows = board::plain_elo(store, Contest::Public).await?;
    rows.truncate(query.limit as usize);
    Ok(rows)
}

fn print_elo(rows: &[board::EloRow]) -> anyhow::Result<()> {
    let columns = [
        ("rank", Align::Right),
        ("Elo", Align::Right),
        ("published", Align::Right),
        ("plan", Align::Left),
    ];
    let mut table = Table::new(&columns);
    for row in rows {
        table.row([
            row.rank.to_string(),
            format!("{:.0}", row.elo),
            row.published_rank
                .map_or_else(String::new, |r| r.to_string()),
            output::plain(&row.title, 60),
        ]);
    }
    output::line(&table.to_string())?;
    output::line(
        "\nPlain Elo, K = 32, for study: it has no intervals, and the same verdicts in another order give another table",
    )
}
