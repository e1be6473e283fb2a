//! Which kind of project a plan is, by the words of its title, prompt and work breakdown.
//!
//! Deterministic: each class has signal words; a word's weight is the logarithm of how often it
//! occurs, by where (title and stated domain count most). Deliberately absent: the author's or
//! a model's choice.

use std::collections::BTreeMap;

use plan::model::Plan;
use serde::Serialize;

use super::Class;
use crate::words::words;

const TITLE_WEIGHT: f64 = 4.0;
const PROMPT_WEIGHT: f64 = 2.0;
const WBS_WEIGHT: f64 = 0.25;
const SIGNALS: &str = include_str!("../../data/class_signals.txt");
/// WBS nodes looked at.
const MAX_NODES: usize = 2_000;

/// The two likeliest classes and which of them counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Classification {
    pub first: Class,
    /// `None` when only one class has any signal.
    pub second: Option<Class>,
}

impl Classification {
    /// The candidate for which `risk` is higher.
    pub fn worse_by(&self, risk: impl Fn(Class) -> f64) -> Class {
        match self.second {
            Some(second) if risk(second) > risk(self.first) => second,
            _ => self.first,
        }
    }
}

/// The two likeliest classes; without any signal, services and programmes.
pub fn classify(plan: &Plan) -> Classification {
    let mut weights: BTreeMap<String, f64> = BTreeMap::new();
    add(&mut weights, &plan.title, TITLE_WEIGHT);
    add(
        &mut weights,
        plan.domain.as_deref().unwrap_or_default(),
        TITLE_WEIGHT,
    );
    add(&mut weights, &plan.prompt.text, PROMPT_WEIGHT);
    for node in plan.wbs.iter().take(MAX_NODES) {
        add(&mut weights, &node.name, WBS_WEIGHT);
    }
    let mut scores: Vec<(f64, Class)> = Class::ALL
        .iter()
        .map(|&class| (score(&weights, &signals(class)), class))
        .filter(|(score, _)| *score > 0.0)
        .collect();
    scores.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    Classification {
        first: scores
            .first()
            .map_or(Class::ServicesAndProgrammes, |(_, class)| *class),
        // A second that has hardly any signal is no candidate.
        second: scores
            .get(1)
            .filter(|second| second.0 >= 0.3 * scores[0].0)
            .map(|(_, class)| *class),
    }
}

fn add(weights: &mut BTreeMap<String, f64>, text: &str, weight: f64) {
    for word in words(text) {
        *weights.entry(word).or_default() += weight;
    }
}

/// Repeating a word counts less and less.
fn score(weights: &BTreeMap<String, f64>, signals: &[&str]) -> f64 {
    let weight = |signal: &str| match signal.strip_suffix('*') {
        Some(start) => weights
            .range(start.to_owned()..)
            .take_while(|(word, _)| word.starts_with(start))
            .map(|(_, weight)| weight)
            .sum(),
        None => weights.get(signal).copied().unwrap_or(0.0),
    };
    signals.iter().map(|signal| weight(signal).ln_1p()).sum()
}

/// The words of one line of the data file: "rail: rail* train trains …".
fn signals(class: Class) -> Vec<&'static str> {
    let name = serde_json::to_value(class).unwrap_or_default();
    let line = SIGNALS
        .lines()
        .filter_map(|line| line.split_once(": "))
        .find(|(key, _)| name == *key);
    line.map_or_else(Vec::new, |(_, words)| words.split(' ').collect())
}

#[cfg(test)]
mod tests {
    use super::{Class, classify};
    use plan::model::{Plan, Text};
    use rstest::rstest;

    #[rstest]
    #[case(
        "High-speed rail line between two towns, new trains and stations",
        Class::Rail
    )]
    #[case("Construct a big roundabout and repave the road", Class::Road)]
    #[case("A pillar-supported submerged tunnel and a bridge", Class::FixedLink)]
    #[case(
        "Migrate our database and software platform to the cloud",
        Class::InformationTechnology
    )]
    #[case("Build a hydroelectric dam and its reservoir", Class::Hydropower)]
    #[case("A solar park with photovoltaic modules", Class::SolarPower)]
    #[case("Plan the 2036 Olympic ceremony", Class::MegaEvent)]
    #[case("A permanent lunar base on the Moon", Class::AerospaceDefence)]
    #[case("Renovate the village school and its library", Class::StandardBuilding)]
    #[case("Brew kombucha", Class::ServicesAndProgrammes)]
    fn plans_find_their_class(#[case] prompt: &str, #[case] class: Class) {
        let plan = Plan {
            prompt: Text {
                text: prompt.into(),
                source: "plan.txt".into(),
            },
            ..Plan::default()
        };
        assert_eq!(classify(&plan).first, class);
    }
}
