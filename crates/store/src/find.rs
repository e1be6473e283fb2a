//! Finding plans by what a person types: the start of an id, part of a title, an external id.

use uuid::Uuid;

use crate::plans::PLAN_COLUMNS;
use crate::sql::{all, params};
use crate::{Plan, PlanId, Store, StoreError};

/// Fewer digits would match half of the corpus: the first ones of a `UUIDv7` are a date.
const MIN_ID_DIGITS: usize = 4;

impl Store {
    /// Plans whose id starts with `text`, or whose external id, source name or title match it
    /// (titles: anywhere, ignoring the case of ASCII letters). At most `limit`, by id.
    pub async fn find_plans(&self, text: &str, limit: u32) -> Result<Vec<Plan>, StoreError> {
        let (low, high) = id_range(text).unzip();
        let pattern = format!("%{}%", escape_like(&text.to_ascii_lowercase()));
        let sql = format!(
            "SELECT {PLAN_COLUMNS} FROM plan_corpus
             WHERE (plan_id >= $1 AND plan_id <= $2) OR external_id = $3 OR source_name = $3
                OR lower(title) LIKE $4 ESCAPE '\\'
             ORDER BY plan_id LIMIT $5"
        );
        let params = params![low, high, text, pattern, i64::from(limit.clamp(1, 1_000))];
        all(self.read(), &sql, params).await
    }
}

/// The first and last id whose text starts with `prefix`, if it can be the start of one.
fn id_range(prefix: &str) -> Option<(PlanId, PlanId)> {
    let digits: String = prefix.chars().filter(|c| *c != '-').collect();
    let hexadecimal = digits.chars().all(|c| c.is_ascii_hexdigit());
    if !hexadecimal || !(MIN_ID_DIGITS..=32).contains(&digits.len()) {
        return None;
    }
    let bound = |fill: &str| {
        let padded = format!("{digits}{}", fill.repeat(32 - digits.len()));
        Uuid::parse_str(&padded).ok().map(PlanId)
    };
    Some((bound("0")?, bound("f")?))
}

fn escape_like(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_prefix_becomes_a_range() {
        let (low, high) = id_range("0190-ab").unwrap();
        assert_eq!(low.to_string(), "0190ab00-0000-0000-0000-000000000000");
        assert_eq!(high.to_string(), "0190abff-ffff-ffff-ffff-ffffffffffff");
        for text in ["", "abc", "wxyz", &"0".repeat(33), "%%%%"] {
            assert!(id_range(text).is_none(), "{text}");
        }
    }
}
