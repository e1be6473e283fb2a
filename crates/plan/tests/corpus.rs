//! All 35 real runs are read with every part that they hold.

use std::collections::BTreeSet;
use std::path::Path;

use plan::model::{Plan, WarningKind};

mod support;

fn read(path: &Path) -> Plan {
    let bytes = std::fs::read(path).unwrap();
    let name = path.file_name().unwrap().to_string_lossy();
    plan::read_zip(&bytes, &name).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Name, WBS nodes, dependencies: counted by an independent script.
const COUNTS: &[(&str, usize, usize)] = &[
    ("20250208_us_mexico_canal", 215, 12),
    ("20250209_global_language", 143, 10),
    ("20250209_lunar_base", 202, 17),
    ("20250210_arxiv_distillation", 89, 12),
    ("20250217_skeleton_display", 89, 14),
    ("20250305_dead_fish", 145, 15),
    ("20250309_microplastics", 127, 11),
    ("20250316_robot_olympics", 211, 12),
    ("20250321_silo", 181, 16),
    ("20250329_gta_game", 237, 18),
    ("20250415_eu_digital_sovereignty", 172, 10),
    ("20250422_pope_funeral", 160, 11),
    ("20250427_555project", 147, 14),
    ("20250511_insect_farm", 192, 15),
    ("20250517_tea_eshop", 153, 20),
    ("20250524_universal_manufacturing", 224, 11),
    ("20250627_delhi_water", 238, 11),
    ("20250706_gibraltar_tunnel", 186, 10),
    ("20250708_bulls_reform", 140, 16),
    ("20250714_bloodtest_startup", 132, 17),
    ("20250720_faraday_enclosure", 187, 12),
    ("20250721_project_solace", 190, 34),
    ("20250722_capsule_copenhagen", 220, 15),
    ("20250723_malaria_reduction", 160, 11),
    ("20250803_bunker_project", 182, 23),
    ("20250808_connectome_project", 200, 13),
    ("20250812_cube_construction", 205, 21),
    ("20250821_bioverification_program", 209, 18),
    ("20250823_rubber_resilience", 210, 13),
    ("20250908_sia_mvp", 232, 12),
    ("20250917_cdc_restructure", 179, 11),
    ("20251019_roundabout_construction", 259, 19),
    ("20251101_e_bus_security", 214, 14),
    ("20251114_paperclip_automation", 168, 16),
    ("20251203_silicon_valley_stability", 182, 11),
];

#[test]
fn every_run_has_the_parts_it_holds() {
    let Some(zips) = support::corpus() else {
        return;
    };
    let mut failures = Vec::new();
    for path in &zips {
        let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
        let plan = read(path);
        let Some((_, nodes, edges)) = COUNTS.iter().find(|(name, ..)| *name == stem) else {
            failures.push(format!("{stem} is not in the table"));
            continue;
        };
        if plan.wbs.len() != *nodes || plan.dependencies.len() != *edges {
            failures.push(format!(
                "{stem}: {} nodes, {} edges",
                plan.wbs.len(),
                plan.dependencies.len()
            ));
        }
        failures.extend(
            faults(&plan)
                .into_iter()
                .map(|fault| format!("{stem}: {fault}")),
        );
    }
    assert_eq!(zips.len(), COUNTS.len());
    assert!(failures.is_empty(), "{failures:#?}");
}

fn faults(plan: &Plan) -> Vec<&'static str> {
    let timed: BTreeSet<&str> = plan.durations.iter().map(|d| d.task_id.as_str()).collect();
    let has_children: BTreeSet<usize> = plan.wbs.iter().filter_map(|node| node.parent).collect();
    let tasks_timed = plan
        .wbs
        .iter()
        .filter(|node| node.level == 3)
        .all(|node| timed.contains(node.id.as_str()));
    let leaves_resourced = plan
        .wbs
        .iter()
        .enumerate()
        .filter(|(at, _)| !has_children.contains(at))
        .filter(|(_, node)| !node.resources.is_empty())
        .count();
    let negative = plan
        .durations
        .iter()
        .flat_map(|d| [d.days_min, d.days_realistic, d.days_max])
        .flatten()
        .any(|days| days < 0.0);
    let missing = |name: &str| {
        plan.warnings
            .iter()
            .any(|w| w.kind == WarningKind::Missing && w.source == name)
    };
    let part = |empty: bool, name: &str| empty != missing(name);
    let checks = [
        (plan.title.is_empty(), "no title"),
        (plan.prompt.text.len() < 50, "prompt too short"),
        (
            plan.prompt.text.contains("Today's date"),
            "trailer kept in the prompt",
        ),
        (
            plan.prompt.text.starts_with("Plan:"),
            "heading kept in the prompt",
        ),
        (plan.start_date.is_none(), "no date"),
        (plan.objective.is_none(), "no objective"),
        (plan.success_criteria.len() != 5, "not five SMART criteria"),
        (plan.deliverable.is_none(), "no deliverable"),
        (
            plan.wbs.iter().map(|n| n.level).max() != Some(4),
            "not four levels",
        ),
        (!tasks_timed, "a level-3 task has no duration"),
        (negative, "an unknown duration is a number"),
        (leaves_resourced < 60, "leaves without resources"),
        (plan.assumptions.is_empty(), "no assumptions"),
        (plan.risks.is_empty(), "no risks"),
        (plan.stakeholders.is_empty(), "no stakeholders"),
        (plan.resources.is_empty(), "no resources"),
        (
            part(
                plan.team.is_empty(),
                "enrich_team_members_environment_info.json",
            ),
            "team",
        ),
        (
            part(plan.currency.is_none(), "currency_strategy_raw.json"),
            "currency",
        ),
        (
            part(plan.decisions.is_empty(), "vital_few_levers_raw.json"),
            "decisions",
        ),
        (plan.sections.is_empty(), "no sections"),
        (
            plan.warnings.iter().any(|w| w.kind != WarningKind::Missing),
            "a warning that is not about a missing part",
        ),
        (
            !plan.costs.items.is_empty() || !plan.benefits.is_empty(),
            "invented estimates",
        ),
    ];
    checks
        .into_iter()
        .filter_map(|(fails, name)| fails.then_some(name))
        .collect()
}

