//! A campaign: one Markdown file with front matter, read with the place of
//! every part. Pure: the text comes in, the campaign or every mistake goes out.

mod language;

use std::ops::Range;

use crate::address::Mailbox;
use crate::calendar;
use crate::consent::{self, ConsentRule};
use crate::finding::{Checked, Finding};
use crate::place::{Passage, Source};
use crate::settings::{self, Kind, Reader, Value};
use crate::types::{self, Zone};

/// One Markdown file, one mailing.
#[derive(Clone, Debug)]
pub struct Campaign {
    /// The name by which the ledger knows it: `id`, or the file's stem.
    pub id: String,
    /// The subject; may hold fields.
    pub subject: Passage,
    /// What inboxes show after the subject; may hold fields.
    pub preheader: Option<Passage>,
    /// Who signs it, if not the project's sender.
    pub from: Option<Mailbox>,
    /// Where answers go, if not to the project's.
    pub reply_to: Option<Mailbox>,
    /// The template's name, with its place.
    pub template: Option<Passage>,
    /// The language, as a BCP 47 tag: `en`, `pt-BR`.
    pub lang: Option<String>,
    /// `ltr` or `rtl`, if the language does not tell.
    pub dir: Option<String>,
    /// The list's file, relative to the project.
    pub list: Option<Passage>,
    /// A condition on rows.
    pub where_: Option<Passage>,
    /// What columns of its list say of consent.
    pub consent: Vec<ConsentRule>,
    /// The date that the campaign bears, as written.
    pub date: Option<String>,
    /// Where days begin and end, if not where the sender is.
    pub timezone: Option<Zone>,
    /// Files to attach, relative to the campaign's file.
    pub attachments: Vec<Passage>,
    /// Anything that the letter wants, as `{{ vars.name }}`.
    pub vars: Option<Value>,
    /// The letter itself.
    pub body: Passage,
    /// The whole file.
    pub source: Source,
}

impl Campaign {
    /// Reads a campaign; `stem` is the file's name without ending.
    pub fn parse(source: &Source, stem: &str) -> Checked<Self> {
        let (format, front, body) = split(source)?;
        let table = match format {
            Format::Yaml => settings::parse_yaml(source, front.clone())?,
            Format::Toml => settings::parse_toml(source, front.clone())?,
        };
        let mut reader = Reader::new(source, "the front matter", table);
        let subject = reader.text("subject");
        let campaign = Self {
            id: id(&mut reader).unwrap_or_else(|| stem.to_owned()),
            preheader: reader.text("preheader").filter(|text| !text.text().is_empty()),
            from: mailbox(&mut reader, "from"),
            reply_to: mailbox(&mut reader, "reply_to"),
            template: reader.text("template"),
            lang: language(&mut reader),
            dir: direction(&mut reader),
            list: reader.text("list"),
            where_: reader.text("where"),
            consent: consent::rules(&mut reader, "consent"),
            date: date(&mut reader),
            timezone: types::timezone(&mut reader, "timezone"),
            attachments: attachments(&mut reader, source),
            vars: reader.take("vars"),
            body: Passage::slice(source, body),
            subject: subject
                .clone()
                .unwrap_or_else(|| Passage::slice(source, front.start..front.start)),
            source: source.clone(),
        };
        if subject.is_none_or(|subject| subject.text().is_empty()) {
            reader.findings.push(
                Finding::error(
                    "no-subject",
                    "the campaign has no subject",
                    "add a line `subject: …` to the front matter",
                )
                .at(source.place(front.start..front.start)),
            );
        }
        let findings = reader.finish();
        if findings.is_empty() { Ok(campaign) } else { Err(findings) }
    }

    /// `ltr` or `rtl`: as the campaign says, or as its language is written.
    pub fn direction(&self) -> &str {
        if let Some(dir) = &self.dir {
            return dir;
        }
        if language::is_rtl(self.lang.as_deref().unwrap_or("")) { "rtl" } else { "ltr" }
    }
}

enum Format {
    Yaml,
    Toml,
}

/// Front matter and body, as ranges of the file.
fn split(source: &Source) -> Checked<(Format, Range<usize>, Range<usize>)> {
    let text = source.text();
    let start = usize::from(text.starts_with('\u{feff}')) * '\u{feff}'.len_utf8();
    let first = text[start..].lines().next().unwrap_or("").trim_end();
    let (format, fence) = match first {
        "---" => (Format::Yaml, "---"),
        "+++" => (Format::Toml, "+++"),
        _ => {
            return Err(Finding::error(
                "no-front-matter",
                "the campaign does not begin with front matter",
                "begin the file with `---`, then `subject: …`, then `---`, then the letter",
            )
            .at(source.place(start..start))
            .into());
        }
    };
    let front = start + line_length(&text[start..]);
    let mut at = front;
    while at < text.len() {
        let length = line_length(&text[at..]);
        if text[at..at + length].trim_end() == fence {
            return Ok((format, front..at, at + length..text.len()));
        }
        at += length;
    }
    Err(Finding::error(
        "open-front-matter",
        format!("the front matter is never closed with `{fence}`"),
        format!("put a line `{fence}` between the front matter and the letter"),
    )
    .at(source.place(start..start + 3))
    .into())
}

fn line_length(text: &str) -> usize {
    text.find('\n').map_or(text.len(), |end| end + 1)
}

