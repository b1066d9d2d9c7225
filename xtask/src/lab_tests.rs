//! The tests that need a lab: those in `crates/*/tests/lab*`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::workspace;

/// Selects them in nextest's filter language.
pub(crate) const FILTER: &str = "kind(test) & binary(/^(lab|xtask$)/)";

/// Their names, one line each: package folder, test file and function.
pub(crate) fn list() -> Result<Vec<String>> {
    let mut names = Vec::new();
    for package in children(&workspace::root().join("crates"))? {
        let tests = package.join("tests");
        if !tests.is_dir() {
            continue;
        }
        for file in children(&tests)?.into_iter().filter(|path| stem(path).starts_with("lab")) {
            let prefix = format!("{} {}", stem(&package), stem(&file));
            names.extend(functions_in(&file)?.into_iter().map(|function| format!("{prefix} {function}")));
        }
    }
    Ok(names)
}

/// The test functions of a test file, or of all the files of a folder of tests.
fn functions_in(path: &Path) -> Result<Vec<String>> {
    if !path.is_dir() {
        let source = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        return Ok(test_functions(&source));
    }
    let mut functions = Vec::new();
    for child in children(path)? {
        functions.extend(functions_in(&child)?);
    }
    Ok(functions)
}

/// The names of the functions below a `#[test]` or `#[tokio::test]`.
fn test_functions(source: &str) -> Vec<String> {
    let mut functions = Vec::new();
    let mut marked = false;
    for line in source.lines().map(str::trim) {
        marked |= line.starts_with("#[test") || line.starts_with("#[tokio::test");
        let Some((_, signature)) = line.split_once("fn ").filter(|_| marked) else { continue };
        functions.extend(signature.split_once('(').map(|(name, _)| name.to_owned()));
        marked = false;
    }
    functions
}

fn children(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))?;
    let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::test_functions;

    #[test]
    fn test_functions_are_found_below_their_attributes() {
        let source = r#"
            fn helper() {}
            #[test]
            fn a_plain_one() {}
            #[tokio::test(flavor = "multi_thread")]
            #[allow(clippy::unused)]
            async fn one_of_tokio() {}
            fn another_helper() {}
        "#;
        assert_eq!(test_functions(source), ["a_plain_one", "one_of_tokio"]);
    }
}
