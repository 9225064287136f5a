//! Compose: campaign + template → [`Letter`], once, for everybody.
//!
//! Tags are found by our own lexer and replaced by marks; Markdown and HTML parsers
//! work on the marked text; then each tag is put back with the escape of the
//! place where it stands, and Tera compiles the result. Pure: texts come in,
//! a letter and findings go out. What the list supplies is not known here.

mod assemble;
mod engine;
mod expression;
mod html;
pub(crate) mod letter;
mod markdown;
mod marks;
mod names;
mod page;
mod part;
mod places;
mod rewrite;
mod statement;
mod syntax;
mod tags;
mod text;

use std::collections::BTreeMap;

use tera::{Context, Tera};

use self::assemble::{Assembler, Template as Compiled};
use self::letter::{COMPONENTS, Form, HTML, Origins, PREHEADER, SUBJECT, TEXT, WHERE};
use self::marks::Marks;
use self::names::{Components, Names, Parameter, Signature};
use self::part::Part;
use self::statement::Statement;
use crate::campaign::Campaign;
use crate::finding::{Checked, Finding};
use crate::place::{Passage, Place, Source};
use crate::template::Template;

pub use self::letter::{Letter, LocalImage};
pub(crate) use self::markdown::options as markdown_options;
pub use self::names::{ALWAYS, FieldUse};

/// Byte ranges of a text that are tags, delimiters included.
pub fn tag_ranges(text: &str) -> Vec<std::ops::Range<usize>> {
    tags::find(text).0.into_iter().map(|tag| tag.range).collect()
}

/// The parts of every letter, in the order of their numbers; components follow.
const BODY: usize = 0;
const PAGE: usize = 1;
const TEXT_PAGE: usize = 2;
const SUBJECT_PART: usize = 3;
const PREHEADER_PART: usize = 4;
const WHERE_PART: usize = 5;
const FIRST_COMPONENT: usize = 6;

/// Compiles a campaign with its template. `constants` holds what is the same
/// for everybody; `condition` is an expression over rows, for `--where`.
pub fn compile(
    campaign: &Campaign,
    template: &Template,
    constants: Context,
    condition: Option<&Passage>,
) -> Checked<Letter> {
    let mut findings = Vec::new();
    let parts = read_parts(campaign, template, condition, &mut findings);
    let firsts: Vec<usize> = parts
        .iter()
        .scan(0, |next, part| Some(std::mem::replace(next, *next + part.tags.len())))
        .collect();
    let components = signatures(&parts, template.components.len(), &mut findings);
    let fields = names(&parts, &firsts, &components, &mut findings);
    if !findings.is_empty() {
        // What is broken is not compiled: everything else would only say so again.
        return Err(findings);
    }
    let (html, text) = assemble(&parts, &firsts, &fields, template, &mut findings);
    let mut origins = Origins { parts, firsts, html, text };
    if !findings.is_empty() {
        return Err(findings);
    }
    let images = local_images(campaign, &mut origins);
    let html = engine(engine::html(), &origins, Form::Html)?;
    let text = engine(engine::text(), &origins, Form::Text)?;
    Ok(Letter {
        html,
        text,
        has_preheader: campaign.preheader.is_some(),
        has_where: condition.is_some(),
        origins,
        constants,
        fields,
        images,
    })
}

fn read_parts(
    campaign: &Campaign,
    template: &Template,
    condition: Option<&Passage>,
    findings: &mut Vec<Finding>,
) -> Vec<Part> {
    let empty = || Passage::whole(&Source::new("", ""));
    let mut passages = vec![
        campaign.body.clone(),
        Passage::whole(&template.page),
        Passage::whole(&template.text_page),
        campaign.subject.clone(),
        campaign.preheader.clone().unwrap_or_else(empty),
        condition.map_or_else(empty, as_condition),
    ];
    passages.extend(template.components.iter().map(|component| Passage::whole(&component.html)));
    passages.extend(template.components.iter().map(|component| Passage::whole(&component.text)));
    passages.into_iter().map(|passage| Part::read(passage, findings)).collect()
}

