//! The figures, each with its source.
//!
//! "From mean and tail" marks a derived pair: the log-normal with the published mean overrun
//! and the published share of projects that overran by half or more, where such a distribution
//! exists. "Geometric middle" takes a published range as P50 = √((1+low)(1+high)) − 1 and
//! P80 = high.

use super::Confidence::{Assumed, Checked, Derived, Published};
use super::{Class, Confidence, Record};

const DFT: &str = "Flyvbjerg & COWI for the UK Department for Transport, Procedures for Dealing with Optimism Bias in Transport Planning (2004): uplifts at 50 % and 80 % certainty; mean of 258 projects, Flyvbjerg, Holm & Buhl (2002)";
const GREEN_BOOK: &str = "HM Treasury, Supplementary Green Book Guidance: Optimism Bias, after Mott MacDonald (2002): range of capital expenditure; P50 its geometric middle, P80 and mean its upper end and middle";
const TAIL: &str = "Flyvbjerg & Gardner, How Big Things Get Done (2023), table of base rates: mean overrun and share above 50 %; P50 and P80 from mean and tail";
const DAMS: &str = "Ansar, Flyvbjerg, Budzier & Lunn, Energy Policy 69 (2014): median 27 %, mean 96 %, 99 % uplift for 80 % certainty, 245 large dams";
const IT: &str = "Mean 73 %: Flyvbjerg & Gardner (2023). P50 27 %: mean of 1,471 projects in Budzier & Flyvbjerg, Harvard Business Review (2011), used as a median since no log-normal carries this class's fat tail; P80 from both";
const FALLACY: &str = "Flyvbjerg & Bester, The Cost-Benefit Fallacy, Journal of Benefit-Cost Analysis 12 (2021): average benefits reached ÷ forecast";
const IT_VALUE: &str = "Bloch, Blumberg & Laartz, McKinsey with the University of Oxford (2012): 56 % less value than predicted, 5,400 large IT projects";
const NO_BENEFITS: &str =
    "No figure found for this class: mean of the eight classes in Flyvbjerg & Bester (2021), .83";

