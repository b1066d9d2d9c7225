//! What every `inspect` has in common: objects as JSON, by a template or for people.

use anyhow::Result;
use serde::Serialize;
use serde_json::json;

use crate::client::ClientError;
use crate::exit::{AlreadySaid, say_error};
use crate::output::{Format, print};

/// What every `inspect` is told.
#[derive(Debug, clap::Args)]
pub(crate) struct InspectionArgs {
    /// 'json' for one object a line, or a Go template over the fields of the JSON
    #[arg(short, long, value_name = "FORMAT", default_value = "", hide_default_value = true)]
    format: Format,
    /// Write it for people
    #[arg(long, conflicts_with = "format")]
    pretty: bool,
}

/// The objects found, and whether all were.
pub(crate) struct Inspection<T> {
    found: Vec<T>,
    missing: Vec<ClientError>,
}

impl<T: Serialize> Inspection<T> {
    /// Nothing yet.
    pub(crate) fn new() -> Self {
        Self { found: Vec::new(), missing: Vec::new() }
    }

    /// One more; that there is no such thing does not stop the others.
    pub(crate) fn add(&mut self, answer: Result<T, ClientError>) -> Result<()> {
        match answer {
            Ok(object) => self.found.push(object),
            Err(error) if error.is_not_found() => self.missing.push(error),
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }

    /// Writes what was found and says what was not.
    pub(crate) fn show(self, args: &InspectionArgs, pretty: impl Fn(&T) -> String) -> Result<()> {
        print(&self.text(args, pretty)?)?;
        if self.missing.is_empty() {
            return Ok(());
        }
        self.missing.into_iter().for_each(|error| say_error(&error.into()));
        Err(AlreadySaid.into())
    }

    fn text(&self, args: &InspectionArgs, pretty: impl Fn(&T) -> String) -> Result<String> {
        if args.pretty {
            return Ok(self.found.iter().map(pretty).collect::<Vec<_>>().join("\n"));
        }
        let each = |write: &dyn Fn(&T) -> Result<String>| {
            self.found.iter().map(|object| Ok(write(object)? + "\n")).collect::<Result<String>>()
        };
        match &args.format {
            Format::Table(None) => Ok(indented(&self.found)? + "\n"),
            Format::Json => each(&|object| Ok(serde_json::to_string(object)?)),
            Format::Template(template) | Format::Table(Some(template)) => {
                each(&|object| Ok(template.fill(&json!(object))?))
            }
        }
    }
}

/// JSON as Docker writes it: by four spaces.
fn indented(value: &impl Serialize) -> Result<String> {
    let mut bytes = Vec::new();
    let formatter = serde_json::ser::PrettyFormatter::with_indent(b"    ");
    value.serialize(&mut serde_json::Serializer::with_formatter(&mut bytes, formatter))?;
    Ok(String::from_utf8(bytes)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(format: &str, pretty: bool) -> String {
        let mut found = Inspection::new();
        found.add(Ok(json!({"name": "web", "replicas": 3}))).unwrap();
        let args = InspectionArgs { format: format.parse().unwrap(), pretty };
        found.text(&args, |object| format!("Name: {}\n", object["name"])).unwrap()
    }

    #[test]
    fn objects_are_shown_as_docker_shows_them() {
        assert_eq!(
            shown("", false),
            "[\n    {\n        \"name\": \"web\",\n        \"replicas\": 3\n    }\n]\n"
        );
        assert_eq!(shown("json", false), "{\"name\":\"web\",\"replicas\":3}\n");
        assert_eq!(shown("{{.name}}", false), "web\n");
        assert_eq!(shown("", true), "Name: \"web\"\n");
    }

    #[test]
    fn nothing_found_is_an_empty_list() {
        let args = InspectionArgs { format: "".parse().unwrap(), pretty: false };
        assert_eq!(Inspection::<()>::new().text(&args, |()| String::new()).unwrap(), "[]\n");
    }
}
