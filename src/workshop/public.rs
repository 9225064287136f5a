//! A campaign as the public reads it: merged for a persona who is nobody of the
//! list, from the settings alone.

use super::Workshop;
use crate::address::{Address, Mailbox};
use crate::campaign::Campaign;
use crate::compose::{Draft, Letter, LocalImage, written_day};
use crate::finding::{Checked, Finding};
use crate::identifier::identifier;
use crate::list::{Column, Subscriber, Unit};
use crate::merge::{Links, Mail, Merger};
use crate::types::{Tally, TypeRule, Types};

/// A campaign for everybody.
pub struct Public {
    /// Its mail.
    pub mail: Mail,
    /// Its preheader.
    pub preheader: Option<String>,
    /// The day that it bears, in words.
    pub day: Option<String>,
    /// The files that it shows.
    pub images: Vec<(LocalImage, Vec<u8>)>,
}

/// Whom the archive's letters are addressed to when the settings name nobody.
const READER: &str = "reader@example.org";

impl Workshop {
    /// Merges a campaign for the public. No list is opened.
    pub fn public(&self, campaign: &Campaign) -> Checked<Public> {
        let constants = self.public_constants(campaign);
        let template = self.template(campaign)?;
        let draft = Draft::read(campaign, &template, None);
        let types = self.persona_types(campaign, &draft.asked());
        let letter = draft.compile(constants, &types)?;
        let (columns, persona) = self.persona(&letter);
        let mut merger = Merger::new(&letter, &columns).for_the_public();
        let mail = merger.merge(&persona, &Links::default()).map_err(|gaps| {
            gaps.into_iter().map(|gap| {
                let help = match &gap.field {
                    Some(field) => format!("give the public a value: `{field} = \"…\"` under `[archive.persona]`, or a fallback in the letter"),
                    None if gap.code == "blank-field" && !gap.message.contains("unsubscribe_url") => gap.help.clone(),
                    None => "nobody of the list reads it: put `{% if unsubscribe_url %}` … `{% endif %}` around what only a reader needs".to_owned(),
                };
                let finding = Finding::error(gap.code, format!("{} for the archive", gap.message), help);
                match gap.place {
                    Some(place) => finding.at(place),
                    None => finding,
                }
            }).collect::<Vec<_>>()
        })?;
        let preheader = merger.preheader().map(str::to_owned);
        let mut images = Vec::new();
        for image in &letter.images {
            images.push((image.clone(), self.image(campaign, image)?));
        }
        let lang = campaign.lang.as_deref();
        let day = campaign.date.as_deref().map(|date| written_day(date, lang));
        Ok(Public { mail, preheader, day, images })
    }

    /// Whose archive it is.
    pub fn archive_title(&self) -> String {
        let own = self.project.sender.mailbox.as_ref();
        let title = self.project.archive.title.clone();
        title.or_else(|| own?.name.clone()).unwrap_or_else(|| "Archive".to_owned())
    }

    /// What the persona's values are, as the settings tell or by themselves.
    fn persona_types(&self, campaign: &Campaign, asked: &[String]) -> Types {
        let zone = self.timezone(campaign);
        let mut types = Types::new("[archive.persona]", zone);
        for (name, value) in &self.project.archive.persona {
            if asked.contains(name) {
                let is_its =
                    |rule: &&TypeRule| identifier(rule.column.text()).as_ref() == Some(name);
                let rule = self.project.list.types.iter().find(is_its);
                let mut tally = Tally::new(name, rule, zone);
                tally.add(0, value, || true);
                types.insert(name, tally.column_type());
            }
        }
        types
    }

    /// Somebody with the values of `[archive.persona]`, and blank cells otherwise.
    fn persona(&self, letter: &Letter) -> (Vec<Column>, Subscriber) {
        let values = &self.project.archive.persona;
        let value = |name: &str| values.iter().find(|(key, _)| key == name).map(|(_, value)| value);
        let mut names: Vec<&str> = letter.fields.iter().map(|field| field.name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        let columns = names
            .iter()
            .map(|name| Column { header: (*name).to_owned(), name: (*name).to_owned() })
            .collect();
        let cells = names.iter().map(|name| value(name).cloned().unwrap_or_default()).collect();
        let address = value("email").and_then(|email| Address::parse(email).ok());
        let address = address.unwrap_or_else(|| Address::parse(READER).expect("it is an address"));
        let mailbox = Mailbox { name: None, address };
        (columns, Subscriber { mailbox, line: 0, unit: Unit::Line, cells, surplus: 0 })
    }
}
