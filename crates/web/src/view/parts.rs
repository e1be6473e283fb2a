//! Pieces that several pages share: rows of a board, levels, phases, paging, judges' names.

use super::charts::{Axis, IntervalBar, LevelScale};
use super::format::{Change, Count, Elo, Moment, Percent};
use super::layout::Tone;

/// One plan on a board.
#[derive(Debug, Clone, Default)]
pub struct BoardRow {
    pub plan_id: String,
    pub title: String,
    pub domain: Option<String>,
    /// `None` on the provisional board.
    pub rank: Option<u64>,
    /// 90 %: best and worst rank.
    pub rank_range: Option<(u64, u64)>,
    pub rating: Option<Rating>,
    pub comparisons: u64,
    pub opponents: u64,
    /// For example `Top 1 %`.
    pub tier: Option<String>,
    pub provisional: bool,
    /// Contradictory or suspicious verdicts, in words.
    pub flagged: Option<String>,
    /// The viewer owns it.
    pub mine: bool,
    pub private: bool,
}

impl BoardRow {
    pub fn bar(&self, axis: &Axis) -> Option<IntervalBar> {
        let r = self.rating?;
        Some(IntervalBar::new(
            *axis,
            r.low,
            r.mean,
            r.high,
            self.provisional,
        ))
    }

    pub fn rank_text(&self) -> String {
        self.rank
            .map_or_else(|| "\u{2013}".to_owned(), |r| Count(r).to_string())
    }

    /// `8–19`, when it says more than the rank.
    pub fn rank_range_text(&self) -> Option<String> {
        let (low, high) = self.rank_range?;
        (low != high).then(|| format!("{}\u{2013}{}", Count(low), Count(high)))
    }

    pub fn comparisons_text(&self) -> Count {
        Count(self.comparisons)
    }
}

/// The axis that all these rows share.
pub fn common_axis<'a>(rows: impl IntoIterator<Item = &'a BoardRow>) -> Axis {
    let ratings = rows.into_iter().filter_map(|r| r.rating);
    Axis::around(ratings.flat_map(|r| [r.low, r.high]), 5)
}

/// A published rating in Elo.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Rating {
    pub mean: f64,
    pub se: f64,
    /// Ends of the 90 % interval.
    pub low: f64,
    pub high: f64,
}

impl Rating {
    pub fn mean_text(&self) -> Elo {
        Elo(self.mean)
    }

    pub fn se_text(&self) -> Elo {
        Elo(self.se)
    }

    /// `1570–1655`
    pub fn range_text(&self) -> String {
        format!("{}\u{2013}{}", Elo(self.low), Elo(self.high))
    }
}

/// A preference on nine levels from one side's point of view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Level(pub i8);

impl Level {
    pub fn scale(self) -> LevelScale {
        LevelScale(self.0)
    }

    /// `clearly better`, `equal`, `slightly worse`.
    pub fn words(self) -> &'static str {
        match self.0 {
            ..=-4 => "overwhelmingly worse",
            -3 => "much worse",
            -2 => "clearly worse",
            -1 => "slightly worse",
            0 => "equal",
            1 => "slightly better",
            2 => "clearly better",
            3 => "much better",
            4.. => "overwhelmingly better",
        }
    }

    pub fn signed(self) -> Change {
        Change {
            value: f64::from(self.0),
            decimals: 0,
        }
    }

    pub fn class(self) -> &'static str {
        match self.0 {
            1.. => "up",
            0 => "even",
            _ => "down",
        }
    }
}

/// Where a plan is on its way to a rating.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    Queued,
    Extracting,
    Comparing,
    Provisional,
    Rated,
    Failed,
    Withdrawn,
    Quarantined,
}

