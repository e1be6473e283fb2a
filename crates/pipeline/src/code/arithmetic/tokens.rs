//! A line of text as numbers, operators and what stands between them.

use super::number::{Reading, is_space_or_apostrophe, readings};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Plus,
    Minus,
    Times,
    Divide,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    Number(Number),
    Operator(Operator),
    /// `about` where the text says that it is rounded.
    Equals {
        about: bool,
    },
    /// A dash between two figures without blanks: a range, a date.
    Dash,
    Open,
    Close,
    /// Lower-case.
    Word(String),
    /// A currency's symbol or code.
    Currency,
    /// Punctuation that ends a calculation.
    Stop,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Number {
    /// At least one, the likeliest first.
    pub(super) readings: Vec<Reading>,
    pub(super) percent: bool,
    pub(super) money: bool,
    pub(super) negative: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) from: usize,
    pub(super) to: usize,
}

/// Letters that follow a figure and scale it. Those of one letter only with a currency.
const SCALES: &[(&str, f64, bool)] = &[
    ("thousand", 1e3, false),
    ("million", 1e6, false),
    ("millions", 1e6, false),
    ("billion", 1e9, false),
    ("billions", 1e9, false),
    ("trillion", 1e12, false),
    ("lakh", 1e5, false),
    ("crore", 1e7, false),
    ("mio", 1e6, false),
    ("mn", 1e6, false),
    ("bn", 1e9, false),
    ("k", 1e3, true),
    ("m", 1e6, true),
    ("b", 1e9, true),
];

/// The line's tokens in order.
pub(super) fn of(line: &str) -> Vec<Token> {
    let mut reader = Reader {
        line,
        at: 0,
        tokens: Vec::new(),
    };
    while let Some(next) = reader.peek() {
        reader.read(next);
    }
    reader.tokens
}

