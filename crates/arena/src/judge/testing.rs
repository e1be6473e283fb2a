//! Small cards for the tests of this module.

use plan::card::{Card, CardItem, CardSection, SectionKind};
use plan::hash::ContentHash;

use super::Contestant;

/// A card whose items are given by section; ids count within the section ("risk-1", …).
pub(crate) fn card(sections: &[(SectionKind, &str, &[&str])]) -> Card {
    let section = |(kind, id, texts): &(SectionKind, &str, &[&str])| CardSection {
        kind: *kind,
        items: texts
            .iter()
            .enumerate()
            .map(|(i, text)| item(&format!("{id}-{}", i + 1), text))
            .collect(),
        omitted: 0,
    };
    Card {
        sections: sections.iter().map(section).collect(),
    }
}

fn item(id: &str, text: &str) -> CardItem {
    CardItem {
        id: id.to_owned(),
        text: text.to_owned(),
        source: "test.json".to_owned(),
    }
}

/// A hash to tell contestants apart.
pub(crate) fn hash_of(text: &str) -> ContentHash {
    use sha2::{Digest, Sha256};
    ContentHash(Sha256::digest(text).into())
}

pub(crate) fn contestant(card: &Card) -> Contestant<'_> {
    Contestant {
        card,
        hash: hash_of(&format!("{card:?}")),
        kpis: [None; 5],
    }
}

/// Two small plans that differ.
pub(crate) fn wells_and_bridge() -> (Card, Card) {
    let wells = card(&[
        (SectionKind::Title, "title", &["Wells for forty schools"]),
        (
            SectionKind::Prompt,
            "prompt",
            &["Drill 40 wells beside village schools in Gujarat by 2027-03-31 for INR 12 million."],
        ),
        (
            SectionKind::Risks,
            "risk",
            &[
                "The water table falls below 80 m. Mitigation: survey each site before drilling.",
                "The rig breaks down. Mitigation: a second rig is under contract in Rajkot.",
            ],
        ),
    ]);
    let bridge = card(&[
        (SectionKind::Title, "title", &["A wooden bridge"]),
        (
            SectionKind::Prompt,
            "prompt",
            &["Build a bridge across the river some day, it would be lovely."],
        ),
        (SectionKind::Risks, "risk", &["It might rain."]),
    ]);
    (wells, bridge)
}
