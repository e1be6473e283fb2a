//! Evidence: verbatim quotes, and the check that they are in the plan.
//!
//! A *source text* is one canonical text field of the plan together with the file or JSON
//! pointer it came from. A span counts bytes of that field. One file usually holds many
//! fields, so a quote is checked against every field of its source.

use plan::model::Plan;
use serde::{Deserialize, Serialize};

/// A verbatim passage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// File or JSON pointer of the field that holds the quote.
    pub source: String,
    pub quote: String,
    /// Byte span of the quote within that field's canonical text.
    pub span: (usize, usize),
}

impl Evidence {
    /// The whole or a part of `text`. `span` must lie on character boundaries.
    pub(crate) fn of(source: &str, text: &str, span: (usize, usize)) -> Option<Self> {
        let quote = text.get(span.0..span.1)?;
        (!quote.is_empty()).then(|| Self {
            source: source.to_owned(),
            quote: quote.to_owned(),
            span,
        })
    }

    /// Whether the quote stands in the plan at its span.
    pub fn holds(&self, plan: &Plan) -> bool {
        source_texts(plan)
            .iter()
            .filter(|text| text.source == self.source)
            .any(|text| text.text.get(self.span.0..self.span.1) == Some(self.quote.as_str()))
    }
}

/// One canonical text field of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SourceText<'a> {
    pub source: &'a str,
    pub text: &'a str,
}

/// Every text field that evidence may quote, in a fixed order: the prompt first.
pub fn source_texts(plan: &Plan) -> Vec<SourceText<'_>> {
    let mut texts = vec![SourceText {
        source: &plan.prompt.source,
        text: &plan.prompt.text,
    }];
    push_costs_and_benefits(plan, &mut texts);
    push_structure(plan, &mut texts);
    push_prose(plan, &mut texts);
    texts.retain(|text| !text.text.is_empty());
    texts
}

fn push_costs_and_benefits<'a>(plan: &'a Plan, texts: &mut Vec<SourceText<'a>>) {
    for item in &plan.costs.items {
        for text in [&item.description, &item.basis] {
            texts.push(SourceText {
                source: &item.source,
                text,
            });
        }
    }
    texts.push(SourceText {
        source: &plan.costs.source,
        text: &plan.costs.contingency_quote,
    });
    for benefit in &plan.benefits {
        for text in [&benefit.description, &benefit.evidence] {
            texts.push(SourceText {
                source: &benefit.source,
                text,
            });
        }
    }
}

fn push_structure<'a>(plan: &'a Plan, texts: &mut Vec<SourceText<'a>>) {
    for node in &plan.wbs {
        let deliverable = node.deliverable.as_deref().unwrap_or_default();
        for text in [&node.name, &node.description, deliverable] {
            texts.push(SourceText {
                source: &node.source,
                text,
            });
        }
    }
    for dependency in &plan.dependencies {
        texts.push(SourceText {
            source: &dependency.source,
            text: &dependency.explanation,
        });
    }
}

fn push_prose<'a>(plan: &'a Plan, texts: &mut Vec<SourceText<'a>>) {
    let single = plan.objective.iter().chain(&plan.deliverable);
    let criteria = plan
        .success_criteria
        .iter()
        .map(|criterion| &criterion.text);
    let lists = plan.stakeholders.iter().chain(&plan.resources);
    let sections = plan.sections.iter().map(|section| &section.text);
    for text in single.chain(criteria).chain(lists).chain(sections) {
        texts.push(SourceText {
            source: &text.source,
            text: &text.text,
        });
    }
    for assumption in &plan.assumptions {
        for text in [&assumption.assumption, &assumption.assessment] {
            texts.push(SourceText {
                source: &assumption.source,
                text,
            });
        }
    }
}

/// The first exact occurrence of `quote` in the plan, searching the prompt first.
pub fn find_quote(plan: &Plan, quote: &str) -> Option<Evidence> {
    find_in(&source_texts(plan), quote)
}

/// The first exact occurrence of `quote` among `texts`.
pub fn find_in(texts: &[SourceText<'_>], quote: &str) -> Option<Evidence> {
    let quote = quote.trim();
    if quote.is_empty() {
        return None;
    }
    texts.iter().find_map(|text| {
        let start = text.text.find(quote)?;
        Evidence::of(text.source, text.text, (start, start + quote.len()))
    })
}
