//! An answer as Markdown, by the titles of its schema.
//!
//! Headings, labelled lines, bullets, and tables where rows are short enough to read across. Fields
//! come in the order of the schema's `required`, since JSON objects have none. Invariant: whatever
//! the values say, the structure is that of the answer: no HTML, link, image or heading of theirs.
//! Deliberately absent: what one kind of answer needs; a code stage writes that.

mod escape;
mod table;

use serde_json::{Map, Value};

pub use escape::{inline, lines};

/// Longer texts at the top get a heading of their own.
const LABELLED_CHARS: usize = 160;
/// The longest text that names an item in a heading.
const NAME_CHARS: usize = 120;
const MAX_HEADING: usize = 6;

/// `answer` under the heading `title`. The schema may be that of the answer or of one item of it,
/// when the answer is a list; what it doesn't describe is labelled by its key.
pub fn render(answer: &Value, schema: &Value, title: &str) -> String {
    let mut page = Page {
        text: format!("# {}\n\n", inline(title)),
    };
    match answer {
        Value::Array(items) => page.items(items, item_schema(schema), 2),
        Value::Object(object) => page.fields(object, schema, 2, None),
        scalar => page.paragraph(&scalar_text(scalar, schema)),
    }
    let end = page.text.trim_end().len();
    page.text.truncate(end);
    page.text.push('\n');
    page.text
}

struct Page {
    text: String,
}

impl Page {
    /// The fields of an object; `named` is already in its heading.
    fn fields(
        &mut self,
        object: &Map<String, Value>,
        schema: &Value,
        level: usize,
        named: Option<&str>,
    ) {
        for key in ordered_keys(object, schema) {
            if Some(key) != named {
                self.field(key, &object[key], &schema["properties"][key], level);
            }
        }
    }

    fn field(&mut self, key: &str, value: &Value, schema: &Value, level: usize) {
        let label = label(schema, key);
        match value {
            Value::Object(object) if !object.is_empty() => {
                self.heading(&label, level);
                self.fields(object, schema, level + 1, None);
            }
            Value::Array(items) if !items.is_empty() => {
                if is_scalar(&items[0]) && level > 2 {
                    self.line(&format!("**{label}:**"));
                } else {
                    self.heading(&label, level);
                }
                self.items(items, item_schema(schema), level + 1);
            }
            scalar => self.labelled(&label, &scalar_text(scalar, schema), level),
        }
    }

    fn labelled(&mut self, label: &str, text: &str, level: usize) {
        if level == 2 && text.chars().count() > LABELLED_CHARS {
            self.heading(label, level);
            self.paragraph(text);
        } else {
            self.line(&format!("**{label}:** {}", lines(text)));
        }
    }

    fn items(&mut self, items: &[Value], schema: &Value, level: usize) {
        if let Some(columns) = table::columns(items, schema) {
            return self.text.push_str(&table::render(items, &columns, schema));
        }
        if items.iter().all(is_scalar) {
            for item in items {
                self.text.push_str("- ");
                self.text.push_str(&inline(&scalar_text(item, schema)));
                self.text.push('\n');
            }
            return self.text.push('\n');
        }
        for (at, item) in items.iter().enumerate() {
            self.item(at, item, schema, level);
        }
    }

    fn item(&mut self, at: usize, item: &Value, schema: &Value, level: usize) {
        let number = at + 1;
        match item {
            Value::Object(object) => {
                let named = naming_key(object, schema);
                let name = named.map(|key| inline(&scalar_text(&object[key], schema)));
                self.heading(&format!("{number}. {}", name.unwrap_or_default()), level);
                self.fields(object, schema, level + 1, named);
            }
            Value::Array(inner) => {
                self.heading(&format!("{number}."), level);
                self.items(inner, item_schema(schema), level + 1);
            }
            scalar => self.line(&format!(
                "{number}. {}",
                inline(&scalar_text(scalar, schema))
            )),
        }
    }

    /// `text` is escaped already.
    fn heading(&mut self, text: &str, level: usize) {
        let marks = "#".repeat(level.min(MAX_HEADING));
        self.line(&format!("{marks} {}", text.trim_end()));
    }

    fn paragraph(&mut self, text: &str) {
        self.line(&lines(text));
    }

    fn line(&mut self, text: &str) {
        self.text.push_str(text.trim_end());
        self.text.push_str("\n\n");
    }
}

/// Keys in the order of `required`, then the others.
fn ordered_keys<'a>(object: &'a Map<String, Value>, schema: &Value) -> Vec<&'a str> {
    let required = schema["required"].as_array().map_or(&[][..], Vec::as_slice);
    let place = |key: &str| {
        required
            .iter()
            .position(|name| name == key)
            .unwrap_or(usize::MAX)
    };
    let mut keys: Vec<&str> = object.keys().map(String::as_str).collect();
    keys.sort_by_key(|key| place(key));
    keys
}

/// The schema's title, else the key in words.
fn label(schema: &Value, key: &str) -> String {
    let title = schema["title"]
        .as_str()
        .map(str::trim)
        .filter(|title| !title.is_empty());
    let words = || {
        let words = key.replace('_', " ");
        let mut letters = words.chars();
        let first = letters
            .next()
            .map(|first| first.to_uppercase().collect::<String>());
        first.unwrap_or_default() + letters.as_str()
    };
    inline(&title.map_or_else(words, str::to_owned))
}

/// The item's first text, if it is short; else its id, if that is one.
fn naming_key<'a>(object: &'a Map<String, Value>, schema: &Value) -> Option<&'a str> {
    let texts = ordered_keys(object, schema)
        .into_iter()
        .filter(|key| object[*key].is_string());
    let (ids, names): (Vec<&str>, Vec<&str>) = texts.partition(|key| is_id(key));
    let is_short = |key: &&&str| {
        let text = object[**key].as_str().unwrap_or_default();
        !text.trim().is_empty() && text.chars().count() <= NAME_CHARS
    };
    let name = names.first().filter(is_short);
    name.or_else(|| ids.first().filter(is_short)).copied()
}

fn is_id(key: &str) -> bool {
    key == "id" || key.ends_with("_id") || key.ends_with("_index")
}

/// The schema of a list's items, or the schema itself where it isn't a list's.
fn item_schema(schema: &Value) -> &Value {
    schema.get("items").unwrap_or(schema)
}

fn is_scalar(value: &Value) -> bool {
    !value.is_array() && !value.is_object()
}

/// What a reader sees of a value: words of an `enum` without underscores.
fn scalar_text(value: &Value, schema: &Value) -> String {
    match value {
        Value::String(text) if schema.get("enum").is_some() => text.replace('_', " "),
        Value::String(text) if text.trim().is_empty() => "–".into(),
        Value::String(text) => text.clone(),
        Value::Bool(true) => "Yes".into(),
        Value::Bool(false) => "No".into(),
        Value::Number(number) => number.to_string(),
        Value::Null => "–".into(),
        Value::Array(_) | Value::Object(_) => "None.".into(),
    }
}

#[cfg(test)]
mod tests;
