//! Where the files of plans are kept: by content, in a folder or a bucket.
//!
//! Invariants: an object is named by the SHA-256 of its bytes, so it is never changed, and the
//! same content is kept once; what is read is checked against its name; on a disk it is written
//! beside its place, flushed and renamed, so that a half-written object is never seen.
//!
//! Deliberately absent: which plan has which file (the database knows), and deletion.

use std::fmt;
use std::path::Path as FilePath;
use std::sync::Arc;

use object_store::local::LocalFileSystem;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use sha2::{Digest as _, Sha256};
use store::Digest;
use url::Url;

/// Why a file could not be kept or read.
#[derive(Debug, thiserror::Error)]
pub enum ArtifactError {
    #[error(
        "cannot use {address:?} for the files of plans: {why}. Give a folder, s3://BUCKET/PREFIX, \
         gs://BUCKET/PREFIX or az://CONTAINER/PREFIX"
    )]
    BadAddress { address: String, why: String },
    #[error("the files of plans could not be reached: {0}")]
    Unreachable(object_store::Error),
    #[error("the file with the hash {0} is gone from where the files of plans are kept")]
    Missing(Digest),
    #[error("the file with the hash {0} is not what was written")]
    Corrupt(Digest),
}

/// A content-addressed store of files; clones share it.
#[derive(Clone)]
pub struct Artifacts {
    objects: Arc<dyn ObjectStore>,
    prefix: Path,
}

impl fmt::Debug for Artifacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The store's own text may hold credentials.
        f.debug_struct("Artifacts")
            .field("prefix", &self.prefix)
            .finish_non_exhaustive()
    }
}

