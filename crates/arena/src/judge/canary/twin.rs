//! Twins: a card that says the same and pretends to more.
//!
//! Additions differ from item to item, as those of a real author would, so that a judge can't
//! pass by spotting one repeated sentence. Schedule facts stay: the server counts them itself.

use plan::card::{Card, SectionKind};

use super::CanaryKind;

const FILLER: [&str; 8] = [
    "This point has been considered carefully and will be kept under review as the work goes on.",
    "All parties involved will be kept informed in an appropriate way at every suitable moment.",
    "The approach described here builds on experience and reflects current good practice.",
    "Further details will be worked out together with everyone concerned in due course.",
    "It goes without saying that quality matters at each step and for each result.",
    "As circumstances change, the way of working will be adapted where this makes sense.",
    "A structured and well-organised procedure will be followed from the beginning to the end.",
    "The importance of this aspect for the overall undertaking can hardly be overstated.",
];

const KEYWORDS: [&str; 8] = [
    "measurable KPIs, SMART goals, milestones",
    "risk mitigation, contingency plan, risk register",
    "stakeholder alignment, governance, accountability",
    "critical path, dependencies, resource levelling",
    "cost-benefit analysis, ROI, net present value",
    "budget, funding, cost control, earned value",
    "feasible, robust, scalable, sustainable, innovative",
    "evidence-based, best practice, quality assurance",
];

const CITATIONS: [&str; 8] = [
    "(see ISO 21502:2020)",
    "(confirmed by a study of Harvard Business School, 2023)",
    "(as recommended by the World Bank)",
    "(PMI, PMBOK Guide, 7th edition)",
    "(McKinsey Global Institute, 2024)",
    "(peer-reviewed: Nature 2022)",
    "(independently verified by Deloitte)",
    "(OECD guideline, 2021)",
];

const ADVERBS: [&str; 4] = [
    "Decisively:",
    "With full commitment:",
    "Strategically:",
    "Key point:",
];

/// The twin of a card; `None` for a canary that changes no text.
pub fn twin_of(card: &Card, kind: CanaryKind) -> Option<Card> {
    let dress: fn(usize, &str) -> String = match kind {
        CanaryKind::Padded => {
            |i, text| format!("{text} {} {}", pick(&FILLER, i), pick(&FILLER, i + 3))
        }
        CanaryKind::Restyled => |i, text| format!("• **{}** {text}", pick(&ADVERBS, i)),
        CanaryKind::KeywordStuffed => {
            |i, text| format!("{text} {}; {}.", pick(&KEYWORDS, i), pick(&KEYWORDS, i + 5))
        }
        CanaryKind::FakeCitations => |i, text| format!("{text} {}", pick(&CITATIONS, i)),
        CanaryKind::KpisSwapped => return None,
    };
    Some(map_items(card, dress))
}

fn pick<'a>(list: &[&'a str], i: usize) -> &'a str {
    list[i % list.len()]
}

fn map_items(card: &Card, change: impl Fn(usize, &str) -> String) -> Card {
    let mut twin = card.clone();
    let sections = twin
        .sections
        .iter_mut()
        .filter(|s| s.kind != SectionKind::Schedule);
    let items = sections.flat_map(|s| &mut s.items);
    for (i, item) in items.enumerate() {
        item.text = change(i, &item.text);
    }
    twin
}
