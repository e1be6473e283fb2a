//! Fair share: start-time fair queueing (Goyal, Vin and Cheng 1996) with jobs of equal cost.
//!
//! Each account has, for each priority, the turn of its latest job. A new job gets the next turn
//! after it, but none before the virtual time: the turn of the job that is now at the head. So an
//! account with 10,000 waiting jobs holds turns far in the future, and another's first job goes in
//! at the head. (The start tag max(v, F) of the paper, F being one more than the latest turn.)
//!
//! When nothing waits, the virtual time is the latest turn that anybody holds, so that nobody is
//! owed anything for the past.

use sea_orm::ConnectionTrait;

use crate::jobs::JobPriority;
use crate::sql::{params, scalar};
use crate::{AccountId, StoreError};

/// Gives an account its next `count` turns, in a row, and returns the last of them. Other
/// transactions that ask for turns of this account wait for this one.
pub(super) async fn take_turns(
    on: &impl ConnectionTrait,
    account: AccountId,
    priority: JobPriority,
    count: i64,
) -> Result<i64, StoreError> {
    let sql = "
        INSERT INTO job_turn (account_id, priority, turn)
        SELECT $1, $2, $3 - 1 + COALESCE(
            (SELECT turn FROM job WHERE state = 'waiting' AND gate = 'open' AND priority = $2
             ORDER BY priority, turn, job_id LIMIT 1),
            (SELECT MAX(turn) FROM job_turn WHERE priority = $2),
            0)
        WHERE 1 = 1
        ON CONFLICT (account_id, priority) DO UPDATE SET turn =
            CASE WHEN job_turn.turn + $3 > excluded.turn THEN job_turn.turn + $3
                 ELSE excluded.turn END
        RETURNING turn AS value";
    let last = scalar(on, sql, params![account, priority, count]).await?;
    last.ok_or_else(|| StoreError::Database("a turn was not given".to_owned()))
}
