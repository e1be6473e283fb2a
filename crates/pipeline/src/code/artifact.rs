//! Reading a code stage's inputs and writing its outputs.
//!
//! Inputs may have been edited by a person, so whatever is wrong with one is an error that
//! names the file and says what to do.

use std::collections::BTreeMap;

use serde::Serialize;
use serde::de::DeserializeOwned;

/// What a stage hands over: file name and bytes.
pub(crate) type Output = (String, Vec<u8>);
/// A stage's inputs by file name.
pub(crate) type Files = BTreeMap<String, Vec<u8>>;

/// The file parsed as JSON.
pub(crate) fn json<T: DeserializeOwned>(files: &Files, name: &str) -> Result<T, String> {
    serde_json::from_slice(bytes(files, name)?).map_err(|error| {
        format!("{name} can't be read ({error}). Correct the file, or discard your edit of it.")
    })
}

/// The file as text.
pub(crate) fn text(files: &Files, name: &str) -> Result<String, String> {
    let text = String::from_utf8(bytes(files, name)?.to_vec());
    text.map_err(|_| {
        format!("{name} is no UTF-8 text. Correct the file, or discard your edit of it.")
    })
}

fn bytes<'a>(files: &'a Files, name: &str) -> Result<&'a [u8], String> {
    let missing = || format!("{name} is missing. Run the stage that writes it again.");
    files.get(name).map(Vec::as_slice).ok_or_else(missing)
}

/// An output in indented JSON.
pub(crate) fn json_output(name: &str, value: &impl Serialize) -> Result<Output, String> {
    let mut bytes = serde_json::to_vec_pretty(value).map_err(|error| format!("{name}: {error}"))?;
    bytes.push(b'\n');
    Ok((name.to_owned(), bytes))
}

/// An output of plain text.
pub(crate) fn text_output(name: &str, text: String) -> Output {
    (name.to_owned(), text.into_bytes())
}

#[cfg(test)]
mod tests {
    use super::json;

    #[test]
    fn a_missing_or_broken_input_is_named() {
        let files = [("b.json".to_owned(), b"{".to_vec())].into();
        let missing = json::<serde_json::Value>(&files, "a.json").unwrap_err();
        assert!(missing.starts_with("a.json is missing"), "{missing}");
        let broken = json::<serde_json::Value>(&files, "b.json").unwrap_err();
        assert!(broken.starts_with("b.json can't be read"), "{broken}");
    }
}
