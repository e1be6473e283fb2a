//! Prompts to begin with: each says what a planner needs to know, and shows how that is said.
//!
//! Invariant: every one of them passes `review_prompt` as ready. They are ours, and of
//! different kinds, sizes and places, so that nobody takes one for a form to be filled in.

/// A prompt that shows how one is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExamplePrompt {
    /// Lower case words joined by hyphens; stable.
    pub id: &'static str,
    pub title: &'static str,
    /// What kind of project it is, in a few words.
    pub kind: &'static str,
    pub text: &'static str,
}

macro_rules! examples {
    ($($id:literal: $title:literal, $kind:literal;)*) => {
        [$(ExamplePrompt {
            id: $id,
            title: $title,
            kind: $kind,
            text: include_str!(concat!("../prompts/", $id, ".txt")).trim_ascii(),
        }),*]
    };
}

/// All of them; the first ones suit whoever looks at a few only.
pub const EXAMPLE_PROMPTS: [ExamplePrompt; 8] = examples! {
    "night-buses": "Night buses in Tampere", "public transport";
    "bakery-second-site": "A second shop of a family bakery", "small business";
    "rare-disease-register": "A patient register across three countries", "health data";
    "rooftop-school-solar": "Solar power for 26 schools in Nakuru", "energy";
    "river-wetland": "Giving the Tisza its floodplain back", "environment";
    "repair-cafe-chain": "Five repair shops in Glasgow", "social enterprise";
    "paperless-permits": "Building permits without paper in Rosario", "public service";
    "lunar-sample-lab": "A laboratory for lunar samples", "science";
};

/// The prompt of this id.
pub fn example_prompt(id: &str) -> Option<&'static ExamplePrompt> {
    EXAMPLE_PROMPTS.iter().find(|example| example.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_have_ids_of_their_own_and_are_of_a_readable_length() {
        for (index, example) in EXAMPLE_PROMPTS.iter().enumerate() {
            let twins = EXAMPLE_PROMPTS
                .iter()
                .filter(|other| other.id == example.id);
            assert_eq!(twins.count(), 1, "{}", example.id);
            assert_eq!(example_prompt(example.id), EXAMPLE_PROMPTS.get(index));
            assert!(
                (600..1_600).contains(&example.text.len()),
                "{}: {}",
                example.id,
                example.text.len()
            );
        }
        assert_eq!(example_prompt("no-such-example"), None);
    }
}
