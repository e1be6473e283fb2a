use super::*;
use crate::examples::EXAMPLE_PROMPTS;

#[test]
fn every_example_prompt_is_ready() {
    for example in &EXAMPLE_PROMPTS {
        let review = review_prompt(example.text);
        let scores: Vec<(&str, f64)> = review
            .items
            .iter()
            .map(|item| (item.key.as_str(), item.score))
            .collect();
        assert_eq!(
            review.verdict,
            PromptVerdict::Ready,
            "{}: {scores:?} {:?}",
            example.id,
            review.problems
        );
    }
}

#[test]
fn what_holds_nothing_to_plan_is_refused_with_a_reason() {
    let book = "A chapter about everything. ".repeat(2_000);
    let repeated = "money now ".repeat(40);
    for (prompt, word) in [
        ("", "empty"),
        ("  \n ", "empty"),
        ("test test", "too little"),
        ("A plan please", "too little"),
        ("asdf jkl qwer zxcv asdfgh", "not readable"),
        ("xkcdqz wrtplk bnmvcx hjklqw", "not readable"),
        ("$$ %% && (( )) !! ?? ## a b c d e", "not readable"),
        (
            "Lorem ipsum dolor sit amet, consectetur adipiscing elit.",
            "placeholder",
        ),
        (&repeated, "too little"),
        (&"make much more money now please ".repeat(20), "repeats"),
        (&book, "longer"),
    ] {
        let review = review_prompt(prompt);
        assert_eq!(review.verdict, PromptVerdict::Refused, "{prompt:.60}");
        assert_eq!(review.problems.len(), 1);
        assert!(
            review.problems[0].contains(word),
            "{prompt:.60}: {:?}",
            review.problems
        );
    }
}

#[test]
fn a_short_or_foreign_prompt_is_thin_and_not_refused() {
    for prompt in [
        "Open a small bakery in Aarhus.",
        "Rhythm and myth: a lynx sanctuary in Schwyz.",
        "Schreibe ein Kochbuch über norddeutsche Suppen.",
        "在上海开一家素食餐厅，预算一百万元人民币。",
        "Построить детскую площадку во дворе.",
    ] {
        let review = review_prompt(prompt);
        assert_eq!(
            review.verdict,
            PromptVerdict::Thin,
            "{prompt}: {:?}",
            review.problems
        );
        assert!(
            review.problems.is_empty(),
            "{prompt}: {:?}",
            review.problems
        );
    }
}

#[test]
fn advice_is_given_for_what_is_not_said_and_for_nothing_else() {
    let review = review_prompt(
        "Open a bakery for rye bread. The shop is in Aarhus, Denmark. It opens by 1 March 2027.",
    );
    assert_eq!(review.items.len(), 8);
    for item in &review.items {
        assert_eq!(item.advice.is_none(), item.score >= 1.0, "{item:?}");
    }
    let said = |key: &str| {
        review
            .items
            .iter()
            .find(|item| item.key == key)
            .unwrap()
            .score
    };
    assert!((said("location") - 1.0).abs() < 1e-9 && (said("timeframe") - 1.0).abs() < 1e-9);
    assert!(said("budget").abs() < 1e-9);
}

#[test]
fn figures_that_contradict_each_other_are_told() {
    for (prompt, words) in [
        (
            "Open a bakery in Aarhus. The budget is EUR 200,000. We want ovens. The total budget is EUR 350,000.",
            &["200,000", "350,000"],
        ),
        (
            "Open a bakery in Aarhus. Work will start in March 2028. It must be finished by 2027-06-30.",
            &["2028", "2027-06-30"],
        ),
    ] {
        let review = review_prompt(prompt);
        assert_eq!(review.verdict, PromptVerdict::Thin);
        assert_eq!(review.problems.len(), 1, "{:?}", review.problems);
        assert!(
            words.iter().all(|word| review.problems[0].contains(word)),
            "{:?}",
            review.problems
        );
    }
}

#[test]
fn figures_that_only_differ_are_no_contradiction() {
    for prompt in [
        "The budget is EUR 200,000, of which EUR 50,000 are for ovens. Rent is EUR 20,000.",
        "A budget of EUR 50,000 for marketing and a budget of EUR 90,000 for ovens.",
        "The budget is EUR 200,000. Keep within the budget of EUR 200,000.",
        "Start in March 2026 and finish by June 2027. The shop was started in 2029 sq ft.",
        "Begin in 2026. The house was completed in 1931 and must be finished by 2028.",
    ] {
        let problems = review_prompt(prompt).problems;
        assert!(problems.is_empty(), "{prompt}: {problems:?}");
    }
}
