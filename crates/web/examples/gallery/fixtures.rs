//! One of each page, and each empty or broken state that has a look of its own.

mod boards;
mod people;
mod plan;

use askama::Template;
use chrono::{DateTime, Duration, TimeZone as _, Utc};
use web::view::format::Moment;
use web::view::layout::{AccountMenu, Layout, Notice, Section, Tone};

/// A rendered page.
#[derive(Debug)]
pub struct Page {
    pub name: &'static str,
    pub html: String,
}

/// What stands where plans, users and models write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wording {
    Realistic,
    /// Markup, quotes, line separators, text that turns round, and no place to break a line.
    #[allow(
        dead_code,
        reason = "only tests ask for it; the example shares this file"
    )]
    Hostile,
}

pub const HOSTILE: &str = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>{{7*7}}\u{202e}\u{2028}aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

impl Wording {
    pub fn say(self, text: &str) -> String {
        match self {
            Self::Realistic => text.to_owned(),
            Self::Hostile => HOSTILE.to_owned(),
        }
    }

    pub fn maybe(self, text: &str) -> Option<String> {
        Some(self.say(text))
    }
}

pub fn pages(words: Wording) -> Vec<Page> {
    let mut pages = boards::pages(words);
    pages.extend(plan::pages(words));
    pages.extend(people::pages(words));
    pages
}

fn page(name: &'static str, view: &impl Template) -> Page {
    let html = view.render().expect("fixtures render");
    Page { name, html }
}

fn now() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 22, 21, 0, 0).unwrap()
}

fn ago(minutes: i64) -> Moment {
    Moment::new(now() - Duration::minutes(minutes), now())
}

fn id(n: u64) -> String {
    format!("019abf3e-7c{:02x}-7a41-9d20-{:012x}", n % 256, n * 7_919)
}

fn visitor(title: &str, section: Section) -> Layout {
    Layout {
        path: "/rankings?domain=Energy&since=2026-01-01".to_owned(),
        ..Layout::new(title, section)
    }
}

fn logged_in(words: Wording, title: &str, section: Section) -> Layout {
    Layout {
        account: Some(AccountMenu {
            name: words.say("Ada Lindqvist"),
            reviewer: true,
            admin: true,
        }),
        ..visitor(title, section)
    }
}

fn notice(tone: Tone, text: &str) -> Option<Notice> {
    let text = text.to_owned();
    Some(Notice { tone, text })
}

/// Numbers that look drawn, the same each time.
fn wobble(n: u64, reach: f64) -> f64 {
    let mixed = n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40;
    (mixed as f64 / 16_777_216.0 - 0.5) * 2.0 * reach
}
