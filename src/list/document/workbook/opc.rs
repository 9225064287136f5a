//! What the parts of an Office workbook have to do with each other (ECMA-376 part 2, 9.3).

use std::collections::HashMap;

use quick_xml::events::Event;

use super::super::trouble::Trouble;
use super::package::Package;
use super::xml::{Xml, attribute};

/// The most relationships.
const RELATIONS_MAX: usize = 60_000;

/// The relationships of a part: other parts, by identifiers.
pub(super) struct Relations {
    by_id: HashMap<String, Relation>,
}

struct Relation {
    /// The last word of its type: `worksheet`, `styles`.
    kind: String,
    part: String,
}

impl Relations {
    /// Of the whole package: a part named by nothing.
    pub(super) fn of(package: &mut Package, part: &str) -> Result<Self, Trouble> {
        let (folder, file) = part.rsplit_once('/').unwrap_or(("", part));
        let mut by_id = HashMap::new();
        let Some(source) = package.part(&format!("{folder}/_rels/{file}.rels"))? else {
            return Ok(Self { by_id });
        };
        let mut xml = Xml::new(source);
        loop {
            match xml.next()?.1 {
                Event::Start(start) if start.local_name().as_ref() == "Relationship" => {
                    let is_external =
                        attribute(&start, "TargetMode")?.is_some_and(|mode| mode == "External");
                    let (Some(id), Some(kind), Some(target)) = (
                        attribute(&start, "Id")?,
                        attribute(&start, "Type")?,
                        attribute(&start, "Target")?,
                    ) else {
                        continue;
                    };
                    if by_id.len() == RELATIONS_MAX {
                        return Err(Trouble::TooLarge("it has more than 60,000 parts".into()));
                    }
                    if !is_external && id.len() + target.len() < 4096 {
                        let kind = kind.rsplit('/').next().unwrap_or_default().to_owned();
                        let part = resolved(folder, &target);
                        by_id.insert(id.into_owned(), Relation { kind, part });
                    }
                }
                Event::Eof => return Ok(Self { by_id }),
                _ => {}
            }
        }
    }

    /// The part of a kind, of which there is one.
    pub(super) fn one(&self, kind: &str) -> Option<&str> {
        self.by_id.values().find(|relation| relation.kind == kind).map(|it| it.part.as_str())
    }

    /// The part that an identifier stands for, if it is of that kind.
    pub(super) fn part(&self, id: &str, kind: &str) -> Option<&str> {
        self.by_id.get(id).filter(|relation| relation.kind == kind).map(|it| it.part.as_str())
    }
}

/// A target, seen from a folder: `../media/x` or `/xl/workbook.xml`.
fn resolved(folder: &str, target: &str) -> String {
    let target = target.replace('\\', "/");
    let whole = if target.starts_with('/') { target } else { format!("{folder}/{target}") };
    let mut steps: Vec<&str> = Vec::new();
    for step in whole.split('/') {
        match step {
            "" | "." => {}
            ".." => {
                steps.pop();
            }
            step => steps.push(step),
        }
    }
    steps.join("/")
}

#[cfg(test)]
mod tests {
    use super::resolved;

    #[test]
    fn a_target_is_seen_from_its_folder() {
        let cases = [
            ("xl", "worksheets/sheet1.xml", "xl/worksheets/sheet1.xml"),
            ("xl", "/xl/worksheets/sheet1.xml", "xl/worksheets/sheet1.xml"),
            ("xl/a", "..\\styles.xml", "xl/styles.xml"),
            ("", "../../../xl/workbook.xml", "xl/workbook.xml"),
        ];
        for (folder, target, part) in cases {
            assert_eq!(resolved(folder, target), part);
        }
    }
}
