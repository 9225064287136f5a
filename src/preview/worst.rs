//! "The worst ones": readers whose mails show what a letter makes of long
//! names, blank cells, right-to-left scripts and cells that look like code.

use crate::list::{Column, Subscriber};

/// Columns that hold a name, or a part of one, in the order of trust.
const FULL_NAMES: [&str; 4] = ["name", "full_name", "fullname", "display_name"];
const FIRST_NAMES: [&str; 4] = ["first_name", "firstname", "given_name", "vorname"];
const LAST_NAMES: [&str; 5] = ["last_name", "lastname", "surname", "family_name", "nachname"];

/// A reader worth a look.
#[derive(Clone)]
pub(super) struct Worst {
    pub(super) index: u64,
    pub(super) email: String,
    pub(super) name: String,
    pub(super) why: &'static str,
}

/// Looks at every reader once, and remembers the worst of each kind.
pub(super) struct Search {
    full: Option<usize>,
    first: Option<usize>,
    last: Option<usize>,
    kinds: [(usize, Option<Worst>); 4],
}

const WHYS: [&str; 4] = ["longest name", "most blank fields", "right-to-left", "looks like code"];

impl Search {
    pub(super) fn new(columns: &[Column]) -> Self {
        let at = |names: &[&str]| {
            names.iter().find_map(|name| columns.iter().position(|column| column.name == *name))
        };
        Self {
            full: at(&FULL_NAMES),
            first: at(&FIRST_NAMES),
            last: at(&LAST_NAMES),
            kinds: [const { (0, None) }; 4],
        }
    }

    /// What a reader is called, as far as the list says.
    pub(super) fn name(&self, reader: &Subscriber) -> String {
        let cell =
            |at: Option<usize>| at.and_then(|at| reader.cells.get(at)).map_or("", |cell| cell);
        let parts = [cell(self.first), cell(self.last)];
        let joined = parts.join(" ").trim().to_owned();
        let own = reader.mailbox.name.as_deref().unwrap_or_default();
        [cell(self.full), &joined, own]
            .into_iter()
            .find(|name| !name.is_empty())
            .unwrap_or_default()
            .to_owned()
    }

    /// Looks at one more.
    pub(super) fn look(&mut self, index: u64, reader: &Subscriber) {
        let name = self.name(reader);
        let amounts = [
            name.chars().count(),
            reader.cells.iter().filter(|cell| cell.is_empty()).count(),
            usize::from(reader.cells.iter().any(|cell| cell.chars().any(is_right_to_left))),
            reader.cells.iter().filter(|cell| looks_like_code(cell)).count(),
        ];
        for ((most, worst), (amount, why)) in
            self.kinds.iter_mut().zip(amounts.into_iter().zip(WHYS))
        {
            if amount > *most {
                let email = reader.mailbox.address.as_str().to_owned();
                *most = amount;
                *worst = Some(Worst { index, email, name: name.clone(), why });
            }
        }
    }

    pub(super) fn found(self) -> Vec<Worst> {
        self.kinds.into_iter().filter_map(|(_, worst)| worst).collect()
    }
}

/// Letters of Hebrew, Arabic, Syriac, Thaana, N'Ko and their presentation forms.
fn is_right_to_left(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}')
}

fn looks_like_code(cell: &str) -> bool {
    ["<", "{{", "{%", "javascript:", "=cmd", "](", "&lt;"].iter().any(|sign| cell.contains(sign))
}