impl Phase {
    pub fn label(self) -> &'static str {
        match self {
            Self::Queued => "Waiting",
            Self::Extracting => "Measuring KPIs",
            Self::Comparing => "Being compared",
            Self::Provisional => "Provisional",
            Self::Rated => "Rated",
            Self::Failed => "Failed",
            Self::Withdrawn => "Withdrawn",
            Self::Quarantined => "Quarantined",
        }
    }

    /// What happens now and what comes next.
    pub fn explanation(self) -> &'static str {
        match self {
            Self::Queued => "The plan is stored and waits for a free worker.",
            Self::Extracting => "Five KPIs are being measured from the plan's own words.",
            Self::Comparing => "Judges compare it with other plans, two at a time.",
            Self::Provisional => {
                "It has a rating, but too few opponents or too wide an interval for a rank."
            }
            Self::Rated => "Its rating is exact enough for a rank.",
            Self::Failed => "It could not be processed.",
            Self::Withdrawn => "It is hidden; its comparisons still count for others.",
            Self::Quarantined => {
                "Its text changes what a judge answers, so it takes no part until reviewed."
            }
        }
    }

    pub fn tone(self) -> Tone {
        match self {
            Self::Rated => Tone::Good,
            Self::Queued | Self::Extracting | Self::Comparing | Self::Withdrawn => Tone::Neutral,
            Self::Provisional => Tone::Warn,
            Self::Failed | Self::Quarantined => Tone::Bad,
        }
    }

    /// Something will change without anybody's doing.
    pub fn is_moving(self) -> bool {
        matches!(self, Self::Queued | Self::Extracting | Self::Comparing)
    }

    /// Steps for the progress line: name, and whether it is done, current or ahead.
    pub fn steps(self) -> [Step; 4] {
        let at = match self {
            Self::Queued => 0,
            Self::Extracting => 1,
            Self::Comparing => 2,
            _ => 3,
        };
        let names = ["Stored", "KPIs measured", "Compared", "Rated"];
        std::array::from_fn(|i| Step {
            name: names[i],
            state: match i.cmp(&at) {
                std::cmp::Ordering::Less => "done",
                std::cmp::Ordering::Equal => "current",
                std::cmp::Ordering::Greater => "ahead",
            },
        })
    }
}

/// One step on the way to a rating.
#[derive(Debug, Clone, Copy)]
pub struct Step {
    pub name: &'static str,
    pub state: &'static str,
}

/// Something done of something planned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    pub done: u64,
    pub planned: u64,
}

impl Progress {
    pub fn share(&self) -> Percent {
        Percent(self.done as f64 / self.planned.max(1) as f64)
    }
}

/// A judge, as it is named wherever its work shows.
#[derive(Debug, Clone, Default)]
pub struct JudgeName {
    pub name: String,
    /// Rules instead of a language model: must be said wherever it shows.
    pub offline: bool,
    pub suspended_why: Option<String>,
}

/// Who judged, as one sentence over a list.
#[derive(Debug, Clone, Default)]
pub struct JudgedBy {
    pub judges: Vec<JudgeName>,
    pub published: Option<Moment>,
}

impl JudgedBy {
    pub fn any_offline(&self) -> bool {
        self.judges.iter().any(|j| j.offline)
    }

    pub fn only_offline(&self) -> bool {
        !self.judges.is_empty() && self.judges.iter().all(|j| j.offline)
    }

    pub fn models(&self) -> impl Iterator<Item = &JudgeName> {
        self.judges.iter().filter(|j| !j.offline)
    }

    pub fn suspended(&self) -> impl Iterator<Item = &JudgeName> {
        self.judges.iter().filter(|j| j.suspended_why.is_some())
    }
}

/// Addresses of the pages before and after.
#[derive(Debug, Clone, Default)]
pub struct Pager {
    /// Back to the start, in lists that only go forward.
    pub first: Option<String>,
    pub previous: Option<String>,
    pub next: Option<String>,
    /// What this page shows, for example `1–50 of 1,204`.
    pub showing: Option<String>,
}

impl Pager {
    pub fn is_empty(&self) -> bool {
        self.first.is_none() && self.previous.is_none() && self.next.is_none()
    }
}

/// Something wrong with one field of a form.
#[derive(Debug, Clone)]
pub struct FieldError {
    /// The field's id in the page.
    pub field: String,
    pub message: String,
}

/// What is wrong with a field, if anything.
pub fn error_of<'a>(errors: &'a [FieldError], field: &str) -> Option<&'a str> {
    let error = errors.iter().find(|e| e.field == field)?;
    Some(&error.message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nine_levels_have_nine_names_and_opposites_mirror() {
        for level in 1..=4 {
            let (better, worse) = (Level(level).words(), Level(-level).words());
            assert_eq!(better.replace("better", "worse"), worse);
        }
        assert_eq!(Level(0).words(), "equal");
    }

    #[test]
    fn a_rank_range_shows_only_when_it_says_more_than_the_rank() {
        let row = |range| BoardRow {
            rank: Some(3),
            rank_range: range,
            ..BoardRow::default()
        };
        assert_eq!(row(Some((3, 3))).rank_range_text(), None);
        assert_eq!(row(Some((1, 1_200))).rank_range_text().unwrap(), "1–1,200");
        assert_eq!(row(None).rank_range_text(), None);
    }

    #[test]
    fn only_offline_needs_a_judge() {
        assert!(!JudgedBy::default().only_offline());
    }
}
