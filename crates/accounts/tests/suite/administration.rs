//! What administrators do with accounts.

use accounts::{AccountId, AccountsError, Role};
use chrono::TimeDelta;

use crate::fixture::on_both;

on_both! {
    async fn only_administrators_manage_accounts(world) {
        let accounts = &world.accounts;
        let ada = world.account("Ada").await;
        for role in [Role::User, Role::Reviewer] {
            let eve = world.caller("Eve", role).await;
            let refused = [
                accounts.list_accounts(&eve, None, None, 10).await.map(drop),
                accounts.set_role(&eve, ada, Role::Admin).await,
                accounts.disable_account(&eve, ada).await,
                accounts.enable_account(&eve, ada).await,
            ];
            for result in refused {
                assert!(matches!(result, Err(AccountsError::Forbidden(_))), "{role}");
            }
        }
    }

    async fn nobody_changes_their_own_role_or_access(world) {
        let root = world.caller("Root", Role::Admin).await;
        let accounts = &world.accounts;
        let refused = [
            accounts.set_role(&root, root.account_id, Role::User).await,
            accounts.disable_account(&root, root.account_id).await,
        ];
        for result in refused {
            assert!(matches!(result, Err(AccountsError::Refused(_))));
        }
    }

    async fn the_system_account_and_the_missing_are_not_found(world) {
        let root = world.caller("Root", Role::Admin).await;
        let missing = AccountId::new(world.clock.now(), [9; 10]);
        for id in [AccountId::SYSTEM, missing] {
            assert!(matches!(world.accounts.set_role(&root, id, Role::User).await, Err(AccountsError::NotFound(_))));
            assert!(matches!(world.accounts.disable_account(&root, id).await, Err(AccountsError::NotFound(_))));
        }
        assert!(world.accounts.start_session(AccountId::SYSTEM, "x").await.is_err());
    }

    async fn accounts_are_listed_by_pages_newest_first(world) {
        let root = world.caller("Root", Role::Admin).await;
        for n in 0..5 {
            world.pass(TimeDelta::seconds(1));
            world.account(&format!("User {n}")).await;
        }
        let (mut names, mut before) = (Vec::new(), None);
        loop {
            let page = world.accounts.list_accounts(&root, before, None, 4).await.unwrap();
            names.extend(page.items.into_iter().map(|account| account.display_name));
            before = page.next;
            if before.is_none() {
                break;
            }
        }
        assert_eq!(names, ["User 4", "User 3", "User 2", "User 1", "User 0", "Root"]);
    }

    async fn accounts_are_found_by_part_of_a_name_whatever_it_holds(world) {
        let root = world.caller("Root", Role::Admin).await;
        for name in ["Ada Lovelace", "100% Bob", "under_score", "bang!"] {
            world.account(name).await;
        }
        let found = async |search: &str| {
            let page = world.accounts.list_accounts(&root, None, Some(search), 10).await.unwrap();
            page.items.into_iter().map(|account| account.display_name).collect::<Vec<_>>()
        };
        assert_eq!(found("LOVE").await, ["Ada Lovelace"]);
        assert_eq!(found("0%").await, ["100% Bob"]);
        assert_eq!(found("r_s").await, ["under_score"]);
        assert_eq!(found("g!").await, ["bang!"]);
        assert!(found("' OR 1=1").await.is_empty());
        assert_eq!(found("  ").await.len(), 5);
    }
}
