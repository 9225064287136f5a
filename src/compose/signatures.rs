//! What filters, tests and functions may be handed: Tera 2.4 ignores an argument that it
//! does not know, and the author would think that it does something.

use super::node::Literal;
use crate::finding::closest;

/// The arguments of a filter, test or function.
#[derive(Clone, Copy, Debug)]
pub(super) struct Signature {
    name: &'static str,
    /// Those that must be there.
    pub(super) required: &'static [&'static str],
    optional: &'static [&'static str],
}

type Row = (&'static str, &'static [&'static str], &'static [&'static str]);

/// Of those that take any; the others take none.
const FILTERS: [Row; 24] = [
    ("bar", &["of"], &[]),
    ("calendar", &["title", "length", "where"], &["url"]),
    ("calendar_link", &["to", "title", "length", "where"], &["url"]),
    ("date", &[], &["style", "later"]),
    ("default", &["value"], &["boolean"]),
    ("get", &["key"], &["default"]),
    ("group_by", &["attribute"], &[]),
    ("int", &[], &["base"]),
    ("join", &[], &["sep"]),
    ("money", &["currency"], &[]),
    ("nth", &["n"], &[]),
    ("percent", &["of"], &["most"]),
    ("plural", &["other"], &["zero", "one", "two", "few", "many"]),
    ("pluralize", &[], &["singular", "plural"]),
    ("quoted", &[], &["prefix"]),
    ("replace", &["from", "to"], &[]),
    ("round", &[], &["precision", "method"]),
    ("sort", &[], &["attribute"]),
    ("split", &["pat"], &[]),
    ("time", &[], &["later"]),
    ("trim", &[], &["pat"]),
    ("trim_end", &[], &["pat"]),
    ("trim_start", &[], &["pat"]),
    ("truncate", &["length"], &["end"]),
];
const TESTS: [Row; 4] = [
    ("containing", &["pat"], &[]),
    ("divisible_by", &["divisor"], &[]),
    ("ending_with", &["pat"], &[]),
    ("starting_with", &["pat"], &[]),
];
const FUNCTIONS: [Row; 2] =
    [("range", &["end"], &["start", "step_by"]), ("throw", &["message"], &[])];

/// What other languages call an argument, or do with one, and what does it here.
const OTHERWISE: [(&str, &[&str], &str); 12] = [
    (
        "date",
        &["format", "fmt"],
        "`date` writes as the letter's language does: `date(style=\"short\")`, or `full`, `long`, `medium`, `day`",
    ),
    ("time", &["format", "fmt"], "`time` writes as the letter's language does; leave it out"),
    ("join", &["separator", "with", "delimiter", "glue", "by"], "did you mean `sep`?"),
    (
        "number",
        &["decimals", "digits", "precision", "places"],
        "round it first: `… | round(precision=2) | number`",
    ),
    (
        "money",
        &["decimals", "digits", "precision", "places"],
        "`money` writes as many decimals as the currency has; leave it out",
    ),
    ("money", &["code", "symbol", "sign", "unit"], "did you mean `currency`?"),
    ("round", &["digits", "decimals", "places", "n"], "did you mean `precision`?"),
    ("split", &["sep", "separator", "delimiter", "by", "on"], "did you mean `pat`?"),
    ("truncate", &["max", "len", "n", "chars", "width"], "did you mean `length`?"),
    ("default", &["to", "fallback", "default"], "did you mean `value`?"),
    (
        "replace",
        &["old", "search", "new", "with", "by"],
        "write it as `replace(from=\"…\", to=\"…\")`",
    ),
    ("percent", &["total", "goal"], "did you mean `of`?"),
];

/// What may be handed to one; nothing if there is none of that name.
pub(super) fn of(what: &str, name: &str) -> Option<Signature> {
    let (table, known): (&[Row], &[&'static str]) = match what {
        "filter" => (&FILTERS, &super::engine::FILTERS),
        "test" => (&TESTS, &super::engine::TESTS),
        _ => (&FUNCTIONS, &super::engine::FUNCTIONS),
    };
    let name = *known.iter().find(|known| **known == name)?;
    let (required, optional): (&[_], &[_]) = match table.iter().find(|row| row.0 == name) {
        Some((_, required, optional)) => (required, optional),
        None => (&[], &[]),
    };
    Some(Signature { name, required, optional })
}

impl Signature {
    fn all(&self) -> impl Iterator<Item = &'static str> {
        self.required.iter().chain(self.optional).copied()
    }

    pub(super) fn takes(&self, argument: &str) -> bool {
        self.all().any(|known| known == argument)
    }

    /// The argument that a value without a name is meant for.
    pub(super) fn first(&self) -> Option<&'static str> {
        self.all().next()
    }

    /// What to write in place of an argument that there is not.
    pub(super) fn instead(&self, argument: &str) -> String {
        let is_it = |row: &&(&str, &[&str], &str)| row.0 == self.name && row.1.contains(&argument);
        if let Some((_, _, help)) = OTHERWISE.iter().find(is_it) {
            return (*help).to_owned();
        }
        match closest(argument, self.all()) {
            Some(near) => format!("did you mean `{near}`?"),
            None if self.first().is_none() => "it takes no arguments: leave it out".to_owned(),
            None => {
                let names: Vec<String> = self.all().map(|name| format!("`{name}`")).collect();
                format!("it may have {}", names.join(", "))
            }
        }
    }

    /// How it is called.
    pub(super) fn example(&self) -> String {
        let arguments: Vec<String> =
            self.required.iter().map(|argument| format!("{argument}=…")).collect();
        format!("write it as `{}({})`", self.name, arguments.join(", "))
    }
}

/// Whether a literal is of a parameter's type.
pub(super) fn fits(wanted: &str, literal: Literal) -> bool {
    match literal {
        Literal::Str => wanted == "string",
        Literal::Integer => matches!(wanted, "integer" | "number"),
        Literal::Float => matches!(wanted, "float" | "number"),
        Literal::Bool => wanted == "bool",
        Literal::None => true,
    }
}

/// How a component is called.
pub(super) fn example(component: &str, signature: &super::names::Signature) -> String {
    let arguments: Vec<String> = signature
        .parameters
        .iter()
        .filter(|parameter| parameter.required)
        .map(|parameter| match parameter.type_name {
            None | Some("string") => format!("{}=\"…\"", parameter.name),
            Some(_) => format!("{}={{…}}", parameter.name),
        })
        .collect();
    format!("{{{{<{component} {}/>}}}}", arguments.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_belongs_to_something_that_there_is() {
        for (what, table) in
            [("filter", &FILTERS[..]), ("test", &TESTS[..]), ("function", &FUNCTIONS[..])]
        {
            for (name, ..) in table {
                assert!(of(what, name).is_some(), "{what} {name}");
            }
        }
        for (name, ..) in OTHERWISE {
            assert!(of("filter", name).is_some(), "{name}");
        }
        assert!(of("filter", "nonsense").is_none());
    }

    #[test]
    fn what_is_written_elsewhere_is_told_in_the_words_of_here() {
        let help = |name: &str, argument: &str| of("filter", name).expect(name).instead(argument);
        assert_eq!(help("join", "separator"), "did you mean `sep`?");
        assert_eq!(help("round", "digits"), "did you mean `precision`?");
        assert_eq!(help("truncate", "lenght"), "did you mean `length`?");
        assert_eq!(help("upper", "locale"), "it takes no arguments: leave it out");
        assert_eq!(help("trim", "locale"), "it may have `pat`");
        assert!(help("date", "format").contains("style=\"short\""));
        assert!(help("number", "decimals").contains("round(precision=2)"));
    }
}
