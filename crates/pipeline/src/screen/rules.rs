//! The rules: noise, filler, and figures that contradict each other.

use std::collections::{BTreeMap, BTreeSet};

use kpi::parse::{Money, TimeKind, money, times};

/// Words that differ, below which there is nothing to plan.
const MIN_WORDS: usize = 4;
/// Letters of a script without spaces between words that say as much.
const MIN_FOREIGN_LETTERS: usize = 12;
/// Five times the longest prompt that people have written; rules read no further either.
const MAX_CHARS: usize = 40_000;
/// How far before a figure the word stands that says what it is.
const REACH: usize = 40;

/// Why nothing can be planned from a prompt; empty when something can.
pub(super) fn refusals(prompt: &str) -> Vec<String> {
    let chars = prompt.chars().take(MAX_CHARS + 1).count();
    if prompt.trim().is_empty() {
        return vec!["The prompt is empty: say what you want to achieve.".into()];
    }
    if chars > MAX_CHARS {
        let message = format!(
            "The prompt is longer than {MAX_CHARS} characters: keep to aim, situation, limits, place, \
             money and time, and bring details in when the plan is there."
        );
        return vec![message];
    }
    let words = Words::of(prompt);
    let rules = [
        (
            words.too_few(),
            "The prompt says too little: write at least one sentence about what you want to achieve.",
        ),
        (
            words.is_noise(),
            "The prompt is not readable: most of it is no words of any language. Write it in sentences.",
        ),
        (
            words.is_repetition(),
            "The prompt repeats the same few words: say each thing once, and more about it.",
        ),
        (
            is_filler(prompt),
            "The prompt is a placeholder text: replace it by what you want to achieve.",
        ),
    ];
    rules
        .into_iter()
        .filter(|(hit, _)| *hit)
        .map(|(_, told)| told.to_owned())
        .take(1)
        .collect()
}

fn is_filler(prompt: &str) -> bool {
    prompt.to_lowercase().contains("lorem ipsum dolor")
}

/// A prompt's words in lower case with how often they come, and its signs.
struct Words {
    counts: BTreeMap<String, usize>,
    total: usize,
    letters: usize,
    foreign_letters: usize,
    signs: usize,
}

impl Words {
    fn of(prompt: &str) -> Self {
        let mut counts = BTreeMap::new();
        let mut total = 0;
        for word in prompt
            .split(|c: char| !c.is_alphabetic())
            .filter(|word| !word.is_empty())
        {
            *counts.entry(word.to_lowercase()).or_default() += 1;
            total += 1;
        }
        let count = |test: fn(char) -> bool| prompt.chars().filter(|c| test(*c)).count();
        Self {
            counts,
            total,
            letters: count(char::is_alphabetic),
            foreign_letters: count(|c| c.is_alphabetic() && c > '\u{2ff}'),
            signs: count(|c| !c.is_alphanumeric() && !c.is_whitespace()),
        }
    }

    fn too_few(&self) -> bool {
        self.counts.len() < MIN_WORDS && self.foreign_letters < MIN_FOREIGN_LETTERS
    }

    /// More signs than letters, or mostly words that nobody can say.
    fn is_noise(&self) -> bool {
        let long = self.counts.keys().filter(|word| word.chars().count() >= 4);
        let (mut bad, mut all) = (0, 0);
        for word in long {
            all += 1;
            bad += usize::from(is_unspeakable(word));
        }
        self.signs > self.letters || (all >= 3 && bad * 2 > all)
    }

    fn is_repetition(&self) -> bool {
        self.total >= 30 && self.counts.len() * 10 < self.total && self.counts.len() < 12
    }
}

/// Latin letters without a vowel, or with six consonants in a row, or endlessly long.
fn is_unspeakable(word: &str) -> bool {
    if !word.chars().all(|c| c.is_ascii_alphabetic()) {
        return false;
    }
    let is_vowel = |c: char| "aeiouy".contains(c);
    let longest_run = word.split(is_vowel).map(str::len).max().unwrap_or(0);
    word.len() > 40 || longest_run >= 6 || !word.contains(is_vowel) || is_keyboard_row(word)
}

