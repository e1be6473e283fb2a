//! The nine levels of a preference as a row of marks, one of them set.

use std::fmt::{self, Display, Formatter};

use askama::filters::HtmlSafe;

/// A preference from −4 (the other side overwhelmingly better) to +4.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LevelScale(pub i8);

impl LevelScale {
    const GAP: i32 = 12;

    /// The marks from the middle to the set one, as places 0 to 8.
    fn run(self) -> (i32, i32) {
        let set = i32::from(self.0.clamp(-4, 4)) + 4;
        (set.min(4), set.max(4))
    }
}

impl Display for LevelScale {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let side = match self.0 {
            1.. => "up",
            0 => "even",
            _ => "down",
        };
        let (from, to) = self.run();
        write!(
            f,
            r#"<svg class="lv {side}" width="108" height="12" aria-hidden="true">"#
        )?;
        write!(f, r#"<path class="base" d="M6 6H102"/>"#)?;
        let (x1, x2) = (6 + from * Self::GAP, 6 + to * Self::GAP);
        write!(f, r#"<path class="run" d="M{x1} 6H{x2}"/>"#)?;
        write!(f, r#"<path class="mid" d="M54 1V11"/>"#)?;
        let set = 6 + (i32::from(self.0.clamp(-4, 4)) + 4) * Self::GAP;
        write!(f, r#"<circle cx="{set}" cy="6" r="5"/></svg>"#)
    }
}

impl HtmlSafe for LevelScale {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_run_goes_from_the_middle_to_the_level() {
        let cases = [
            (-4, (0, 4)),
            (0, (4, 4)),
            (3, (4, 7)),
            (9, (4, 8)),
            (-128, (0, 4)),
        ];
        for (level, run) in cases {
            assert_eq!(LevelScale(level).run(), run, "{level}");
        }
    }
}
