//! The files of the layer: checked, completed with the directories above them, and written in one fixed order.

use std::collections::BTreeMap;

use crate::ImageError;

/// One thing in the layer.
#[derive(Debug, Clone)]
pub(crate) enum Entry {
    File { mode: u32, content: Vec<u8> },
    Symlink(String),
    Directory { mode: u32 },
}

/// Everything in the layer, as it was given.
#[derive(Debug, Clone, Default)]
pub(crate) struct Entries(Vec<(String, Entry)>);

impl Entries {
    pub(crate) fn add(&mut self, path: String, entry: Entry) {
        self.0.push((path, entry));
    }

    /// The layer as an uncompressed tar.
    pub(crate) fn to_tar(&self) -> Result<Vec<u8>, ImageError> {
        let mut tar = tar::Builder::new(Vec::new());
        for (path, entry) in self.complete()? {
            write(&mut tar, path, entry)
                .map_err(|source| ImageError::Write { path: path.to_owned(), source })?;
        }
        tar.into_inner().map_err(|source| ImageError::Write { path: "/".to_owned(), source })
    }

    /// By path without the leading slash, every directory before what lies in it.
    fn complete(&self) -> Result<BTreeMap<&str, &Entry>, ImageError> {
        const PARENT: &Entry = &Entry::Directory { mode: 0o755 };
        let mut all = BTreeMap::new();
        for (path, entry) in &self.0 {
            if all.insert(relative(path)?, entry).is_some() {
                return Err(ImageError::Conflict(path.clone()));
            }
        }
        for (path, _) in &self.0 {
            let path = relative(path)?;
            for (end, _) in path.match_indices('/') {
                let parent = &path[..end];
                if !matches!(all.entry(parent).or_insert(PARENT), Entry::Directory { .. }) {
                    return Err(ImageError::Conflict(format!("/{parent}")));
                }
            }
        }
        Ok(all)
    }
}

fn relative(path: &str) -> Result<&str, ImageError> {
    path.strip_prefix('/')
        .filter(|rest| rest.split('/').all(|name| !matches!(name, "" | "." | "..") && !name.contains('\0')))
        .ok_or_else(|| ImageError::Path(path.to_owned()))
}

fn write(tar: &mut tar::Builder<Vec<u8>>, path: &str, entry: &Entry) -> std::io::Result<()> {
    match entry {
        Entry::File { mode, content } => append(tar, path, tar::EntryType::Regular, *mode, content),
        Entry::Directory { mode } => append(tar, &format!("{path}/"), tar::EntryType::Directory, *mode, &[]),
        Entry::Symlink(target) => {
            let mut header = header(tar::EntryType::Symlink, 0o777, 0);
            tar.append_link(&mut header, path, target)
        }
    }
}

/// Appends one entry owned by root whose times are the epoch.
pub(crate) fn append(
    tar: &mut tar::Builder<Vec<u8>>,
    path: &str,
    kind: tar::EntryType,
    mode: u32,
    content: &[u8],
) -> std::io::Result<()> {
    tar.append_data(&mut header(kind, mode, content.len() as u64), path, content)
}

fn header(kind: tar::EntryType, mode: u32, size: u64) -> tar::Header {
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(kind);
    header.set_mode(mode);
    header.set_size(size);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(0);
    header
}
