//! What comes out: JSON, NDJSON and CSV that programs can read, words for people, and nothing
//! that a hostile title could do to a terminal.

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;

use crate::support::{Place, examples};

async fn ranked() -> Place {
    let place = Place::new();
    place.run(&["demo", "--once"]).await.with(0);
    place
}

#[track_caller]
fn has_keys(value: &Value, keys: &[&str]) {
    let object = value
        .as_object()
        .unwrap_or_else(|| panic!("{value} is no object"));
    for key in keys {
        assert!(object.contains_key(*key), "{key} is not in {value}");
    }
}

const RATED: [&str; 14] = [
    "plan_id",
    "title",
    "content_hash",
    "kpis",
    "elo",
    "elo_se",
    "elo_low",
    "elo_high",
    "rank",
    "rank_low",
    "rank_high",
    "percentile",
    "num_comparisons",
    "provisional",
];

#[tokio::test]
async fn the_leaderboard_as_json() {
    let place = ranked().await;
    let board = place.run(&["leaderboard", "--json"]).await.with(0).json();
    has_keys(
        &board,
        &[
            "contest",
            "established",
            "provisional",
            "established_in_all",
            "provisional_in_all",
            "judges",
            "spent",
        ],
    );
    assert_eq!(
        board["judges"][0]["name"],
        "offline judge, not a language model"
    );
    let all = board["established"]
        .as_array()
        .unwrap()
        .iter()
        .chain(board["provisional"].as_array().unwrap());
    let all: Vec<&Value> = all.collect();
    assert_eq!(all.len(), 14);
    let mean = all.iter().map(|p| p["elo"].as_f64().unwrap()).sum::<f64>() / 14.0;
    assert!(
        (mean - 1500.0).abs() < 1e-3,
        "the seed corpus is centred on 1500, not {mean}"
    );
    for plan in &all {
        has_keys(plan, &RATED);
        has_keys(
            &plan["kpis"],
            &[
                "novelty_score",
                "prompt_quality",
                "technical_completeness",
                "feasibility",
                "impact_estimate",
            ],
        );
        let number = |key: &str| plan[key].as_f64().unwrap();
        assert!(number("elo_low") < number("elo") && number("elo") < number("elo_high"));
        assert!(number("rank_low") <= number("rank") && number("rank") <= number("rank_high"));
    }
    let two = place
        .run(&["leaderboard", "--json", "--limit", "2"])
        .await
        .with(0)
        .json();
    assert_eq!(two["established"].as_array().unwrap().len(), 2);
    let of_domain = place
        .run(&["leaderboard", "--json", "--domain", "agriculture"])
        .await
        .with(0)
        .json();
    let found = of_domain["established"].as_array().unwrap().len()
        + of_domain["provisional"].as_array().unwrap().len();
    assert_eq!(found, 1);
    let elo = place
        .run(&["leaderboard", "--json", "--rating", "elo"])
        .await
        .with(0)
        .json();
    assert_eq!(elo["plain_elo"].as_array().unwrap().len(), 14);
}

#[tokio::test]
async fn explanations_as_json_and_as_words() {
    let place = ranked().await;
    let story = place
        .run(&["explain", "kisumu", "--json"])
        .await
        .with(0)
        .json();
    has_keys(
        &story,
        &["plan", "standing", "kpis", "comparisons", "history"],
    );
    has_keys(
        &story["kpis"]["kpis"]["prompt_quality"],
        &["value", "evidence"],
    );
    has_keys(
        &story["comparisons"][0],
        &["opponent_title", "level", "shown_first", "verdict"],
    );
    let id = story["plan"]["plan_id"].as_str().unwrap();
    let by_id = place.run(&["explain", id, "--json"]).await.with(0).json();
    assert_eq!(by_id, story);

    let pair = place
        .run(&["explain", "kisumu", "omnimind", "--json"])
        .await
        .with(0)
        .json();
    has_keys(
        &pair,
        &[
            "a",
            "b",
            "probability_a_better",
            "meetings",
            "common_opponents",
        ],
    );
    let turned = place
        .run(&["explain", "omnimind", "kisumu", "--json"])
        .await
        .with(0)
        .json();
    let probability = |story: &Value| story["probability_a_better"].as_f64().unwrap();
    assert!(probability(&pair) > 0.9);
    assert!((probability(&pair) + probability(&turned) - 1.0).abs() < 1e-9);
    for (meeting, other) in pair["meetings"]
        .as_array()
        .unwrap()
        .iter()
        .zip(turned["meetings"].as_array().unwrap())
    {
        assert_eq!(
            meeting["level"].as_i64(),
            other["level"].as_i64().map(|level| -level)
        );
    }
    let words = place.run(&["explain", "kisumu"]).await.with(0).stdout;
    assert!(
        words.contains("School meals") && words.contains("technical_completeness"),
        "{words}"
    );
}

