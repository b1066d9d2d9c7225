//! Go templates, with the functions that Docker adds to them.

use std::str::FromStr;

use gtmpl::{Context, FuncError, Value};
use serde_json::{Map, Number};

/// A template that could be read.
#[derive(Debug, Clone)]
pub(crate) struct Template {
    text: String,
}

/// Why a template gives nothing.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TemplateError {
    /// It is no template.
    #[error("template parsing error: {0}")]
    Parse(String),
    /// It asks for something that is not there.
    #[error("template execution error: {0}")]
    Execute(String),
}

impl FromStr for Template {
    type Err = TemplateError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // Shells do not turn these into characters, so Docker does.
        let template = Self { text: text.replace("\\t", "\t").replace("\\n", "\n") };
        template.compiled()?;
        Ok(template)
    }
}

impl Template {
    /// The template filled with an object's fields.
    pub(crate) fn fill(&self, object: &serde_json::Value) -> Result<String, TemplateError> {
        let context = Context::from(to_template(object));
        self.compiled()?.render(&context).map_err(|error| {
            // It goes on with the whole object.
            let text = error.to_string();
            let short = text.split(" for {").next().unwrap_or(&text);
            let fields = object.as_object().into_iter().flat_map(|fields| fields.keys());
            let fields: Vec<&str> = fields.map(String::as_str).collect();
            TemplateError::Execute(format!("{short}; the fields are {}", fields.join(", ")))
        })
    }

    fn compiled(&self) -> Result<gtmpl::Template, TemplateError> {
        let mut compiled = gtmpl::Template::default();
        compiled.add_funcs(&FUNCTIONS);
        compiled.parse(&self.text).map_err(|error| TemplateError::Parse(error.to_string()))?;
        Ok(compiled)
    }
}

type Function = fn(&[Value]) -> Result<Value, FuncError>;

const FUNCTIONS: [(&str, Function); 8] = [
    ("json", json),
    ("upper", |args| with_text(args, |text| text.to_uppercase())),
    ("lower", |args| with_text(args, |text| text.to_lowercase())),
    ("title", |args| with_text(args, super::capitalized)),
    ("split", split),
    ("join", join),
    ("pad", pad),
    ("truncate", truncate),
];

fn json(args: &[Value]) -> Result<Value, FuncError> {
    let value = args.first().ok_or_else(|| FuncError::ExactlyXArgs("json".into(), 1))?;
    Ok(to_json(value).to_string().into())
}

fn with_text(args: &[Value], change: impl Fn(&str) -> String) -> Result<Value, FuncError> {
    match args {
        [value] => Ok(change(&value.to_string()).into()),
        _ => Err(FuncError::Generic("wants one argument".into())),
    }
}

fn split(args: &[Value]) -> Result<Value, FuncError> {
    match args {
        [text, separator] => {
            let (text, separator) = (text.to_string(), separator.to_string());
            Ok(Value::Array(text.split(&separator).map(Value::from).collect()))
        }
        _ => Err(FuncError::ExactlyXArgs("split".into(), 2)),
    }
}

fn join(args: &[Value]) -> Result<Value, FuncError> {
    match args {
        [Value::Array(parts), separator] => {
            let parts: Vec<String> = parts.iter().map(ToString::to_string).collect();
            Ok(parts.join(&separator.to_string()).into())
        }
        _ => Err(FuncError::Generic("join wants a list and a separator".into())),
    }
}

/// Spaces before and after.
fn pad(args: &[Value]) -> Result<Value, FuncError> {
    match args {
        [text, before, after] => {
            let spaces = |count| number(count).map(|count| " ".repeat(count));
            Ok(format!("{}{text}{}", spaces(before)?, spaces(after)?).into())
        }
        _ => Err(FuncError::ExactlyXArgs("pad".into(), 3)),
    }
}

fn truncate(args: &[Value]) -> Result<Value, FuncError> {
    match args {
        [text, length] => Ok(text.to_string().chars().take(number(length)?).collect::<String>().into()),
        _ => Err(FuncError::ExactlyXArgs("truncate".into(), 2)),
    }
}

