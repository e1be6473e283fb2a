use super::*;

fn of(prompt: &str) -> Facts {
    Facts::of(prompt, "", NaiveDate::from_ymd_opt(2026, 3, 1).unwrap())
}

#[test]
fn a_prompt_that_says_it_all_is_read_whole() {
    let facts = of(
        "We are a small bakery in Copenhagen, Denmark. Open a second bakery by 2027-06-30 \
                    with a budget of €250,000 and two ovens for €20,000.",
    );
    assert_eq!(facts.currency, "EUR");
    let budget = facts.budget.unwrap();
    assert_eq!((budget.amount, budget.text.as_str()), (250_000, "€250,000"));
    assert_eq!(facts.deadline, NaiveDate::from_ymd_opt(2027, 6, 30));
    assert_eq!(facts.duration_months, 16);
    assert!(
        facts
            .locations
            .iter()
            .any(|place| place.contains("Denmark")),
        "{:?}",
        facts.locations
    );
    assert!(
        facts.objective.starts_with("Open a second bakery"),
        "{}",
        facts.objective
    );
    assert_eq!(facts.keywords[0], "bakery");
    assert_eq!(facts.sentences.len(), 2);
}

#[test]
fn what_is_not_said_has_a_default_or_is_none() {
    let facts = of("Write a novel");
    assert_eq!(facts.title, "Write a novel");
    assert_eq!(facts.budget, None);
    assert_eq!(
        (facts.currency.as_str(), facts.duration_months),
        ("USD", 12)
    );
    assert_eq!(of("").title, "Untitled project");
}

#[test]
fn a_country_decides_the_currency_where_no_amount_does() {
    assert_eq!(
        of("Plant trees in Kenya within three years.").currency,
        "KES"
    );
    assert_eq!(
        of("Plant trees in Kenya within three years.").duration_months,
        36
    );
}

#[test]
fn facts_are_bounded_for_any_prompt() {
    let facts = of(&"Long words without an end ".repeat(20_000));
    assert!(facts.title.chars().count() <= MAX_TITLE_CHARS + 1);
    assert!(serde_json::to_string(&facts).unwrap().len() < 64 << 10);
}

#[test]
fn years_beyond_reach_are_no_deadline() {
    assert_eq!(of("Preserve the castle of 1420 until 2999.").deadline, None);
}
