//! What there is to say about a campaign, by all rules of `check`, as the
//! project and the campaign's own comments want it said.

use std::fs;
use std::path::Path;

use super::{Workshop, links};
use crate::campaign::Campaign;
use crate::check::{self, Exhibit, File, Outgoing, WebLink};
use crate::clock;
use crate::compose::{Draft, Letter};
use crate::finding::Finding;
use crate::list::List;
use crate::merge::Mail;
use crate::template::Template;

/// What the rules need besides the campaign: a mail, and its preheader.
pub(super) type Sample<'a> = Option<(&'a Mail, Option<&'a str>)>;

impl Workshop {
    /// What would break a promise, and what readers are owed: whatever a
    /// letter is like, `send` says this. No row is read.
    pub fn findings(
        &self,
        campaign: &Campaign,
        letter: Option<&Letter>,
        list: Option<&List>,
    ) -> Vec<Finding> {
        let template = self.template(campaign).ok();
        let mut findings = self.promises(campaign, letter, list, template.as_ref());
        if let Some(template) = &template {
            let constants = self.constants(campaign);
            let exhibit = Exhibit::new(&self.project, campaign, template, &constants);
            findings.extend(check::duties(&exhibit));
        }
        self.switched(findings, campaign, template.as_ref())
    }

    /// The same, and what `check` has to say about the letter itself; and the
    /// links that it could ask.
    pub(super) fn all_findings(
        &self,
        campaign: &Campaign,
        letter: Option<&Letter>,
        list: Option<&List>,
        sample: Sample<'_>,
    ) -> (Vec<Finding>, Vec<WebLink>) {
        let Ok(template) = self.template(campaign) else {
            return (self.findings(campaign, letter, list), Vec::new());
        };
        let constants = self.constants(campaign);
        let files = files(campaign, letter);
        let mut exhibit = Exhibit::new(&self.project, campaign, &template, &constants);
        (exhibit.mail, exhibit.files, exhibit.now) = (sample, &files, clock::unix_now());
        let mut findings = self.promises(campaign, letter, list, Some(&template));
        findings.extend(check::duties(&exhibit));
        findings.extend(check::quality(&exhibit));
        (self.switched(findings, campaign, Some(&template)), exhibit.web_links())
    }

    /// Links that do not answer, unless a comment or the settings allow them.
    pub fn broken_links(&self, campaign: &Campaign, links: Vec<WebLink>) -> Vec<Finding> {
        let template = self.template(campaign).ok();
        self.switched(links::broken(links), campaign, template.as_ref())
    }

    /// Fields that would leak.
    fn promises(
        &self,
        campaign: &Campaign,
        letter: Option<&Letter>,
        list: Option<&List>,
        template: Option<&Template>,
    ) -> Vec<Finding> {
        let columns: Vec<&str> = list.map_or_else(Vec::new, |list| {
            list.columns().iter().map(|column| column.name.as_str()).collect()
        });
        let outgoing =
            Outgoing { project: &self.project, campaign, template, letter, columns: &columns };
        let mut findings = check::unfilled_tags(&outgoing);
        findings.extend(letter.iter().flat_map(|letter| letter.warnings.iter().cloned()));
        if let Some(list) = list {
            let fields = match (letter, template) {
                (Some(letter), _) => letter.fields.clone(),
                (None, Some(template)) => {
                    let condition = self.condition(campaign, None);
                    Draft::read(campaign, template, condition.as_ref()).fields()
                }
                (None, None) => Vec::new(),
            };
            findings.extend(check::fields(&fields, list.columns(), list.name()));
        }
        findings
    }

    /// As the settings and the comments of the campaign and its template want it.
    fn switched(
        &self,
        findings: Vec<Finding>,
        campaign: &Campaign,
        template: Option<&Template>,
    ) -> Vec<Finding> {
        let mut sources = vec![&campaign.source];
        if let Some(template) = template {
            sources.extend([&template.page, &template.text_page]);
            sources.extend(template.components.iter().map(|component| &component.html));
        }
        check::switched(findings, &self.project.check, &sources)
    }
}

/// The files that go with a mail, as far as they can be read.
fn files(campaign: &Campaign, letter: Option<&Letter>) -> Vec<File> {
    let folder = Path::new(campaign.source.name()).parent().unwrap_or(Path::new(""));
    let attached = campaign.attachments.iter().map(|file| {
        let place = file.place(0..file.text().len());
        (file.text().to_owned(), place)
    });
    let images = letter.into_iter().flat_map(|letter| &letter.images);
    let shown = images.map(|image| (image.path.clone(), image.place.clone()));
    attached
        .chain(shown)
        .filter_map(|(name, place)| {
            let size = fs::metadata(folder.join(&name)).ok()?.len();
            Some(File { name, size, place })
        })
        .collect()
}
