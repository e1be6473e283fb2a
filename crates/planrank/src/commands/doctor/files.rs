//! Where files are: the artifacts of plans, and room on this machine's disk.

use std::path::{Path, PathBuf};

use store::Store;

use super::check::Check;
use crate::cli::{Doctor, Global};
use crate::wiring::{self, DEFAULT_FILE, Database};

const LITTLE_ROOM_MIB: u64 = 1024;

pub(super) async fn all(global: &Global, args: &Doctor) -> Vec<Check> {
    let mut checks = vec![artifacts(global, args).await];
    checks.extend(
        local_folders(global, args)
            .iter()
            .map(|folder| room(folder)),
    );
    checks
}

/// Writes a small file that is always the same, and reads it back.
async fn artifacts(global: &Global, args: &Doctor) -> Check {
    let what = "artifacts";
    let folder = is_local(args).then(|| artifacts_folder(global, args));
    if let Some(folder) = folder.filter(|folder| !folder.exists()) {
        return Check::ok(what, format!("{} will be made", folder.display()));
    }
    let opened = wiring::artifacts(&args.generation, &global.data_dir);
    let checked = match opened {
        Ok(artifacts) => artifacts.check().await.map_err(anyhow::Error::from),
        Err(error) => Err(error),
    };
    match checked {
        Ok(()) => Check::ok(what, "written and read back"),
        Err(error) => Check::failed(
            what,
            format!("{error:#}"),
            "check PLANRANK_ARTIFACTS and the credentials for it (AWS_…, GOOGLE_…, AZURE_…)",
        ),
    }
}

fn is_local(args: &Doctor) -> bool {
    let address = args.generation.artifacts.as_deref();
    address.is_none_or(|address| !address.contains("://"))
}

fn artifacts_folder(global: &Global, args: &Doctor) -> PathBuf {
    match &args.generation.artifacts {
        Some(folder) => PathBuf::from(folder),
        None => global.data_dir.join(wiring::ARTIFACTS),
    }
}

/// Those in which the service writes, as far as they are here.
fn local_folders(global: &Global, args: &Doctor) -> Vec<PathBuf> {
    let database = Database::chosen(global, DEFAULT_FILE);
    let file = Store::sqlite_file(&database.url).ok().flatten();
    let of_database = file.and_then(|file| file.parent().map(Path::to_path_buf));
    let of_artifacts = is_local(args).then(|| artifacts_folder(global, args));
    let folders = of_database.into_iter().chain(of_artifacts);
    folders.filter(|folder| folder.exists()).collect()
}

fn room(folder: &Path) -> Check {
    let what = "disk";
    let stat = match rustix::fs::statvfs(folder) {
        Ok(stat) => stat,
        Err(error) => return Check::of(what, Err::<String, _>(error)),
    };
    let free = stat.f_bavail.saturating_mul(stat.f_frsize) / (1024 * 1024);
    let finding = format!("{free} MiB free in {}", folder.display());
    if free >= LITTLE_ROOM_MIB {
        return Check::ok(what, finding);
    }
    Check::warning(
        what,
        finding,
        "make room, or keep plans in a bucket (PLANRANK_ARTIFACTS)",
    )
}
