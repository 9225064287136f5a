//! Compose: campaign + template → [`Letter`], once, for everybody.
//!
//! Tags are found by our own lexer and replaced by marks; Markdown and HTML parsers
//! work on the marked text; then each tag is put back with the escape of the
//! place where it stands, and Tera compiles the result. Pure: texts come in,
//! a letter and findings go out. What the list supplies is not known here.

mod addresses;
mod arguments;
mod arrange;
mod assemble;
mod behind;
pub(crate) mod blank;
mod braces;
mod constant;
mod definitions;
pub(crate) mod empty;
mod engine;
mod escape;
mod events;
mod expression;
mod fallback;
mod filters;
pub(crate) mod html;
mod images;
pub(crate) mod letter;
mod listing;
mod literals;
mod local;
mod markdown;
mod marked;
mod marks;
mod names;
mod node;
mod offsets;
pub mod outline;
mod page;
mod part;
mod places;
mod printed;
mod reading;
mod rewrite;
mod schemes;
mod sight;
mod signatures;
mod slips;
mod statement;
mod strings;
mod syntax;
mod tags;
mod text;
pub(crate) mod typed;
mod unknown;
pub(crate) mod visible;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use tera::{Context, Tera};

use self::assemble::{Assembler, Template as Compiled};
use self::empty::Emptiness;
use self::engine::Knows;
use self::letter::{COMPONENTS, Form, HTML, Origins, PREHEADER, SUBJECT, TEXT, WHERE};
use self::local::{Language, Moment};
use self::marks::Marks;
use self::names::{Components, Names};
use self::page::Filling;
use self::part::Part;
use self::rewrite::Rules;
use self::sight::Sight;
use self::statement::Statement;
use self::typed::{Asked, Typing};
use crate::campaign::Campaign;
use crate::finding::{Checked, Finding};
use crate::place::{Passage, Place, Source};
use crate::template::Template;
use crate::types::Types;

pub use self::events::Event;
pub use self::letter::{Letter, LocalImage};
pub(crate) use self::markdown::{Reading, bare_addresses, options as markdown_options};
pub use self::names::{ALWAYS, FieldUse};

/// Byte ranges of a text that are tags, delimiters included.
pub fn tag_ranges(text: &str) -> Vec<std::ops::Range<usize>> {
    tags::find(text).0.into_iter().map(|tag| tag.range).collect()
}

/// Where strings stand in a text's tags that may leave with a mail, without their quotes.
pub fn printed_strings(passage: &Passage) -> Vec<std::ops::Range<usize>> {
    literals::printed(&Part::read(passage.clone(), &mut Vec::new()))
}

/// A campaign's date as its letter's language writes it; as it stands, if it is none.
pub fn written_day(date: &str, language: Option<&str>) -> String {
    let written = Moment::read(date).ok();
    let written = written.and_then(|day| Language::new(language).date(&day, "long").ok());
    written.unwrap_or_else(|| date.to_owned())
}

/// Conditions and loops with nothing between two of their tags.
pub fn empty_segments(passage: &Passage) -> Vec<Place> {
    let part = Part::read(passage.clone(), &mut Vec::new());
    let text = passage.text();
    let opens = |tag: usize| match &part.statements[tag] {
        Some(Statement::If(_) | Statement::For { .. }) => part.ends[tag].is_some(),
        Some(Statement::Elif(_) | Statement::Else) => part.opens[tag].is_some(),
        _ => false,
    };
    (0..part.tags.len())
        .filter(|tag| opens(*tag))
        .filter_map(|tag| {
            let next = part.tags.get(tag + 1)?;
            // What follows belongs to the same block, and not to one inside of it.
            let opener = part.opens[tag].unwrap_or(tag);
            let is_same = part.opens[tag + 1] == Some(opener);
            let between = part.tags[tag].range.end..next.range.start;
            (is_same && text[between].trim().is_empty())
                .then(|| passage.place(part.tags[tag].range.start..next.range.end))
        })
        .collect()
}

