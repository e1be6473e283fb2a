//! KPIs: unknown stays unknown, a new version keeps the old values.

use store::{KpiRow, KpiValues, StoreError};

use crate::fixture::{at, on_both, plan};

fn kpis(version: &str, prompt_quality: f64, seconds: i64) -> KpiRow {
    let values = KpiValues {
        prompt_quality: Some(prompt_quality),
        ..KpiValues::default()
    };
    KpiRow {
        values,
        version: version.to_owned(),
        evidence: "{\"items\":[]}".to_owned(),
        extracted_at: at(seconds),
    }
}

on_both! {
    async fn unknown_is_null_and_never_zero(world) {
        let id = world.system_plans(1).await[0];
        assert_eq!(world.store.kpis(id).await.unwrap(), None);
        let zero = KpiValues { novelty_score: Some(0.0), feasibility: None, ..KpiValues::default() };
        let row = KpiRow { values: zero, ..kpis("1", 0.5, 1) };
        world.store.put_kpis(id, &row).await.unwrap();
        assert_eq!(world.store.kpis(id).await.unwrap(), Some(row));
        assert_eq!(world.store.metrics(id).await.unwrap().unwrap().kpis, zero);
    }

    async fn a_new_version_becomes_current_and_the_old_one_stays(world) {
        let id = world.system_plans(1).await[0];
        world.store.put_kpis(id, &kpis("1", 0.25, 1)).await.unwrap();
        world.store.put_kpis(id, &kpis("2", 0.5, 2)).await.unwrap();
        world.store.put_kpis(id, &kpis("2", 0.75, 3)).await.unwrap();
        assert_eq!(world.store.kpis(id).await.unwrap(), Some(kpis("2", 0.75, 3)));
        assert_eq!(world.store.kpi_history(id).await.unwrap(), [kpis("1", 0.25, 1), kpis("2", 0.75, 3)]);
    }

    async fn plans_that_lack_a_version_are_found(world) {
        world.system_plans(3).await;
        world.store.put_all_kpis(&[(plan(1).plan_id, kpis("1", 0.1, 1)), (plan(2).plan_id, kpis("2", 0.2, 1))]).await.unwrap();
        let missing = world.store.plans_without_kpis("2", 10).await.unwrap();
        assert_eq!(missing, [plan(1).plan_id, plan(3).plan_id]);
    }

    async fn a_value_outside_0_to_1_is_refused(world) {
        let id = world.system_plans(1).await[0];
        for wrong in [-0.1, 1.1, f64::NAN] {
            let result = world.store.put_kpis(id, &kpis("1", wrong, 1)).await;
            assert!(matches!(result, Err(StoreError::Invalid { .. })), "{wrong}");
        }
        assert_eq!(world.store.kpis(id).await.unwrap(), None);
    }
}
