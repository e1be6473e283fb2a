//! The names the gazetteer knows, from its data files, and which of them are only adjectives.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::{Precision, words_of};

pub(super) struct Entry {
    pub(super) precision: Precision,
    /// Also an ordinary word or a personal name.
    pub(super) ambiguous: bool,
}

pub(super) const COUNTRIES: &str = include_str!("../../data/countries.txt");
pub(super) const CITIES: &str = include_str!("../../data/cities.txt");
/// Continents and the like, in any case.
const LOOSE: &[&str] = &[
    "africa",
    "african",
    "antarctic",
    "arctic",
    "asia",
    "asian",
    "atlantic",
    "balkans",
    "baltic",
    "caribbean",
    "earth",
    "eu",
    "europe",
    "european",
    "global",
    "globally",
    "international",
    "lagrange",
    "latin america",
    "lunar",
    "mars",
    "martian",
    "mediterranean",
    "middle east",
    "moon",
    "nationwide",
    "nordic",
    "north america",
    "ocean",
    "oceans",
    "orbit",
    "orbital",
    "pacific",
    "pan-european",
    "scandinavia",
    "south america",
    "worldwide",
];
pub(super) static NAMES: LazyLock<HashMap<String, Entry>> = LazyLock::new(|| {
    let mut names = HashMap::new();
    for loose in LOOSE {
        let entry = Entry {
            precision: Precision::Loose,
            ambiguous: false,
        };
        names.insert((*loose).to_owned(), entry);
    }
    for line in data_lines(CITIES).chain(data_lines(COUNTRIES)) {
        for name in line.split('|') {
            insert(&mut names, name);
        }
    }
    names
});

pub(super) fn data_lines(data: &'static str) -> impl Iterator<Item = &'static str> {
    data.lines()
        .filter(|line| !line.starts_with('#') && !line.trim().is_empty())
}

fn insert(names: &mut HashMap<String, Entry>, name: &str) {
    let ambiguous = name.starts_with('!');
    let name = name.trim_start_matches('!');
    let adjective = !name.contains(' ')
        && ADJECTIVE_ENDINGS
            .iter()
            .any(|ending| name.ends_with(ending));
    let loose = adjective && !NOT_ADJECTIVES.contains(&name);
    let precision = if loose {
        Precision::Loose
    } else {
        Precision::Named
    };
    names.insert(
        words_of(name).join(" "),
        Entry {
            precision,
            ambiguous,
        },
    );
}

const ADJECTIVE_ENDINGS: &[&str] = &[
    "an", "ese", "ish", "ch", "ian", "ean", "ish", "ani", "aqi", "aeli", "Czech", "Greek", "Swiss",
    "Thai", "Saudi",
];
/// Places whose names end like adjectives.
const NOT_ADJECTIVES: &[&str] = &[
    "Abidjan",
    "Afghanistan",
    "Amman",
    "Azerbaijan",
    "Bataan",
    "Bhutan",
    "Christchurch",
    "Durban",
    "Ibadan",
    "Iran",
    "Isfahan",
    "Japan",
    "Jordan",
    "Kazakhstan",
    "Kazan",
    "Kyrgyzstan",
    "Medan",
    "Michigan",
    "Milan",
    "Multan",
    "Munich",
    "Oman",
    "Oran",
    "Pakistan",
    "Busan",
    "Incheon",
    "Samarkand",
    "Sichuan",
    "Sudan",
    "Jinan",
    "Taiwan",
    "Tajikistan",
    "Turkmenistan",
    "Uzbekistan",
    "Wuhan",
    "Xian",
    "Yerevan",
    "Dushanbe",
    "Zürich",
    "Zurich",
    "Vatican",
    "Yunnan",
    "Foshan",
];
