use super::*;

fn prompt(first: &str, second: &str) -> String {
    format!(
        "Key: k1.\n<<<FIRST PLAN k1>>>\n## title\n[title] {first}\n<<<END OF FIRST PLAN k1>>>\n\
         <<<SECOND PLAN k1>>>\n## title\n[title] {second}\n(2 more items not shown)\n<<<END OF SECOND PLAN k1>>>\nGo.\n"
    )
}

fn answer(script: &JudgeScript, first: &str, second: &str) -> Value {
    serde_json::from_str(&script.answer_prompt(&prompt(first, second), 0).unwrap()).unwrap()
}

fn overall(script: &JudgeScript, first: &str, second: &str) -> i64 {
    answer(script, first, second)["verdict"]["overall"]
        .as_i64()
        .unwrap()
}

const WELLS: &str = "Drill forty wells beside village schools";
const BRIDGE: &str = "Build a wooden bridge across the northern river";

#[test]
fn a_prompt_is_read_as_two_cards_with_items() {
    let text = prompt(WELLS, BRIDGE);
    let [first, second] = read_prompt(&text).unwrap();
    assert_eq!(
        first.items,
        [ShownItem {
            id: "title",
            text: WELLS
        }]
    );
    assert_eq!(
        second.items,
        [ShownItem {
            id: "title",
            text: BRIDGE
        }]
    );
    assert_eq!(read_prompt("What is the weather?"), None);
    assert_eq!(
        read_prompt(&text.replace("<<<END OF SECOND PLAN k1>>>", "<<<END OF SECOND PLAN k2>>>")),
        None
    );
}

#[test]
fn quotes_are_genuine_unless_it_invents() {
    let honest = answer(&JudgeScript::default(), WELLS, BRIDGE);
    assert_eq!(
        honest["dimensions"][0]["evidence_first"],
        json!({ "item": "title", "text": WELLS })
    );
    let liar = JudgeScript {
        fabricated: 1.0,
        ..JudgeScript::default()
    };
    let text = answer(&liar, WELLS, BRIDGE)["dimensions"][0]["evidence_first"]["text"].clone();
    assert!(!WELLS.contains(text.as_str().unwrap()));
    let second: Value =
        serde_json::from_str(&liar.answer_prompt(&prompt(WELLS, BRIDGE), 1).unwrap()).unwrap();
    assert_eq!(
        second["dimensions"][0]["evidence_first"]["text"],
        json!(WELLS)
    );
}

#[test]
fn without_noise_and_position_effect_the_order_does_not_matter() {
    let exact = JudgeScript {
        noise: 0.0,
        position_effect: 0.0,
        ..JudgeScript::default()
    };
    for i in 0..50 {
        let (a, b) = (
            format!("{WELLS} number {i} gamma"),
            format!("{BRIDGE} delta{}", "xyz".repeat(i)),
        );
        assert_eq!(overall(&exact, &a, &b), -overall(&exact, &b, &a));
    }
    let flipping = JudgeScript {
        flip_one_order: 1.0,
        ..exact
    };
    assert_eq!(
        overall(&flipping, WELLS, BRIDGE),
        overall(&flipping, BRIDGE, WELLS)
    );
}

#[test]
fn a_position_effect_favours_the_plan_shown_first() {
    let biased = JudgeScript {
        position_effect: 3.0,
        noise: 0.0,
        ..JudgeScript::default()
    };
    let sum: i64 = (0..50)
        .map(|i| overall(&biased, &format!("{WELLS} {i}"), &format!("{WELLS} {i}0")))
        .sum();
    assert_eq!(sum, 150);
}

#[test]
fn settings_are_read_from_the_responders_name() {
    let script: JudgeScript = "judge:flip=0.1,noise=0,seed=7".parse().unwrap();
    assert_eq!(
        script,
        JudgeScript {
            flip_one_order: 0.1,
            noise: 0.0,
            seed: 7,
            ..JudgeScript::default()
        }
    );
    assert_eq!("judge".parse(), Ok(JudgeScript::default()));
    for bad in [
        "schema",
        "judge:flip",
        "judge:flip=x",
        "judge:colour=1",
        "judge:seed=0.5",
    ] {
        assert!(bad.parse::<JudgeScript>().is_err(), "{bad}");
    }
}

#[test]
fn strengths_and_noise_have_the_stated_spread() {
    let script = JudgeScript::default();
    let vocabulary: Vec<String> = (0..4000).map(|i| format!("word{}", letters(i))).collect();
    let strengths: Vec<f64> = vocabulary
        .chunks(40)
        .map(|words| script.strength(words.iter().map(String::as_str)))
        .collect();
    let variance = strengths.iter().map(|s| s * s).sum::<f64>() / strengths.len() as f64;
    assert!((0.6..1.5).contains(&variance), "{variance}");
    let noise: Vec<f64> = (0..4000).map(|i| logistic(spread(i))).collect();
    let variance = noise.iter().map(|x| x * x).sum::<f64>() / noise.len() as f64;
    assert!(
        (variance - std::f64::consts::PI.powi(2) / 3.0).abs() < 0.4,
        "{variance}"
    );
}

fn letters(mut i: u32) -> String {
    let mut out = String::new();
    for _ in 0..4 {
        out.extend(char::from_u32('a' as u32 + i % 26));
        i /= 26;
    }
    out
}