const fn record(
    class: Class,
    (p50, p80, mean): (f64, f64, f64),
    (cost_confidence, cost_source): (Confidence, &'static str),
    (benefit_ratio, benefit_confidence, benefit_source): (f64, Confidence, &'static str),
) -> Record {
    Record {
        class,
        p50,
        p80,
        mean,
        cost_confidence,
        cost_source,
        benefit_ratio,
        benefit_confidence,
        benefit_source,
    }
}

const UNKNOWN_BENEFIT: (f64, Confidence, &str) = (0.83, Assumed, NO_BENEFITS);

static RAIL: Record = record(
    Class::Rail,
    (0.40, 0.57, 0.447),
    (Checked, DFT),
    (0.66, Checked, FALLACY),
);
static ROAD: Record = record(
    Class::Road,
    (0.15, 0.32, 0.204),
    (Checked, DFT),
    (0.96, Published, FALLACY),
);
static FIXED_LINK: Record = record(
    Class::FixedLink,
    (0.23, 0.55, 0.338),
    (Checked, DFT),
    (0.81, Published, FALLACY),
);
static STANDARD_BUILDING: Record = record(
    Class::StandardBuilding,
    (0.125, 0.24, 0.13),
    (Derived, GREEN_BOOK),
    (0.99, Published, FALLACY),
);
static NON_STANDARD_BUILDING: Record = record(
    Class::NonStandardBuilding,
    (0.253, 0.51, 0.275),
    (Derived, GREEN_BOOK),
    (0.99, Published, FALLACY),
);
static CIVIL_WORKS: Record = record(
    Class::CivilWorks,
    (0.326, 0.66, 0.36),
    (Derived, GREEN_BOOK),
    UNKNOWN_BENEFIT,
);
static INFORMATION_TECHNOLOGY: Record = record(
    Class::InformationTechnology,
    (0.27, 1.46, 0.73),
    (Derived, IT),
    (0.44, Checked, IT_VALUE),
);
static NUCLEAR_POWER: Record = record(
    Class::NuclearPower,
    (0.65, 2.12, 1.20),
    (Derived, TAIL),
    (0.94, Published, FALLACY),
);
static HYDROPOWER: Record = record(
    Class::Hydropower,
    (0.27, 0.99, 0.96),
    (Published, DAMS),
    (0.89, Published, FALLACY),
);
static SOLAR_POWER: Record = record(
    Class::SolarPower,
    (-0.01, 0.174, 0.01),
    (Derived, TAIL),
    (0.94, Published, FALLACY),
);
static WIND_POWER: Record = record(
    Class::WindPower,
    (0.106, 0.316, 0.13),
    (Derived, TAIL),
    (0.94, Published, FALLACY),
);
static MEGA_EVENT: Record = record(
    Class::MegaEvent,
    (1.21, 2.51, 1.57),
    (Derived, TAIL),
    UNKNOWN_BENEFIT,
);
static AEROSPACE_DEFENCE: Record = record(
    Class::AerospaceDefence,
    (0.325, 1.22, 0.60),
    (Derived, TAIL),
    UNKNOWN_BENEFIT,
);
static MINING: Record = record(
    Class::Mining,
    (0.246, 0.467, 0.27),
    (Derived, TAIL),
    UNKNOWN_BENEFIT,
);
static WATER_TREATMENT: Record = record(
    Class::WaterTreatment,
    (0.171, 0.409, 0.20),
    (Derived, TAIL),
    UNKNOWN_BENEFIT,
);
static HEALTH_AND_RESEARCH: Record = record(
    Class::HealthAndResearch,
    (0.277, 0.44, 0.29),
    (Derived, TAIL),
    UNKNOWN_BENEFIT,
);
static EQUIPMENT_AND_DEVELOPMENT: Record = record(
    Class::EquipmentAndDevelopment,
    (0.817, 2.0, 1.05),
    (Derived, GREEN_BOOK),
    UNKNOWN_BENEFIT,
);
static SERVICES_AND_PROGRAMMES: Record = record(
    Class::ServicesAndProgrammes,
    (0.187, 0.41, 0.205),
    (Derived, GREEN_BOOK),
    UNKNOWN_BENEFIT,
);

pub(super) fn record_of(class: Class) -> &'static Record {
    match class {
        Class::Rail => &RAIL,
        Class::Road => &ROAD,
        Class::FixedLink => &FIXED_LINK,
        Class::StandardBuilding => &STANDARD_BUILDING,
        Class::NonStandardBuilding => &NON_STANDARD_BUILDING,
        Class::CivilWorks => &CIVIL_WORKS,
        Class::InformationTechnology => &INFORMATION_TECHNOLOGY,
        Class::NuclearPower => &NUCLEAR_POWER,
        Class::Hydropower => &HYDROPOWER,
        Class::SolarPower => &SOLAR_POWER,
        Class::WindPower => &WIND_POWER,
        Class::MegaEvent => &MEGA_EVENT,
        Class::AerospaceDefence => &AEROSPACE_DEFENCE,
        Class::Mining => &MINING,
        Class::WaterTreatment => &WATER_TREATMENT,
        Class::HealthAndResearch => &HEALTH_AND_RESEARCH,
        Class::EquipmentAndDevelopment => &EQUIPMENT_AND_DEVELOPMENT,
        Class::ServicesAndProgrammes => &SERVICES_AND_PROGRAMMES,
    }
}

#[cfg(test)]
mod tests {
    use super::record_of;
    use crate::reference_class::Class;
    use crate::stats::normal_cdf;

    /// Mean overrun and share of projects above 50 %, as Flyvbjerg & Gardner (2023) print them.
    #[test]
    fn derived_pairs_agree_with_the_published_mean_and_tail() {
        let published = [
            (Class::NuclearPower, 1.20, 0.55),
            (Class::MegaEvent, 1.57, 0.76),
            (Class::AerospaceDefence, 0.60, 0.42),
            (Class::Mining, 0.27, 0.17),
            (Class::WaterTreatment, 0.20, 0.13),
            (Class::HealthAndResearch, 0.29, 0.13),
            (Class::WindPower, 0.13, 0.07),
            (Class::SolarPower, 0.01, 0.02),
        ];
        for (class, mean, tail) in published {
            let record = record_of(class);
            let fitted_mean = (record.mu() + record.sigma().powi(2) / 2.0).exp() - 1.0;
            let fitted_tail = 1.0 - normal_cdf((1.5_f64.ln() - record.mu()) / record.sigma());
            assert!(
                (fitted_mean - mean).abs() < 0.02,
                "{class:?}: mean {fitted_mean}"
            );
            assert!(
                (fitted_tail - tail).abs() < 0.02,
                "{class:?}: tail {fitted_tail}"
            );
        }
    }
}
