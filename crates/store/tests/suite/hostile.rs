//! Text of plans and models is hostile; times are finer than databases keep.

use chrono::{DateTime, Utc};
use store::{NewPlan, Store};

use crate::fixture::{at, on_both, plan};

on_both! {
    async fn hostile_text_is_only_text(world) {
        let nasty = [
            "'); DROP TABLE plan_corpus; --",
            "\u{202e}right to left\u{200b}",
            "👩‍👩‍👧‍👦 emoji \u{10FFFF}",
            "$1 ? :name {text} %s \\x00 \\",
            "line\r\nbreak\ttab\u{1}\u{7f}",
        ];
        for (n, text) in (1..).zip(nasty) {
            let new = NewPlan { title: text.to_owned(), document: format!("{{\"t\":{text:?}}}"), ..plan(n) };
            world.plans(std::slice::from_ref(&new)).await;
            assert_eq!(world.store.plan(new.plan_id).await.unwrap().unwrap().title, text);
            let held = world.store.plan_document(new.plan_id).await.unwrap().unwrap();
            assert_eq!(held.document, new.document);
            assert_eq!(world.store.find_plans(text, 5).await.unwrap().len(), 1, "{text}");
        }
    }

    #[doc = "Postgres refuses U+0000 and SQLite does not: both keep U+FFFD in its place."]
    async fn a_nul_becomes_a_replacement_character(world) {
        let new = NewPlan { title: "a\0b".to_owned(), external_id: Some("x\0".to_owned()), ..plan(1) };
        world.plans(std::slice::from_ref(&new)).await;
        let held = world.store.plan(new.plan_id).await.unwrap().unwrap();
        assert_eq!((held.title.as_str(), held.external_id.as_deref()), ("a\u{FFFD}b", Some("x\u{FFFD}")));
        assert_eq!(world.store.find_plans("a\0b", 5).await.unwrap().len(), 1);
        assert_eq!(world.store.set_setting_once("k\0", "v\0", at(0)).await.unwrap(), "v\u{FFFD}");
        assert_eq!(world.store.setting("k\0").await.unwrap().as_deref(), Some("v\u{FFFD}"));
    }

    async fn a_json_escape_of_nul_stays_as_written(world) {
        let new = NewPlan { document: "{\"t\":\"\\u0000\"}".to_owned(), ..plan(1) };
        world.plans(std::slice::from_ref(&new)).await;
        assert_eq!(world.store.plan_document(new.plan_id).await.unwrap().unwrap().document, new.document);
    }

    async fn ten_megabytes_of_text_go_in_and_out(world) {
        let new = NewPlan { prompt: "ü".repeat(5_000_000), ..plan(1) };
        world.plans(std::slice::from_ref(&new)).await;
        let held = world.store.plan_document(new.plan_id).await.unwrap().unwrap();
        assert!(held.prompt == new.prompt, "the text changed");
    }

    async fn times_are_kept_to_the_microsecond_and_sort(world) {
        let time = |nanos| DateTime::<Utc>::from_timestamp(1_777_593_600, nanos).unwrap();
        let cases = [(0, 0), (999, 0), (1_500, 1_000), (120_000_000, 120_000_000), (999_999_999, 999_999_000)];
        for (n, (nanos, kept)) in (1..).zip(cases) {
            let new = NewPlan { created_at: time(nanos), ..plan(n) };
            world.plans(std::slice::from_ref(&new)).await;
            assert_eq!(world.store.plan(new.plan_id).await.unwrap().unwrap().created_at, time(kept));
        }
        let fence = world.contest(store::Contest::Public).await;
        drop(fence);
        let since = count_since(&world.store, time(1_000)).await;
        assert_eq!(since, [3, 4, 5]);
    }
}

/// The numbers of the plans whose calls were made at or after `since`.
async fn count_since(store: &Store, since: DateTime<Utc>) -> Vec<u8> {
    let plans = store
        .list_plans(&store::PlanFilter {
            limit: 10,
            ..store::PlanFilter::default()
        })
        .await
        .unwrap();
    let late = plans.into_iter().filter(|p| p.created_at >= since);
    late.map(|p| p.title.trim_start_matches("Plan ").parse().unwrap())
        .collect()
}
