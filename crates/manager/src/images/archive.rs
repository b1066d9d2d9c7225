//! An image as `docker save` writes it, less the layers that need not be sent.
//!
//! `docker load` opens the file of a layer only where the engine does not have that layer yet, with all below it.

use std::collections::{BTreeSet, HashMap};
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::ops::Range;
use std::sync::Arc;

use serde::Deserialize;

/// A tar is made of blocks.
const BLOCK: u64 = 512;
const MANIFEST: &str = "manifest.json";

/// An archive in a file. Several may read it at once.
pub(super) struct Archive {
    pub(super) file: Arc<File>,
    whole: u64,
    entries: HashMap<String, Entry>,
    layers: Vec<String>,
}

/// An archive's bytes that are to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Selection {
    /// The parts of the file, in order.
    pub(super) ranges: Vec<Range<u64>>,
    /// How many bytes that is.
    pub(super) bytes: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Manifest {
    layers: Vec<String>,
}

struct Entry {
    range: Range<u64>,
    link: Option<String>,
}

impl Archive {
    /// Reads what is where in the file.
    pub(super) fn of(mut file: File) -> io::Result<Self> {
        let whole = file.seek(SeekFrom::End(0))?;
        let (entries, layers) = read(&mut file)?;
        Ok(Self { file: Arc::new(file), whole, entries, layers })
    }

    /// All of the archive but the files of its first `present` layers.
    pub(super) fn select(&self, present: usize) -> Selection {
        let spared: BTreeSet<&str> = self.layers.iter().take(present).map(String::as_str).collect();
        // A layer that equals another one is only a link to it, so that what is linked to from above has to be sent.
        let link_of = |layer: &String| self.entries.get(layer).and_then(|entry| entry.link.clone());
        let above = self.layers.iter().skip(present);
        let needed: BTreeSet<String> =
            above.flat_map(|layer| [Some(layer.clone()), link_of(layer)]).flatten().collect();
        let left_out = self.entries.iter().filter(|(name, _)| spared.contains(name.as_str()));
        let left_out = left_out.filter(|(name, _)| !needed.contains(*name));
        let mut left_out: Vec<Range<u64>> = left_out.map(|(_, entry)| entry.range.clone()).collect();
        left_out.sort_by_key(|range| range.start);
        without(self.whole, &left_out)
    }
}

/// The file's entries by name, and its image's layers, the lowest first.
fn read(archive: &mut File) -> io::Result<(HashMap<String, Entry>, Vec<String>)> {
    archive.rewind()?;
    let mut entries = HashMap::new();
    let mut layers = Vec::new();
    for entry in tar::Archive::new(&*archive).entries_with_seek()? {
        let mut entry = entry?;
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let blocks = entry.size().div_ceil(BLOCK) * BLOCK;
        let range = entry.raw_header_position()..entry.raw_file_position() + blocks;
        let link = entry.link_name()?.map(|target| resolved(&name, &target.to_string_lossy()));
        if name == MANIFEST {
            let mut text = String::new();
            entry.read_to_string(&mut text)?;
            let manifest: Vec<Manifest> = serde_json::from_str(&text)?;
            layers = manifest.into_iter().next().map(|image| image.layers).unwrap_or_default();
        }
        entries.insert(name, Entry { range, link });
    }
    Ok((entries, layers))
}

/// Where a link leads, as a name in the archive.
fn resolved(name: &str, target: &str) -> String {
    let mut parts: Vec<&str> = name.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// What is left of `0..whole`.
fn without(whole: u64, left_out: &[Range<u64>]) -> Selection {
    let mut ranges = Vec::new();
    let mut from = 0;
    for gap in left_out {
        if gap.start > from {
            ranges.push(from..gap.start);
        }
        from = gap.end;
    }
    if whole > from {
        ranges.push(from..whole);
    }
    let bytes = ranges.iter().map(|range| range.end - range.start).sum();
    Selection { ranges, bytes }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;
    use std::os::unix::fs::FileExt as _;

    /// An archive of three layers, the last of them equal to the first.
    fn archive() -> File {
        let mut tar = tar::Builder::new(tempfile::tempfile().unwrap());
        for (name, content) in [("a/layer.tar", "first".repeat(300)), ("b/layer.tar", "second".to_owned())] {
            let mut header = tar::Header::new_gnu();
            header.set_size(content.len() as u64);
            tar.append_data(&mut header, name, content.as_bytes()).unwrap();
        }
        let mut link = tar::Header::new_gnu();
        link.set_entry_type(tar::EntryType::Symlink);
        link.set_size(0);
        tar.append_link(&mut link, "c/layer.tar", "../a/layer.tar").unwrap();
        let manifest = r#"[{"Config":"x.json","RepoTags":["a:1"],"Layers":["a/layer.tar","b/layer.tar","c/layer.tar"]}]"#;
        let mut header = tar::Header::new_gnu();
        header.set_size(manifest.len() as u64);
        tar.append_data(&mut header, MANIFEST, manifest.as_bytes()).unwrap();
        tar.into_inner().unwrap()
    }

    fn names(present: usize) -> Vec<String> {
        let archive = Archive::of(archive()).unwrap();
        let selection = archive.select(present);
        let mut sent = tempfile::tempfile().unwrap();
        for range in &selection.ranges {
            let mut bytes = vec![0; usize::try_from(range.end - range.start).unwrap()];
            archive.file.read_exact_at(&mut bytes, range.start).unwrap();
            sent.write_all(&bytes).unwrap();
        }
        assert_eq!(sent.stream_position().unwrap(), selection.bytes);
        sent.rewind().unwrap();
        let mut archive = tar::Archive::new(sent);
        let entries = archive.entries().unwrap();
        entries.map(|entry| entry.unwrap().path().unwrap().display().to_string()).collect()
    }

    #[test]
    fn layers_that_are_there_are_left_out_and_the_rest_is_a_whole_archive() {
        assert_eq!(names(0), ["a/layer.tar", "b/layer.tar", "c/layer.tar", "manifest.json"]);
        assert_eq!(names(1), ["a/layer.tar", "b/layer.tar", "c/layer.tar", "manifest.json"], "c links to a");
        assert_eq!(names(2), ["a/layer.tar", "c/layer.tar", "manifest.json"]);
        assert_eq!(names(3), ["manifest.json"]);
    }
}
