//! Puts the tags back in place of their marks, each with the escape of the
//! place where it stands, and remembers which byte came from where.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

use tera::Context;

use super::constant::{Constants, Shown};
use super::engine::{self, CSS, EVENT, IMAGE, Knows, URL, URL_PART};
use super::events::Event;
use super::images;
use super::marked::prints;
use super::marks::{Found, Hint, Marks};
use super::part::{Part, component_name};
use super::places::{self, Placed, Spot};
use super::rewrite::{NEED, Rewriter, Rewritten, Rules, TICK};
use super::schemes;
use super::statement::Statement;
use super::tags::Kind;
use super::text::Prints;
use crate::finding::Finding;

/// A template for Tera, made of the author's parts.
#[derive(Debug, Default)]
pub(crate) struct Template {
    pub(crate) text: String,
    origins: Vec<Origin>,
}

/// Where a piece of a template came from. An empty piece is the beginning of a tag.
#[derive(Debug)]
struct Origin {
    compiled: std::ops::Range<usize>,
    part: usize,
    author: usize,
}

impl Template {
    /// The part, and the offset in it, from which a byte of the template
    /// came; what the program put around a tag came from the tag's beginning.
    pub(crate) fn origin(&self, at: usize) -> Option<(usize, usize)> {
        let before = self.origins.partition_point(|origin| origin.compiled.start <= at);
        let before = &self.origins[..before];
        let nearest = before.last()?;
        if nearest.compiled.contains(&at) {
            return Some((nearest.part, nearest.author + at - nearest.compiled.start));
        }
        let tag = before.iter().rev().find(|origin| origin.compiled.is_empty())?;
        Some((tag.part, tag.author))
    }

    /// Replaces literal text; what follows moves.
    pub(crate) fn replace(&mut self, range: std::ops::Range<usize>, new: &str) {
        for origin in self.origins.iter_mut().filter(|origin| origin.compiled.start >= range.end) {
            origin.compiled.start = origin.compiled.start - range.len() + new.len();
            origin.compiled.end = origin.compiled.end - range.len() + new.len();
        }
        self.text.replace_range(range, new);
    }

    fn literal(&mut self, text: &str) {
        if text.starts_with(['{', '%', '#']) {
            self.separate();
        }
        // Braces that are no tag must not become one for Tera.
        let mut at = 0;
        for (brace, _) in text.match_indices('{') {
            if matches!(text.as_bytes().get(brace + 1), Some(b'{' | b'%' | b'#')) {
                self.text.push_str(&text[at..brace]);
                self.text.push_str("{{\"{\"}}");
                at = brace + 1;
            }
        }
        self.text.push_str(&text[at..]);
    }

    /// Before a tag, or what could be one: a brace right before it would be read with it.
    fn separate(&mut self) {
        if self.text.ends_with('{') {
            self.text.pop();
            self.text.push_str("{{\"{\"}}");
        }
    }

    /// What a component has written for everybody, and the events that come along.
    fn shown(&mut self, shown: &Shown) {
        self.literal(&shown.text);
        for number in &shown.events {
            self.separate();
            self.text.push_str(&format!("{{{{ {number} | {EVENT} }}}}"));
        }
    }

    fn begin_tag(&mut self, part: usize, author: usize) {
        let here = self.text.len();
        self.origins.push(Origin { compiled: here..here, part, author });
    }

    fn rewritten(&mut self, part: usize, rewritten: &Rewritten) {
        let start = self.text.len();
        self.text.push_str(&rewritten.text);
        self.origins.extend(rewritten.segments.iter().map(|segment| Origin {
            compiled: start + segment.compiled..start + segment.compiled + segment.length,
            part,
            author: segment.author,
        }));
    }
}

/// A tag's place in a page.
pub(super) struct Slot {
    pub(super) range: std::ops::Range<usize>,
    /// The part and the tag; nothing where a mark stands for nothing.
    pub(super) tag: Option<(usize, usize)>,
    pub(super) spot: Spot,
    /// Whether the white space around it stays, whatever the tag says.
    pub(super) keeps_space: bool,
}

/// All parts of a letter, with the number of each one's first tag.
pub(crate) struct Assembler<'a> {
    pub(crate) parts: &'a [Part],
    pub(crate) firsts: &'a [usize],
    pub(crate) marks: &'a Marks,
    pub(crate) rules: Rules<'a>,
    /// What is the same for every reader.
    pub(crate) constants: &'a Context,
    pub(crate) knows: &'a Knows,
    /// Components that write the same for the same arguments.
    pub(crate) settled: HashSet<&'a str>,
    /// Events of what is written once.
    pub(crate) events: RefCell<Vec<Event>>,
}

