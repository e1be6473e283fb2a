//! What to do about a weak factor or a lost theme, in words.

/// Words in the name of a dimension, and the theme that they mean; the first that fits counts.
const THEMES: [(&str, &[&str]); 10] = [
    (
        "risks",
        &["risk", "mitigat", "contingen", "safety", "hazard"],
    ),
    (
        "money",
        &["budget", "cost", "financ", "fund", "money", "economic"],
    ),
    (
        "schedule",
        &[
            "schedul", "time", "timeline", "duration", "deadline", "mileston",
        ],
    ),
    (
        "work breakdown",
        &[
            "wbs",
            "work",
            "breakdown",
            "task",
            "dependenc",
            "structure",
            "technical",
        ],
    ),
    (
        "success criteria",
        &["success", "measur", "metric", "criteria", "kpi"],
    ),
    ("benefits", &["benefit", "impact", "value", "outcome"]),
    (
        "people",
        &[
            "team",
            "staff",
            "role",
            "owner",
            "resource",
            "stakeholder",
            "governance",
        ],
    ),
    (
        "scope and objective",
        &["scope", "objective", "goal", "prompt", "clarity", "focus"],
    ),
    (
        "evidence and assumptions",
        &[
            "evidence",
            "assumption",
            "source",
            "data",
            "realis",
            "feasib",
        ],
    ),
    (
        "place and rules",
        &["location", "site", "permit", "regulat", "legal", "complian"],
    ),
];

/// The KPI that says how far a plan is from others.
pub(super) const NOVELTY: &str = "novelty_score";

/// What is under no theme.
const OTHER: &str = "other";

/// The theme of a dimension that a judge named.
pub(super) fn theme(dimension: &str) -> &'static str {
    let name = dimension.to_lowercase();
    let fits = |(_, words): &&(&str, &[&str])| words.iter().any(|word| name.contains(word));
    THEMES.iter().find(fits).map_or(OTHER, |(theme, _)| theme)
}

pub(super) fn theme_action(theme: &str) -> &'static str {
    match theme {
        "risks" => {
            "Name the risks that could stop the project, each with a mitigation and who sees to it."
        }
        "money" => "State the costs item by item with their basis, and how the budget covers them.",
        "schedule" => "Give durations as ranges and dates that follow from the dependencies.",
        "work breakdown" => {
            "Break the work down to pieces that one person can finish, and say what depends on what, and why."
        }
        "success criteria" => {
            "Say how anybody can measure that the project has succeeded, and by when."
        }
        "benefits" => "Quantify who gains what, with a source for the figures.",
        "people" => "Say who does and who answers for each piece of work, and who has to agree.",
        "scope and objective" => "State the objective in a sentence, and what is not part of it.",
        "evidence and assumptions" => {
            "Give a source for each figure, and say what happens if an assumption fails."
        }
        "place and rules" => "Name the places, and the permits and rules that apply there.",
        _ => "Read the reasons below and answer them in the plan.",
    }
}

/// What to do about a factor that is missing or weak; `None` for what an author can't mend.
pub(super) fn factor_action(kpi: &str, factor: &str) -> Option<&'static str> {
    let action = match (kpi, factor) {
        ("prompt_quality", "objective") => "Say in the prompt what is to be achieved.",
        ("prompt_quality", "context") => "Say in the prompt why, and what the situation is today.",
        ("prompt_quality", "constraints") => "Say in the prompt what must or must not be done.",
        ("prompt_quality", "measurable_success") => {
            "Say in the prompt by what figure success is measured."
        }
        ("prompt_quality", "location") => "Name the place in the prompt.",
        ("prompt_quality", "budget") => "State the budget with its currency in the prompt.",
        ("prompt_quality", "timeframe") => "Give a date or a duration in the prompt.",
        ("prompt_quality", "risks_or_stakeholders") => {
            "Name risks or who is concerned in the prompt."
        }
        ("technical_completeness", "g_breakdown") => {
            "Break the work down into more different pieces."
        }
        ("technical_completeness", "r_irredundant") => {
            "Take out dependencies that others imply, and state those that are missing."
        }
        ("technical_completeness", "l_linked") => {
            "Link every task to what it needs, and explain each link in words of both tasks."
        }
        ("technical_completeness", "d_durations") => {
            "Give each task a shortest, a realistic and a longest duration."
        }
        ("technical_completeness", "o_owned") => {
            "Name a deliverable or a role of the team for each piece of work."
        }
        ("technical_completeness", "s_staffing") => {
            "Say which people and means each piece of work needs."
        }
        ("technical_completeness", "cycle_factor") => {
            "Break the circle: tasks depend on each other in turn."
        }
        ("impact_estimate", "evidence_factor") => "Give an outside source for the benefits.",
        _ => return None,
    };
    Some(action)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dimensions_of_one_matter_share_a_theme() {
        for (dimension, expected) in [
            ("Risk mitigation", "risks"),
            ("Contingency planning", "risks"),
            ("Budget realism", "money"),
            ("Task dependencies", "work breakdown"),
            ("Stakeholder engagement", "people"),
            ("Poetry", OTHER),
        ] {
            assert_eq!(theme(dimension), expected, "{dimension}");
        }
    }
}
