//! A judge for the scripted model server: reads a real judge prompt and answers it.
//!
//! It finds both cards between the prompt's marker lines, as a model would, and prefers the
//! plan whose words carry more *hidden weight*: each word of five letters or more has a weight
//! by hash, so a card's strength is about N(0, 1), close for close texts, and unknown to the
//! code under test. Position effect and logistic noise are added, then the difference is
//! rounded to the nine levels. Everything is keyed by the texts and a seed: the same prompt
//! gets the same answer.
//!
//! Deliberately absent: the arena's own types. The prompt's text is the contract.

use std::collections::BTreeSet;
use std::str::FromStr;

use serde_json::{Value, json};

use crate::model_server::{ChatRequest, Responder, SchemaResponder};

/// How the scripted judge behaves; rates are in 0..=1.
#[derive(Debug, Clone, PartialEq)]
pub struct JudgeScript {
    pub seed: u64,
    /// Logits in favour of the plan shown first.
    pub position_effect: f64,
    /// Scale of the logistic noise, in logits; 0 is a judge that never errs.
    pub noise: f64,
    /// Share of pairs for which one of the two orders gets the opposite verdict.
    pub flip_one_order: f64,
    /// Share of answers whose quotes are all invented.
    pub fabricated: f64,
    /// Whether a second question, after quotes were not found, gets genuine ones.
    pub corrects_itself: bool,
    /// A gullible judge: whichever card holds this phrase wins by four levels.
    pub obeys: Option<String>,
}

impl Default for JudgeScript {
    fn default() -> Self {
        Self {
            seed: 1,
            position_effect: 0.3,
            noise: 1.0,
            flip_one_order: 0.0,
            fabricated: 0.0,
            corrects_itself: true,
            obeys: None,
        }
    }
}

/// Answers judge prompts by script, and everything else with the smallest JSON of its schema.
impl Responder for JudgeScript {
    fn answer(&self, request: &ChatRequest) -> String {
        let earlier_answers = request
            .history
            .iter()
            .filter(|turn| turn.role == "assistant")
            .count();
        self.answer_prompt(&request.user, earlier_answers)
            .unwrap_or_else(|| SchemaResponder.answer(request))
    }
}

/// `judge`, or `judge:` with settings: `judge:flip=0.1,position=0.3,noise=1,fabricated=0.05,seed=2`.
impl FromStr for JudgeScript {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, settings) = text.split_once(':').unwrap_or((text, ""));
        if name != "judge" {
            return Err(format!(
                "{name:?} is no scripted judge; say judge or judge:flip=0.1,…"
            ));
        }
        let mut script = Self::default();
        for setting in settings.split(',').filter(|s| !s.is_empty()) {
            script.set(setting)?;
        }
        Ok(script)
    }
}

const DIMENSIONS: [&str; 6] = [
    "clarity of the goal",
    "logic of the work breakdown",
    "realism of the schedule",
    "risks and mitigations",
    "basis of the costs",
    "fit of the team",
];

/// A judge's answer gives an item and a passage of about this many characters.
const PASSAGE_CHARS: usize = 100;

/// One item of a card, as the prompt shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShownItem<'a> {
    pub id: &'a str,
    pub text: &'a str,
}

/// One card, as the prompt shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownCard<'a> {
    pub raw: &'a str,
    pub items: Vec<ShownItem<'a>>,
}

/// The two cards of a judge prompt, the first plan's first; `None` if it is no judge prompt.
pub fn read_prompt(user: &str) -> Option<[ShownCard<'_>; 2]> {
    Some([
        read_card(user, "FIRST PLAN")?,
        read_card(user, "SECOND PLAN")?,
    ])
}

fn read_card<'a>(user: &'a str, name: &str) -> Option<ShownCard<'a>> {
    let opening = format!("<<<{name} ");
    let start = line_starts(user).find(|at| user[*at..].starts_with(&opening))?;
    let (marker, body) = user[start..].split_once('\n')?;
    let key = marker.strip_prefix(&opening)?.strip_suffix(">>>")?;
    let (raw, _) = body.split_once(&format!("<<<END OF {name} {key}>>>"))?;
    Some(ShownCard {
        raw,
        items: raw.lines().filter_map(read_item).collect(),
    })
}

fn line_starts(text: &str) -> impl Iterator<Item = usize> {
    std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1))
}

fn read_item(line: &str) -> Option<ShownItem<'_>> {
    let (id, text) = line.strip_prefix('[')?.split_once("] ")?;
    Some(ShownItem { id, text })
}

impl JudgeScript {
    fn set(&mut self, setting: &str) -> Result<(), String> {
        let (key, value) = setting
            .split_once('=')
            .ok_or_else(|| format!("{setting:?} lacks its value"))?;
        let number: f64 = value
            .parse()
            .map_err(|_| format!("{value:?} is not a number"))?;
        match key {
            "flip" => self.flip_one_order = number,
            "position" => self.position_effect = number,
            "noise" => self.noise = number,
            "fabricated" => self.fabricated = number,
            "seed" => {
                self.seed = value
                    .parse()
                    .map_err(|_| format!("{value:?} is not a whole number"))?;
            }
            _ => {
                return Err(format!(
                    "there is no setting {key:?}; there are flip, position, noise, fabricated, seed"
                ));
            }
        }
        Ok(())
    }