/// Letters that lie side by side on a keyboard: "asdf", "qwert".
fn is_keyboard_row(word: &str) -> bool {
    ["qwertyuiop", "asdfghjkl", "zxcvbnm"]
        .iter()
        .any(|row| row.contains(word) || row.chars().rev().collect::<String>().contains(word))
}

/// What a prompt says twice and differently.
pub(super) fn contradictions(prompt: &str) -> Vec<String> {
    let prompt = &prompt[..prompt.floor_char_boundary(MAX_CHARS)];
    budgets(prompt).into_iter().chain(dates(prompt)).collect()
}

fn budgets(prompt: &str) -> Option<String> {
    let amounts = money(prompt).into_iter();
    let stated: Vec<Money> = amounts.filter(|money| is_total(prompt, money)).collect();
    let first = stated.first()?;
    let other = stated.iter().find(|money| {
        let same = (money.middle() - first.middle()).abs() <= first.middle() * 0.01;
        money.currency == first.currency && !same
    })?;
    let text = |money: &Money| prompt[money.span.0..money.span.1].trim();
    Some(format!(
        "It names two budgets, {} and {}: say which is the whole, and what the other one is for.",
        text(first),
        text(other)
    ))
}

/// "The (total) budget is …", "budget of …", "budget: …", with nothing but such words between.
fn is_total(prompt: &str, money: &Money) -> bool {
    let before = before(prompt, money.span.0);
    let Some(at) = before.rfind("budget") else {
        return false;
    };
    let between: BTreeSet<&str> = before[at + "budget".len()..]
        .split(|c: char| !c.is_alphabetic())
        .filter(|word| !word.is_empty())
        .collect();
    let plain = [
        "is", "of", "at", "was", "will", "be", "about", "around", "roughly", "total", "our",
        "exactly",
    ];
    // A budget per year, per phase or for a part is not the whole.
    let after = after(prompt, money.span.1);
    let part = [
        "per ", "/", "for ", "a year", "a month", "each", "annual", "of which",
    ];
    between.iter().all(|word| plain.contains(word))
        && !part.iter().any(|word| after.trim_start().starts_with(word))
}

fn dates(prompt: &str) -> Option<String> {
    let mut starts = Vec::new();
    let mut ends = Vec::new();
    for time in times(prompt) {
        let TimeKind::Calendar(first, last) = time.kind else {
            continue;
        };
        let text = prompt[time.span.0..time.span.1].trim();
        match role(&before(prompt, time.span.0)) {
            Some(Role::Start) => starts.push((first, text)),
            Some(Role::End) => ends.push((last, text)),
            None => {}
        }
    }
    let (start, started) = starts.into_iter().min()?;
    let (end, ended) = ends.into_iter().max()?;
    (end < start).then(|| {
        format!("It is to end ({ended}) before it begins ({started}): correct one of the dates.")
    })
}

#[derive(Clone, Copy)]
enum Role {
    Start,
    End,
}

/// What the last telling word before a date makes of it.
fn role(before: &str) -> Option<Role> {
    let last = |words: &[&str]| words.iter().filter_map(|word| before.rfind(word)).max();
    let start = last(&["start", "begin", "kick off", "launching in"]);
    let end = last(&[
        "finish",
        "complete",
        "end ",
        "ends ",
        "deadline",
        "done by",
        "ready by",
        "no later than",
    ]);
    match (start, end) {
        (Some(start), Some(end)) if start > end => Some(Role::Start),
        (Some(_), None) => Some(Role::Start),
        (_, Some(_)) => Some(Role::End),
        (None, None) => None,
    }
}

/// Lower-case text of the same sentence before a place.
fn before(prompt: &str, at: usize) -> String {
    let from = prompt.floor_char_boundary(at.saturating_sub(REACH));
    let text = prompt[from..at].to_lowercase();
    let cut = text.rfind(['.', ';', '\n']).map_or(0, |end| end + 1);
    text[cut..].to_owned()
}

fn after(prompt: &str, at: usize) -> String {
    let to = prompt.floor_char_boundary((at + REACH).min(prompt.len()));
    prompt[at..to].to_lowercase()
}