#[tokio::test]
async fn a_plan_that_is_unknown_or_ambiguous_is_asked_for_again() {
    let place = ranked().await;
    place
        .run(&["explain", "no such plan"])
        .await
        .fails_saying(&["no plan matches \"no such plan\""]);
    place
        .run(&["explain", "e"])
        .await
        .fails_saying(&["\"e\" matches 10 plans", "give more of the id or the title"]);
    place
        .run(&["explain", "kisumu", "kisumu"])
        .await
        .fails_saying(&["same plan"]);
}

#[tokio::test]
async fn exports_in_all_formats_hold_the_same_plans() {
    let place = ranked().await;
    let json = place.run(&["export", "--comparisons"]).await.with(0).json();
    has_keys(&json, &["version", "contest", "plans", "comparisons"]);
    let plans = json["plans"].as_array().unwrap();
    assert_eq!(
        (plans.len(), json["comparisons"].as_array().unwrap().len()),
        (14, 14 * 12)
    );
    for comparison in json["comparisons"].as_array().unwrap() {
        has_keys(
            comparison,
            &[
                "first_plan",
                "second_plan",
                "level",
                "verdict",
                "flags",
                "cost_nano_usd",
                "prompt_version",
            ],
        );
        assert_eq!(comparison["cost_nano_usd"], "0", "money is text");
    }

    let ndjson = place
        .run(&["export", "--comparisons", "--format", "ndjson"])
        .await
        .with(0)
        .stdout;
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    for line in ndjson.lines() {
        let row: Value = serde_json::from_str(line).unwrap();
        *kinds
            .entry(row["type"].as_str().unwrap().to_owned())
            .or_default() += 1;
    }
    let counted: Vec<(&str, usize)> = kinds.iter().map(|(kind, n)| (kind.as_str(), *n)).collect();
    assert_eq!(
        counted,
        [("comparison", 14 * 12), ("export", 1), ("plan", 14)]
    );

    let text = place
        .run(&["export", "--format", "csv"])
        .await
        .with(0)
        .stdout;
    let mut csv = csv::Reader::from_reader(text.as_bytes());
    let rows: Vec<BTreeMap<String, String>> = csv.deserialize().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 14);
    for (row, plan) in rows.iter().zip(plans) {
        assert_eq!(row["plan_id"], plan["plan_id"].as_str().unwrap());
        assert_eq!(row["title"], plan["title"].as_str().unwrap());
        assert_eq!(
            row["elo"].parse::<f64>().unwrap().to_bits(),
            plan["elo"].as_f64().unwrap().to_bits()
        );
        let feasibility = plan["kpis"]["feasibility"].as_f64();
        assert_eq!(
            row["feasibility"].parse::<f64>().ok(),
            feasibility,
            "unknown is empty, not 0"
        );
    }
    place
        .run(&["export", "--format", "csv", "--comparisons"])
        .await
        .fails_saying(&["CSV holds one table"]);
}

