//! `planrank generate`: a prompt in, a plan out, and its place in the ranking.
//!
//! It works on this machine alone. Killed or interrupted, it goes on with `--resume`.

mod deliver;
mod show;

use anyhow::{Context, bail};
use pipeline::service::{Driven, NewRun, PipelineError, ResumeOptions, RunStatus};
use pipeline::{Mode, Pipeline, Viewer};
use queue::Stop;
use store::{AccountId, Contest, PlanId, Store, Visibility};

use crate::cli::{Generate, GenerateMode, Global};
use crate::commands::serve::stop_when_asked;
use crate::exit::Exit;
use crate::output::{self, TerminalProgress};
use crate::wiring::{self, ArenaRanking, DEFAULT_FILE, Database, RunModels};

use super::rank;

pub(super) async fn run(global: &Global, args: &Generate) -> anyhow::Result<Exit> {
    let database = Database::chosen(global, DEFAULT_FILE);
    let store = database.open_or_create().await?;
    let profile = args.profile.as_deref();
    let pipeline = wiring::pipeline(
        &store,
        &global.data_dir,
        &args.generation,
        &args.model,
        profile.filter(|_| args.resume.is_none()),
    )
    .await?;
    let id = begin(&pipeline, args).await?;
    let (stop, shown) = (stop_when_asked(), show::Progress::new(global.json));
    let driven = {
        let work = pipeline.drive(id, &stop);
        tokio::select! {
            driven = work => driven?,
            never = shown.follow(&pipeline, id) => match never {},
        }
    };
    shown.finish();
    let exit = ended(&driven, &pipeline, id, &database).await?;
    if exit != Exit::Done {
        return Ok(exit);
    }
    let status = pipeline.status(Viewer::SYSTEM, id).await?;
    deliver::all(&pipeline, id, args).await?;
    let exit = if args.no_rank || status.mode == Mode::Ping {
        Exit::Done
    } else {
        ranked(global, &store, &pipeline, id, args, &stop).await?
    };
    report(global, &pipeline, id, &database).await?;
    Ok(exit)
}

/// The run that is to be made: a new one, or the one that is resumed.
async fn begin(pipeline: &Pipeline, args: &Generate) -> anyhow::Result<PlanId> {
    if let Some(id) = &args.resume {
        let id: PlanId = id
            .parse()
            .context("--resume needs the id that the command printed")?;
        let options = ResumeOptions {
            profile: args.profile.as_deref(),
            max_cost_nano_usd: None,
        };
        pipeline.resume_here(Viewer::SYSTEM, id, options).await?;
        return Ok(id);
    }
    let wish = NewRun {
        profile: None,
        mode: mode(args.mode),
        visibility: Visibility::System,
        title: args.title.clone(),
        start_date: args.start_date,
        ..NewRun::of(prompt(args)?)
    };
    match pipeline.create_here(AccountId::SYSTEM, wish).await {
        Ok(created) => {
            if created.deduplicated {
                let id = created.plan_id;
                bail!(
                    "the same plan is under way as {id}; go on with: planrank generate --resume {id}"
                );
            }
            output::say!("plan {}", created.plan_id);
            Ok(created.plan_id)
        }
        Err(PipelineError::PromptRefused(review)) => {
            for problem in &review.problems {
                output::say!("- {}", output::plain(problem, 300));
            }
            bail!("nothing can be planned from this prompt: see above what it lacks")
        }
        Err(error) => Err(error.into()),
    }
}

fn mode(mode: GenerateMode) -> Mode {
    match mode {
        GenerateMode::Ping => Mode::Ping,
        GenerateMode::Fast => Mode::Fast,
        GenerateMode::All => Mode::All,
    }
}

fn prompt(args: &Generate) -> anyhow::Result<String> {
    match (&args.prompt, &args.file) {
        (Some(prompt), _) => Ok(prompt.clone()),
        (None, Some(file)) => std::fs::read_to_string(file)
            .with_context(|| format!("can't read the prompt from {}", file.display())),
        (None, None) => bail!("give a prompt, --file with one, or --resume with a plan's id"),
    }
}

async fn ended(
    driven: &Driven,
    pipeline: &Pipeline,
    id: PlanId,
    database: &Database,
) -> anyhow::Result<Exit> {
    let hint = database.hint();
    let again = format!("planrank generate --resume {id}{hint}");
    match driven {
        Driven::Completed => Ok(Exit::Done),
        Driven::NothingToDo => match pipeline.status(Viewer::SYSTEM, id).await {
            Ok(status) if status.state.is_final() => Ok(Exit::Done),
            _ => bail!("there is no plan {id} to go on with"),
        },
        Driven::Released | Driven::Stopped => {
            output::say!("Interrupted. Nothing is lost; to go on: {again}");
            Ok(Exit::Interrupted)
        }
        Driven::Superseded => bail!("another process works on {id} now"),
        Driven::Failed(failure) => {
            use pipeline::failure::FailureReason::BudgetExhausted;
            let message = output::plain(&failure.message, 500);
            if failure.reason == BudgetExhausted {
                output::say!("Stopped: {message}. To go on: {again} --max-plan-cost USD");
                return Ok(Exit::BudgetReached);
            }
            let stage = failure.stage.as_deref().unwrap_or("the run");
            let next = if failure.recoverable {
                format!("; to go on: {again}")
            } else {
                String::new()
            };
            bail!("{} ({stage}): {message}{next}", failure.reason)
        }
    }
}

/// Puts the plan into the ranking of this database and ranks it.
async fn ranked(
    global: &Global,
    store: &Store,
    pipeline: &Pipeline,
    id: PlanId,
    args: &Generate,
    stop: &Stop,
) -> anyhow::Result<Exit> {
    if stop.is_requested() {
        return Ok(Exit::Interrupted);
    }
    let work = crate::cli::WorkOptions::like(&args.ranking);
    let ranking = ArenaRanking {
        service: wiring::service(store, &work, &args.model).await?,
        accounts: None,
        wake: queue::Wake::default(),
    };
    if let Err(why) = pipeline.rank(id, &ranking).await? {
        bail!("{why}");
    }
    let models = RunModels::build(store, Contest::Public, &args.model).await?;
    let observer = if global.json {
        TerminalProgress::quiet()
    } else {
        TerminalProgress::new()
    };
    let report = rank::work(store, &models, &args.ranking, &observer).await?;
    Ok(rank::exit_of(&report.end))
}

async fn report(
    global: &Global,
    pipeline: &Pipeline,
    id: PlanId,
    database: &Database,
) -> anyhow::Result<()> {
    let status = pipeline.status(Viewer::SYSTEM, id).await?;
    if global.json {
        return output::json(&status);
    }
    output::line(&summary(&status))?;
    if let Some(ranked) = status.ranked_plan_id {
        let hint = database.hint();
        output::line(&format!(
            "Its place: planrank leaderboard{hint}\nWhy there: planrank explain {ranked}{hint}"
        ))?;
    } else if let Some(note) = &status.ranking_note {
        output::line(&format!("Not ranked: {}", output::plain(note, 300)))?;
    }
    Ok(())
}

fn summary(status: &RunStatus) -> String {
    let draft = if status.offline {
        " (a draft without a language model)"
    } else {
        ""
    };
    format!(
        "{}{draft}: {} files, {} model calls, {}, {} s",
        output::plain(&status.title, 100),
        status.files_count,
        status.progress.calls_done,
        output::dollars(status.cost.spent_nano_usd),
        status.elapsed_secs
    )
}
