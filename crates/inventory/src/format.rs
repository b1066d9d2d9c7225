//! The formats, and where in them something stands.

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::InventoryError;
use crate::raw::File;

/// Fields whose content is shown nowhere.
const SECRET: [&str; 3] = ["password", "passphrase", "private_key"];

/// How an inventory is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// JSON.
    Json,
    /// TOML.
    Toml,
    /// YAML.
    Yaml,
}

impl Format {
    /// By the ending of a file's name; absent where it is none of theirs.
    pub fn of_path(path: &std::path::Path) -> Option<Self> {
        match path.extension()?.to_str()? {
            "json" => Some(Self::Json),
            "toml" => Some(Self::Toml),
            "yaml" | "yml" => Some(Self::Yaml),
            _ => None,
        }
    }

    /// By what the text looks like.
    pub fn of_text(text: &str) -> Self {
        let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        match lines.next().unwrap_or_default() {
            line if line.starts_with('{') => Self::Json,
            line if line.starts_with('[') || line.contains('=') => Self::Toml,
            _ => Self::Yaml,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Json => "JSON",
            Self::Toml => "TOML",
            Self::Yaml => "YAML",
        }
    }

    /// Reads a text; an error comes with its line.
    fn read<T: DeserializeOwned>(self, text: &str) -> Result<T, (usize, String)> {
        match self {
            Self::Json => serde_json::from_str(text).map_err(|error| (error.line(), json_words(&error))),
            Self::Toml => toml::from_str(text).map_err(|error: toml::de::Error| {
                let before = error.span().map_or(0, |span| span.start).min(text.len());
                let line = text.as_bytes()[..before].iter().filter(|byte| **byte == b'\n').count() + 1;
                (line, error.message().to_owned())
            }),
            Self::Yaml => serde_saphyr::from_str(text).map_err(|error| {
                let line = error.location().map_or(0, |location| location.line());
                (usize::try_from(line).unwrap_or(0), yaml_words(&error))
            }),
        }
    }
}

/// Reads a file; what is wrong with it is told with its line, node and field.
pub(crate) fn read(text: &str, format: Format) -> Result<File, InventoryError> {
    let (line, reason) = match format.read::<File>(text) {
        Ok(file) => return Ok(file),
        Err(error) => error,
    };
    // The path to the field is known only for a tree that can be walked again.
    let tree: Value = match format.read(text) {
        Ok(tree) => tree,
        Err((line, reason)) => return Err(InventoryError::Syntax { line, format: format.name(), reason }),
    };
    let path = match serde_path_to_error::deserialize::<_, File>(&tree) {
        Ok(_) => return Err(InventoryError::Syntax { line, format: format.name(), reason }),
        Err(error) => error,
    };
    let (node, field) = place(&tree, path.path());
    let last = field.rsplit('.').next().unwrap_or_default();
    let reason = match SECRET.contains(&last) {
        // The reader's own words quote what it found.
        true => "this is no text: write it in quotes".to_owned(),
        false => path.into_inner().to_string(),
    };
    Err(InventoryError::Field { line, node, field, reason })
}

/// Whose field it is, and which.
fn place(tree: &Value, path: &serde_path_to_error::Path) -> (String, String) {
    use serde_path_to_error::Segment;
    let mut node = "the file".to_owned();
    let mut field = Vec::new();
    let mut in_nodes = false;
    for segment in path.iter() {
        match segment {
            Segment::Map { key } if key == "nodes" && field.is_empty() && !in_nodes => in_nodes = true,
            Segment::Map { key } if key == "defaults" && field.is_empty() && !in_nodes => {
                node = "the defaults".to_owned();
            }
            Segment::Seq { index } if in_nodes && field.is_empty() => {
                let named = &tree["nodes"][*index];
                let name = ["name", "address", "addr"].iter().find_map(|key| named[*key].as_str());
                node =
                    name.map_or_else(|| format!("node number {}", index + 1), |name| format!("node {name}"));
            }
            other => field.push(other.to_string()),
        }
    }
    let field = if field.is_empty() { "its fields".to_owned() } else { field.join(".") };
    (node, field)
}

/// In which line a word stands last; 0 where it stands nowhere.
pub(crate) fn last_line_with(text: &str, wanted: &str) -> usize {
    let found = text.lines().enumerate().filter(|(_, line)| has_word(line, wanted)).last();
    found.map_or(0, |(before, _)| before + 1)
}

/// Whether that stands there by itself: `10.0.0.1` is not in `10.0.0.12`.
fn has_word(line: &str, wanted: &str) -> bool {
    let goes_on = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    line.match_indices(wanted).any(|(start, _)| {
        !line[..start].ends_with(goes_on) && !line[start + wanted.len()..].starts_with(goes_on)
    })
}

/// The line is told beside it.
fn json_words(error: &serde_json::Error) -> String {
    let words = error.to_string();
    words.split(" at line ").next().unwrap_or_default().to_owned()
}

fn yaml_words(error: &serde_saphyr::Error) -> String {
    let words = error.to_string();
    words.lines().next().unwrap_or_default().to_owned()
}
