//! `handbill init`: a project that sends its first campaign to an outbox at once.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::Exit;
use crate::finding::{Checked, Finding};
use crate::ui::Ui;

/// Make a project: settings, a sample campaign, a sample list
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The folder; this one if none is named
    #[arg(default_value = ".")]
    directory: PathBuf,
}

const FILES: [(&str, &str); 4] = [
    ("handbill.toml", include_str!("init/handbill.toml")),
    ("campaigns/welcome.md", include_str!("init/welcome.md")),
    ("subscribers.csv", include_str!("init/subscribers.csv")),
    (".gitignore", ".handbill/\noutbox/\nsubscribers.csv\n"),
];

/// Writes the files of a project; files that are there stay as they are.
pub(super) fn run(ui: &Ui, args: &Args) -> Checked<Exit> {
    if args.directory.join(crate::project::FILE).exists() {
        return Err(Finding::error(
            "file-exists",
            format!("`{}` is a project already", args.directory.display()),
            "edit its handbill.toml, or name another folder",
        )
        .into());
    }
    for (name, text) in FILES {
        let path = match args.directory.as_path() {
            here if here == Path::new(".") => PathBuf::from(name),
            directory => directory.join(name),
        };
        match write(&path, text) {
            Ok(()) => ui.status(&format!("wrote {}", path.display())),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                ui.status(&format!("kept  {}", path.display()));
            }
            Err(error) => {
                return Err(Finding::error(
                    "output",
                    format!("cannot write `{}`: {}", path.display(), crate::files::plain(&error)),
                    "check that you may write there",
                )
                .into());
            }
        }
    }
    let place = if args.directory == Path::new(".") {
        String::new()
    } else {
        format!("-C {} ", args.directory.display())
    };
    ui.status(&format!(
        "next: `handbill {place}send campaigns/welcome.md` writes two mails into the folder outbox"
    ));
    Ok(Exit::Done)
}

/// A list is about people: only its owner reads it.
fn write(path: &Path, text: &str) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if path.extension().is_some_and(|ending| ending == "csv") {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    options.open(path)?.write_all(text.as_bytes())
}
