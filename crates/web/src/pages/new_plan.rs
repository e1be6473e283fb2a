//! `/plans/new`: a prompt, what it lacks, and how its plan is to be made. What was wrong is said
//! beside its field, and what was typed stays.

use accounts::Scope;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::response::Response;
use chrono::NaiveDate;
use pipeline::Mode;
use pipeline::examples::{EXAMPLE_PROMPTS, example_prompt};
use pipeline::screen::{PromptReview, PromptVerdict};
use pipeline::service::{NewRun, ProfileInfo};
use serde::Deserialize;
use store::{PlanId, Visibility};
use uuid::Uuid;

use super::convert::run::estimate;
use super::form::Form;
use super::frame::{Frame, done, render, sentence};
use super::notice::Done;
use crate::extract::Query;
use crate::generation;
use crate::view::layout::Section;
use crate::view::new_plan::{
    ExampleView, Guidance, GuidanceItem, NewPlan, NewPlanValues, ProfileChoice, Readiness, Said,
};
use crate::view::parts::FieldError;
use crate::{App, Problem};

/// What the form takes; the API takes more.
const MAX_PROMPT_CHARS: usize = 20_000;
/// What a prompt may hold that is sent back: beyond it the page would not stay small.
const MAX_KEPT_BYTES: usize = 60_000;

/// With what to begin.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Start {
    example: Option<String>,
    /// A plan whose prompt is to be changed.
    from: Option<Uuid>,
}

/// What the form sends.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Sent {
    prompt: String,
    title: String,
    profile: String,
    mode: String,
    visibility: String,
    start_date: String,
    max_cost: String,
    /// `create`; anything else only looks at the prompt.
    act: String,
}

pub(super) async fn page(
    State(app): State<App>,
    frame: Frame,
    Query(start): Query<Start>,
) -> Result<Response, Problem> {
    let mut sent = Sent::default();
    if let Some(id) = start.from {
        let viewer = generation::viewer(&frame.caller);
        let run = app.pipeline.status(viewer, PlanId(id)).await?;
        sent.profile = run.profile;
        sent.prompt = run.prompt;
    } else if let Some(example) = start.example.as_deref().and_then(example_prompt) {
        example.text.clone_into(&mut sent.prompt);
    }
    render(&view(&app, &frame, sent, Vec::new()))
}

pub(super) async fn send(
    State(app): State<App>,
    frame: Frame,
    Form(sent): Form<Sent>,
) -> Result<Response, Problem> {
    if sent.act != "create" {
        return render(&view(&app, &frame, sent, Vec::new()));
    }
    match create(&app, &frame, &sent).await {
        Ok(asked) => {
            let what = if asked.deduplicated {
                Done::KnownRun
            } else {
                Done::RunAsked
            };
            Ok(done(&format!("/plans/{}/run", asked.plan_id), what))
        }
        Err(problem) if problem.status().is_client_error() => again(&app, &frame, sent, &problem),
        Err(problem) => Err(problem),
    }
}

async fn create(app: &App, frame: &Frame, sent: &Sent) -> Result<generation::Asked, Problem> {
    let wish = sent.wish()?;
    let caller = frame.permitted(Scope::Submit)?;
    Ok(generation::create(app, caller, wish, None).await?)
}

impl Sent {
    fn wish(&self) -> Result<NewRun, Problem> {
        if self.prompt.chars().count() > MAX_PROMPT_CHARS {
            let detail = format!("give at most {MAX_PROMPT_CHARS} characters");
            return Err(Problem::invalid("prompt", detail));
        }
        let given = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        Ok(NewRun {
            // Forms end lines in two characters.
            prompt: self.prompt.replace("\r\n", "\n"),
            profile: given(&self.profile),
            mode: if self.mode == "fast" {
                Mode::Fast
            } else {
                Mode::All
            },
            start_date: given(&self.start_date)
                .map(|text| date(&text))
                .transpose()?,
            visibility: if self.visibility == "private" {
                Visibility::Private
            } else {
                Visibility::Public
            },
            title: given(&self.title),
            max_cost_nano_usd: given(&self.max_cost)
                .map(|text| dollars(&text))
                .transpose()?,
        })
    }
}

fn date(text: &str) -> Result<NaiveDate, Problem> {
    text.parse()
        .map_err(|_| Problem::invalid("start_date", "give a date such as 2027-03-01"))
}

/// Dollars and at most nine decimals, as nano-dollars.
pub(super) fn dollars(text: &str) -> Result<i64, Problem> {
    let wrong = || Problem::invalid("max_cost", "give an amount in US dollars, such as 2.50");
    let text = text.trim_start_matches('$').trim().replace(',', ".");
    let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
    let is_number = |digits: &str| digits.bytes().all(|b| b.is_ascii_digit());
    let is_sane = (1..=6).contains(&whole.len()) && part.len() <= 9;
    if !is_sane || !is_number(whole) || !is_number(part) {
        return Err(wrong());
    }
    format!("{whole}{part:0<9}").parse().map_err(|_| wrong())
}