/// A condition becomes a text that is not empty when it holds.
fn as_condition(condition: &Passage) -> Passage {
    condition.framed("{% if ", " %}1{% endif %}")
}

/// The parameters of every component, from its HTML form; its text form must declare the same.
fn signatures(parts: &[Part], count: usize, findings: &mut Vec<Finding>) -> Components {
    let mut components = BTreeMap::new();
    for at in 0..count {
        let html = definitions(&parts[FIRST_COMPONENT + at], findings);
        let text_part = &parts[FIRST_COMPONENT + count + at];
        let text = definitions(text_part, findings);
        for (name, (signature, place)) in html {
            if !text.contains_key(&name) {
                findings.push(
                    Finding::error(
                        "component-form",
                        format!("the component `{name}` has no form for the text part"),
                        format!(
                            "define `{name}` with the same parameters in `{}`",
                            text_part.passage.source().name()
                        ),
                    )
                    .at(place),
                );
            }
            components.insert(name, signature);
        }
    }
    components
}

fn definitions(part: &Part, findings: &mut Vec<Finding>) -> BTreeMap<String, (Signature, Place)> {
    let mut tera = Tera::default();
    let mut found = BTreeMap::new();
    for (tag, statement) in part.statements.iter().enumerate() {
        let Some(Statement::Define { name, .. }) = statement else { continue };
        let name = part.text(name).to_owned();
        let definition = format!("{}{{% endcomponent %}}", part.text(&part.tags[tag].range));
        match tera.add_raw_template(&name, &definition) {
            Ok(()) => {
                let signature =
                    tera.get_component_definition(&name).map_or_else(Signature::default, |info| {
                        Signature {
                            takes_rest: info.rest_param().is_some(),
                            parameters: info
                                .args()
                                .iter()
                                .map(|argument| Parameter {
                                    name: argument.name().to_owned(),
                                    required: argument.is_required(),
                                    type_name: argument.arg_type().map(|kind| kind.as_str()),
                                })
                                .collect(),
                        }
                    });
                found.insert(name, (signature, part.place(tag)));
            }
            Err(error) => findings.push(letter::as_finding(&error, Some(part.place(tag)))),
        }
    }
    found
}

fn names(
    parts: &[Part],
    firsts: &[usize],
    components: &Components,
    findings: &mut Vec<Finding>,
) -> Vec<FieldUse> {
    let mut names = Names { components, fields: Vec::new(), findings: Vec::new() };
    for (at, part) in parts.iter().enumerate() {
        let extra: &[&str] = if at == PAGE || at == TEXT_PAGE { &["content"] } else { &[] };
        names.read(part, firsts[at], extra, at >= FIRST_COMPONENT);
    }
    for (at, part) in parts.iter().enumerate() {
        let is_frame = at >= FIRST_COMPONENT || at == PAGE || at == TEXT_PAGE;
        let defines = part.statements.iter().enumerate().find(|(_, statement)| {
            matches!(statement, Some(Statement::Define { .. })) && at < FIRST_COMPONENT
        });
        if let Some((tag, _)) = defines {
            names.findings.push(
                Finding::error(
                    "component-place",
                    "components are not defined here",
                    "put it into `templates/NAME/components/`, in a file for HTML and one for text",
                )
                .at(part.place(tag)),
            );
        }
        if is_frame && at < FIRST_COMPONENT && content_tag(part).is_none() {
            names.findings.push(
                Finding::error(
                    "no-content",
                    "the template has no place for the letter",
                    "put `{{ content }}` where the letter is to stand, once",
                )
                .at(part.passage.place(0..0)),
            );
        }
    }
    findings.append(&mut names.findings);
    names.fields
}

/// The tag `{{ content }}` of a page.
fn content_tag(part: &Part) -> Option<usize> {
    part.statements.iter().position(|statement| match statement {
        Some(Statement::Print(node)) => part.text(&node.range) == "content",
        _ => false,
    })
}

