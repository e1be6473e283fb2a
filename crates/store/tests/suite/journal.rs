//! The journal keeps the first answer; settings keep the first value.

use store::{AccountId, AccountKind, Call, Contest, Spend};

use crate::fixture::{account, at, on_both};

fn call(key: &str, response: &str, seconds: i64) -> Call {
    Call {
        request_key: key.to_owned(),
        contest: Some(Contest::Public),
        plan_id: None,
        stage: None,
        provider: "scripted".to_owned(),
        model: "m".to_owned(),
        purpose: "compare".to_owned(),
        response: response.to_owned(),
        finish: "stop".to_owned(),
        input_tokens: 100,
        output_tokens: 10,
        cost_nano_usd: 3_000_000_000,
        created_at: at(seconds),
    }
}

on_both! {
    async fn the_first_answer_stays(world) {
        assert_eq!(world.store.find_call("k").await.unwrap(), None);
        let first = world.store.record_call(&call("k", "one", 1)).await.unwrap();
        let second = world.store.record_call(&call("k", "two", 2)).await.unwrap();
        assert_eq!(first, second);
        assert_eq!(world.store.find_call("k").await.unwrap().unwrap().response, "one");
    }

    async fn spending_adds_up_beyond_32_bits_by_contest_and_time(world) {
        let nobody = world.store.spend(None, None).await.unwrap();
        assert_eq!(nobody, Spend::default());
        world.store.record_call(&call("a", "", 1)).await.unwrap();
        world.store.record_call(&call("b", "", 2)).await.unwrap();
        let elsewhere = Call { contest: None, ..call("c", "", 3) };
        world.store.record_call(&elsewhere).await.unwrap();
        let all = world.store.spend(None, None).await.unwrap();
        assert_eq!((all.calls, all.input_tokens, all.cost_nano_usd), (3, 300, 9_000_000_000));
        assert_eq!(world.store.spend(Some(Contest::Public), None).await.unwrap().calls, 2);
        assert_eq!(world.store.spend(None, Some(at(2))).await.unwrap().calls, 2);
        assert_eq!(world.store.spend(Some(Contest::Public), Some(at(2))).await.unwrap().calls, 1);
    }

    async fn the_first_value_of_a_setting_holds(world) {
        assert_eq!(world.store.setting("secret").await.unwrap(), None);
        assert_eq!(world.store.set_setting_once("secret", "a", at(0)).await.unwrap(), "a");
        assert_eq!(world.store.set_setting_once("secret", "b", at(1)).await.unwrap(), "a");
        assert_eq!(world.store.setting("secret").await.unwrap().as_deref(), Some("a"));
    }

    async fn the_system_account_is_there_from_the_start(world) {
        let system = world.store.account(AccountId::SYSTEM).await.unwrap().unwrap();
        assert_eq!(system.kind, AccountKind::System);
        assert_eq!(world.store.account(account(1)).await.unwrap(), None);
        world.store.add_account(account(1), "Ada", at(1)).await.unwrap();
        world.store.add_account(account(1), "Eve", at(2)).await.unwrap();
        assert_eq!(world.store.account(account(1)).await.unwrap().unwrap().display_name, "Ada");
    }
}
