//! Values that no row can change: they are worked out once, and written into the compiled
//! template as they stand. A colour stands at hundreds of links, a footer in every mail.

use tera::{Context, Tera};

use super::engine::{self, Knows};
use super::names::CONSTANT;
use super::node::{Node, NodeKind};
use super::part::Part;
use super::statement::Statement;

/// What of a campaign is known before the first row; its subject comes with each.
const OF_CAMPAIGN: [&str; 5] =
    ["campaign.date", "campaign.day", "campaign.dir", "campaign.id", "campaign.lang"];

/// Works out values with the engine of one form, which is made when the first one comes.
pub(super) struct Constants<'a> {
    make: fn(&Knows) -> Tera,
    knows: &'a Knows,
    tera: Option<Tera>,
    context: &'a Context,
    out: Vec<u8>,
}

impl<'a> Constants<'a> {
    pub(super) fn new(make: fn(&Knows) -> Tera, knows: &'a Knows, context: &'a Context) -> Self {
        Self { make, knows, tera: None, context, out: Vec::new() }
    }

    /// What a tag writes for everybody. Nothing if it fails, so that it fails where it is told.
    pub(super) fn value(&mut self, tag: &str) -> Option<String> {
        const NAME: &str = "constant";
        let tera = self.tera.get_or_insert_with(|| (self.make)(self.knows));
        tera.add_raw_template(NAME, tag).ok()?;
        engine::render(tera, NAME, self.context, &mut self.out).ok()?;
        String::from_utf8(std::mem::take(&mut self.out)).ok()
    }
}

/// Whether an expression of a part is the same for every reader.
pub(super) fn is_constant(part: &Part, node: &Node) -> bool {
    let is_known = match &node.kind {
        NodeKind::Name(name) => {
            let name = part.text(name);
            // It may be another's: that of a loop, or of a component's parameter.
            let mut bound = part.statements.iter().flatten().flat_map(Statement::binds);
            CONSTANT.contains(&name)
                && (name != "campaign" || OF_CAMPAIGN.contains(&part.text(&node.range)))
                && bound.all(|bound| part.text(bound) != name)
        }
        // An event comes along whenever it is shown.
        NodeKind::Filter { name, .. } => part.text(name) != "calendar",
        NodeKind::Call { .. } | NodeKind::Component { .. } => false,
        _ => true,
    };
    is_known && node.children.iter().all(|child| is_constant(part, child))
}