type Templates = BTreeMap<&'static str, Compiled>;

fn assemble(
    parts: &[Part],
    firsts: &[usize],
    fields: &[FieldUse],
    template: &Template,
    findings: &mut Vec<Finding>,
) -> (Templates, Templates) {
    let texts: Vec<&str> = parts.iter().map(|part| part.passage.text()).collect();
    let marks = Marks::for_texts(&texts);
    let is_field = |name: &str| fields.iter().any(|field| field.name == name);
    let assembler = Assembler { parts, firsts, marks: &marks, is_field: &is_field };
    let count = template.components.len();
    let html_components: Vec<usize> = (FIRST_COMPONENT..FIRST_COMPONENT + count).collect();
    let text_components = FIRST_COMPONENT + count..parts.len();
    let free = firsts.last().map_or(0, |first| first + parts[parts.len() - 1].tags.len());

    let body = markdown::body(&parts[BODY], firsts[BODY], &marks);
    let mut html = Templates::new();
    let content = |part: usize| firsts[part] + content_tag(&parts[part]).unwrap_or(0);
    match page::inlined(&assembler, PAGE, content(PAGE), &body.html, &html_components, free) {
        Ok(page) => {
            html.insert(HTML, assembler.html(&page.html, findings));
            html.insert(COMPONENTS, assembler.html(&page.components.concat(), findings));
        }
        Err(mut slips) => findings.append(&mut slips),
    }
    let mut text = Templates::new();
    let frame = page::marked_text(&assembler, TEXT_PAGE);
    let full = frame.replacen(&marks.word(content(TEXT_PAGE)), &body.text, 1);
    text.insert(TEXT, assembler.text(&full));
    let definitions: String =
        text_components.map(|part| page::marked_text(&assembler, part).trim().to_owned()).collect();
    text.insert(COMPONENTS, assembler.text(&definitions));
    for (name, part) in [(SUBJECT, SUBJECT_PART), (PREHEADER, PREHEADER_PART), (WHERE, WHERE_PART)]
    {
        text.insert(name, assembler.text(&page::marked_text(&assembler, part)));
    }
    (html, text)
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

/// Finds the images that are files beside the campaign, and shows them by
/// their Content-ID.
fn local_images(campaign: &Campaign, origins: &mut Origins) -> Vec<LocalImage> {
    let mut images: Vec<LocalImage> = Vec::new();
    let Some(page) = origins.html.get_mut(HTML) else { return images };
    let mut edits = Vec::new();
    for token in html::tokens(&page.text) {
        let html::Token::Start { name, attributes, .. } = token else { continue };
        let src = attributes
            .iter()
            .find(|attribute| name == "img" && &page.text[attribute.name.clone()] == "src");
        let Some(range) = src.and_then(|attribute| attribute.value.clone()) else { continue };
        let value = html_escape::decode_html_entities(&page.text[range.clone()]).into_owned();
        if value.is_empty() || value.contains("{{") || value.contains("{%") || has_scheme(&value) {
            continue;
        }
        let known = images.iter().find(|image| image.path == value).map(|image| image.cid.clone());
        let cid = known.unwrap_or_else(|| {
            let cid = format!("image{}@{}.handbill", images.len() + 1, slug(&campaign.id));
            let at = campaign.source.text().find(&value).unwrap_or(0);
            let place = campaign.source.place(at..at + value.len());
            images.push(LocalImage { path: value, cid: cid.clone(), place });
            cid
        });
        edits.push((range, format!("cid:{cid}")));
    }
    for (range, new) in edits.into_iter().rev() {
        page.replace(range, &new);
    }
    images
}

fn has_scheme(url: &str) -> bool {
    url.starts_with("//")
        || url.split_once(':').is_some_and(|(scheme, _)| {
            scheme.len() > 1
                && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
        })
}

fn slug(text: &str) -> String {
    let slug: String =
        text.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    slug.trim_matches('-').chars().take(40).collect()
}
