//! `consolidate_governance.md`: the six parts of governance, one after another.

use super::CodeInput;
use super::artifact::{Output, text, text_output};

const PARTS: [&str; 6] = [
    "governance_phase1_audit.md",
    "governance_phase2_bodies.md",
    "governance_phase3_impl_plan.md",
    "governance_phase4_decision_escalation_matrix.md",
    "governance_phase5_monitoring_progress.md",
    "governance_phase6_extra.md",
];

/// Joins the parts under one heading, theirs a level deeper.
pub(super) fn consolidate(input: &CodeInput<'_>) -> Result<Vec<Output>, String> {
    let mut page = "# Governance\n".to_owned();
    for name in PARTS {
        page.push('\n');
        for line in text(input.files, name)?.trim().lines() {
            page.push_str(if is_heading(line) { "#" } else { "" });
            page.push_str(line);
            page.push('\n');
        }
    }
    Ok(vec![text_output("consolidate_governance.md", page)])
}

/// A heading that can go a level deeper.
fn is_heading(line: &str) -> bool {
    let marks = line.bytes().take_while(|byte| *byte == b'#').count();
    (1..6).contains(&marks) && line[marks..].starts_with(' ')
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{PARTS, consolidate};
    use crate::code::fixture::outputs;

    #[test]
    fn parts_stand_under_one_heading() {
        let part = "# Part\n\n###### Deep\n#hash\n\\# no heading\n";
        let files: Vec<(&str, Value)> = PARTS.iter().map(|name| (*name, json!(part))).collect();
        let made = outputs(consolidate, &files);
        let text = String::from_utf8_lossy(&made[0].1).into_owned();
        let once = "\n## Part\n\n###### Deep\n#hash\n\\# no heading\n";
        assert_eq!(text, format!("# Governance\n{}", once.repeat(6)));
    }
}
