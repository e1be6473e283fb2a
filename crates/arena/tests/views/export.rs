//! Exports, each for a viewer.

use arena::export::{ExportQuery, Format, export};
use arena::views::{Scope, Viewer};
use futures::TryStreamExt;
use serde_json::Value;

use crate::world::{World, ada, on_both};

async fn text(world: &World, viewer: Viewer, query: ExportQuery) -> String {
    let chunks = export(world.store.clone(), viewer, query).unwrap();
    chunks.try_collect::<Vec<String>>().await.unwrap().concat()
}

fn with_comparisons(scope: Scope, format: Format) -> ExportQuery {
    ExportQuery {
        comparisons: true,
        ..ExportQuery::all(scope, format)
    }
}

on_both! {
    async fn json_holds_the_board_and_what_is_between_its_plans(world) {
        for (viewer, inside) in [(Viewer::ANYBODY, false), (Viewer::SYSTEM, true)] {
            let json = text(world, viewer, with_comparisons(Scope::Public, Format::Json)).await;
            let json: Value = serde_json::from_str(&json).unwrap();
            assert_eq!(json["plans"].as_array().unwrap().len(), 2, "hidden plans are not exported");
            let comparisons = json["comparisons"].as_array().unwrap();
            assert_eq!(comparisons.len(), 1);
            assert_eq!(comparisons[0]["cost_nano_usd"].is_string(), inside);
            assert_eq!(json["plans"][1].get("owner_id").is_some(), inside);
        }
    }

    async fn the_top_is_the_top_in_every_format(world) {
        for (format, lines) in [(Format::Json, 3), (Format::Ndjson, 2), (Format::Csv, 2)] {
            let query = ExportQuery { top: Some(1), ..ExportQuery::all(Scope::Public, format) };
            let text = text(world, Viewer::ANYBODY, query).await;
            assert!(text.contains("Plan 1") && !text.contains("Plan 2"), "{text}");
            assert_eq!(text.lines().count(), lines, "{text}");
        }
    }

    async fn no_cell_is_a_formula(world) {
        let csv = text(world, Viewer::ANYBODY, ExportQuery::all(Scope::Public, Format::Csv)).await;
        assert!(csv.contains("'=Plan 1") && !csv.contains(",=Plan"), "{csv}");
    }

    async fn an_owner_exports_the_private_contest(world) {
        let ndjson = text(world, Viewer::of(ada()), ExportQuery::all(Scope::Private, Format::Ndjson)).await;
        let plans: Vec<Value> = ndjson.lines().skip(1).map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(plans.len(), 1);
        assert_eq!(plans[0]["external_id"], "own-id-3");
        assert!(export(world.store.clone(), Viewer::ANYBODY, ExportQuery::all(Scope::Private, Format::Csv)).is_err());
    }
}