#[test]
fn a_folder_and_files_in_memory_give_the_same_plan_as_the_zip() {
    let Some(zips) = support::corpus() else {
        return;
    };
    let bytes = std::fs::read(&zips[0]).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(&bytes)).unwrap();
    let mut files = Vec::new();
    for at in 0..archive.len() {
        let mut entry = archive.by_index(at).unwrap();
        if entry.is_dir() || entry.name().unwrap().contains("__MACOSX") {
            continue;
        }
        let name = entry.name().unwrap().rsplit('/').next().unwrap().to_owned();
        let mut content = Vec::new();
        std::io::Read::read_to_end(&mut entry, &mut content).unwrap();
        std::fs::write(folder.path().join(&name), &content).unwrap();
        files.push((name, content));
    }
    let zipped = read(&zips[0]);
    assert_eq!(zipped, plan::read_folder(folder.path()).unwrap());
    assert_eq!(zipped, plan::read_files("run", files).unwrap());
    assert_eq!(zipped, plan::read_any(&bytes, "run.zip").unwrap());
}

#[test]
fn every_card_fills_its_sections_and_stays_within_its_budget() {
    let Some(zips) = support::corpus() else {
        return;
    };
    for path in &zips {
        let plan = read(path);
        let card = plan::card(&plan);
        assert!(card.render().len() <= plan::card::MAX_CARD_BYTES);
        for kind in [
            plan::SectionKind::Title,
            plan::SectionKind::Objective,
            plan::SectionKind::Prompt,
            plan::SectionKind::SuccessCriteria,
            plan::SectionKind::Wbs,
            plan::SectionKind::Schedule,
            plan::SectionKind::Dependencies,
            plan::SectionKind::Risks,
            plan::SectionKind::Assumptions,
        ] {
            let section = card.section(kind).unwrap();
            assert!(!section.items.is_empty(), "{kind:?} of {}", path.display());
        }
    }
}
