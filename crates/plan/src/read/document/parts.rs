//! Everything of a plan document that is a plain list of small objects or texts.

use super::super::{ReadError, limits};
use super::Draft;
use super::cursor::{Cursor, Object};
use crate::model::{
    Assumption, Criterion, Currency, Decision, Location, Risk, Role, Section, Text,
};
use crate::read::collector::Collector;
use crate::read::limits::{NAME_BYTES, PARAGRAPH_BYTES, SECTION_BYTES};

const RISK_FIELDS: &[&str] = &[
    "area",
    "description",
    "impact",
    "likelihood",
    "severity",
    "mitigation",
];
const ROLE_FIELDS: &[&str] = &["role", "why", "without", "count", "contract"];

/// One object of the document, whose fields are cleaned as they are read.
struct Fields<'a, 'b> {
    object: Object<'a>,
    collector: &'b mut Collector,
}

impl Fields<'_, '_> {
    fn line(&mut self, field: &str) -> Result<String, ReadError> {
        let raw = self.object.text(field)?;
        Ok(self.collector.line(raw, NAME_BYTES, &self.object.pointer))
    }

    fn paragraph(&mut self, field: &str) -> Result<String, ReadError> {
        let raw = self.object.text(field)?;
        Ok(self
            .collector
            .clean(raw, PARAGRAPH_BYTES, &self.object.pointer))
    }

    fn source(&self) -> String {
        self.object.pointer.clone()
    }
}

pub(super) fn read(draft: &mut Draft, root: &Object) -> Result<(), ReadError> {
    let Draft { plan, collector } = draft;
    plan.objective = paragraph(collector, root, "objective")?;
    plan.deliverable = paragraph(collector, root, "deliverable")?;
    plan.purpose = paragraph(collector, root, "purpose")?.map(|text| text.text.to_lowercase());
    plan.domain = paragraph(collector, root, "domain")?.map(|text| text.text.to_lowercase());
    plan.success_criteria = each(collector, root, "success_criteria", criterion)?;
    plan.risks = each(collector, root, "risks", risk)?;
    plan.locations = each(collector, root, "locations", location)?;
    plan.team = each(collector, root, "team", role)?;
    plan.assumptions = each(collector, root, "assumptions", assumption)?;
    plan.decisions = each(collector, root, "decisions", decision)?;
    plan.stakeholders = each(collector, root, "stakeholders", text)?;
    plan.resources = each(collector, root, "resources", text)?;
    plan.sections = each(collector, root, "sections", section)?;
    plan.currency = currency(collector, root)?;
    if let Some(raw) = root.get("text") {
        plan.sections.push(Section {
            key: "text".to_owned(),
            title: "Text".to_owned(),
            text: Text {
                text: collector.clean(raw.text()?, SECTION_BYTES, "/text"),
                source: "/text".to_owned(),
            },
        });
    }
    Ok(())
}

fn each<T>(
    collector: &mut Collector,
    root: &Object,
    field: &str,
    read: impl Fn(&mut Collector, &Cursor) -> Result<T, ReadError>,
) -> Result<Vec<T>, ReadError> {
    let list = root.list(field)?;
    if list.len() > limits::MAX_LIST {
        return Err(ReadError::TooMany {
            place: format!("/{field}"),
            what: "entries",
            limit: limits::MAX_LIST,
        });
    }
    list.iter().map(|cursor| read(collector, cursor)).collect()
}

