use std::collections::BTreeMap;

use super::*;
use crate::stage::{Phase, Tier, Work};

fn each(path: &str, batch: usize) -> Each {
    Each {
        from: "a.json".into(),
        path: path.into(),
        batch,
        limit: BTreeMap::from([(Mode::Fast, 1)]),
        collect: Some("/rows".into()),
        raw: Some("{n}-raw.json".into()),
    }
}

#[test]
fn items_are_found_flattened_and_batched() {
    let flat = json!([1, 2, 3, 4, 5]);
    let nested = json!({"phases": [{"tasks": [1, 2]}, {"tasks": []}, {"tasks": [3]}]});
    let all = |path, batch, source| batches(&each(path, batch), source, Mode::All).unwrap();
    assert_eq!(
        all("*", 2, &flat),
        [
            vec![json!(1), json!(2)],
            vec![json!(3), json!(4)],
            vec![json!(5)]
        ]
    );
    assert_eq!(
        all("phases/*/tasks/*", 1, &nested),
        [[json!(1)], [json!(2)], [json!(3)]]
    );
    assert_eq!(batches(&each("*", 1), &flat, Mode::Fast).unwrap().len(), 1);
    assert!(all("*", 1, &json!([])).is_empty());
}

#[test]
fn a_file_that_holds_no_items_is_told_by_name() {
    for (path, source) in [
        ("*", json!({})),
        ("x/*", json!({"y": []})),
        ("*", json!(vec![0; 500])),
    ] {
        let error = batches(&each(path, 1), &source, Mode::All).unwrap_err();
        assert!(error.starts_with("a.json: "), "{error}");
    }
}

fn stage(each: Option<Each>, outputs: &[(&str, Option<&str>, bool)]) -> Stage {
    let schema = json!({"type": "object", "properties": {"rows": {"type": "array", "items": {"type": "integer"}}}});
    let prompt = Prompt {
        tier: Tier::Large,
        max_output_tokens: 100,
        each,
        gate: None,
        checks: Vec::new(),
        schema,
    };
    let output = |(file, pick, markdown): &(&str, Option<&str>, bool)| Output {
        file: (*file).to_owned(),
        pick: pick.map(str::to_owned),
        markdown: *markdown,
    };
    Stage {
        id: "s".into(),
        title: "Rows".into(),
        phase: Phase::Work,
        inputs: Vec::new(),
        outputs: outputs.iter().map(output).collect(),
        work: Work::Model(Box::new(prompt)),
        hash: String::new(),
    }
}

fn files(stage: &Stage, answers: &[Value]) -> Result<Vec<(String, String)>, String> {
    let files = outputs(stage, stage.prompt().unwrap(), answers.to_vec())?;
    let text = |(name, bytes): (String, Vec<u8>)| (name, String::from_utf8(bytes).unwrap());
    Ok(files.into_iter().map(text).collect())
}

#[test]
fn answers_are_joined_in_the_order_of_their_calls() {
    let stage = stage(
        Some(each("*", 1)),
        &[("rows.json", None, false), ("rows.md", None, true)],
    );
    let files = files(
        &stage,
        &[
            json!({"rows": [1, 2]}),
            json!({"rows": []}),
            json!({"rows": [3]}),
        ],
    )
    .unwrap();
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        [
            "1-raw.json",
            "2-raw.json",
            "3-raw.json",
            "rows.json",
            "rows.md"
        ]
    );
    assert_eq!(
        serde_json::from_str::<Value>(&files[3].1).unwrap(),
        json!([1, 2, 3])
    );
    assert!(files[4].1.contains("# Rows"), "{}", files[4].1);
}

#[test]
fn an_output_may_be_a_part_of_the_answer() {
    let whole = json!({"rows": [7]});
    let picked = files(
        &stage(None, &[("rows.json", Some("/rows"), false)]),
        std::slice::from_ref(&whole),
    )
    .unwrap();
    assert_eq!(
        serde_json::from_str::<Value>(&picked[0].1).unwrap(),
        json!([7])
    );
    let missing = files(&stage(None, &[("x.json", Some("/x"), false)]), &[whole]).unwrap_err();
    assert!(missing.contains("/x"), "{missing}");
}
