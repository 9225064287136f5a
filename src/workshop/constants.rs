//! Values that are the same for every reader.

use tera::{Context, Value};

use super::Workshop;
use crate::archive;
use crate::campaign::Campaign;
use crate::compose::written_day;
use crate::settings::Value as Setting;
use crate::template;

impl Workshop {
    /// Values that are the same for every reader of a mail.
    pub(super) fn constants(&self, campaign: &Campaign) -> Context {
        self.constants_for(campaign, false)
    }

    /// The same for the public.
    pub(super) fn public_constants(&self, campaign: &Campaign) -> Context {
        self.constants_for(campaign, true)
    }

    fn constants_for(&self, campaign: &Campaign, is_public: bool) -> Context {
        let sender = &self.project.sender;
        let from = campaign.from.clone().or_else(|| sender.mailbox.clone());
        let reply_to = campaign.reply_to.as_ref().or(sender.reply_to.as_ref());
        let mut context = Context::new();
        let text = |text: &str| Value::from(text);
        context.insert_value(
            "sender",
            table([
                (
                    "name",
                    from.as_ref()
                        .map(|from| text(from.name.as_deref().unwrap_or(from.address.as_str()))),
                ),
                // A campaign may be signed by a person; the list is the organisation's.
                (
                    "organisation",
                    sender.mailbox.as_ref().and_then(|own| own.name.as_deref()).map(text),
                ),
                ("email", from.as_ref().map(|from| text(from.address.as_str()))),
                ("reply_to", reply_to.map(|reply_to| text(reply_to.address.as_str()))),
                ("postal_address", sender.postal_address.as_deref().map(text)),
                ("website", sender.website.as_deref().map(text)),
                ("logo", sender.logo.as_deref().map(text)),
            ]),
        );
        context.insert_value(
            "campaign",
            table([
                ("id", Some(text(&campaign.id))),
                ("lang", campaign.lang.as_deref().map(text)),
                ("dir", Some(text(campaign.direction()))),
                ("date", campaign.date.as_deref().map(text)),
                (
                    "day",
                    campaign
                        .date
                        .as_deref()
                        .map(|date| text(&written_day(date, campaign.lang.as_deref()))),
                ),
            ]),
        );
        let mut template = self.variables(campaign);
        // Whether it is the archive's page, which has no reader.
        template.insert("public".into(), Value::from(is_public));
        context.insert_value("template", Value::from(template));
        // A page of the archive stands on the web already.
        if let Some(url) = self.project.archive.url.as_ref().filter(|_| !is_public) {
            let page = archive::Site::file(&archive::page_name(&campaign.id));
            context.insert_value("web_url", text(&format!("{url}{page}")));
        }
        let vars = campaign.vars.as_ref().and_then(Setting::to_tera);
        context.insert_value("vars", vars.unwrap_or_else(|| Value::from(tera::Map::new())));
        context
    }

    /// The template's variables, and the words that it writes by itself.
    fn variables(&self, campaign: &Campaign) -> tera::Map {
        const WORDS: &str = "words";
        let mut words = template::words(campaign.lang.as_deref().unwrap_or(""));
        let mut variables = tera::Map::new();
        for (name, value) in &self.project.template.variables {
            let Some(value) = value.to_tera() else { continue };
            if let Some(own) = value.as_map().filter(|_| name == WORDS) {
                words.extend(own.iter().map(|(key, word)| (key.clone(), word.clone())));
            } else {
                variables.insert(name.clone().into(), value);
            }
        }
        if let Some(accent) =
            variables.get(&tera::value::Key::from("accent")).and_then(Value::as_str)
        {
            let ink = template::colours::ink(accent).map(Value::from);
            let on = template::colours::on(accent).map(Value::from);
            for (name, colour) in [("accent_ink", ink), ("on_accent", on)] {
                if let Some(colour) = colour {
                    variables.entry(name.into()).or_insert(colour);
                }
            }
        }
        variables.entry(WORDS.into()).or_insert_with(|| Value::from(words));
        variables
    }
}

fn table<const N: usize>(entries: [(&'static str, Option<Value>); N]) -> Value {
    let entries = entries.into_iter().filter_map(|(name, value)| Some((name.into(), value?)));
    Value::from(entries.collect::<tera::Map>())
}
