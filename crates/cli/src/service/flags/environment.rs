//! `--env` and `--env-file`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

/// The variables of the files and then those of the flags. A name alone takes its value from here, or is left out.
pub(super) fn variables(files: &[PathBuf], flags: &[String]) -> Result<Vec<String>> {
    let mut variables = Vec::new();
    for file in files {
        let text = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
        variables.extend(of_file(file, &text)?);
    }
    variables.extend(flags.iter().filter_map(|flag| with_value(flag)));
    Ok(variables)
}

fn of_file(file: &Path, text: &str) -> Result<Vec<String>> {
    let mut variables = Vec::new();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    for line in text.lines().map(str::trim_start) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let name = line.split('=').next().unwrap_or_default();
        if name.is_empty() {
            bail!("invalid env file ({}): no variable name on line '{line}'", file.display());
        }
        if name.contains(char::is_whitespace) {
            bail!("invalid env file ({}): variable '{name}' contains whitespaces", file.display());
        }
        variables.extend(with_value(line));
    }
    Ok(variables)
}

fn with_value(variable: &str) -> Option<String> {
    if variable.contains('=') {
        return Some(variable.to_owned());
    }
    std::env::var(variable).ok().map(|value| format!("{variable}={value}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_come_before_flags() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.env");
        fs::write(&file, "# comment\n\nA=1\n  B=two words \nNO_SUCH_VARIABLE_IS_SET\nPATH\n").unwrap();
        let found = variables(&[file], &["C=3".into(), "A=4".into()]).unwrap();
        let path = format!("PATH={}", std::env::var("PATH").unwrap());
        assert_eq!(found, ["A=1", "B=two words ", &path, "C=3", "A=4"]);
    }

    #[test]
    fn what_is_no_variable_is_refused_with_the_file() {
        for (text, reason) in [("=x", "no variable name"), ("a b=x", "'a b' contains whitespaces")] {
            let error = of_file(Path::new("a.env"), text).unwrap_err().to_string();
            assert!(error.contains(reason) && error.contains("a.env"), "{error}");
        }
        let missing = variables(&["/nowhere/a.env".into()], &[]).unwrap_err();
        assert_eq!(missing.to_string(), "cannot read /nowhere/a.env");
    }
}