fn number(value: &Value) -> Result<usize, FuncError> {
    match value {
        Value::Number(number) => number.as_u64().and_then(|number| usize::try_from(number).ok()),
        _ => None,
    }
    .ok_or_else(|| FuncError::Generic(format!("{value} is no number of characters")))
}

fn to_template(value: &serde_json::Value) -> Value {
    match value {
        serde_json::Value::Null => Value::NoValue,
        serde_json::Value::Bool(truth) => (*truth).into(),
        serde_json::Value::Number(number) => match (number.as_u64(), number.as_i64()) {
            (Some(number), _) => number.into(),
            (None, Some(number)) => number.into(),
            (None, None) => number.as_f64().unwrap_or_default().into(),
        },
        serde_json::Value::String(text) => text.as_str().into(),
        serde_json::Value::Array(items) => Value::Array(items.iter().map(to_template).collect()),
        serde_json::Value::Object(fields) => {
            Value::Object(fields.iter().map(|(name, value)| (name.clone(), to_template(value))).collect())
        }
    }
}

fn to_json(value: &Value) -> serde_json::Value {
    match value {
        Value::NoValue | Value::Nil | Value::Function(_) => serde_json::Value::Null,
        Value::Bool(truth) => (*truth).into(),
        Value::String(text) => text.as_str().into(),
        Value::Number(number) => match (number.as_u64(), number.as_i64()) {
            (Some(number), _) => number.into(),
            (None, Some(number)) => number.into(),
            (None, None) => number.as_f64().and_then(Number::from_f64).into(),
        },
        Value::Array(items) => items.iter().map(to_json).collect(),
        Value::Object(fields) | Value::Map(fields) => {
            let mut sorted: Vec<_> = fields.iter().collect();
            sorted.sort_by_key(|(name, _)| name.as_str());
            let fields: Map<_, _> =
                sorted.into_iter().map(|(name, value)| (name.clone(), to_json(value))).collect();
            fields.into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn templates_are_filled_as_docker_fills_them() {
        let object = json!({
            "Name": "web", "Replicas": 3, "Share": 0.25, "Leader": true, "Nothing": null,
            "Labels": {"b": "2", "a": "1"}, "Ports": ["80/tcp", "53/udp"],
        });
        for (template, expected) in [
            ("{{.Name}}\\t{{.Replicas}}\\n", "web\t3\n"),
            ("{{.Share}} {{.Leader}} {{.Nothing}}", "0.25 true <no value>"),
            ("{{json .Labels}}", r#"{"a":"1","b":"2"}"#),
            ("{{.Labels.a}} {{index .Labels \"b\"}} {{index .Ports 1}}", "1 2 53/udp"),
            ("{{upper .Name}}-{{lower \"ABC\"}}-{{title .Name}}", "WEB-abc-Web"),
            ("{{join .Ports \", \"}}", "80/tcp, 53/udp"),
            ("{{range split \"a,b\" \",\"}}[{{.}}]{{end}}", "[a][b]"),
            ("{{pad .Name 1 2}}|{{truncate .Name 2}}", " web  |we"),
            ("{{if eq .Name \"web\"}}yes{{else}}no{{end}}", "yes"),
            ("{{range $i, $p := .Ports}}{{if $i}} {{end}}{{$p}}{{end}}", "80/tcp 53/udp"),
            ("{{printf \"%s!\" .Name}}", "web!"),
        ] {
            let filled = template.parse::<Template>().unwrap().fill(&object).unwrap();
            assert_eq!(filled, expected, "{template}");
        }
    }

    #[test]
    fn what_cannot_be_filled_is_said() {
        assert!(matches!("{{.Name".parse::<Template>(), Err(TemplateError::Parse(_))));
        assert!(matches!("{{nosuch .Name}}".parse::<Template>(), Err(TemplateError::Parse(_))));
        let template: Template = "{{.Nome}}".parse().unwrap();
        let error = template.fill(&json!({"Name": "web", "ID": "x"})).unwrap_err().to_string();
        assert_eq!(error, "template execution error: no field Nome; the fields are ID, Name");
    }
}
