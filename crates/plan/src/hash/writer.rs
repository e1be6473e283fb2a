//! The byte stream that is hashed. Changing it changes every hash: raise [`VERSION`] with it.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use crate::model::{Costs, Plan, Text, WbsNode};

const VERSION: &str = "planrank content 1";

struct Writer {
    sha: Sha256,
}

pub(super) fn digest(plan: &Plan) -> [u8; 32] {
    let mut writer = Writer { sha: Sha256::new() };
    let places: BTreeMap<&str, usize> = plan
        .wbs
        .iter()
        .enumerate()
        .map(|(place, node)| (node.id.as_str(), place))
        .collect();
    writer.head(plan);
    writer.list(&plan.wbs, Writer::node);
    writer.schedule(plan, &places);
    writer.organisation(plan);
    writer.costs(&plan.costs, &places);
    writer.benefits(plan);
    writer.list(&plan.sections, |w, section| {
        w.text(&section.key);
        w.text(&section.text.text);
    });
    writer.sha.finalize().into()
}

impl Writer {
    fn text(&mut self, text: &str) {
        self.count(text.len());
        self.sha.update(text.as_bytes());
    }

    fn texts(&mut self, texts: &[&str]) {
        for text in texts {
            self.text(text);
        }
    }

    fn count(&mut self, count: usize) {
        self.sha.update((count as u64).to_le_bytes());
    }

    fn number(&mut self, number: Option<f64>) {
        self.sha.update([u8::from(number.is_some())]);
        // +0.0 turns −0.0 into 0.0.
        self.sha
            .update((number.unwrap_or(0.0) + 0.0).to_bits().to_le_bytes());
    }

    fn place(&mut self, place: Option<usize>) {
        self.count(place.map_or(0, |place| place + 1));
    }

    fn list<T>(&mut self, list: &[T], mut write: impl FnMut(&mut Self, &T)) {
        self.count(list.len());
        for item in list {
            write(self, item);
        }
    }

    fn optional(&mut self, text: Option<&str>) {
        self.count(usize::from(text.is_some()));
        self.text(text.unwrap_or(""));
    }

    fn head(&mut self, plan: &Plan) {
        let inner = |text: &Option<Text>| text.as_ref().map(|text| text.text.clone());
        self.texts(&[VERSION, &plan.title, &plan.prompt.text]);
        let date = plan.start_date.map(|date| date.to_string());
        self.optional(date.as_deref());
        self.optional(inner(&plan.objective).as_deref());
        self.optional(inner(&plan.deliverable).as_deref());
        self.optional(plan.purpose.as_deref());
        self.optional(plan.domain.as_deref());
        self.list(&plan.success_criteria, |w, criterion| {
            w.texts(&[&criterion.name, &criterion.text.text]);
        });
    }

    fn node(&mut self, node: &WbsNode) {
        self.place(node.parent);
        self.texts(&[&node.name, &node.description]);
        self.optional(node.deliverable.as_deref());
        self.list(&node.resources, |w, resource| w.text(resource));
    }

    fn schedule(&mut self, plan: &Plan, places: &BTreeMap<&str, usize>) {
        let place = |id: &str| places.get(id).copied();
        self.list(&plan.dependencies, |w, dependency| {
            w.place(place(&dependency.dependent));
            w.place(place(&dependency.depends_on));
            w.text(&dependency.explanation);
        });
        self.list(&plan.durations, |w, duration| {
            w.place(place(&duration.task_id));
            w.number(duration.days_min);
            w.number(duration.days_realistic);
            w.number(duration.days_max);
            w.texts(&[&duration.delay_risks, &duration.mitigation]);
        });
    }

    fn organisation(&mut self, plan: &Plan) {
        self.list(&plan.risks, |w, r| {
            w.texts(&[&r.area, &r.description, &r.impact, &r.likelihood]);
            w.texts(&[&r.severity, &r.mitigation]);
        });
        self.list(&plan.locations, |w, l| {
            w.texts(&[&l.broad, &l.detailed, &l.specific, &l.rationale]);
        });
        self.optional(plan.currency.as_ref().map(|c| c.primary.as_str()));
        if let Some(currency) = &plan.currency {
            self.list(&currency.others, |w, other| w.text(other));
            self.text(&currency.strategy);
        }
        self.list(&plan.team, |w, role| {
            w.texts(&[&role.name, &role.explanation, &role.consequences]);
            w.texts(&[&role.count, &role.contract]);
        });
        self.list(&plan.assumptions, |w, a| {
            w.texts(&[&a.question, &a.assumption, &a.assessment]);
        });
        self.list(&plan.decisions, |w, decision| {
            w.texts(&[&decision.title, &decision.question]);
            w.list(&decision.options, |w, option| w.text(option));
            w.optional(decision.chosen.as_deref());
        });
        self.list(&plan.stakeholders, |w, text| w.text(&text.text));
        self.list(&plan.resources, |w, text| w.text(&text.text));
    }

    fn costs(&mut self, costs: &Costs, places: &BTreeMap<&str, usize>) {
        self.number(costs.stated_total);
        self.number(costs.funded_contingency);
        self.text(&costs.contingency_quote);
        self.list(&costs.items, |w, item| {
            let task = item.task_id.as_deref();
            w.place(task.and_then(|task| places.get(task).copied()));
            w.texts(&[&item.description, &item.unit, &item.currency, &item.basis]);
            for number in [item.quantity, item.unit_cost, item.amount, item.year] {
                w.number(number);
            }
            w.count(usize::from(item.share_of_budget));
        });
    }

    fn benefits(&mut self, plan: &Plan) {
        self.list(&plan.benefits, |w, b| {
            w.texts(&[&b.description, &b.unit, &b.currency, &b.evidence]);
            for number in [b.quantity, b.unit_value, b.amount, b.start_year, b.years] {
                w.number(number);
            }
        });
    }
}
