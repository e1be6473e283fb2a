//! The central directory of a zip (APPNOTE 6.3.10, sections 4.3.12 and 4.3.16).

use super::super::{ReadError, limits};

const END_RECORD: &[u8] = b"PK\x05\x06";
const END_RECORD_BYTES: usize = 22;
const FILE_HEADER: &[u8] = b"PK\x01\x02";
const FILE_HEADER_BYTES: usize = 46;
const MAX_COMMENT_BYTES: usize = 0xFFFF;
/// `S_IFMT` and `S_IFLNK` of Unix, in the upper half of the external attributes.
const FILE_TYPE_MASK: u32 = 0o170_000;
const SYMLINK: u32 = 0o120_000;

/// One file as the directory describes it; nothing here is trusted yet.
pub(in crate::read) struct Entry {
    pub(in crate::read) path: String,
    pub(super) raw_name: Vec<u8>,
    pub(super) method: u16,
    pub(super) is_encrypted: bool,
    pub(super) crc: u32,
    pub(super) packed_size: usize,
    pub(super) size: u64,
    pub(super) offset: usize,
}

/// All entries but plain folders, in the directory's order.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Entry>, ReadError> {
    let end = find_end(bytes).ok_or_else(|| bad("its directory is missing; is it complete?"))?;
    let record = &bytes[end..end + END_RECORD_BYTES];
    let count = usize::from(u16_at(record, 10));
    if count == 0xFFFF || u32_at(record, 16) == u32::MAX {
        return Err(bad("it uses zip64, which a run doesn't need"));
    }
    if u16_at(record, 4) != 0 || u16_at(record, 6) != 0 || u16_at(record, 8) != u16_at(record, 10) {
        return Err(bad("it is a part of a split archive"));
    }
    if count > limits::MAX_ENTRIES {
        return Err(ReadError::TooManyEntries);
    }
    let size = to_usize(u32_at(record, 12));
    let start = to_usize(u32_at(record, 16));
    let directory = start
        .checked_add(size)
        .filter(|stop| *stop <= end)
        .and_then(|stop| bytes.get(start..stop))
        .ok_or_else(|| bad("its directory lies outside the file"))?;
    parse_entries(directory, count)
}

/// The end record, searched from the back, as a comment may follow it. Its comment must reach
/// exactly to the end, so that no second archive can hide behind.
fn find_end(bytes: &[u8]) -> Option<usize> {
    let last = bytes.len().checked_sub(END_RECORD_BYTES)?;
    let first = last.saturating_sub(MAX_COMMENT_BYTES);
    (first..=last).rev().find(|&at| {
        bytes[at..].starts_with(END_RECORD)
            && at + END_RECORD_BYTES + usize::from(u16_at(bytes, at + 20)) == bytes.len()
    })
}

fn parse_entries(mut directory: &[u8], count: usize) -> Result<Vec<Entry>, ReadError> {
    let mut entries = Vec::with_capacity(count);
    for _ in 0..count {
        let (entry, rest) = parse_entry(directory)?;
        directory = rest;
        if !entry.path.ends_with('/') || entry.size > 0 {
            entries.push(entry);
        }
    }
    if !directory.is_empty() {
        return Err(bad("its directory has more entries than it declares"));
    }
    Ok(entries)
}

fn parse_entry(bytes: &[u8]) -> Result<(Entry, &[u8]), ReadError> {
    let header = bytes
        .get(..FILE_HEADER_BYTES)
        .filter(|header| header.starts_with(FILE_HEADER))
        .ok_or_else(|| bad("its directory is cut off"))?;
    let name_bytes = usize::from(u16_at(header, 28));
    let tail_bytes = usize::from(u16_at(header, 30)) + usize::from(u16_at(header, 32));
    let rest = &bytes[FILE_HEADER_BYTES..];
    let raw_name = rest.get(..name_bytes);
    let after = rest.get(name_bytes + tail_bytes..);
    let (Some(raw_name), Some(after)) = (raw_name, after) else {
        return Err(bad("its directory is cut off"));
    };
    let path = String::from_utf8_lossy(raw_name).into_owned();
    check_kind(header, &path)?;
    let entry = Entry {
        raw_name: raw_name.to_vec(),
        method: u16_at(header, 10),
        is_encrypted: u16_at(header, 8) & 0x2041 != 0,
        crc: u32_at(header, 16),
        packed_size: to_usize(u32_at(header, 20)),
        size: u64::from(u32_at(header, 24)),
        offset: to_usize(u32_at(header, 42)),
        path,
    };
    Ok((entry, after))
}

fn check_kind(header: &[u8], path: &str) -> Result<(), ReadError> {
    let sizes = [u32_at(header, 20), u32_at(header, 24), u32_at(header, 42)];
    if sizes.contains(&u32::MAX) {
        return Err(bad("it uses zip64, which a run doesn't need"));
    }
    if (u32_at(header, 38) >> 16) & FILE_TYPE_MASK == SYMLINK {
        return Err(ReadError::BadPath {
            path: path.to_owned(),
            reason: "is a symbolic link",
        });
    }
    Ok(())
}

pub(super) fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

fn to_usize(value: u32) -> usize {
    value as usize
}

fn bad(detail: &str) -> ReadError {
    ReadError::BadZip {
        detail: detail.to_owned(),
    }
}
