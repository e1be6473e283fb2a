//! Words for codes: what a flag, a warning or a factor means to a person.

use plan::model::{Integrity, Warning, WarningKind};

use super::Notice;

/// A notice about every kind of text that was removed or is suspicious.
pub(super) fn integrity(found: &Integrity) -> Vec<Notice> {
    let all = [
        (
            "zero_width_removed",
            found.zero_width_removed,
            "invisible characters were removed from the text",
        ),
        (
            "bidi_removed",
            found.bidi_removed,
            "characters that turn the direction of writing were removed",
        ),
        (
            "tag_chars_removed",
            found.tag_chars_removed,
            "invisible tag characters, which can carry hidden text, were removed",
        ),
        (
            "control_removed",
            found.control_removed,
            "control characters were removed",
        ),
        (
            "html_tags_removed",
            found.html_tags_removed,
            "HTML tags were removed; their text was kept",
        ),
        (
            "html_comments_removed",
            found.html_comments_removed,
            "HTML comments, which a reader does not see, were removed",
        ),
        (
            "homoglyph_words",
            found.homoglyph_words,
            "words mix alphabets with letters that look alike",
        ),
    ];
    let found = all.into_iter().filter(|(_, count, _)| *count > 0);
    found
        .map(|(code, count, what)| Notice {
            code: code.to_owned(),
            text: format!("{count} {what}"),
            source: None,
        })
        .collect()
}

pub(super) fn warning(warning: &Warning) -> Notice {
    let (code, what) = match warning.kind {
        WarningKind::Missing => ("missing", "not in the source"),
        WarningKind::Broken => ("broken", "could not be read"),
        WarningKind::DanglingReference => {
            ("dangling_reference", "refers to a task that does not exist")
        }
        WarningKind::DuplicateId => ("duplicate_id", "uses an id twice; the first is kept"),
        WarningKind::Truncated => ("truncated", "is longer than its bound and was cut"),
        WarningKind::Encoding => ("encoding", "holds bytes that are not UTF-8"),
        WarningKind::Unparsable => (
            "unparsable",
            "holds a date or number that was not understood",
        ),
    };
    let text = if warning.detail.is_empty() {
        what.to_owned()
    } else {
        format!("{what}: {}", warning.detail)
    };
    Notice {
        code: code.to_owned(),
        text,
        source: Some(warning.source.clone()).filter(|source| !source.is_empty()),
    }
}

/// A flag of a KPI or of a comparison.
pub(super) fn flag(code: &str) -> Notice {
    let text = match code {
        "copy" => "the same text as another plan",
        "far_from_everything" => {
            "farther from every other plan than the corpus allows; perhaps not a plan"
        }
        "stuffed_sentence" => "one sentence of the prompt tries to serve many items",
        "unsupported_quote" => "a quote that is not in the plan was dropped",
        "parser_disagrees" => {
            "the model's rating of a prompt item was lowered: no figure, date or place was found"
        }
        "dependency_cycle" => "tasks depend on each other in a circle",
        "templated_explanations" => "many dependencies are explained by one template",
        "near_duplicate_tasks" => "at least a tenth of the tasks say nearly the same as another",
        "budget_far_above_cost" => "the budget is more than three times the cost",
        "costs_dont_add_up" => "the cost items don't add up to the total stated",
        "currency_mismatch" => "costs and budget are in different currencies",
        "benefit_does_not_multiply" => "a benefit isn't its quantity times its unit value",
        "ratio_capped" => "the benefit-cost ratio was above the cap of 10",
        "contradicted" => "judged the other way when the plans changed places",
        "item_corrected" => {
            "a quote stood in another item than the judge said; the item was corrected"
        }
        "cut" => "a name, reason or quote was longer than its bound and was cut",
        "duplicate_dimension" => "two dimensions have one name; the later one does not count",
        "asked_again" => {
            "the judge's first quotes were not in the plans; this is the second answer"
        }
        "against_its_dimensions" => {
            "more verified dimensions speak against the verdict than for it"
        }
        "delimiter_echoed" => "the answer repeated the prompt's secret marker; it was removed",
        other => return notice(other, &other.replace('_', " ")),
    };
    notice(code, text)
}

fn notice(code: &str, text: &str) -> Notice {
    Notice {
        code: code.to_owned(),
        text: text.to_owned(),
        source: None,
    }
}

/// The name of a factor or intermediate result of a KPI.
pub(super) fn factor(key: &str) -> String {
    let known = match key {
        "g_breakdown" => "work broken down",
        "r_irredundant" => "dependencies that no other implies",
        "l_linked" => "tasks linked, with the reason explained",
        "d_durations" => "durations as ranges",
        "o_owned" => "work with a deliverable or an owner",
        "s_staffing" => "work with resources",
        "cycle_factor" => "free of circles",
        "merged_tasks" => "tasks, near copies merged",
        "merged_leaves" => "pieces of work, near copies merged",
        "leaves" => "pieces of work",
        "irredundant_edges" => "dependencies that no other implies (count)",
        "edges" => "dependencies",
        "measurable_success" => "measurable success",
        "risks_or_stakeholders" => "risks or stakeholders",
        "rated_by" => "rated by",
        "funded_contingency" => "contingency with funding",
        "ratio" => "budget and contingency ÷ cost",
        "mu" => "mean of the log of overruns, μ",
        "sigma" => "spread of the log of overruns, σ",
        "class" => "reference class",
        "pv_benefits" => "present value of benefits",
        "pv_benefits_weighted" => "… weighted by their evidence",
        "evidence_factor" => "weight of the evidence",
        "pv_costs" => "present value of costs",
        "adjusted_bcr" => "benefit-cost ratio after the usual optimism",
        "discount_rate" => "discount a year",
        other => return other.replace('_', " "),
    };
    known.to_owned()
}
