//! Watches what a picture is made of. Folders are watched, not files: most
//! editors write a new file and put it in the old one's place.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};

use super::studio::Studio;
use crate::finding::{Checked, Finding};

/// An editor writes in several steps; this long after the last of them it is
/// done. Short enough to feel like nothing.
const QUIET: Duration = Duration::from_millis(6);
/// Somebody who writes all the time is not waited for.
const PATIENCE: u32 = 10;

/// Watches for as long as it lives.
pub(super) struct Watcher {
    _watcher: RecommendedWatcher,
}

/// Begins to watch for a studio.
pub(super) fn begin(studio: &Arc<Studio>) -> Checked<Watcher> {
    let (told, events) = mpsc::channel();
    let mut watcher = notify::recommended_watcher(move |event| {
        let _ = told.send(event);
    })
    .map_err(|error| unwatched(&error))?;
    let paths: Vec<PathBuf> = studio.watched();
    let mut folders = BTreeSet::new();
    for path in &paths {
        let (folder, mode) = if path.is_dir() {
            (path.clone(), RecursiveMode::Recursive)
        } else {
            let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
            (parent.unwrap_or(Path::new(".")).to_owned(), RecursiveMode::NonRecursive)
        };
        if folder.exists() && folders.insert(folder.clone()) {
            watcher.watch(&folder, mode).map_err(|error| unwatched(&error))?;
        }
    }
    let studio = Arc::clone(studio);
    thread::Builder::new()
        .name("watch".into())
        .spawn(move || follow(&studio, &paths, &events))
        .map_err(|error| unwatched(&notify::Error::io(error)))?;
    Ok(Watcher { _watcher: watcher })
}

fn follow(
    studio: &Studio,
    paths: &[PathBuf],
    events: &mpsc::Receiver<notify::Result<notify::Event>>,
) {
    let matters = |event: &notify::Result<notify::Event>| match event {
        Ok(event) if matches!(event.kind, EventKind::Access(_)) => None,
        Ok(event) => {
            let changed: Vec<&PathBuf> =
                event.paths.iter().filter(|path| is_watched(paths, path)).collect();
            let is_list = changed.iter().any(|path| studio.is_list(path));
            (!changed.is_empty()).then_some(is_list)
        }
        // Something was missed: better one look too many.
        Err(_) => Some(true),
    };
    while let Ok(event) = events.recv() {
        let Some(mut is_list) = matters(&event) else { continue };
        for _ in 0..PATIENCE {
            match events.recv_timeout(QUIET) {
                Ok(event) => is_list |= matters(&event).unwrap_or(false),
                Err(_) => break,
            }
        }
        studio.changed(is_list);
    }
}

/// Whether a file is one of these, or in a folder that is; an editor's own
/// files beside them are not meant.
fn is_watched(paths: &[PathBuf], changed: &Path) -> bool {
    let name = changed.file_name().unwrap_or_default().to_string_lossy();
    let is_aside = name.starts_with('.') || name.ends_with('~') || name == "4913";
    !is_aside && paths.iter().any(|path| is_same(path, changed) || is_inside(path, changed))
}

fn is_inside(folder: &Path, changed: &Path) -> bool {
    let Ok(folder) = std::path::absolute(folder) else { return false };
    folder.extension().is_none()
        && std::path::absolute(changed).is_ok_and(|path| path.starts_with(folder))
}

/// Whether two paths are the same file, by their names.
pub(super) fn is_same(one: &Path, other: &Path) -> bool {
    matches!((std::path::absolute(one), std::path::absolute(other)), (Ok(one), Ok(other)) if one == other)
}

fn unwatched(error: &notify::Error) -> Vec<Finding> {
    Finding::error(
        "preview-watch",
        format!("the files cannot be watched: {error}"),
        "on Linux, allow more with `sysctl fs.inotify.max_user_watches=524288`",
    )
    .into()
}
