//! A strict zip reader: everything is checked before anything is inflated.
//!
//! Why not a general library: those merge entries of one name, follow whatever offsets the
//! directory states, and support far more than a run needs. Here the central directory is read
//! once, each entry must own its bytes alone, and inflating stops at the first byte too many.
//! Deliberately absent: zip64 (64 MiB and 4,096 entries need none), encryption, spanning, and
//! every compression but deflate.

mod directory;

use std::io::Read;

use flate2::read::DeflateDecoder;

use super::{ReadError, limits, names};
use directory::Entry;

const LOCAL_HEADER: &[u8] = b"PK\x03\x04";
const LOCAL_HEADER_BYTES: usize = 30;
const STORED: u16 = 0;
const DEFLATED: u16 = 8;

/// The directory of a zip whose every entry was found harmless by its headers.
pub(super) struct Archive<'a> {
    bytes: &'a [u8],
    entries: Vec<Entry>,
}

impl<'a> Archive<'a> {
    pub(super) fn open(bytes: &'a [u8]) -> Result<Self, ReadError> {
        if bytes.is_empty() {
            return Err(ReadError::Empty);
        }
        if bytes.len() > limits::MAX_INPUT_BYTES {
            return Err(ReadError::InputTooLarge {
                size: bytes.len() as u64,
                limit: limits::MAX_INPUT_BYTES as u64,
            });
        }
        let entries = directory::read(bytes)?;
        names::check_paths(entries.iter().map(|entry| entry.path.as_str()))?;
        check_sizes(&entries, bytes.len() as u64)?;
        let archive = Self { bytes, entries };
        archive.check_overlaps()?;
        Ok(archive)
    }

    pub(super) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The content of one entry, at most as long as its header says, with its CRC checked.
    pub(super) fn inflate(&self, index: usize, budget: &mut u64) -> Result<Vec<u8>, ReadError> {
        let entry = &self.entries[index];
        limits::spend(budget, entry.size, &entry.path)?;
        let packed = self.packed(entry)?;
        let content = match entry.method {
            STORED => packed.to_vec(),
            _ => inflate(packed, entry)?,
        };
        if content.len() as u64 != entry.size {
            return Err(ReadError::SizeLie {
                path: entry.path.clone(),
            });
        }
        if crc32fast::hash(&content) != entry.crc {
            return Err(damaged(format!("{:?} fails its checksum", entry.path)));
        }
        if content.starts_with(b"PK\x03\x04") || content.starts_with(b"\x1F\x8B") {
            return Err(ReadError::NestedArchive {
                path: entry.path.clone(),
            });
        }
        Ok(content)
    }

    fn packed(&self, entry: &Entry) -> Result<&'a [u8], ReadError> {
        let start = self.data_start(entry)?;
        let end = start.checked_add(entry.packed_size);
        end.and_then(|end| self.bytes.get(start..end))
            .ok_or_else(|| damaged(format!("{:?} ends beyond the file", entry.path)))
    }

    /// Where the entry's data begins; the local header must agree with the directory.
    fn data_start(&self, entry: &Entry) -> Result<usize, ReadError> {
        let header = entry
            .offset
            .checked_add(LOCAL_HEADER_BYTES)
            .and_then(|end| self.bytes.get(entry.offset..end))
            .filter(|header| header.starts_with(LOCAL_HEADER))
            .ok_or_else(|| damaged(format!("{:?} has no local header", entry.path)))?;
        let name_bytes = usize::from(directory::u16_at(header, 26));
        let extra_bytes = usize::from(directory::u16_at(header, 28));
        let name_start = entry.offset + LOCAL_HEADER_BYTES;
        let name = self.bytes.get(name_start..name_start + name_bytes);
        if name != Some(entry.raw_name.as_slice()) || directory::u16_at(header, 8) != entry.method {
            return Err(damaged(format!(
                "{:?} has two headers that differ",
                entry.path
            )));
        }
        Ok(name_start + name_bytes + extra_bytes)
    }

    fn check_overlaps(&self) -> Result<(), ReadError> {
        let mut spans = Vec::with_capacity(self.entries.len());
        for entry in &self.entries {
            let packed = self.packed(entry)?;
            let end = self.data_start(entry)? + packed.len();
            spans.push((entry.offset, end, &entry.path));
        }
        spans.sort_unstable();
        match spans.windows(2).find(|pair| pair[1].0 < pair[0].1) {
            Some(pair) => Err(ReadError::Overlapping {
                path: pair[1].2.clone(),
            }),
            None => Ok(()),
        }
    }
}

fn check_sizes(entries: &[Entry], archive_size: u64) -> Result<(), ReadError> {
    let mut total = 0_u64;
    for entry in entries {
        if entry.is_encrypted {
            return Err(ReadError::Encrypted {
                path: entry.path.clone(),
            });
        }
        if !matches!(entry.method, STORED | DEFLATED) {
            return Err(ReadError::UnsupportedCompression {
                path: entry.path.clone(),
            });
        }
        let packed = entry.packed_size as u64;
        if entry.size > limits::RATIO_FREE_BYTES && entry.size > packed * limits::MAX_RATIO {
            return Err(ReadError::RatioTooHigh {
                path: entry.path.clone(),
            });
        }
        total += entry.size;
    }
    if total > limits::MAX_UNPACKED_BYTES {
        return Err(ReadError::UnpacksTooLarge {
            limit: limits::MAX_UNPACKED_BYTES,
        });
    }
    if total > limits::RATIO_FREE_BYTES && total > archive_size * limits::MAX_RATIO {
        return Err(ReadError::RatioTooHigh {
            path: "the whole zip".to_owned(),
        });
    }
    Ok(())
}

/// Inflates up to one byte beyond the declared size, which is then a lie.
fn inflate(packed: &[u8], entry: &Entry) -> Result<Vec<u8>, ReadError> {
    let mut content = Vec::with_capacity(usize::try_from(entry.size).unwrap_or(0).min(1 << 20));
    DeflateDecoder::new(packed)
        .take(entry.size + 1)
        .read_to_end(&mut content)
        .map_err(|error| damaged(format!("{:?} can't be inflated: {error}", entry.path)))?;
    Ok(content)
}

fn damaged(detail: String) -> ReadError {
    ReadError::BadZip { detail }
}