impl Assembler<'_> {
    /// The part and tag that a number stands for; nothing for the numbers
    /// beyond the last tag, which only separate.
    pub(crate) fn tag(&self, number: usize) -> Option<(usize, usize)> {
        let part = self.firsts.partition_point(|first| *first <= number).checked_sub(1)?;
        let tag = number - self.firsts[part];
        (tag < self.parts[part].tags.len()).then_some((part, tag))
    }

    /// What a tag writes.
    pub(crate) fn prints(&self, number: usize) -> Prints {
        self.tag(number).map_or(Prints::Nothing, |(part, tag)| prints(&self.parts[part], tag))
    }

    /// A page of HTML with marks, as a template. `components` are those that it may call,
    /// compiled: what they write for everybody is written here.
    pub(crate) fn html(
        &self,
        page: &str,
        components: Option<&Template>,
        findings: &mut Vec<Finding>,
    ) -> Template {
        let placed = places::places(page, self.marks, &|tag| self.prints(tag));
        self.check_nesting(&placed, findings);
        let place = |number| self.tag(number).map(|(part, tag)| self.parts[part].place(tag));
        findings.extend(images::check(
            page,
            self.marks,
            &|tag| self.prints(tag) == Prints::Value,
            place,
        ));
        let mut slots = Vec::with_capacity(placed.len());
        for mark in placed {
            let tag = mark.found.tag.and_then(|number| self.tag(number));
            if let (Some((part, tag)), Spot::Forbidden(why)) = (tag, mark.spot) {
                findings.push(
                    Finding::error("forbidden-place", "no tag can stand here", why)
                        .at(self.parts[part].place(tag)),
                );
            }
            let tag = tag.filter(|_| !matches!(mark.spot, Spot::Forbidden(_)));
            slots.push(Slot { range: mark.found.range, tag, spot: mark.spot, keeps_space: false });
        }
        let components = components.map(|template| template.text.as_str());
        let constants = Constants::new(engine::html, self.knows, components, self.constants);
        self.filled(page, &slots, constants)
    }

    /// Text with marks, as a template.
    pub(crate) fn text(&self, text: &str, components: Option<&Template>) -> Template {
        let slot = |found: Found| {
            let spot = match found.hint {
                Hint::Place | Hint::Block => Spot::Text,
                Hint::Url => Spot::Url,
                Hint::UrlPart => Spot::UrlPart,
                Hint::Mail => Spot::Mail,
                Hint::Phone => Spot::Phone,
            };
            let tag = found.tag.and_then(|number| self.tag(number));
            Slot { range: found.range, tag, spot, keeps_space: found.hint == Hint::Block }
        };
        let slots: Vec<Slot> = self.marks.find(text).into_iter().map(slot).collect();
        let components = components.map(|template| template.text.as_str());
        let constants = Constants::new(engine::text, self.knows, components, self.constants);
        self.filled(text, &slots, constants)
    }

    /// A page with its tags in their places.
    fn filled(&self, page: &str, slots: &[Slot], mut constants: Constants<'_>) -> Template {
        let mut template = Template::default();
        let (mut known, mut at, mut next) = (HashMap::new(), 0, 0);
        while let Some(slot) = slots.get(next) {
            template.literal(&page[at..slot.range.start]);
            at = slot.range.end;
            next += 1;
            let Some((part, tag)) = slot.tag else { continue };
            let value = known
                .entry((part, tag, slot.spot))
                .or_insert_with(|| self.constant(&mut constants, part, tag, slot.spot));
            if let Some(value) = value {
                template.literal(value);
            } else if let Some((last, shown)) = self.shown(page, &slots[next - 1..], &mut constants)
            {
                template.shown(&shown);
                at = slots[next - 1 + last].range.end;
                next += last;
            } else {
                self.tag_into(&mut template, part, tag, slot);
            }
        }
        template.literal(&page[at..]);
        template
    }

    /// A page's piece with its tags, as they are when nothing of it is worked out.
    pub(super) fn piece(&self, page: &str, slots: &[Slot]) -> Template {
        let mut template = Template::default();
        let mut at = slots.first().map_or(0, |slot| slot.range.start);
        for slot in slots {
            template.literal(&page[at..slot.range.start]);
            at = slot.range.end;
            if let Some((part, tag)) = slot.tag {
                self.tag_into(&mut template, part, tag, slot);
            }
        }
        template
    }

    fn tag_into(&self, template: &mut Template, part: usize, number: usize, slot: &Slot) {
        let owner = &self.parts[part];
        let tag = &owner.tags[number];
        template.separate();
        if tag.kind == Kind::Literal {
            // Two braces of `raw`, each by itself, so that they never meet.
            for brace in owner.text(&tag.range).chars() {
                template.text.push_str(&format!("{{{{\"{brace}\"}}}}"));
            }
            return;
        }
        let Some(statement) = &owner.statements[number] else { return };
        template.begin_tag(part, tag.range.start);
        let dash = |trims: bool| if trims && !slot.keeps_space { "-" } else { "" };
        let (before, after) = (dash(tag.trims_before), dash(tag.trims_after));
        let rewriter = Rewriter::new(owner, self.rules);
        if let Statement::Print(node) = statement {
            let (open, close) =
                filters_of(slot.spot, owner.repeats[number] && component_name(node).is_none());
            template.text.push_str(&format!("{{{{{before} {open}"));
            template.rewritten(part, &rewriter.expression(node));
            template.text.push_str(&format!("{close} {after}}}}}"));
        } else {
            template.text.push_str(&format!("{{%{before}"));
            template.rewritten(part, &rewriter.block(statement, tag.inner.clone()));
            template.text.push_str(&format!("{after}%}}"));
            if let Some(arguments) = counted(owner, number) {
                // What the tag trims stands after the counter now.
                template.text.push_str(&format!("{{{{ {TICK}({arguments}) {after}}}}}"));
            }
        }
    }

    /// A condition on rows, as a template that writes something where it holds.
    pub(crate) fn condition(&self, part: usize) -> Template {
        let mut template = Template::default();
        let owner = &self.parts[part];
        let Some(Some(Statement::If(node))) = owner.statements.first() else { return template };
        template.begin_tag(part, 0);
        template.text.push_str("{% if ");
        let rewriter = Rewriter::new(owner, self.rules);
        template.rewritten(part, &rewriter.condition(node));
        template.text.push_str(" %}1{% endif %}");
        template
    }

    /// A condition must not open an element that it does not close, nor begin
    /// in one attribute and end in another: the page would fall apart in one of its branches.
    /// And both its tags must still be there, after all that Markdown and HTML drop.
    fn check_nesting(&self, placed: &[Placed], findings: &mut Vec<Finding>) {
        struct Open<'m> {
            mark: &'m Placed,
            number: (usize, usize),
            lowest: usize,
        }
        let mut open: Vec<Open<'_>> = Vec::new();
        let mut said = HashSet::new();
        let mut reject = |(part, tag): (usize, usize)| {
            if said.insert((part, tag)) {
                findings.push(unbalanced().at(self.parts[part].place(tag)));
            }
        };
        for mark in placed {
            for block in &mut open {
                block.lowest = block.lowest.min(mark.lowest);
            }
            let Some((part, tag)) = mark.found.tag.and_then(|number| self.tag(number)) else {
                continue;
            };
            let owner = &self.parts[part];
            if owner.ends[tag].is_some() {
                open.push(Open { mark, number: (part, tag), lowest: mark.depth });
            }
            let Some(opener) = owner.opens[tag] else { continue };
            let Some(block) = open.last().filter(|block| block.number == (part, opener)) else {
                reject((part, tag));
                continue;
            };
            let is_level = block.mark.depth == mark.depth
                && block.lowest >= mark.depth
                && block.mark.within == mark.within;
            if !is_level {
                reject(block.number);
            }
            if owner.ends[opener] == Some(tag) {
                open.pop();
            }
        }
        for block in &open {
            reject(block.number);
        }
    }
}

