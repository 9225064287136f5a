//! The files that people write, read from disk: text, templates, the
//! settings. What is in them is for the pure rooms to say; what cannot be
//! read is a finding that names the file.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use zeroize::Zeroizing;

use crate::finding::{Checked, Finding, closest};
use crate::message::Signer;
use crate::place::Source;
use crate::project::{self, Dkim, Project};
use crate::template::{self, Component, Template};

/// The largest text that is read: no letter is longer, and `/dev/zero` has no end.
const MAX_TEXT: u64 = 16 << 20;
/// No private key is larger.
const MAX_KEY: u64 = 64 << 10;

/// Reads a file of text that a person wrote, under the name that messages show.
pub fn text(path: &Path, shown: &str) -> Checked<Source> {
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(MAX_TEXT + 1).read_to_end(&mut bytes))
        .map_err(|error| unreadable(shown, &plain(&error)))?;
    if bytes.len() as u64 > MAX_TEXT {
        return Err(unreadable(shown, "it is larger than 16 MiB").into());
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Source::new(shown, text)),
        Err(error) => Err(not_utf8(shown, &error).into()),
    }
}

/// Opens a file that goes with a mail. A pipe would keep us waiting, and a device has no end.
pub(crate) fn regular(path: &Path) -> io::Result<File> {
    if fs::metadata(path)?.is_file() {
        return File::open(path);
    }
    Err(io::Error::other("it is a folder, a pipe or a device, and no file"))
}

/// Reads a private key, and gets ready to sign with it. No finding shows a line of it.
pub fn signer(project: &Path, dkim: &Dkim) -> Result<Signer, Finding> {
    let path = project.join(dkim.key.text());
    let bad = |why: &str| {
        Finding::error(
            "dkim-key",
            format!("the key `{}` cannot sign: {why}", dkim.key.text()),
            "name a file with a private key in PEM, RSA (PKCS#8 or PKCS#1) or Ed25519 (PKCS#8)",
        )
        .at(dkim.key.place(0..dkim.key.text().len()))
    };
    let mut pem = Zeroizing::new(Vec::new());
    File::open(path)
        .and_then(|file| file.take(MAX_KEY).read_to_end(&mut pem))
        .map_err(|error| bad(&plain(&error)))?;
    Signer::new(dkim.domain.text(), dkim.selector.text(), &pem).map_err(bad)
}

/// Finds the project from a folder upwards, or reads the file that was
/// told. Without one, the folder itself is a project without settings.
pub fn project(folder: &Path, config: Option<&Path>) -> Checked<Project> {
    let found = match config {
        Some(file) => Some(file.to_owned()),
        None => folder.ancestors().map(|up| up.join(project::FILE)).find(|file| file.is_file()),
    };
    let Some(file) = found else {
        return Ok(Project::bare(folder.to_owned()));
    };
    let root = file.parent().filter(|up| !up.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let is_here = config.is_none() && root == folder;
    let shown = if is_here { project::FILE.to_owned() } else { file.display().to_string() };
    Project::parse(&text(&file, &shown)?, root.to_owned())
}

/// Finds a template: in the project's `templates/`, else among the built-in ones.
pub fn template(project: &Path, name: &str) -> Checked<Template> {
    let folder = project.join("templates").join(name);
    if template::is_name(name) && folder.is_dir() {
        return from_folder(&folder, name);
    }
    Template::built_in(name).ok_or_else(|| unknown_template(project, name).into())
}

fn from_folder(folder: &Path, name: &str) -> Checked<Template> {
    let read = |path: &str| text(&folder.join(path), &format!("templates/{name}/{path}"));
    let mut findings = Vec::new();
    let mut or_say = |read: Checked<Source>| {
        read.unwrap_or_else(|mut slips| {
            findings.append(&mut slips);
            Source::new("", "")
        })
    };
    let (page, text_page) = (or_say(read("page.html")), or_say(read("page.txt")));
    let mut components = Vec::new();
    for stem in component_names(folder) {
        let (html, text) = (format!("components/{stem}.html"), format!("components/{stem}.txt"));
        components.push(Component { html: or_say(read(&html)), text: or_say(read(&text)) });
    }
    if !findings.is_empty() {
        return Err(findings);
    }
    Ok(Template::complete(name, page, text_page, components))
}

fn component_names(folder: &Path) -> Vec<String> {
    let mut stems: Vec<String> = names(&folder.join("components"))
        .filter_map(|file| file.strip_suffix(".html").map(str::to_owned))
        .collect();
    stems.sort();
    stems
}

/// The templates of a project's own, by name.
pub fn own_templates(project: &Path) -> Vec<String> {
    let templates = project.join("templates");
    let mut own: Vec<String> = names(&templates)
        .filter(|name| template::is_name(name) && templates.join(name).is_dir())
        .collect();
    own.sort();
    own
}

fn unknown_template(project: &Path, name: &str) -> Finding {
    let mut known = own_templates(project);
    known.extend(Template::built_in_names().map(str::to_owned));
    known.sort();
    known.dedup();
    let help = match closest(name, known.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("there are: {}; or create the folder `templates/{name}`", known.join(", ")),
    };
    Finding::error("unknown-template", format!("there is no template `{name}`"), help)
}

/// The names in a folder; none if there is no such folder.
fn names(folder: &Path) -> impl Iterator<Item = String> {
    fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok())
}

fn unreadable(shown: &str, why: &str) -> Finding {
    Finding::error(
        "unreadable-file",
        format!("cannot read `{shown}`: {why}"),
        "check the name, and that you may read the file",
    )
}

fn not_utf8(shown: &str, error: &std::string::FromUtf8Error) -> Finding {
    let at = error.utf8_error().valid_up_to();
    let good = String::from_utf8_lossy(&error.as_bytes()[..at]).into_owned();
    let place = Source::new(shown, good).place(at..at);
    Finding::error(
        "not-utf8",
        format!("`{shown}` is not UTF-8 text from here on"),
        "save the file as UTF-8 in your editor",
    )
    .at(place)
}

/// An operating-system error without its number.
pub fn plain(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_lowercase()
}
