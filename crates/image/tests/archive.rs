//! Reads built archives back, as an engine would.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::io::Read;

use serde_json::Value;
use sha2::{Digest, Sha256};
use swarmmanager_image::{Image, ImageError};

fn tool() -> Image {
    Image::new("lab/tool:1")
        .architecture("amd64")
        .symlink("/bin/sh", "busybox")
        .file("/bin/busybox", 0o755, b"\x7fELF".as_slice())
        .directory("/tmp", 0o1777)
        .entrypoint(["/bin/sh"])
        .command(["-c", "true"])
        .env("PATH", "/bin")
        .label("made.by", "test")
}

fn unpack(tar: &[u8]) -> BTreeMap<String, (tar::EntryType, u32, Vec<u8>)> {
    let mut archive = tar::Archive::new(tar);
    let entries = archive.entries().unwrap();
    entries
        .map(|entry| {
            let mut entry = entry.unwrap();
            let mut content = Vec::new();
            entry.read_to_end(&mut content).unwrap();
            let path = entry.path().unwrap().to_string_lossy().into_owned();
            (path, (entry.header().entry_type(), entry.header().mode().unwrap(), content))
        })
        .collect()
}

#[test]
fn an_engine_finds_the_layer_and_the_configuration_that_the_digests_name() {
    let built = tool().archive().unwrap();
    let files = unpack(&built.bytes);
    let manifest: Value = serde_json::from_slice(&files["manifest.json"].2).unwrap();
    assert_eq!(manifest[0]["RepoTags"][0], "lab/tool:1");

    let config_bytes = &files[manifest[0]["Config"].as_str().unwrap()].2;
    assert_eq!(built.id, format!("sha256:{:x}", Sha256::digest(config_bytes)));
    let config: Value = serde_json::from_slice(config_bytes).unwrap();
    assert_eq!(config["architecture"], "amd64");
    assert_eq!(config["config"]["Entrypoint"][0], "/bin/sh");
    assert_eq!(config["config"]["Cmd"][1], "true");
    assert_eq!(config["config"]["Env"][0], "PATH=/bin");
    assert_eq!(config["config"]["Labels"]["made.by"], "test");

    let layer = &files[manifest[0]["Layers"][0].as_str().unwrap()].2;
    assert_eq!(config["rootfs"]["diff_ids"][0], format!("sha256:{:x}", Sha256::digest(layer)));
    let layer = unpack(layer);
    assert_eq!(layer.keys().collect::<Vec<_>>(), ["bin/", "bin/busybox", "bin/sh", "tmp/"]);
    assert_eq!(layer["bin/busybox"], (tar::EntryType::Regular, 0o755, b"\x7fELF".to_vec()));
    assert_eq!(layer["tmp/"].1, 0o1777);
    assert_eq!(layer["bin/sh"].0, tar::EntryType::Symlink);
}

#[test]
fn equal_input_gives_an_equal_archive_whatever_its_order() {
    let one = Image::new("a/b:1").file("/a", 0o644, *b"a").file("/b", 0o644, *b"b");
    let other = Image::new("a/b:1").file("/b", 0o644, *b"b").file("/a", 0o644, *b"a");
    assert_eq!(one.archive().unwrap(), other.archive().unwrap());
    let changed = Image::new("a/b:1").file("/a", 0o644, *b"x").file("/b", 0o644, *b"b");
    assert_ne!(one.archive().unwrap().id, changed.archive().unwrap().id);
}

#[test]
fn what_would_not_load_is_refused_by_name() {
    for reference in ["", "a", "a/b", ":1", "a:", "host:5000/a", "a@sha256:00"] {
        let error = Image::new(reference).archive().unwrap_err();
        assert!(matches!(error, ImageError::Reference(_)), "{reference}: {error}");
    }
    for path in ["", "/", "a", "/a/../b", "/./a", "/a//b", "/a/"] {
        let error = Image::new("a:1").file(path, 0o644, *b"").archive().unwrap_err();
        assert!(matches!(error, ImageError::Path(_)), "{path}: {error}");
    }
    let below_a_file = Image::new("a:1").file("/a", 0o644, *b"").file("/a/b", 0o644, *b"");
    let twice = Image::new("a:1").directory("/a", 0o755).file("/a", 0o644, *b"");
    for image in [below_a_file, twice] {
        assert!(matches!(image.archive().unwrap_err(), ImageError::Conflict(path) if path == "/a"));
    }
}