fn unbalanced() -> Finding {
    Finding::error(
        "unbalanced-block",
        "an element begins inside this block and ends outside it, or the other way round",
        "let every element end in the block in which it begins",
    )
}

/// What stands around an expression in its place. What may be written again and again is counted.
pub(super) fn filters_of(spot: Spot, repeats: bool) -> (String, String) {
    let filter = match spot {
        Spot::Url => Some(URL),
        Spot::Image => Some(IMAGE),
        Spot::UrlPart => Some(URL_PART),
        Spot::Mail => Some(schemes::MAIL_PART),
        Spot::Phone => Some(schemes::PHONE_PART),
        Spot::Css => Some(CSS),
        Spot::Text | Spot::Forbidden(_) => None,
    };
    let filters: Vec<&str> = repeats.then_some(NEED).into_iter().chain(filter).collect();
    if filters.is_empty() {
        return (String::new(), String::new());
    }
    ("(".to_owned(), format!(") | {}", filters.join(" | ")))
}

/// What is counted after a tag: the turns and bytes of a loop or a component,
/// the text that a block captured.
fn counted(part: &Part, tag: usize) -> Option<String> {
    let bytes = || {
        let end = part.ends[tag].map_or(part.tags[tag].range.end, |end| part.tags[end].range.end);
        end - part.tags[tag].range.start
    };
    match part.statements[tag].as_ref()? {
        Statement::For { .. } => Some(format!("bytes={}", bytes())),
        Statement::Define { .. } => Some(format!("bytes={}, of=body or \"\"", bytes())),
        Statement::EndSet => match part.statements[part.opens[tag]?].as_ref()? {
            Statement::SetBlock { name } => Some(format!("of={}", part.text(name))),
            _ => None,
        },
        _ => None,
    }
}
