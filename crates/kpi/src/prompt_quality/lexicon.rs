//! Words by which the rules recognise what a sentence is about: our own choice, English only.
//!
//! An entry that ends in "*" matches every word that starts so. All are lower-case.

/// Verbs that open a request.
pub(super) const OBJECTIVE_VERBS: &[&str] = &[
    "add", "assess", "automate", "build", "choose", "conduct", "construct", "convert", "create",
    "cut", "deliver", "deploy", "design", "develop", "distill", "eliminate", "establish",
    "evaluate", "expand", "found", "implement", "improve", "install", "introduce", "invent",
    "launch", "make", "manufacture", "map", "migrate", "modernise", "modernize", "open",
    "organise", "organize", "plan", "prepare", "produce", "protect", "provide", "publish",
    "reduce", "renovate", "replace", "restore", "restructure", "run", "sell", "set", "start",
    "sever", "train", "transform", "upgrade", "write",
];
/// Words that announce an objective, before a verb or a noun.
pub(super) const OBJECTIVE_WORDS: &[&str] = &[
    "aim", "aims", "envisioning", "goal", "goals", "intend", "mission", "objective", "objectives",
    "purpose", "want", "wants", "wish", "vision",
];
/// Why now: causes, circumstances, what is wrong.
pub(super) const CONTEXT_WORDS: &[&str] = &[
    "address*", "already", "amid", "background", "because", "circa", "coming", "currently",
    "crisis", "critical", "declin*", "dependence", "dependency", "deplet*", "due", "existing",
    "exploiting", "facing", "given", "halted", "heightened", "increasing", "lack", "lacks",
    "leverag*", "mainstream", "need", "obstacle*", "passed", "pollution", "precursor", "problem*",
    "recent*", "response", "rising", "scarcity", "shortage*", "since", "stressed", "suffer*",
    "traditional", "triggered", "vulnerab*", "while",
];
/// Limits the work has to keep.
pub(super) const CONSTRAINT_WORDS: &[&str] = &[
    "acceptable", "avoid", "ban", "banned", "before", "cannot", "complian*", "conditional",
    "constraint*", "criteria", "exactly", "except", "exclud*", "forbidden", "gate", "gated",
    "gates", "law", "laws", "legal", "licens*", "limit", "limited", "limits", "mandatory", "max",
    "maximum", "minimal", "minimum", "must", "never", "no", "non-negotiable", "not", "only",
    "outside", "permit*", "prohibit*", "regulation*", "require*", "requirement*", "restrict*",
    "rule", "rules", "shall", "standard", "standards", "strict", "stringent", "within", "without",
];
/// Words that make a number a target.
pub(super) const SUCCESS_WORDS: &[&str] = &[
    "achiev*", "accept*", "benchmark*", "criteria", "criterion", "goal", "goals", "kpi",
    "kpis", "measur*", "metric*", "objective*", "outcome*", "performance", "reduc*", "success",
    "successful", "target*", "validat*", "verif*",
];
pub(super) const BUDGET_WORDS: &[&str] = &[
    "allocat*", "budget*", "burn", "capital", "cost*", "financ*", "fund*", "grant*", "initiative",
    "invest*", "price*", "program", "programme", "project", "spend*", "raise*", "farm",
];
/// Budget words that count without an amount.
pub(super) const FUNDING_WORDS: &[&str] = &["budget*", "financ*", "fund*", "grant*", "invest*", "margins"];
pub(super) const TIME_WORDS: &[&str] = &[
    "asap", "deadline*", "decade*", "duration", "milestone*", "phase*", "phased", "schedule*",
    "timeline*", "weeks", "months", "years", "hours",
];
pub(super) const RISK_WORDS: &[&str] = &[
    "attack*", "conting*", "danger*", "dispute*", "dual-use", "emergenc*", "failure*", "fear*", "hazard*", "mitigat*",
    "obstacle*", "opposition", "outbreak*", "protest*", "resilien*", "risk*", "rogue", "safety", "security",
    "shock*", "terror*", "threat*", "unrest", "vulnerab*",
];
pub(super) const STAKEHOLDER_WORDS: &[&str] = &[
    "agenc*", "athlete*", "authorit*", "citizen*", "client*", "communit*", "consortium", "contractor*", "council*",
    "customer*", "donor*", "employee*", "farmer*", "government*", "investor*", "leaders", "neighbo*", "operator*",
    "owner*", "participant*", "partner*", "patient*", "public", "regulator*", "resident*", "scientists",
    "smallholder*", "stakeholder*", "supplier*", "team*", "tenant*", "union*", "user*", "vendor*",
    "volunteer*", "workers",
];

/// Whether a lower-case word is one of the list's.
pub(super) fn matches(word: &str, list: &[&str]) -> bool {
    list.iter().any(|entry| match entry.strip_suffix('*') {
        Some(start) => word.starts_with(start),
        None => word == *entry,
    })
}
