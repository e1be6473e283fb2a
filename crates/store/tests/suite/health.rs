//! What an operator asks of the database.

use store::Backend;

use crate::fixture::{at, on_both};

on_both! {
    async fn whether_rows_can_be_written_is_told_without_leaving_any(world) {
        for _ in 0..2 {
            world.store.check_writable(at(0)).await.unwrap();
        }
        assert_eq!(world.store.setting("writable?").await.unwrap(), None);
    }

    async fn only_a_database_server_has_a_clock_of_its_own(world) {
        let clock = world.store.server_clock().await.unwrap();
        assert_eq!(clock.is_some(), world.store.backend() == Backend::Postgres);
    }
}
