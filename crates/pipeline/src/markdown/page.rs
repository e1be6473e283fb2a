//! A Markdown page that is written part by part. All text is escaped here, and nowhere else.

use super::{inline, lines};

const DEEPEST_HEADING: usize = 6;

/// A page under one heading.
#[derive(Debug)]
pub(crate) struct Page(String);

impl Page {
    pub(crate) fn titled(title: &str) -> Self {
        let mut page = Self(String::new());
        page.heading(1, title);
        page
    }

    pub(crate) fn heading(&mut self, level: usize, text: &str) {
        self.head(level, &inline(text));
    }

    /// As "3. Name".
    pub(crate) fn numbered_heading(&mut self, level: usize, number: usize, text: &str) {
        self.head(level, &format!("{number}. {}", inline(text)));
    }

    fn head(&mut self, level: usize, safe: &str) {
        let marks = "#".repeat(level.min(DEEPEST_HEADING));
        self.part(&format!("{marks} {}", safe.trim_end()));
    }

    pub(crate) fn paragraph(&mut self, text: &str) {
        self.part(&lines(text));
    }

    /// A label for what follows.
    pub(crate) fn label(&mut self, label: &str) {
        self.part(&format!("**{}:**", inline(label)));
    }

    pub(crate) fn labelled(&mut self, label: &str, text: &str) {
        self.part(&format!("**{}:** {}", inline(label), lines(text)));
    }

    /// Nothing for an empty text.
    pub(crate) fn labelled_if(&mut self, label: &str, text: &str) {
        if !text.trim().is_empty() {
            self.labelled(label, text);
        }
    }

    pub(crate) fn bullets<T: AsRef<str>>(&mut self, items: impl IntoIterator<Item = T>) {
        self.list(
            items
                .into_iter()
                .map(|item| format!("- {}", inline(item.as_ref()))),
        );
    }

    /// Bullets that begin with a name.
    pub(crate) fn named_bullets<'a>(
        &mut self,
        items: impl IntoIterator<Item = (&'a String, &'a String)>,
    ) {
        let items = items.into_iter();
        self.list(items.map(|(name, text)| format!("- **{}:** {}", inline(name), inline(text))));
    }

    pub(crate) fn numbered<T: AsRef<str>>(&mut self, items: impl IntoIterator<Item = T>) {
        let items = items.into_iter().enumerate();
        self.list(items.map(|(at, item)| format!("{}. {}", at + 1, inline(item.as_ref()))));
    }

    fn list(&mut self, items: impl Iterator<Item = String>) {
        let items: Vec<String> = items.collect();
        if !items.is_empty() {
            self.part(&items.join("\n"));
        }
    }

    /// Markdown that is safe already, such as a table.
    pub(crate) fn part(&mut self, safe: &str) {
        self.0.push_str(safe.trim_end());
        self.0.push_str("\n\n");
    }

    pub(crate) fn finish(self) -> String {
        self.0.trim_end().to_owned() + "\n"
    }
}