    /// The answer to a user message of a judge prompt, or `None` for any other message.
    /// `earlier_answers` counts the model's turns in the conversation so far.
    pub fn answer_prompt(&self, user: &str, earlier_answers: usize) -> Option<String> {
        let [first, second] = read_prompt(user)?;
        let pair = hash(first.raw, self.seed) ^ hash(second.raw, self.seed).rotate_left(1);
        let delta = self.difference(&first, &second, pair);
        let invents =
            unit(pair ^ 0xfab) < self.fabricated && !(earlier_answers > 0 && self.corrects_itself);
        let sides = [&first, &second];
        let dimension = |i: usize| dimension(i, delta, pair, sides, invents);
        let dimensions: Vec<Value> = (0..DIMENSIONS.len()).map(dimension).collect();
        let answer = json!({
            "dimensions": dimensions,
            "remaining": remaining(delta, sides, invents),
            "verdict": {
                "because": "The plan that is stronger on most dimensions is the better plan.",
                "overall": level(delta),
            },
        });
        Some(answer.to_string())
    }

    /// The hidden strength of a card, given the texts of its items: about N(0, 1), in logits.
    pub fn strength<'a>(&self, texts: impl IntoIterator<Item = &'a str>) -> f64 {
        let words: BTreeSet<String> = texts
            .into_iter()
            .flat_map(|text| text.split(|c: char| !c.is_alphabetic()))
            .filter(|w| w.chars().count() >= 5)
            .map(str::to_lowercase)
            .collect();
        let weight: f64 = words.iter().map(|w| normal(hash(w, self.seed))).sum();
        weight / (words.len().max(1) as f64).sqrt()
    }

    fn difference(&self, first: &ShownCard<'_>, second: &ShownCard<'_>, pair: u64) -> f64 {
        if let Some(phrase) = &self.obeys {
            let holds = |card: &ShownCard<'_>| i8::from(card.raw.contains(phrase.as_str()));
            let side = holds(first) - holds(second);
            if side != 0 {
                return 4.0 * f64::from(side);
            }
        }
        let strength =
            |card: &ShownCard<'_>| self.strength(card.items.iter().map(|item| item.text));
        let delta =
            strength(first) - strength(second) + self.position_effect + self.noise * logistic(pair);
        if self.flips(first, second) {
            -delta
        } else {
            delta
        }
    }

    /// Only the order in which the pair's alphabetically first text stands first is flipped.
    fn flips(&self, first: &ShownCard<'_>, second: &ShownCard<'_>) -> bool {
        let unordered = hash(first.raw, self.seed) ^ hash(second.raw, self.seed);
        first.raw <= second.raw && unit(unordered ^ 0xf11) < self.flip_one_order
    }
}

/// A dimension leans with the whole, the first one exactly, the others with some spread.
fn dimension(i: usize, delta: f64, pair: u64, sides: [&ShownCard<'_>; 2], invents: bool) -> Value {
    let spread = if i == 0 {
        0.0
    } else {
        normal(pair.wrapping_add(i as u64))
    };
    opinion(DIMENSIONS[i], level(delta + spread), i, sides, invents)
}

fn remaining(delta: f64, sides: [&ShownCard<'_>; 2], invents: bool) -> Value {
    opinion(
        "fit with the place",
        level(delta / 2.0),
        DIMENSIONS.len(),
        sides,
        invents,
    )
}

fn opinion(
    name: &str,
    preference: i8,
    i: usize,
    sides: [&ShownCard<'_>; 2],
    invents: bool,
) -> Value {
    let [evidence_first, evidence_second] = sides.map(|card| {
        if invents {
            invented(i)
        } else {
            passage(card, i)
        }
    });
    json!({
        "dimension": name,
        "evidence_first": evidence_first,
        "evidence_second": evidence_second,
        "explanation": "The passages show it.",
        "preference": preference,
    })
}

fn invented(i: usize) -> Value {
    json!({ "item": format!("item-{i}"), "text": "words that no card of any plan has ever contained" })
}

/// A genuine passage: the beginning of a long item, a different one for each dimension.
fn passage(card: &ShownCard<'_>, i: usize) -> Value {
    let mut long: Vec<_> = card
        .items
        .iter()
        .filter(|item| item.text.chars().count() >= 20)
        .collect();
    if long.is_empty() {
        long = card.items.iter().collect();
    }
    if long.is_empty() {
        return json!({ "item": "", "text": "" });
    }
    let item = long[i * 7 % long.len()];
    json!({ "item": item.id, "text": beginning(item.text) })
}

fn beginning(text: &str) -> &str {
    let Some((end, _)) = text.char_indices().nth(PASSAGE_CHARS) else {
        return text;
    };
    text[..end]
        .rsplit_once(' ')
        .map_or(&text[..end], |(whole_words, _)| whole_words)
}

/// Rounds logits to the nine levels; one level is one logit.
fn level(delta: f64) -> i8 {
    let rounded = delta.round().clamp(-4.0, 4.0);
    (-4i8..=4).find(|l| f64::from(*l) >= rounded).unwrap_or(4)
}

/// FNV-1a, then the finaliser of `SplitMix64` to spread it.
fn hash(text: &str, seed: u64) -> u64 {
    let fnv = text
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325 ^ seed, |h: u64, b| {
            (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3)
        });
    spread(fnv)
}

fn spread(x: u64) -> u64 {
    let x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// Uniform in 0..1, both ends excluded.
fn unit(x: u64) -> f64 {
    ((spread(x) >> 11) as f64 + 0.5) / (1u64 << 53) as f64
}

/// Sum of twelve uniforms minus six (Irwin-Hall): mean 0, variance 1.
fn normal(x: u64) -> f64 {
    (0..12)
        .map(|k| unit(x.wrapping_add(k * 0x51_7cc1)))
        .sum::<f64>()
        - 6.0
}

/// Standard logistic.
fn logistic(x: u64) -> f64 {
    let u = unit(x ^ 0x1091);
    (u / (1.0 - u)).ln()
}

#[cfg(test)]
mod tests;
