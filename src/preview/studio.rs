//! The studio: takes pictures of campaigns when somebody looks and something
//! has changed since the last one. A list is read again only when its own
//! file has changed.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use tokio::sync::watch;

use super::picture::Picture;
use super::readers::Readers;
use super::shelf::{self, Entry};
use super::watch::{Sources, is_same};
use crate::campaign::Campaign;
use crate::finding::Checked;
use crate::workshop::{ListChoice, Workshop};

/// What was told on the command line.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// The settings' file.
    pub config: Option<PathBuf>,
    /// Where the ledger is.
    pub ledger: Option<String>,
    /// The campaign to show; all of the project if none.
    pub campaign: Option<PathBuf>,
    /// The list.
    pub list: ListChoice,
}

/// How often anything has changed, and the lists among it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Version {
    pub(super) any: u64,
    pub(super) list: u64,
}

/// Takes pictures.
pub(super) struct Studio {
    wanted: Wanted,
    version: watch::Sender<Version>,
    shelves: Mutex<HashMap<String, Arc<Mutex<Slot>>>>,
    lists: Mutex<Vec<(ListKey, Arc<Readers>)>>,
}

/// The latest picture of a campaign.
type Slot = Option<Arc<Picture>>;

/// What makes two lists the same: where they come from and how they are read.
#[derive(Clone, PartialEq, Eq)]
struct ListKey {
    from: String,
    how: String,
}

impl Studio {
    pub(super) fn new(wanted: Wanted) -> Self {
        let (version, _) = watch::channel(Version { any: 1, list: 0 });
        Self { wanted, version, shelves: Mutex::default(), lists: Mutex::default() }
    }

    /// Finds and reads the project.
    pub(super) fn workshop(&self) -> Checked<Workshop> {
        Workshop::open(self.wanted.config.as_deref(), self.wanted.ledger.as_deref())
    }

    /// The campaigns there are.
    pub(super) fn entries(&self) -> Vec<Entry> {
        shelf::entries(self.workshop().ok().as_ref(), self.wanted.campaign.as_deref())
    }

    pub(super) fn entry(&self, key: &str) -> Option<Entry> {
        self.entries().into_iter().find(|entry| entry.key == key)
    }

    /// Something has changed: the next look takes a new picture.
    pub(super) fn changed(&self, is_list: bool) {
        self.version.send_modify(|version| {
            version.any += 1;
            version.list += u64::from(is_list);
        });
    }

    pub(super) fn changes(&self) -> watch::Receiver<Version> {
        self.version.subscribe()
    }

    /// A campaign as it is now, if there is one of that name.
    pub(super) fn picture(&self, key: &str) -> Option<Arc<Picture>> {
        let slot = {
            let mut shelves = self.shelves.lock().expect("nobody panics with it");
            Arc::clone(shelves.entry(key.to_owned()).or_default())
        };
        // Who asks for the same picture waits for it, and does not take it again.
        let mut slot = slot.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let version = self.version.borrow().any;
        if let Some(latest) = slot.as_ref().filter(|latest| latest.version == version) {
            return Some(Arc::clone(latest));
        }
        let workshop = self.workshop();
        let campaigns = shelf::entries(workshop.as_ref().ok(), self.wanted.campaign.as_deref());
        let path = campaigns.into_iter().find(|entry| entry.key == key)?.path;
        let picture = Arc::new(Picture::take(
            version,
            workshop,
            Workshop::campaign(&path),
            &self.wanted.list,
            &slot.as_ref().map(|latest| latest.as_before()).unwrap_or_default(),
            |workshop, campaign, choice| self.readers(workshop, campaign, choice),
        ));
        *slot = Some(Arc::clone(&picture));
        Some(picture)
    }

    /// The readers of a campaign's list, which is only read if it has changed.
    fn readers(
        &self,
        workshop: &Workshop,
        campaign: &Campaign,
        choice: &ListChoice,
    ) -> Checked<Option<Arc<Readers>>> {
        let Some(origin) = workshop.list_origin(campaign, choice)? else { return Ok(None) };
        let options =
            workshop.list_options(choice.email_column.as_deref(), choice.encoding.as_deref());
        let key = ListKey { from: format!("{origin:?}"), how: format!("{options:?}") };
        let mut lists = self.lists.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some((_, readers)) =
            lists.iter().find(|(known, readers)| *known == key && readers.is_of(&origin))
        {
            return Ok(Some(Arc::clone(readers)));
        }
        lists.retain(|(known, _)| *known != key);
        let Some(list) = workshop.list(campaign, choice)? else { return Ok(None) };
        let readers = Arc::new(Readers::read(list, origin)?);
        // A second list is for who switches between two; more would only grow.
        lists.truncate(1);
        lists.insert(0, (key, Arc::clone(&readers)));
        Ok(Some(readers))
    }

    /// What pictures are made of: settings, campaigns, templates, lists;
    /// unknown as long as the settings are broken.
    pub(super) fn sources(&self) -> Option<Sources> {
        let workshop = self.workshop().ok()?;
        let mut sources = Sources::default();
        sources.files.extend(self.wanted.config.clone());
        if let Some(campaign) = &self.wanted.campaign {
            let folder = campaign.parent().filter(|folder| !folder.as_os_str().is_empty());
            sources.folders.insert(folder.unwrap_or(Path::new(".")).to_owned());
        }
        let root = &workshop.project.root;
        sources.trees.extend([root.join("campaigns"), root.join("templates")]);
        sources.files.insert(root.join(crate::project::FILE));
        sources.files.extend(self.lists_of(&workshop));
        Some(sources)
    }

    /// Whether a file is a list that is shown.
    pub(super) fn is_list(&self, path: &Path) -> bool {
        let lists = self.lists.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        lists.iter().any(|(_, readers)| readers.file().is_some_and(|file| is_same(file, path)))
    }

    fn lists_of(&self, workshop: &Workshop) -> Vec<PathBuf> {
        let entries = shelf::entries(Some(workshop), self.wanted.campaign.as_deref());
        let campaigns = entries.iter().filter_map(|entry| Workshop::campaign(&entry.path).ok());
        let origins =
            campaigns.filter_map(|it| workshop.list_origin(&it, &self.wanted.list).ok().flatten());
        origins.filter_map(|origin| origin.file().map(Path::to_owned)).collect()
    }
}