impl Artifacts {
    /// Opens an address: a folder (made when it is missing), or `s3://`, `gs://`, `az://`.
    /// `options` are the provider's settings by their usual names, such as `AWS_REGION`; unknown
    /// ones are passed over.
    pub fn open(
        address: &str,
        options: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ArtifactError> {
        let bad = |why: String| ArtifactError::BadAddress {
            address: without_password(address),
            why,
        };
        let Some((scheme, _)) = address.split_once("://") else {
            return Self::in_folder(FilePath::new(address));
        };
        if !matches!(scheme, "s3" | "gs" | "az" | "file") {
            return Err(bad(format!("{scheme}:// is not a kind of store")));
        }
        let url = Url::parse(address).map_err(|error| bad(error.to_string()))?;
        if let ("file", Ok(path)) = (scheme, url.to_file_path()) {
            return Self::in_folder(&path);
        }
        let options = options
            .into_iter()
            .map(|(name, value)| (name.to_lowercase(), value));
        let (objects, prefix) =
            object_store::parse_url_opts(&url, options).map_err(|error| bad(error.to_string()))?;
        Ok(Self {
            objects: objects.into(),
            prefix,
        })
    }

    /// A folder of this machine.
    pub fn in_folder(folder: &FilePath) -> Result<Self, ArtifactError> {
        let bad = |why: String| ArtifactError::BadAddress {
            address: folder.display().to_string(),
            why,
        };
        std::fs::create_dir_all(folder).map_err(|error| bad(error.to_string()))?;
        let objects =
            LocalFileSystem::new_with_prefix(folder).map_err(|error| bad(error.to_string()))?;
        Ok(Self {
            objects: Arc::new(objects.with_fsync(true)),
            prefix: Path::default(),
        })
    }

    /// Forgets everything when it is dropped.
    pub fn in_memory() -> Self {
        Self {
            objects: Arc::new(InMemory::new()),
            prefix: Path::default(),
        }
    }

    /// Keeps bytes and returns their name.
    pub async fn put(&self, bytes: &[u8]) -> Result<Digest, ArtifactError> {
        let digest = digest(bytes);
        let place = self.place(digest);
        match self.objects.head(&place).await {
            Ok(known) if known.size == bytes.len() as u64 => return Ok(digest),
            // Written anew: a file system may have lost the end of it in a power failure.
            Ok(_) | Err(object_store::Error::NotFound { .. }) => {}
            Err(error) => return Err(ArtifactError::Unreachable(error)),
        }
        let payload = bytes.to_vec().into();
        let written = self.objects.put(&place, payload).await;
        written.map_err(ArtifactError::Unreachable)?;
        Ok(digest)
    }

    /// The bytes of that name.
    pub async fn get(&self, name: Digest) -> Result<Vec<u8>, ArtifactError> {
        let found = match self.objects.get(&self.place(name)).await {
            Ok(found) => found,
            Err(object_store::Error::NotFound { .. }) => return Err(ArtifactError::Missing(name)),
            Err(error) => return Err(ArtifactError::Unreachable(error)),
        };
        let bytes = found.bytes().await.map_err(ArtifactError::Unreachable)?;
        if digest(&bytes) != name {
            return Err(ArtifactError::Corrupt(name));
        }
        Ok(bytes.to_vec())
    }

    /// Fails when nothing can be written and read back.
    pub async fn check(&self) -> Result<(), ArtifactError> {
        let name = self.put(b"planrank\n").await?;
        self.get(name).await.map(drop)
    }

    /// `sha256/ab/cdef…`, so that no folder gets too large.
    fn place(&self, name: Digest) -> Path {
        let name = name.to_string();
        let (folder, rest) = name.split_at(2);
        self.prefix.clone().join("sha256").join(folder).join(rest)
    }
}

/// The name of bytes.
pub fn digest(bytes: &[u8]) -> Digest {
    Digest(Sha256::digest(bytes).into())
}

fn without_password(address: &str) -> String {
    match Url::parse(address) {
        Ok(mut url) if url.password().is_some() => {
            // Only fails for addresses that can't have one.
            url.set_password(Some("…")).unwrap_or_default();
            url.to_string()
        }
        _ => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_put_comes_back_by_its_hash_and_is_kept_once() {
        let folder = tempfile::tempdir().unwrap();
        let stores = [
            Artifacts::in_memory(),
            Artifacts::in_folder(&folder.path().join("new/artifacts")).unwrap(),
        ];
        for store in stores {
            let name = store.put(b"a plan").await.unwrap();
            assert_eq!(name, digest(b"a plan"));
            assert_eq!(store.put(b"a plan").await.unwrap(), name);
            assert_eq!(store.get(name).await.unwrap(), b"a plan");
            assert_eq!(store.put(b"").await.unwrap(), digest(b""));
            assert_eq!(store.get(digest(b"")).await.unwrap(), b"");
            store.check().await.unwrap();
        }
    }

    #[tokio::test]
    async fn a_missing_file_and_a_changed_one_are_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let store = Artifacts::in_folder(folder.path()).unwrap();
        let absent = store.get(digest(b"never written")).await;
        assert!(matches!(absent, Err(ArtifactError::Missing(_))));
        let name = store.put(b"true").await.unwrap();
        let hex = name.to_string();
        let path = folder.path().join("sha256").join(&hex[..2]).join(&hex[2..]);
        std::fs::write(&path, b"fals").unwrap();
        let changed = store.get(name).await;
        assert!(matches!(changed, Err(ArtifactError::Corrupt(_))));
        // A file that a power failure cut short is written anew.
        std::fs::write(&path, b"tr").unwrap();
        store.put(b"true").await.unwrap();
        assert_eq!(store.get(name).await.unwrap(), b"true");
    }

    #[test]
    fn an_address_that_is_no_store_says_what_is_one() {
        for address in ["ftp://host/x", "http://host/x", "s3://", "memory:///"] {
            let error = Artifacts::open(address, []).unwrap_err().to_string();
            assert!(error.contains("s3://BUCKET"), "{address}: {error}");
        }
        let error = Artifacts::open("ftp://me:hunter2@host", []).unwrap_err();
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
}
