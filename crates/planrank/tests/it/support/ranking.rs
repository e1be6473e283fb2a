//! What a ranking ended with, without what differs between two runs on the same plans: ids
//! that the server made, times, and the database's secret in request hashes.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Place, Program};

/// Made anew in every database.
const IDS_AND_TIMES: [&str; 12] = [
    "plan_id",
    "owner_id",
    "family_id",
    "comparison_id",
    "first_plan",
    "second_plan",
    "judge_id",
    "submitted_at",
    "rated_at",
    "created_at",
    "finished_at",
    "request_hash",
];

/// A whole export, comparable bit by bit.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Standings(pub(crate) Value);

/// `planrank export --comparisons` of a place.
pub(crate) async fn standings(place: &Place) -> Standings {
    standings_at(&place.database()).await
}

/// The same of any database.
pub(crate) async fn standings_at(database: &str) -> Standings {
    let export = Program::start(&["export", "--comparisons", "--db", database]);
    let mut export = export.end().await.with(0).json();
    strip(&mut export);
    Standings(export)
}

fn strip(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for name in IDS_AND_TIMES {
                fields.remove(name);
            }
            fields.values_mut().for_each(strip);
        }
        Value::Array(items) => items.iter_mut().for_each(strip),
        _ => {}
    }
}

impl Standings {
    pub(crate) fn plans(&self) -> &[Value] {
        self.0["plans"].as_array().unwrap()
    }

    pub(crate) fn comparisons(&self) -> &[Value] {
        self.0["comparisons"].as_array().unwrap()
    }

    /// Comparisons in this state: `done` or `void`.
    pub(crate) fn in_state(&self, state: &str) -> Vec<&Value> {
        self.comparisons()
            .iter()
            .filter(|c| c["state"] == state)
            .collect()
    }

    /// Sum of what the comparisons cost, in nano-USD.
    pub(crate) fn cost_nano_usd(&self) -> i64 {
        let cost = |c: &Value| c["cost_nano_usd"].as_str().unwrap().parse::<i64>().unwrap();
        self.comparisons().iter().map(cost).sum()
    }

    /// Fails when anything was judged or counted twice, or was left open.
    pub(crate) fn assert_each_counted_once(&self) {
        let mut times: BTreeMap<String, u32> = BTreeMap::new();
        let mut verdicts = 0;
        for c in self.comparisons() {
            assert_ne!(c["state"], "scheduled", "{c}");
            let question = ["first_hash", "second_hash", "variant"].map(|key| c[key].to_string());
            *times.entry(question.join(" ")).or_default() += 1;
            let is_pair = c["kind"] == "normal" || c["kind"] == "second_order";
            verdicts += i64::from(is_pair && c["state"] == "done");
        }
        let twice: Vec<_> = times.iter().filter(|(_, n)| **n > 1).collect();
        assert!(twice.is_empty(), "judged twice: {twice:?}");
        let counted: i64 = self
            .plans()
            .iter()
            .map(|p| p["num_comparisons"].as_i64().unwrap())
            .sum();
        assert_eq!(
            counted,
            2 * verdicts,
            "each verdict counts once for each side"
        );
    }

    /// Fails at the first difference, and says where it is.
    #[track_caller]
    pub(crate) fn assert_equal(&self, other: &Self) {
        if self == other {
            return;
        }
        for list in ["plans", "comparisons"] {
            let (ours, theirs) = (&self.0[list], &other.0[list]);
            let lengths = [ours, theirs].map(|l| l.as_array().unwrap().len());
            assert_eq!(lengths[0], lengths[1], "number of {list}");
            for index in 0..lengths[0] {
                assert_eq!(ours[index], theirs[index], "{list} {index}");
            }
        }
        assert_eq!(self, other);
    }
}
