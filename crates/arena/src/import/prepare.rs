//! The part of an import that is pure computation: bytes to plan, card, hash, signature.
//!
//! Reading and inflating take most of an import's time, so they use all processors.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use plan::card::Card;
use plan::family::Signature;
use plan::hash::ContentHash;
use plan::model::Plan;
use plan::read::limits::MAX_INPUT_BYTES;
use tokio::task::JoinSet;

use super::{Input, Refused};

/// More threads would wait for the disk.
const MAX_THREADS: usize = 8;

/// A plan with all that is computed from its content alone.
#[derive(Debug, Clone)]
pub struct Prepared {
    pub path: PathBuf,
    /// The input's name without extension, by which a catalogue knows it.
    pub name: String,
    pub plan: Plan,
    pub card: Card,
    pub hash: ContentHash,
    pub signature: Signature,
    /// Character n-gram vector of the card, for families.
    pub chars: Vec<f32>,
}

impl Prepared {
    pub fn new(path: PathBuf, name: String, plan: Plan) -> Self {
        let card = plan::card(&plan);
        Self {
            hash: plan::content_hash(&plan),
            signature: Signature::of(&card),
            chars: plan::family::char_vector(&card),
            path,
            name,
            plan,
            card,
        }
    }
}

/// Reads inputs on all processors; outcomes come in the inputs' order.
pub async fn prepare_all(inputs: Vec<Input>) -> Vec<Result<Prepared, Refused>> {
    let queue = Arc::new(Mutex::new(inputs.into_iter().enumerate()));
    let mut workers = JoinSet::new();
    for _ in 0..std::thread::available_parallelism()
        .map_or(2, usize::from)
        .min(MAX_THREADS)
    {
        let queue = Arc::clone(&queue);
        workers.spawn_blocking(move || {
            let mut done = Vec::new();
            loop {
                let next = queue.lock().unwrap_or_else(PoisonError::into_inner).next();
                let Some((index, input)) = next else {
                    return done;
                };
                done.push((index, read(&input)));
            }
        });
    }
    let mut outcomes: Vec<_> = workers.join_all().await.into_iter().flatten().collect();
    outcomes.sort_by_key(|(index, _)| *index);
    outcomes.into_iter().map(|(_, outcome)| outcome).collect()
}

fn read(input: &Input) -> Result<Prepared, Refused> {
    let refuse = |reason: String| Refused {
        source: input.path().to_owned(),
        reason,
    };
    let name = input.name();
    let plan = match input {
        Input::Folder(path) => plan::read_folder(path).map_err(|e| refuse(e.to_string()))?,
        Input::Zip(path) | Input::Json(path) => {
            let bytes = read_bounded(path).map_err(&refuse)?;
            plan::read_any(&bytes, &name).map_err(|e| refuse(e.to_string()))?
        }
    };
    Ok(Prepared::new(input.path().to_owned(), name, plan))
}

fn read_bounded(path: &Path) -> Result<Vec<u8>, String> {
    use std::io::Read;
    let file = std::fs::File::open(path).map_err(|e| e.to_string())?;
    let mut bytes = Vec::new();
    file.take(MAX_INPUT_BYTES as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(|e| e.to_string())?;
    if bytes.len() > MAX_INPUT_BYTES {
        return Err(format!(
            "the file is larger than {} MiB",
            MAX_INPUT_BYTES >> 20
        ));
    }
    Ok(bytes)
}
