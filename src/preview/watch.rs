//! Watches what a picture is made of. Folders are watched, not files: most
//! editors write a new file and put it in the old one's place.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};

use super::studio::Studio;
use crate::finding::{Checked, Finding};

/// An editor writes in several steps; this long after the last of them it is
/// done. Short enough to feel like nothing.
const QUIET: Duration = Duration::from_millis(6);
/// Somebody who writes all the time is not waited for.
const PATIENCE: u32 = 10;

/// What pictures are made of.
#[derive(Default)]
pub(super) struct Sources {
    /// Single files: settings and lists.
    pub(super) files: BTreeSet<PathBuf>,
    /// Folders with all that is directly in them: of a campaign, with its images.
    pub(super) folders: BTreeSet<PathBuf>,
    /// Folders with all below them: campaigns, templates.
    pub(super) trees: BTreeSet<PathBuf>,
}

/// Begins to watch for a studio, for as long as the program runs.
pub(super) fn begin(studio: &Arc<Studio>) -> Checked<()> {
    let (told, events) = mpsc::channel();
    let watcher = notify::recommended_watcher(move |event| {
        let _ = told.send(event);
    })
    .map_err(|error| unwatched(&error))?;
    let mut watch =
        Watch { watcher, watched: BTreeSet::new(), sources: studio.sources().unwrap_or_default() };
    watch.follow_sources().map_err(|error| unwatched(&error))?;
    let studio = Arc::clone(studio);
    thread::Builder::new()
        .name("watch".into())
        .spawn(move || watch.go_on(&studio, &events))
        .map_err(|error| unwatched(&notify::Error::io(error)))?;
    Ok(())
}

struct Watch {
    watcher: RecommendedWatcher,
    watched: BTreeSet<PathBuf>,
    sources: Sources,
}

impl Watch {
    fn go_on(&mut self, studio: &Studio, events: &mpsc::Receiver<notify::Result<Event>>) {
        while let Ok(event) = events.recv() {
            let Some(mut is_list) = self.is_about(studio, &event) else { continue };
            for _ in 0..PATIENCE {
                match events.recv_timeout(QUIET) {
                    Ok(event) => is_list |= self.is_about(studio, &event).unwrap_or(false),
                    Err(_) => break,
                }
            }
            studio.changed(is_list);
            // A campaign may have named another list, a template may be new.
            if let Some(sources) = studio.sources() {
                self.sources = sources;
                let _ = self.follow_sources();
            }
        }
    }

    /// Watches the folders that are not watched yet. One that is not there
    /// is seen to come by the one above it.
    fn follow_sources(&mut self) -> notify::Result<()> {
        let above = |path: &Path| {
            let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
            parent.unwrap_or(Path::new(".")).to_owned()
        };
        let Sources { files, folders, trees } = &self.sources;
        let flat = files.iter().chain(trees).map(|path| above(path)).chain(folders.iter().cloned());
        let deep = trees.iter().cloned().map(|path| (path, RecursiveMode::Recursive));
        let wanted = deep.chain(flat.map(|path| (path, RecursiveMode::NonRecursive)));
        for (folder, mode) in wanted.collect::<Vec<_>>() {
            if folder.is_dir() && self.watched.insert(folder.clone()) {
                self.watcher.watch(&folder, mode)?;
            }
        }
        Ok(())
    }

    /// Whether an event is about a source, and about a list.
    fn is_about(&self, studio: &Studio, event: &notify::Result<Event>) -> Option<bool> {
        let Ok(event) = event else {
            // Something was missed: better one look too many.
            return Some(true);
        };
        if matches!(event.kind, EventKind::Access(_)) {
            return None;
        }
        let changed: Vec<&PathBuf> =
            event.paths.iter().filter(|path| self.sources.hold(path)).collect();
        let is_list = changed.iter().any(|path| studio.is_list(path));
        (!changed.is_empty()).then_some(is_list)
    }
}

impl Sources {
    /// Whether a file is among them; an editor's own files beside them are not.
    fn hold(&self, changed: &Path) -> bool {
        let name = changed.file_name().unwrap_or_default().to_string_lossy();
        let is_aside = name.starts_with('.') || name.ends_with('~') || name == "4913";
        let changed = full(changed);
        !is_aside
            && (self.files.iter().any(|file| full(file) == changed)
                || self.folders.iter().any(|folder| changed.parent() == Some(&full(folder)))
                || self.trees.iter().any(|tree| changed.starts_with(full(tree))))
    }
}

/// Whether two paths are the same file, by their names.
pub(super) fn is_same(one: &Path, other: &Path) -> bool {
    full(one) == full(other)
}

fn full(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

fn unwatched(error: &notify::Error) -> Vec<Finding> {
    Finding::error(
        "preview-watch",
        format!("the files cannot be watched: {error}"),
        "on Linux, allow more with `sysctl fs.inotify.max_user_watches=524288`",
    )
    .into()
}
