//! Progress of long work: a bar with the time left and the money spent on a terminal, a plain
//! line per tenth otherwise.

use std::collections::HashMap;
use std::io::IsTerminal;
use std::sync::{Mutex, PoisonError};

use arena::progress::{Event, Observer, Step};
use indicatif::{ProgressBar, ProgressStyle};

use super::dollars;

/// Shows what a use case reports, on standard error.
#[derive(Debug)]
pub(crate) struct TerminalProgress {
    steps: Mutex<HashMap<Step, Shown>>,
    spent: Mutex<String>,
    style: Style,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Style {
    Bar,
    Lines,
    Quiet,
}

#[derive(Debug)]
struct Shown {
    bar: ProgressBar,
    total: u64,
    done: u64,
    tenths: u64,
}

impl TerminalProgress {
    /// Bars on a terminal, lines elsewhere.
    pub(crate) fn new() -> Self {
        Self::with(if std::io::stderr().is_terminal() {
            Style::Bar
        } else {
            Style::Lines
        })
    }

    /// Only notes: for `--json`, where a program reads.
    pub(crate) fn quiet() -> Self {
        Self::with(Style::Quiet)
    }

    fn with(style: Style) -> Self {
        Self {
            steps: Mutex::default(),
            spent: Mutex::default(),
            style,
        }
    }

    fn start(&self, step: Step, total: u64) {
        let bar = match self.style {
            Style::Bar => ProgressBar::new(total)
                .with_style(bar_style())
                .with_message(step.label()),
            Style::Lines | Style::Quiet => ProgressBar::hidden(),
        };
        let mut steps = self.steps.lock().unwrap_or_else(PoisonError::into_inner);
        steps.insert(
            step,
            Shown {
                bar,
                total,
                done: 0,
                tenths: 0,
            },
        );
    }

    fn advance(&self, step: Step, by: u64) {
        let mut steps = self.steps.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(shown) = steps.get_mut(&step) else {
            return;
        };
        shown.done += by;
        shown.bar.inc(by);
        let tenths = (10 * shown.done).checked_div(shown.total).unwrap_or(10);
        if self.style == Style::Lines && tenths > shown.tenths {
            shown.tenths = tenths;
            let spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
            crate::output::say!("{}: {} of {}{spent}", step.label(), shown.done, shown.total);
        }
    }

    fn spend(&self, calls: u64, tokens: u64, cost_nano_usd: i64) {
        let text = format!(
            ", {calls} model calls, {tokens} tokens, {}",
            dollars(cost_nano_usd)
        );
        let steps = self.steps.lock().unwrap_or_else(PoisonError::into_inner);
        for shown in steps.values() {
            shown.bar.set_prefix(text.clone());
        }
        *self.spent.lock().unwrap_or_else(PoisonError::into_inner) = text;
    }

    fn finish(&self, step: Step) {
        let mut steps = self.steps.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(shown) = steps.remove(&step) {
            shown.bar.finish_and_clear();
        }
    }
}

impl Observer for TerminalProgress {
    fn on(&self, event: Event) {
        match event {
            Event::Started { step, total } => self.start(step, total),
            Event::Advanced { step, by } => self.advance(step, by),
            Event::Spent {
                calls,
                tokens,
                cost_nano_usd,
            } => self.spend(calls, tokens, cost_nano_usd),
            Event::Finished { step } => self.finish(step),
            Event::Note(text) => crate::output::say!("note: {}", super::plain(&text, 500)),
        }
    }
}

fn bar_style() -> ProgressStyle {
    ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len}, {eta} left{prefix}")
        .unwrap_or_else(|_| ProgressStyle::default_bar())
}