struct Reader<'a> {
    line: &'a str,
    at: usize,
    tokens: Vec<Token>,
}

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        self.line[self.at..].chars().next()
    }

    fn read(&mut self, next: char) {
        match next {
            // Emphasis and escapes of Markdown.
            '*' if self.line[self.at..].starts_with("**") => self.at += 2,
            '\\' | '_' | '`' => self.at += next.len_utf8(),
            _ if next.is_whitespace() => self.at += next.len_utf8(),
            _ if next.is_ascii_digit() => self.number(),
            _ if next.is_alphabetic() => self.word(),
            _ => self.sign(next),
        }
    }

    fn push(&mut self, kind: Kind, to: usize) {
        let from = self.at;
        self.tokens.push(Token { kind, from, to });
        self.at = to;
    }

    fn sign(&mut self, sign: char) {
        let to = self.at + sign.len_utf8();
        let kind = match sign {
            '=' | '≈' | '≃' => Kind::Equals { about: sign != '=' },
            '~' if self.rounds_result() => return self.at = to,
            '×' | '✕' | '✖' | '·' | '⋅' | '*' => Kind::Operator(Operator::Times),
            '÷' | '/' => Kind::Operator(Operator::Divide),
            '+' => Kind::Operator(Operator::Plus),
            '-' | '−' | '–' | '‑' => self.dash(to),
            '(' => Kind::Open,
            ')' => Kind::Close,
            '$' | '€' | '£' | '¥' | '₹' | '₩' | '₽' | '₺' | '₦' | '₫' | '฿' | '₴' | '₱' => {
                Kind::Currency
            }
            _ => Kind::Stop,
        };
        self.push(kind, to);
    }

    /// "= ~500" is an equals sign that says "about".
    fn rounds_result(&mut self) -> bool {
        let Some(Kind::Equals { about }) = self.tokens.last_mut().map(|last| &mut last.kind) else {
            return false;
        };
        *about = true;
        true
    }

    /// After a blank it subtracts, between two figures it is a range.
    fn dash(&self, to: usize) -> Kind {
        let before = self.line[..self.at].chars().next_back();
        let blank_before = before.is_none_or(char::is_whitespace);
        let blank_after = self.line[to..]
            .chars()
            .next()
            .is_none_or(char::is_whitespace);
        match (blank_before, blank_after) {
            (true, _) => Kind::Operator(Operator::Minus),
            (false, false) => Kind::Dash,
            (false, true) => Kind::Stop,
        }
    }

    fn number(&mut self) {
        let start = self.at;
        let end = start + figure_length(&self.line[start..]);
        let glued = self
            .tokens
            .last()
            .is_some_and(|last| last.to == start && matches!(last.kind, Kind::Word(_)));
        let readings = readings(&self.line[start..end]);
        if glued || readings.is_empty() {
            return self.push(Kind::Stop, end);
        }
        let money = matches!(
            self.tokens.last(),
            Some(Token {
                kind: Kind::Currency,
                ..
            })
        );
        let (scale, after_scale) = self.scale(end, money);
        let percent = percent_length(&self.line[after_scale..]);
        let to = after_scale + percent.unwrap_or(0);
        let kind = Kind::Number(Number {
            readings: readings
                .into_iter()
                .map(|reading| reading.scaled(scale))
                .collect(),
            percent: percent.is_some(),
            money: money || self.currency_follows(to),
            negative: false,
        });
        self.push(kind, to);
    }

    /// The factor that the word after a figure stands for, and where it ends.
    fn scale(&self, end: usize, money: bool) -> (f64, usize) {
        let rest = &self.line[end..];
        let trimmed = rest.trim_start_matches([' ', '\u{a0}', '\u{202f}']);
        let word: String = trimmed.chars().take_while(|c| c.is_alphabetic()).collect();
        let to = end + (rest.len() - trimmed.len()) + word.len();
        let money = money || self.currency_follows(to);
        let lower = word.to_lowercase();
        let found = SCALES
            .iter()
            .find(|(name, _, of_money)| *name == lower && (money || !of_money));
        found.map_or((1.0, end), |(_, factor, _)| (*factor, to))
    }

    fn currency_follows(&self, from: usize) -> bool {
        let rest = self.line[from..].trim_start();
        let word: String = rest.chars().take_while(|c| c.is_alphabetic()).collect();
        is_code(&word) || rest.starts_with(['€', '£', '$', '¥', '₹'])
    }

    fn word(&mut self) {
        let rest = &self.line[self.at..];
        // "3x4": the letter between two figures multiplies.
        let mut letters = rest.chars();
        if matches!(letters.next(), Some('x' | 'X')) && letters.next().is_none_or(ends_factor) {
            return self.push(Kind::Operator(Operator::Times), self.at + 1);
        }
        let length: usize = rest
            .chars()
            .take_while(|c| c.is_alphabetic() || *c == '²' || *c == '³')
            .map(char::len_utf8)
            .sum();
        let word = &rest[..length];
        let kind = match word {
            "equals" => Kind::Equals { about: false },
            _ if is_code(word) => Kind::Currency,
            _ => Kind::Word(word.to_lowercase()),
        };
        self.push(kind, self.at + length);
    }
}

fn ends_factor(next: char) -> bool {
    next.is_whitespace() || next.is_ascii_digit() || matches!(next, '$' | '€' | '£' | '¥' | '₹')
}

/// A code of three capitals. Any will do: what stands before a figure is taken for its unit.
fn is_code(word: &str) -> bool {
    word.len() == 3 && word.bytes().all(|byte| byte.is_ascii_uppercase())
}

fn percent_length(rest: &str) -> Option<usize> {
    let trimmed = rest.trim_start_matches([' ', '\u{a0}', '\u{202f}']);
    let blank = rest.len() - trimmed.len();
    match () {
        () if trimmed.starts_with('%') => Some(blank + 1),
        () if trimmed.starts_with("percent") => Some(blank + "percent".len()),
        () if trimmed.starts_with("per cent") => Some(blank + "per cent".len()),
        () => None,
    }
}

/// Bytes of the figure that `text` begins with: digits, and separators that have digits on both
/// sides. A blank or apostrophe separates groups of exactly three.
fn figure_length(text: &str) -> usize {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let mut length = digits(text);
    let first_group = length;
    loop {
        let rest = &text[length..];
        let Some(separator) = rest.chars().next() else {
            return length;
        };
        let after = &rest[separator.len_utf8()..];
        let group = digits(after);
        let joins = match separator {
            ',' | '.' => group > 0,
            c if is_space_or_apostrophe(c) => {
                let no_decimals = !text[..length].contains(['.', ',']);
                group == 3 && first_group <= 3 && no_decimals
            }
            _ => false,
        };
        if !joins {
            return length;
        }
        length += separator.len_utf8() + group;
    }
}
