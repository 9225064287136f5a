//! Values that no row can change: they are worked out once, and written into the compiled
//! template as they stand. A colour stands at hundreds of links, a footer in every mail, and a
//! button in most letters leads everybody to the same page.

use std::collections::HashSet;

use tera::{Context, Tera};

use super::assemble::{Assembler, Slot, filters_of};
use super::engine::{self, Knows};
use super::events::{self, Event};
use super::images;
use super::letter::COMPONENTS;
use super::names::CONSTANT;
use super::node::{Node, NodeKind};
use super::part::{Part, component_name};
use super::places::Spot;
use super::rewrite::Rewriter;
use super::statement::Statement;
use super::tags::Kind;

/// What of a campaign is known before the first row; its subject comes with each.
const OF_CAMPAIGN: [&str; 5] =
    ["campaign.date", "campaign.day", "campaign.dir", "campaign.id", "campaign.lang"];

/// Works out values with the engine of one form, which is made when the first one comes.
pub(super) struct Constants<'a> {
    make: fn(&Knows) -> Tera,
    knows: &'a Knows,
    /// The components that a value may call, compiled.
    components: Option<&'a str>,
    tera: Option<Tera>,
    context: &'a Context,
    out: Vec<u8>,
}

impl<'a> Constants<'a> {
    pub(super) fn new(
        make: fn(&Knows) -> Tera,
        knows: &'a Knows,
        components: Option<&'a str>,
        context: &'a Context,
    ) -> Self {
        Self { make, knows, components, tera: None, context, out: Vec::new() }
    }

    /// Whether there are components to call.
    pub(super) fn has_components(&self) -> bool {
        self.components.is_some()
    }

    /// What a piece of a template writes for everybody, and the events that it shows.
    /// Nothing if it fails, so that it fails where it is told.
    pub(super) fn value(&mut self, piece: &str) -> Option<(String, Vec<Event>)> {
        let tera = self.tera.get_or_insert_with(|| {
            let mut tera = (self.make)(self.knows);
            if let Some(components) = self.components {
                // What is wrong with them is told when the letter is compiled.
                let _ = tera.add_raw_template(COMPONENTS, components);
            }
            tera
        });
        engine::render_once(tera, piece, self.context, &mut self.out).ok()?;
        let events = events::shown();
        String::from_utf8(std::mem::take(&mut self.out)).ok().map(|text| (text, events))
    }
}

/// What a component writes for everybody.
pub(super) struct Shown {
    pub(super) text: String,
    /// The numbers of the events that it shows.
    pub(super) events: Vec<usize>,
}