fn fields<'a, 'b>(
    collector: &'b mut Collector,
    cursor: &Cursor<'a>,
    known: &[&'static str],
) -> Result<Fields<'a, 'b>, ReadError> {
    Ok(Fields {
        object: cursor.object(known)?,
        collector,
    })
}

fn paragraph(
    collector: &mut Collector,
    root: &Object,
    field: &str,
) -> Result<Option<Text>, ReadError> {
    match root.get(field) {
        Some(cursor) => Ok(collector.text(cursor.text()?, PARAGRAPH_BYTES, &cursor.pointer)),
        None => Ok(None),
    }
}

fn text(collector: &mut Collector, cursor: &Cursor) -> Result<Text, ReadError> {
    Ok(Text {
        text: collector.clean(cursor.text()?, PARAGRAPH_BYTES, &cursor.pointer),
        source: cursor.pointer.clone(),
    })
}

fn criterion(collector: &mut Collector, cursor: &Cursor) -> Result<Criterion, ReadError> {
    if cursor.value.is_string() {
        return Ok(Criterion {
            name: String::new(),
            text: text(collector, cursor)?,
        });
    }
    let mut fields = fields(collector, cursor, &["name", "text"])?;
    Ok(Criterion {
        name: fields.line("name")?,
        text: Text {
            text: fields.paragraph("text")?,
            source: fields.source(),
        },
    })
}

fn risk(collector: &mut Collector, cursor: &Cursor) -> Result<Risk, ReadError> {
    let mut fields = fields(collector, cursor, RISK_FIELDS)?;
    Ok(Risk {
        area: fields.line("area")?,
        description: fields.paragraph("description")?,
        impact: fields.paragraph("impact")?,
        likelihood: fields.line("likelihood")?.to_lowercase(),
        severity: fields.line("severity")?.to_lowercase(),
        mitigation: fields.paragraph("mitigation")?,
        source: fields.source(),
    })
}

fn location(collector: &mut Collector, cursor: &Cursor) -> Result<Location, ReadError> {
    if cursor.value.is_string() {
        return Ok(Location {
            detailed: collector.line(cursor.text()?, NAME_BYTES, &cursor.pointer),
            source: cursor.pointer.clone(),
            ..Location::default()
        });
    }
    let mut fields = fields(collector, cursor, &["name", "area", "country", "why"])?;
    Ok(Location {
        broad: fields.line("country")?,
        detailed: fields.line("area")?,
        specific: fields.line("name")?,
        rationale: fields.paragraph("why")?,
        source: fields.source(),
    })
}

fn role(collector: &mut Collector, cursor: &Cursor) -> Result<Role, ReadError> {
    let mut fields = fields(collector, cursor, ROLE_FIELDS)?;
    let count = fields.object.get("count");
    let count = count.map(|count| count.text_or_number()).transpose()?;
    let source = fields.source();
    Ok(Role {
        name: fields.line("role")?,
        explanation: fields.paragraph("why")?,
        consequences: fields.paragraph("without")?,
        contract: fields.line("contract")?,
        count: collector.line(&count.unwrap_or_default(), NAME_BYTES, &source),
        source,
    })
}

fn assumption(collector: &mut Collector, cursor: &Cursor) -> Result<Assumption, ReadError> {
    if cursor.value.is_string() {
        return Ok(Assumption {
            assumption: collector.clean(cursor.text()?, PARAGRAPH_BYTES, &cursor.pointer),
            source: cursor.pointer.clone(),
            ..Assumption::default()
        });
    }
    let mut fields = fields(collector, cursor, &["question", "assumption", "assessment"])?;
    Ok(Assumption {
        question: fields.paragraph("question")?,
        assumption: fields.paragraph("assumption")?,
        assessment: fields.paragraph("assessment")?,
        source: fields.source(),
    })
}

fn decision(collector: &mut Collector, cursor: &Cursor) -> Result<Decision, ReadError> {
    let mut fields = fields(
        collector,
        cursor,
        &["title", "question", "options", "chosen"],
    )?;
    let options = fields.object.get("options");
    let options = options.map_or(Ok(Vec::new()), |options| options.texts())?;
    let source = fields.source();
    let chosen = fields.paragraph("chosen")?;
    Ok(Decision {
        title: fields.line("title")?,
        question: fields.paragraph("question")?,
        options: options
            .into_iter()
            .take(20)
            .map(|option| collector.clean(option, PARAGRAPH_BYTES, &source))
            .collect(),
        chosen: (!chosen.is_empty()).then_some(chosen),
        source,
    })
}

fn section(collector: &mut Collector, cursor: &Cursor) -> Result<Section, ReadError> {
    let object = cursor.object(&["title", "text"])?;
    let title = collector.line(object.text("title")?, NAME_BYTES, &object.pointer);
    let body = object.required("text")?.text()?;
    let words: Vec<&str> = title.split(|c: char| !c.is_alphanumeric()).collect();
    Ok(Section {
        key: words.join("_").to_lowercase(),
        title,
        text: Text {
            text: collector.clean(body, SECTION_BYTES, &object.pointer),
            source: object.pointer.clone(),
        },
    })
}

fn currency(collector: &mut Collector, root: &Object) -> Result<Option<Currency>, ReadError> {
    let Some(cursor) = root.get("currency") else {
        return Ok(None);
    };
    if cursor.value.is_string() {
        return Ok(Some(Currency {
            primary: collector.line(cursor.text()?, NAME_BYTES, &cursor.pointer),
            source: cursor.pointer,
            ..Currency::default()
        }));
    }
    let object = cursor.object(&["primary", "others", "strategy"])?;
    let others = object.get("others").map_or(Ok(Vec::new()), |o| o.texts())?;
    let source = &cursor.pointer;
    Ok(Some(Currency {
        primary: collector.line(object.required("primary")?.text()?, NAME_BYTES, source),
        others: others
            .into_iter()
            .take(100)
            .map(|other| collector.line(other, NAME_BYTES, source))
            .collect(),
        strategy: collector.clean(object.text("strategy")?, PARAGRAPH_BYTES, source),
        source: source.clone(),
    }))
}
