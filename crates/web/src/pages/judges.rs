//! `/judges`: whether those who judge can be trusted.

use arena::views;
use axum::extract::State;
use axum::response::Response;

use super::convert::judge::judge;
use super::frame::{Frame, render};
use crate::view::judges::Judges;
use crate::view::layout::Section;
use crate::{App, Problem};

pub(super) async fn show(State(app): State<App>, frame: Frame) -> Result<Response, Problem> {
    let judges = views::judges(&app.store).await?;
    render(&Judges {
        layout: frame.layout("Judges", Section::Judges),
        judges: judges.into_iter().map(judge).collect(),
    })
}
