//! The example plans, built into the binary so that the demo needs no files.

use arena::import::{ImportReport, Prepared, Submitter, submit};
use arena::progress::Observer;
use store::Store;

use crate::system::{SystemClock, SystemEntropy};

macro_rules! example {
    ($name:literal) => {
        (
            $name,
            include_str!(concat!("../../../../../examples/plans/", $name, ".json")),
        )
    };
}

/// Name and plan JSON of each example.
const EXAMPLES: &[(&str, &str)] = &[
    example!("ai-solves-everything"),
    example!("bridge-replacement-kochi"),
    example!("crypto-metropolis"),
    example!("district-heating-aarhus"),
    example!("ecommerce-relaunch-austin"),
    example!("flood-park-recife"),
    example!("ground-station-punta-arenas"),
    example!("health-records-dunedin"),
    example!("music-festival-lisbon"),
    example!("school-meals-kisumu"),
    example!("sepsis-alerts-lyon"),
    example!("solar-coop-thrissur"),
    example!("village-library-powys"),
    example!("vineyard-organic-rioja"),
];

/// Stores the examples as plans of the system.
pub(super) async fn import(store: &Store, observer: &dyn Observer) -> anyhow::Result<ImportReport> {
    let mut prepared = Vec::with_capacity(EXAMPLES.len());
    for (name, text) in EXAMPLES {
        let plan = plan::read_json(text.as_bytes(), name)?;
        prepared.push(Prepared::new(
            format!("examples/plans/{name}.json").into(),
            (*name).to_owned(),
            plan,
        ));
    }
    let imported = submit(
        store,
        &SystemClock,
        &SystemEntropy,
        Submitter::SYSTEM,
        prepared,
    )
    .await?;
    observer.on(arena::progress::Event::Finished {
        step: arena::progress::Step::Read,
    });
    Ok(ImportReport {
        imported,
        ..ImportReport::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_example_in_the_folder_is_in_the_demo() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/plans");
        let mut names: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|e| e == "json"))
            .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned())
            .collect();
        names.sort();
        assert_eq!(
            names,
            EXAMPLES.iter().map(|(name, _)| *name).collect::<Vec<_>>()
        );
    }
}