impl Assembler<'_> {
    /// What a tag writes, if no row can change it.
    pub(super) fn constant(
        &self,
        constants: &mut Constants<'_>,
        part: usize,
        number: usize,
        spot: Spot,
    ) -> Option<String> {
        let owner = &self.parts[part];
        let tag = &owner.tags[number];
        let Some(Statement::Print(node)) = &owner.statements[number] else { return None };
        let nothing = HashSet::new();
        if tag.trims_before || tag.trims_after || !is_constant(owner, node, &nothing) {
            return None;
        }
        let (open, close) = filters_of(spot, false);
        let value = Rewriter::new(owner, self.rules).expression(node);
        let value_of =
            |tag: &str, constants: &mut Constants<'_>| constants.value(tag).map(|(text, _)| text);
        value_of(&format!("{{{{ {open}{}{close} }}}}", value.text), constants).or_else(|| {
            // An image may be a file, which is found in the finished page.
            let plain = format!("{{{{ ({}) | trim }}}}", value.text);
            let file = value_of(&plain, constants).filter(|_| spot == Spot::Image)?;
            (!images::has_scheme(&html_escape::decode_html_entities(&file))).then_some(file)
        })
    }

    /// What a component that is called in the first of these slots writes, with all that is
    /// in it, and the slot in which the call ends; nothing if a row can change any of it.
    pub(super) fn shown(
        &self,
        page: &str,
        slots: &[Slot],
        constants: &mut Constants<'_>,
    ) -> Option<(usize, Shown)> {
        let (part, first) = slots.first()?.tag.filter(|_| constants.has_components())?;
        let owner = &self.parts[part];
        let last = match &owner.statements[first] {
            Some(Statement::Print(node)) if component_name(node).is_some() => first,
            Some(Statement::Open(_)) => owner.ends[first]?,
            _ => return None,
        };
        let end = slots.iter().position(|slot| slot.tag == Some((part, last)))?;
        let call = &slots[..=end];
        let is_fixed = call.iter().filter_map(|slot| slot.tag).all(|tag| self.is_fixed(tag));
        // What such a tag trims stands around it.
        if !is_fixed || owner.tags[first].trims_before || owner.tags[last].trims_after {
            return None;
        }
        let (text, shown) = constants.value(&self.piece(page, call).text)?;
        let mut known = self.events.borrow_mut();
        let events = shown.into_iter().map(|event| {
            let number = known.iter().position(|other| *other == event);
            number.unwrap_or_else(|| {
                known.push(event);
                known.len() - 1
            })
        });
        Some((end, Shown { text, events: events.collect() }))
    }

    /// Whether no row changes what a tag does.
    fn is_fixed(&self, (part, tag): (usize, usize)) -> bool {
        let owner = &self.parts[part];
        match &owner.statements[tag] {
            Some(
                Statement::Print(node)
                | Statement::Open(node)
                | Statement::If(node)
                | Statement::Elif(node),
            ) => is_constant(owner, node, &self.settled),
            Some(Statement::Close(_) | Statement::Else | Statement::EndIf) => true,
            Some(_) => false,
            None => owner.tags[tag].kind == Kind::Literal,
        }
    }
}

/// Whether an expression of a part is the same for every reader. `settled` are the
/// components that are so if their arguments are.
pub(super) fn is_constant(part: &Part, node: &Node, settled: &HashSet<&str>) -> bool {
    let is_known = match &node.kind {
        NodeKind::Name(name) => {
            let name = part.text(name);
            // It may be another's: that of a loop, or of a component's parameter.
            (CONSTANT.contains(&name) || name == "web_url")
                && is_of_campaign(part, node)
                && !part.binds(name)
                && !part.takes(name)
        }
        // An event comes along whenever it is shown.
        NodeKind::Filter { name, .. } => part.text(name) != "calendar",
        NodeKind::Component { name, .. } => settled.contains(part.text(name)),
        NodeKind::Call { .. } => false,
        _ => true,
    };
    is_known && node.children.iter().all(|child| is_constant(part, child, settled))
}

/// The components that write the same for the same arguments: all but those that see a
/// campaign's subject, themselves or by way of others. What a component is not handed, it
/// sees only where it is the same for everybody (`@`).
pub(super) fn settled(components: &[Part]) -> HashSet<&str> {
    let mut settled: HashSet<&str> = components.iter().filter_map(component_of).collect();
    loop {
        let before = settled.len();
        for part in components {
            let mut nodes = part.statements.iter().flatten().filter_map(Statement::node);
            if let Some(name) = component_of(part)
                && !nodes.all(|node| is_settled(part, node, &settled))
            {
                settled.remove(name);
            }
        }
        if settled.len() == before {
            return settled;
        }
    }
}

fn component_of(part: &Part) -> Option<&str> {
    part.statements.iter().flatten().find_map(|statement| match statement {
        Statement::Define { name, .. } => Some(part.text(name)),
        _ => None,
    })
}

fn is_settled(part: &Part, node: &Node, settled: &HashSet<&str>) -> bool {
    let is_settled_here = match &node.kind {
        NodeKind::Name(_) => is_of_campaign(part, node),
        NodeKind::Component { name, .. } => settled.contains(part.text(name)),
        _ => true,
    };
    is_settled_here && node.children.iter().all(|child| is_settled(part, child, settled))
}

/// Whether a name, if it is the campaign, is what is known of it before the first row.
fn is_of_campaign(part: &Part, node: &Node) -> bool {
    let NodeKind::Name(name) = &node.kind else { return true };
    part.text(name) != "campaign" || OF_CAMPAIGN.contains(&part.text(&node.range))
}