/// A mailbox setting, or a finding at its place.
pub fn mailbox(reader: &mut Reader<'_>, key: &'static str) -> Option<Mailbox> {
    let text = reader.text(key)?;
    match Mailbox::parse(text.text()) {
        Ok(mailbox) => Some(mailbox),
        Err(why) => {
            reader.findings.push(
                Finding::error(
                    "invalid-address",
                    format!("`{key}` is no address: {why}"),
                    "write it as `ann@example.org` or `Ann Lee <ann@example.org>`",
                )
                .at(text.place(0..text.text().len())),
            );
            None
        }
    }
}

/// The ledger, the Message-ID and the unsubscribe link know the campaign by it.
fn id(reader: &mut Reader<'_>) -> Option<String> {
    let id = reader.text("id")?;
    let text = id.text();
    if text.is_empty() || text.chars().any(char::is_control) {
        reader.findings.push(
            Finding::error(
                "invalid-id",
                "`id` is not a name",
                "write `id` as a short name such as `spring-2027`, or leave it out: the file's name serves",
            )
            .at(id.place(0..text.len())),
        );
    }
    Some(text.to_owned())
}

/// The date that the campaign bears: the archive and `check` go by it.
fn date(reader: &mut Reader<'_>) -> Option<String> {
    let date = reader.text("date")?;
    let text = date.text();
    let day = text.split(['T', ' ']).next().unwrap_or("");
    let is_date = day.find('-') == Some(4) && calendar::read(day).is_some();
    // `14 May 2027` is shown as it stands, and cannot be taken for another day.
    let is_words = text.contains(char::is_alphabetic) && day.matches(['-', '/', '.']).count() < 2;
    if is_date || is_words {
        return Some(text.to_owned());
    }
    let meant = calendar::meant(text);
    let help = match meant.as_slice() {
        [] => "write `date` as `2027-05-14`: year, month, day".to_owned(),
        days => format!("write `date: {}`: year, month, day", days.join("` or `date: ")),
    };
    let parts: Vec<&str> = day.split('-').collect();
    let is_written_so = parts.len() == 3
        && [4, 2, 2].iter().zip(&parts).all(|(length, part)| {
            part.len() == *length && part.bytes().all(|byte| byte.is_ascii_digit())
        });
    let message = if is_written_so {
        format!("there is no day `{day}`")
    } else {
        format!("`{text}` is no date here")
    };
    let finding = Finding::error("invalid-date", message, help);
    reader.findings.push(finding.at(date.place(0..text.len())));
    None
}

fn language(reader: &mut Reader<'_>) -> Option<String> {
    let lang = reader.text("lang")?;
    match language::modern(lang.text()) {
        Ok(tag) => Some(tag),
        Err(help) => {
            let message = format!("`{}` is no language tag", lang.text());
            let finding = Finding::error("invalid-language", message, help);
            reader.findings.push(finding.at(lang.place(0..lang.text().len())));
            None
        }
    }
}

fn direction(reader: &mut Reader<'_>) -> Option<String> {
    let dir = reader.text("dir")?;
    let text = dir.text().to_ascii_lowercase();
    if text != "ltr" && text != "rtl" {
        reader.findings.push(
            Finding::error(
                "invalid-direction",
                format!("`dir` is `{text}`"),
                "write `dir: ltr` or `dir: rtl`",
            )
            .at(dir.place(0..text.len())),
        );
    }
    Some(text)
}

fn attachments(reader: &mut Reader<'_>, source: &Source) -> Vec<Passage> {
    let Some(value) = reader.take("attachments") else { return Vec::new() };
    let values = match &value.kind {
        Kind::List(values) => values.clone(),
        _ => vec![value.clone()],
    };
    let mut files = Vec::new();
    for value in values {
        match value.as_text() {
            Some(text) => files.push(Passage::value(source, value.range, text)),
            None => reader.wrong_type("attachments", &value, "a list of file names"),
        }
    }
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Checked<Campaign> {
        Campaign::parse(&Source::new("c.md", text), "c")
    }

    #[test]
    fn yaml_and_toml_front_matter_read_alike() {
        let yaml = parse("---\nsubject: \"Hi {{ first_name }}\"\nvars:\n  goal: 300\n---\nBody\n")
            .expect("right");
        let toml = parse("+++\nsubject = \"Hi {{ first_name }}\"\n[vars]\ngoal = 300\n+++\nBody\n")
            .expect("right");
        assert_eq!(yaml.subject.text(), toml.subject.text());
        assert_eq!(yaml.body.text(), "Body\n");
        assert_eq!(yaml.subject.place(3..6).to_string(), "c.md:2:14");
        let goal = |campaign: &Campaign| {
            campaign.vars.as_ref().and_then(Value::to_tera).map(|v| v.to_string())
        };
        assert_eq!(goal(&yaml), goal(&toml));
    }

    #[test]
    fn every_mistake_has_its_place() {
        let codes = |text: &str| -> Vec<String> {
            let findings = parse(text).expect_err("it is wrong");
            findings
                .iter()
                .map(|f| format!("{} {}", f.code, f.place.as_ref().expect("place")))
                .collect()
        };
        assert_eq!(codes("Hello"), ["no-front-matter c.md:1:1"]);
        assert_eq!(codes("---\nsubject: x\n"), ["open-front-matter c.md:1:1"]);
        assert_eq!(codes("---\nsubjet: x\n---\n"), ["no-subject c.md:2:1", "unknown-key c.md:2:1"]);
        assert_eq!(codes("---\nsubject: x\nfrom: nobody\n---\n"), ["invalid-address c.md:3:7"]);
        assert_eq!(codes("---\nsubject: [x\n---\n")[0].split(' ').next(), Some("yaml"));
        assert_eq!(codes("---\nsubject: x\nsubject: y\n---\n"), ["key-twice c.md:3:1"]);
    }
}
