//! The lists of a letter as their author numbered them. Markdown counts from the first number
//! on, whatever the others say: `3. May`, `10. May` would become 3 and 4.

use std::ops::Range;

use pulldown_cmark::{Event, Tag as Md, TagEnd};

use super::offsets::Offsets;
use crate::finding::Finding;
use crate::place::Passage;

/// What stands before the items of one list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Listing {
    /// `-`, `*`, `+`, `.` or `)`.
    pub(crate) marker: u8,
    /// The numbers of its items, each with its place; nothing for bullets.
    numbers: Vec<(u64, Range<usize>)>,
}

impl Listing {
    /// Whether another list, behind a tag, goes on with this one. In a loop, `1.` is every number.
    pub(crate) fn goes_on(&self, next: &Self, is_loop: bool) -> bool {
        if self.marker != next.marker {
            return false;
        }
        match (self.numbers.last(), next.numbers.first()) {
            (Some((last, _)), Some((first, _))) => {
                first == last || first.checked_sub(1) == Some(*last) || (is_loop && *first == 1)
            }
            _ => true,
        }
    }

    /// Whether it is counted as it was written: one number after the other, or one for all.
    fn is_counted(&self) -> bool {
        let pairs = || self.numbers.windows(2).map(|pair| (pair[0].0, pair[1].0));
        pairs().all(|(one, next)| one == next) || pairs().all(|(one, next)| one + 1 == next)
    }
}

/// All lists, in the order in which they begin.
pub(super) fn read(events: &[(Event<'_>, Range<usize>)], text: &str) -> Vec<Listing> {
    let mut lists: Vec<Listing> = Vec::new();
    let mut open = Vec::new();
    for (event, range) in events {
        match event {
            Event::Start(Md::List(_)) => {
                open.push(lists.len());
                lists.push(Listing::default());
            }
            Event::End(TagEnd::List(_)) => {
                open.pop();
            }
            Event::Start(Md::Item) => {
                let Some(list) = open.last().and_then(|at| lists.get_mut(*at)) else { continue };
                let item = &text[range.clone()];
                let digits = item.trim_start_matches([' ', '\t']);
                let start = range.start + item.len() - digits.len();
                let length = digits.bytes().take_while(u8::is_ascii_digit).count();
                list.marker = digits.as_bytes().get(length).copied().unwrap_or_default();
                if let Ok(number) = digits[..length].parse() {
                    list.numbers.push((number, start..start + length + 1));
                }
            }
            _ => {}
        }
    }
    lists
}

/// Lists that would be counted otherwise than they are written.
pub(super) fn miscounted(lists: &[Listing], passage: &Passage, offsets: &Offsets) -> Vec<Finding> {
    /// How many numbers are shown.
    const SHOWN: usize = 5;
    let wrong = lists.iter().filter(|list| !list.is_counted());
    wrong
        .filter_map(|list| {
            let (first, _) = list.numbers.first()?;
            let read = |at: usize| first + at as u64;
            let (at, (_, range)) =
                list.numbers.iter().enumerate().find(|(at, (number, _))| *number != read(*at))?;
            let shown = list.numbers.len().min(SHOWN.max(at + 1));
            let from = shown.saturating_sub(SHOWN);
            let row = |numbers: Vec<u64>| {
                let more = if shown < list.numbers.len() { " …" } else { "" };
                let numbers: Vec<String> = numbers.iter().map(u64::to_string).collect();
                format!("{}{more}", numbers.join(", "))
            };
            let written = row(list.numbers[from..shown].iter().map(|(number, _)| *number).collect());
            let counted = row((from..shown).map(read).collect());
            let marker = char::from(list.marker);
            let number = list.numbers[0].0;
            let finding = Finding::error(
                "miscounted-list",
                format!("the lines numbered {written} would be read as a list: {counted}"),
                format!(
                    "write `{number}\\{marker}` and so on for dates and other numbers that count nothing; \
                     number the items of a list 1, 2, 3 or 1, 1, 1"
                ),
            );
            Some(finding.at(passage.place(offsets.range(range))))
        })
        .collect()
}
