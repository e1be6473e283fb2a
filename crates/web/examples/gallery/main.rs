//! Renders every page from fixtures into a folder, with the static files beside them:
//! `cargo run -p web --example gallery -- FOLDER [--hostile]`, the latter with hostile text wherever
//! plans, users and models write. `scripts/screenshots` takes pictures of it.

mod fixtures;

use fixtures::Wording;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let folder = env::args_os().nth(1).map(PathBuf::from);
    let folder = folder.ok_or_else(|| io::Error::other("give a folder to write to"))?;
    fs::create_dir_all(&folder)?;
    let statics = Path::new(env!("CARGO_MANIFEST_DIR")).join("static");
    copy(&statics, &folder.join("static"))?;
    let words = if env::args().any(|a| a == "--hostile") {
        Wording::Hostile
    } else {
        Wording::Realistic
    };
    for page in fixtures::pages(words) {
        fs::write(folder.join(page.name).with_extension("html"), &page.html)?;
        println!("{:>7} bytes  {}", page.html.len(), page.name);
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