/// The form once more, with what was wrong.
fn again(app: &App, frame: &Frame, sent: Sent, problem: &Problem) -> Result<Response, Problem> {
    let own = ["prompt", "title", "profile", "start_date", "max_cost"];
    let field = match problem.field.as_deref() {
        Some("max_cost_nano_usd") => "max_cost",
        Some(field) if own.contains(&field) => field,
        _ => "prompt",
    };
    let message = match problem.status() {
        StatusCode::UNAUTHORIZED => {
            "Log in first, in another tab if you like; what you wrote stays here.".to_owned()
        }
        _ => sentence(&problem.detail),
    };
    let error = FieldError {
        field: field.to_owned(),
        message,
    };
    let mut response = render(&view(app, frame, sent, vec![error]))?;
    *response.status_mut() = match problem.status() {
        StatusCode::BAD_REQUEST | StatusCode::CONFLICT => StatusCode::UNPROCESSABLE_ENTITY,
        other => other,
    };
    if let Some(secs) = problem.retry_after_secs {
        response.headers_mut().insert(RETRY_AFTER, secs.into());
    }
    Ok(response)
}

fn view(app: &App, frame: &Frame, mut sent: Sent, errors: Vec<FieldError>) -> NewPlan {
    let profiles = app.pipeline.profiles();
    let is_known = profiles.iter().any(|profile| profile.name == sent.profile);
    let default = profiles.iter().find(|profile| profile.is_default);
    if !is_known {
        sent.profile = default
            .map(|profile| profile.name.clone())
            .unwrap_or_default();
    }
    let is_short = sent.prompt.chars().count() <= MAX_PROMPT_CHARS;
    let guidance = (is_short && !sent.prompt.trim().is_empty())
        .then(|| guidance(pipeline::review_prompt(&sent.prompt)));
    if sent.prompt.len() > MAX_KEPT_BYTES {
        sent.prompt.clear();
    }
    if sent.start_date.is_empty() {
        sent.start_date = app.clock.now().date_naive().to_string();
    }
    NewPlan {
        layout: frame.layout("New plan", Section::NewPlan),
        guidance,
        profiles: profiles
            .into_iter()
            .map(|profile| choice(app, profile, &sent.profile))
            .collect(),
        examples: EXAMPLE_PROMPTS.iter().map(example).collect(),
        max_prompt_chars: MAX_PROMPT_CHARS as u64,
        base_url: app.config.origin(),
        errors,
        values: NewPlanValues {
            prompt: sent.prompt,
            title: sent.title,
            profile: sent.profile,
            brief: sent.mode == "fast",
            start_date: sent.start_date,
            private: sent.visibility == "private",
            max_cost: sent.max_cost,
        },
    }
}

fn choice(app: &App, profile: ProfileInfo, chosen: &str) -> ProfileChoice {
    let estimated = |mode| app.pipeline.estimate(Some(&profile.name), mode).ok();
    ProfileChoice {
        all: estimated(Mode::All).map(estimate),
        brief: estimated(Mode::Fast).map(estimate),
        chosen: profile.name == chosen,
        name: profile.name,
        title: profile.title,
        summary: profile.summary,
        models: profile.models,
        offline: profile.offline,
    }
}

fn example(example: &pipeline::examples::ExamplePrompt) -> ExampleView {
    ExampleView {
        id: example.id.to_owned(),
        title: example.title.to_owned(),
        kind: example.kind.to_owned(),
        text: example.text.to_owned(),
    }
}

fn guidance(review: PromptReview) -> Guidance {
    let item = |item: pipeline::screen::PromptItem| GuidanceItem {
        label: item.label,
        said: match item.score {
            score if score >= 1.0 => Said::Clearly,
            score if score > 0.0 => Said::Partly,
            _ => Said::Not,
        },
        advice: item.advice.map(|text| sentence(&text)).unwrap_or_default(),
    };
    Guidance {
        readiness: match review.verdict {
            PromptVerdict::Ready => Readiness::Ready,
            PromptVerdict::Thin => Readiness::Thin,
            PromptVerdict::Refused => Readiness::Refused,
        },
        items: review.items.into_iter().map(item).collect(),
        problems: review.problems.iter().map(|text| sentence(text)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_read_as_people_write_it() {
        for (text, nano) in [
            ("2.50", 2_500_000_000),
            ("$3", 3_000_000_000),
            ("0,05", 50_000_000),
            ("0.000000001", 1),
            ("999999", 999_999_000_000_000),
        ] {
            assert_eq!(dollars(text).unwrap(), nano, "{text}");
        }
        for wrong in [
            "",
            "two",
            "-1",
            ".5",
            "1.2.3",
            "1e3",
            "1000000",
            "1.0000000001",
        ] {
            assert_eq!(dollars(wrong).unwrap_err().status, 422, "{wrong}");
        }
    }

    #[test]
    fn a_form_becomes_a_wish_and_says_which_field_is_wrong() {
        let sent = Sent {
            prompt: "Build it.\r\nNow.".to_owned(),
            mode: "fast".to_owned(),
            visibility: "private".to_owned(),
            start_date: "2027-03-01".to_owned(),
            ..Sent::default()
        };
        let wish = sent.wish().unwrap();
        assert_eq!(
            (wish.prompt.as_str(), wish.mode),
            ("Build it.\nNow.", Mode::Fast)
        );
        assert_eq!(
            (wish.profile, wish.title, wish.max_cost_nano_usd),
            (None, None, None)
        );
        assert_eq!(wish.visibility, Visibility::Private);
        let late = Sent {
            start_date: "soon".to_owned(),
            ..sent
        };
        assert_eq!(
            late.wish().unwrap_err().field.as_deref(),
            Some("start_date")
        );
    }
}