/// The parts of every letter, in the order of their numbers; components follow.
pub(crate) const BODY: usize = 0;
const PAGE: usize = 1;
const TEXT_PAGE: usize = 2;
pub(crate) const SUBJECT_PART: usize = 3;
const PREHEADER_PART: usize = 4;
const WHERE_PART: usize = 5;
const FIRST_COMPONENT: usize = 6;

/// Compiles a campaign with its template. `constants` holds what is the same
/// for everybody; `condition` is an expression over rows, for `--where`; `types` are those of
/// the columns that the letter asks about ([`Draft::asked`]), where there is a list.
pub fn compile(
    campaign: &Campaign,
    template: &Template,
    constants: Context,
    condition: Option<&Passage>,
    types: &Types,
) -> Checked<Letter> {
    Draft::read(campaign, template, condition).compile(constants, types)
}

/// A letter that was read, and is compiled as soon as it is known what the columns are that it
/// asks about.
pub struct Draft<'a> {
    campaign: &'a Campaign,
    has_where: bool,
    read: Read,
    findings: Vec<Finding>,
}

impl<'a> Draft<'a> {
    /// Reads a campaign with its template.
    pub fn read(campaign: &'a Campaign, template: &Template, condition: Option<&Passage>) -> Self {
        let mut findings = Vec::new();
        let read = read(campaign, template, condition, &mut findings);
        Self { campaign, has_where: condition.is_some(), read, findings }
    }

    /// The columns that the letter asks about, or takes as numbers or days.
    pub fn asked(&self) -> Vec<String> {
        self.read.asked(&Types::default()).0
    }

    /// The fields that the letter uses, also one that cannot be compiled: what is
    /// wrong with them is worth saying at the same time.
    pub fn fields(self) -> Vec<FieldUse> {
        self.read.fields
    }

    /// Compiles it.
    pub fn compile(self, constants: Context, types: &Types) -> Checked<Letter> {
        let Self { campaign, has_where, read, mut findings } = self;
        let (names, said) = read.asked(types);
        let (wrong, warnings): (Vec<_>, Vec<_>) = said.into_iter().partition(Finding::is_error);
        findings.extend(wrong);
        let Read { parts, firsts, fields, components } = read;
        if !findings.is_empty() {
            // What is broken is not compiled: everything else would only say so again.
            return Err(findings);
        }
        let mut images = Vec::new();
        let from_components =
            images::of_components(&campaign.id, &parts[BODY..=PAGE], &constants, &mut images);
        let knows = Knows {
            language: Language::new(campaign.lang.as_deref()),
            images: Arc::new(from_components),
            events: Arc::default(),
        };
        let Assembled { html, text, events, emptiness } = assemble(
            &parts,
            &firsts,
            &fields,
            (types, &components),
            (&constants, &knows),
            campaign.lang.as_deref(),
            &mut findings,
        );
        let knows = Knows { events: Arc::new(events), ..knows };
        let mut origins = Origins { parts, firsts, html, text };
        if !findings.is_empty() {
            return Err(findings);
        }
        images::local_images(&campaign.id, &mut origins, &mut images);
        if let Some(finding) = images::too_many(&images) {
            return Err(finding.into());
        }
        let html = engine(engine::html(&knows), &origins, Form::Html)?;
        let text = engine(engine::text(&knows), &origins, Form::Text)?;
        Ok(Letter {
            html,
            text,
            has_preheader: campaign.preheader.is_some(),
            has_where,
            emptiness,
            origins,
            constants,
            events: knows.events,
            fields,
            images,
            types: types.clone().only(|name| names.iter().any(|own| own == name)),
            warnings,
        })
    }
}

/// What a letter is made of, read and not yet compiled.
struct Read {
    parts: Vec<Part>,
    /// The number of each part's first tag.
    firsts: Vec<usize>,
    fields: Vec<FieldUse>,
    components: Components,
}

impl Read {
    /// The columns that the parts ask about, and what is wrong or not sure with it.
    fn asked(&self, types: &Types) -> (Vec<String>, Vec<Finding>) {
        let fields: HashSet<&str> = self.fields.iter().map(|field| field.name.as_str()).collect();
        let is_field = |name: &str| fields.contains(name);
        let (mut names, mut findings) = (BTreeSet::new(), Vec::new());
        for part in &self.parts {
            let components = &self.components;
            let asked = Asked::of(Typing { part, is_field: &is_field, types, components });
            names.extend(asked.names().map(str::to_owned));
            findings.extend(asked.findings());
        }
        (names.into_iter().collect(), findings)
    }
}