#[tokio::test]
async fn an_exported_file_appears_whole_and_the_top_is_the_top() {
    let place = ranked().await;
    let path = place.path("out.json");
    let file = path.display().to_string();
    place
        .run(&["export", "--top", "3", "--output", &file])
        .await
        .with(0);
    let written: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    let ranks: Vec<i64> = written["plans"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| p["rank"].as_i64().unwrap())
        .collect();
    assert_eq!(ranks, [1, 2, 3]);
    assert!(!place.path("out.json.partial").exists());
    let nowhere = place.path("no/out.json").display().to_string();
    place
        .run(&["export", "--output", &nowhere])
        .await
        .fails_saying(&[&nowhere]);
}

#[tokio::test]
async fn an_empty_database_says_what_to_do() {
    let place = Place::new();
    place.run(&["migrate"]).await.with(0);
    let board = place.run(&["leaderboard"]).await.with(0).stdout;
    assert!(board.contains("Nothing is ranked yet"), "{board}");
    let export = place.run(&["export", "--comparisons"]).await.with(0).json();
    assert_eq!(export["plans"], serde_json::json!([]));
    place
        .run(&["rank"])
        .await
        .fails_saying(&["there are no plans to rank", "import"]);
    place
        .run(&["explain", "x"])
        .await
        .fails_saying(&["no plan matches"]);
    let elo = place
        .run(&["leaderboard", "--json", "--rating", "elo"])
        .await
        .with(0)
        .json();
    assert_eq!(elo["plain_elo"], serde_json::json!([]));
    place.run(&["doctor"]).await.with(0);
}

#[tokio::test]
async fn one_plan_alone_is_imported_and_waits_for_others() {
    let place = Place::new();
    let one = examples()
        .join("vineyard-organic-rioja.json")
        .display()
        .to_string();
    place.run(&["import", &one]).await.with(0);
    let report = place.run(&["rank", "--json"]).await.with(0).json();
    assert_eq!(report["end"]["kind"], "complete");
    let other = examples()
        .join("village-library-powys.json")
        .display()
        .to_string();
    place.run(&["import", &other]).await.with(0);
    let report = place.run(&["rank", "--json"]).await.with(0).json();
    assert_eq!(report["comparisons_in_all"], 2, "two plans have two orders");
}

/// Titles, catalogue entries and names of files that try to move the cursor, set the window's
/// title, or turn the line round.
#[tokio::test]
async fn no_escape_sequence_reaches_the_terminal() {
    let place = Place::new();
    let folder = place.path("input");
    fs::create_dir(&folder).unwrap();
    let evil = "evil \u{1b}]0;owned\u{7}\u{1b}[2J\u{9b}31m\u{202e}title\r\n";
    for (name, title) in [
        ("a", format!("First {evil}")),
        ("b", format!("Second {evil}")),
    ] {
        let plan = serde_json::json!({ "title": title, "prompt": format!("Build {name} {evil} in Oslo."), "domain": evil });
        fs::write(folder.join(format!("{name}.json")), plan.to_string()).unwrap();
    }
    let catalogue = r#"- {title: "Third \e[2J\e]0;owned\a", report_link: "a_report.html"}"#;
    fs::write(folder.join("examples.yml"), catalogue).unwrap();
    fs::write(folder.join("\u{1b}[2J\u{7}.zip"), "no zip").unwrap();
    let input = folder.display().to_string();
    let mut said = vec![place.run(&["import", &input]).await.with(3)];
    let commands: [&[&str]; 8] = [
        &["rank"],
        &["leaderboard"],
        &["leaderboard", "--rating", "elo"],
        &["explain", "Second"],
        &["explain", "Second", "Third"],
        &["export", "--format", "csv"],
        &["export", "--comparisons"],
        &["doctor"],
    ];
    for command in commands {
        said.push(place.run(command).await.with(0));
    }
    said.push(place.run(&["explain", "e"]).await.with(1));
    said.push(place.run(&["explain", "\u{1b}[2J"]).await.with(1));
    for ended in said {
        let text = format!("{}{}", ended.stdout, ended.stderr);
        let bad = text
            .chars()
            .find(|c| (c.is_control() && *c != '\n') || *c == '\u{202e}');
        assert_eq!(bad, None, "{ended:?}");
        assert!(!text.is_empty());
    }
}
