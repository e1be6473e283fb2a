//! Cuts a stage file into its front matter and its sections.

/// A stage file in parts.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Sections<'a> {
    pub(super) front: &'a str,
    pub(super) system: Option<&'a str>,
    pub(super) user: Option<&'a str>,
    pub(super) offline: Option<&'a str>,
}

const FENCE: &str = "---";

/// Only the three known headings open a section: other lines that start with `#` are text, since a
/// prompt may hold Markdown.
pub(super) fn cut(text: &str) -> Result<Sections<'_>, String> {
    let rest = text
        .strip_prefix(FENCE)
        .and_then(|rest| rest.strip_prefix('\n'))
        .ok_or("must begin with a line `---`, its front matter, and another line `---`")?;
    let (front, body) = until_fence(rest).ok_or("its front matter has no closing line `---`")?;
    let mut sections = Sections {
        front,
        ..Sections::default()
    };
    let headings = headings(body);
    let first = headings.first().map_or(body.len(), |(at, _, _)| *at);
    if !body[..first].trim().is_empty() {
        return Err("has text between its front matter and its first section".into());
    }
    for (position, (_, start, name)) in headings.iter().enumerate() {
        let end = headings.get(position + 1).map_or(body.len(), |next| next.0);
        let slot = match *name {
            "System" => &mut sections.system,
            "User" => &mut sections.user,
            _ => &mut sections.offline,
        };
        if slot.replace(body[*start..end].trim()).is_some() {
            return Err(format!("has the section `# {name}` twice"));
        }
    }
    Ok(sections)
}

fn until_fence(text: &str) -> Option<(&str, &str)> {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if line.trim_end() == FENCE {
            return Some((&text[..at], &text[at + line.len()..]));
        }
        at += line.len();
    }
    None
}

/// Where a heading stands, where its text begins, and its name.
fn headings(body: &str) -> Vec<(usize, usize, &str)> {
    let mut at = 0;
    let mut found = Vec::new();
    for line in body.split_inclusive('\n') {
        let name = line.strip_prefix("# ").map(str::trim_end);
        if let Some(name @ ("System" | "User" | "Offline")) = name {
            found.push((at, at + line.len(), name));
        }
        at += line.len();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_cut_at_its_three_headings_alone() {
        let text =
            "---\ntitle: T\n---\n# System\nA\n# Note\nB\n## User\n# User\nC\n# Offline\n{}\n";
        let sections = cut(text).unwrap();
        assert_eq!(sections.front, "title: T\n");
        assert_eq!(sections.system, Some("A\n# Note\nB\n## User"));
        assert_eq!(sections.user, Some("C"));
        assert_eq!(sections.offline, Some("{}"));
    }

    #[test]
    fn a_broken_frame_is_told() {
        for (text, part) in [
            ("title: T", "must begin"),
            ("---\ntitle: T\n", "no closing"),
            ("---\n---\nstray\n# User\n", "text between"),
            ("---\n---\n# User\na\n# User\nb\n", "twice"),
        ] {
            let error = cut(text).unwrap_err();
            assert!(error.contains(part), "{text:?}: {error}");
        }
    }
}