fn read(
    campaign: &Campaign,
    template: &Template,
    condition: Option<&Passage>,
    findings: &mut Vec<Finding>,
) -> Read {
    let parts = read_parts(campaign, template, condition, findings);
    let firsts: Vec<usize> = parts
        .iter()
        .scan(0, |next, part| Some(std::mem::replace(next, *next + part.tags.len())))
        .collect();
    let (html, text) = parts[FIRST_COMPONENT..].split_at(template.components.len());
    let forms: Vec<(&Part, &Part)> = html.iter().zip(text).collect();
    let components = definitions::signatures(&forms, findings);
    let fields = names(&parts, &firsts, &components, findings);
    Read { parts, firsts, fields, components }
}

/// The parts, in the order of their numbers.
fn read_parts(
    campaign: &Campaign,
    template: &Template,
    condition: Option<&Passage>,
    findings: &mut Vec<Finding>,
) -> Vec<Part> {
    let empty = || Passage::whole(&Source::new("", ""));
    let mut parts: Vec<Part> = [
        campaign.body.clone(),
        Passage::whole(&template.page),
        Passage::whole(&template.text_page),
        campaign.subject.clone(),
        campaign.preheader.clone().unwrap_or_else(empty),
    ]
    .into_iter()
    .enumerate()
    .map(|(at, passage)| {
        let part = Part::read(passage, findings);
        if matches!(at, PAGE | TEXT_PAGE) { part.of_frame() } else { part }
    })
    .collect();
    parts.push(match condition {
        Some(condition) => Part::condition(condition.clone(), findings),
        None => Part::read(empty(), findings),
    });
    let html = template.components.iter().map(|component| &component.html);
    let text = template.components.iter().map(|component| &component.text);
    let read = |source| Part::read(Passage::whole(source), findings).of_frame();
    parts.extend(html.chain(text).map(read));
    parts
}

fn names(
    parts: &[Part],
    firsts: &[usize],
    components: &Components,
    findings: &mut Vec<Finding>,
) -> Vec<FieldUse> {
    let mut names = Names { components, fields: Vec::new(), findings: Vec::new() };
    for (at, part) in parts.iter().enumerate() {
        let sight = match at {
            BODY => Sight::Letter,
            PAGE | TEXT_PAGE => Sight::Frame,
            SUBJECT_PART => sight::SUBJECT,
            PREHEADER_PART => sight::PREHEADER,
            WHERE_PART => sight::CONDITION,
            _ => Sight::Component,
        };
        names.read(part, firsts[at], sight);
        if matches!(sight, Sight::Frame) {
            names.findings.extend(content_once(part));
        }
        if at < FIRST_COMPONENT {
            names.findings.extend(stray_definition(part));
        }
    }
    findings.append(&mut names.findings);
    names.fields
}

fn stray_definition(part: &Part) -> Option<Finding> {
    let is_definition =
        |statement: &Option<Statement>| matches!(statement, Some(Statement::Define { .. }));
    let tag = part.statements.iter().position(is_definition)?;
    let finding = Finding::error(
        "component-place",
        "components are not defined here",
        "put it into `templates/NAME/components/`, in a file for HTML and one for text",
    );
    Some(finding.at(part.place(tag)))
}

/// The letter has exactly one place in a page.
fn content_once(part: &Part) -> Option<Finding> {
    let mut tags = content_tags(part);
    let (message, place) = match (tags.next(), tags.next()) {
        (Some(_), None) => return None,
        (None, _) => ("the template has no place for the letter", part.passage.place(0..0)),
        (_, Some(second)) => ("the letter would stand in the template twice", part.place(second)),
    };
    let help = "put `{{ content }}` where the letter is to stand, once";
    Some(Finding::error("no-content", message, help).at(place))
}

