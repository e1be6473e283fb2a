//! Every limit of the readers in one place. Sizes in bytes.

use super::ReadError;

/// A zip as handed in, and the most that any input may have.
pub const MAX_INPUT_BYTES: usize = 64 << 20;
/// A plan document (JSON). Text of nothing but nested markup takes 0.1 s per MiB to clean.
pub const MAX_DOCUMENT_BYTES: usize = 16 << 20;
/// All entries of a zip, or all files of a folder, together.
pub const MAX_UNPACKED_BYTES: u64 = 512 << 20;
/// Entries of a zip, or files of a folder.
pub const MAX_ENTRIES: usize = 4_096;
/// Unpacked ÷ packed size, for each entry and for the archive.
pub const MAX_RATIO: u64 = 200;
/// Small entries may exceed the ratio: 4 KiB of zeros packs into 20 bytes and harms nobody.
pub const RATIO_FREE_BYTES: u64 = 64 << 10;
/// One file of a run that is parsed. The largest in real runs has 0.3 MB.
pub const MAX_FILE_BYTES: u64 = 16 << 20;
/// All files of a run that are parsed. Real runs have some 3 MB.
pub const MAX_READ_BYTES: u64 = 24 << 20;
/// What the author asked for.
pub const MAX_PROMPT_BYTES: usize = 1 << 20;
/// Values in one JSON document; about 100 MiB in memory at the very worst.
pub const MAX_JSON_VALUES: usize = 500_000;
/// Nodes of a work breakdown structure. Real ones have 89 to 297.
pub const MAX_WBS_NODES: usize = 20_000;
/// Levels of a work breakdown structure.
pub const MAX_WBS_LEVELS: u32 = 32;
/// Entries of any other list: risks, roles, dependencies, durations, cost items.
pub const MAX_LIST: usize = 5_000;
/// Warnings kept on a plan; further ones would only repeat.
pub const MAX_WARNINGS: usize = 200;

/// A title.
pub const TITLE_BYTES: usize = 400;
/// A name or label: a task, a role, a place, a unit.
pub const NAME_BYTES: usize = 500;
/// A paragraph: a description, an explanation, a mitigation.
pub const PARAGRAPH_BYTES: usize = 8 << 10;
/// A prose section.
pub const SECTION_BYTES: usize = 64 << 10;

/// Takes `size` from what may still be read, or says which file is too much.
pub(super) fn spend(budget: &mut u64, size: u64, path: &str) -> Result<(), ReadError> {
    if size > MAX_FILE_BYTES {
        return Err(ReadError::FileTooLarge {
            path: path.to_owned(),
            limit: MAX_FILE_BYTES,
        });
    }
    *budget = budget.checked_sub(size).ok_or(ReadError::TooMuchToRead {
        limit: MAX_READ_BYTES,
    })?;
    Ok(())
}
