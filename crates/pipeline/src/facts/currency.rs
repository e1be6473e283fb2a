//! The currency that a plan counts in.

use super::BudgetFact;

/// Countries that plans name often, with ISO 4217 codes.
const COUNTRIES: &[(&str, &str)] = &[
    ("Argentina", "ARS"),
    ("Australia", "AUD"),
    ("Austria", "EUR"),
    ("Belgium", "EUR"),
    ("Brazil", "BRL"),
    ("Canada", "CAD"),
    ("Chile", "CLP"),
    ("China", "CNY"),
    ("Colombia", "COP"),
    ("Czech Republic", "CZK"),
    ("Denmark", "DKK"),
    ("Egypt", "EGP"),
    ("Finland", "EUR"),
    ("France", "EUR"),
    ("Germany", "EUR"),
    ("Ghana", "GHS"),
    ("Greece", "EUR"),
    ("Hungary", "HUF"),
    ("Iceland", "ISK"),
    ("India", "INR"),
    ("Indonesia", "IDR"),
    ("Ireland", "EUR"),
    ("Israel", "ILS"),
    ("Italy", "EUR"),
    ("Japan", "JPY"),
    ("Kenya", "KES"),
    ("Malaysia", "MYR"),
    ("Mexico", "MXN"),
    ("Morocco", "MAD"),
    ("Netherlands", "EUR"),
    ("New Zealand", "NZD"),
    ("Nigeria", "NGN"),
    ("Norway", "NOK"),
    ("Pakistan", "PKR"),
    ("Philippines", "PHP"),
    ("Poland", "PLN"),
    ("Portugal", "EUR"),
    ("Romania", "RON"),
    ("Russia", "RUB"),
    ("Saudi Arabia", "SAR"),
    ("Singapore", "SGD"),
    ("South Africa", "ZAR"),
    ("South Korea", "KRW"),
    ("Spain", "EUR"),
    ("Sweden", "SEK"),
    ("Switzerland", "CHF"),
    ("Taiwan", "TWD"),
    ("Tanzania", "TZS"),
    ("Thailand", "THB"),
    ("Turkey", "TRY"),
    ("UAE", "AED"),
    ("UK", "GBP"),
    ("Ukraine", "UAH"),
    ("United Kingdom", "GBP"),
    ("Vietnam", "VND"),
];

pub(super) fn of(budget: Option<&BudgetFact>, locations: &[String]) -> String {
    let stated = budget.map(|budget| budget.currency.as_str());
    let local = locations.iter().find_map(|place| {
        let found = COUNTRIES.iter().find(|(name, _)| name == place);
        found.map(|(_, code)| *code)
    });
    stated.or(local).unwrap_or("USD").to_owned()
}