/// The tags `{{ content }}` of a page.
fn content_tags(part: &Part) -> impl Iterator<Item = usize> {
    (0..part.tags.len()).filter(|tag| match &part.statements[*tag] {
        Some(Statement::Print(node)) => part.text(&node.range) == "content",
        _ => false,
    })
}

type Templates = BTreeMap<&'static str, Compiled>;

/// A letter's templates, and what is known of them.
struct Assembled {
    html: Templates,
    text: Templates,
    events: Vec<Event>,
    emptiness: Emptiness,
}

fn assemble(
    parts: &[Part],
    firsts: &[usize],
    fields: &[FieldUse],
    (types, components): (&Types, &Components),
    (constants, knows): (&Context, &Knows),
    language: Option<&str>,
    findings: &mut Vec<Finding>,
) -> Assembled {
    let texts: Vec<&str> = parts.iter().map(|part| part.passage.text()).collect();
    let marks = Marks::for_texts(&texts);
    let fields: HashSet<&str> = fields.iter().map(|field| field.name.as_str()).collect();
    let is_field = |name: &str| fields.contains(name);
    let texts_from = FIRST_COMPONENT + (parts.len() - FIRST_COMPONENT) / 2;
    let addresses = addresses::of_components(&parts[FIRST_COMPONENT..texts_from]);
    let assembler = Assembler {
        parts,
        firsts,
        marks: &marks,
        rules: Rules { is_field: &is_field, addresses: &addresses, types, components },
        constants,
        knows,
        settled: constant::settled(&parts[FIRST_COMPONENT..]),
        events: RefCell::default(),
    };
    let html_components: Vec<usize> = (FIRST_COMPONENT..texts_from).collect();
    let content = |part: usize| firsts[part] + content_tags(&parts[part]).next().unwrap_or(0);

    let mut body = markdown::body(&parts[BODY], firsts[BODY], &marks, language);
    findings.append(&mut body.findings);
    let filling = Filling {
        page: PAGE,
        content: content(PAGE),
        body: &body.html,
        body_part: BODY,
        components: &html_components,
        free: parts.iter().map(|part| part.tags.len()).sum(),
    };
    let mut html = Templates::new();
    match page::inlined(&assembler, &filling) {
        Ok(page) => {
            let mut later = Vec::new();
            let components = assembler.html(&page.components.concat(), None, &mut later);
            html.insert(HTML, assembler.html(&page.html, Some(&components), findings));
            html.insert(COMPONENTS, components);
            findings.append(&mut later);
        }
        Err(mut slips) => findings.append(&mut slips),
    }
    let mut text = Templates::new();
    let frame = page::marked_text(&assembler, TEXT_PAGE);
    let emptiness = empty::emptiness(&parts[BODY], firsts[BODY], &body.html, &body.text, &marks);
    let own = match emptiness {
        Emptiness::Perhaps => empty::edged(&body.text),
        _ => body.text,
    };
    let full = frame.replacen(&marks.word(content(TEXT_PAGE)), &own, 1);
    let definitions: String = (texts_from..parts.len())
        .map(|part| page::marked_text(&assembler, part).trim().to_owned())
        .collect();
    let components = assembler.text(&definitions, None);
    text.insert(TEXT, assembler.text(&full, Some(&components)));
    text.insert(COMPONENTS, components);
    for (name, part) in [(SUBJECT, SUBJECT_PART), (PREHEADER, PREHEADER_PART)] {
        text.insert(name, assembler.text(&page::marked_text(&assembler, part), None));
    }
    text.insert(WHERE, assembler.condition(WHERE_PART));
    Assembled { html, text, events: assembler.events.into_inner(), emptiness }
}

fn engine(mut tera: Tera, origins: &Origins, form: Form) -> Checked<Tera> {
    let templates = match form {
        Form::Html => &origins.html,
        Form::Text => &origins.text,
    };
    tera.add_raw_templates(
        templates.iter().map(|(name, template)| (*name, template.text.as_str())),
    )
    .map_err(|error| {
        let (place, _) = origins.locate(form, HTML, &error);
        vec![letter::as_finding(&error, place)]
    })?;
    Ok(tera)
}
