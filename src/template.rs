//! A template: the frame around a campaign. A folder with `page.html`,
//! `page.txt` and `components/NAME.html` + `NAME.txt`; the built-in ones are
//! the same folders, embedded in the program.

use std::path::Path;

use crate::finding::{Checked, Finding, closest};
use crate::place::Source;

/// The template that a campaign gets when nothing names another.
pub const DEFAULT: &str = "letter";

/// The files of a template, read.
#[derive(Clone, Debug)]
pub struct Template {
    /// Its name.
    pub name: String,
    /// The page of the HTML part, with `{{ content }}` in it.
    pub page: Source,
    /// The frame of the text part, with `{{ content }}` in it.
    pub text_page: Source,
    /// Components: what they are in HTML and in text.
    pub components: Vec<Component>,
}

/// A component in its two forms.
#[derive(Clone, Debug)]
pub struct Component {
    /// `{% component name(…) %}<table>…{% endcomponent %}`
    pub html: Source,
    /// The same for the text part.
    pub text: Source,
}

/// The embedded files: path below `templates/`, and content.
const EMBEDDED: [(&str, &str); 10] = [
    ("letter/page.html", include_str!("../templates/letter/page.html")),
    ("letter/page.txt", include_str!("../templates/letter/page.txt")),
    ("letter/components/button.html", include_str!("../templates/letter/components/button.html")),
    ("letter/components/button.txt", include_str!("../templates/letter/components/button.txt")),
    ("letter/components/callout.html", include_str!("../templates/letter/components/callout.html")),
    ("letter/components/callout.txt", include_str!("../templates/letter/components/callout.txt")),
    ("letter/components/divider.html", include_str!("../templates/letter/components/divider.html")),
    ("letter/components/divider.txt", include_str!("../templates/letter/components/divider.txt")),
    ("letter/components/quote.html", include_str!("../templates/letter/components/quote.html")),
    ("letter/components/quote.txt", include_str!("../templates/letter/components/quote.txt")),
];

impl Template {
    /// Finds a template: in the project's `templates/`, else among the
    /// built-in ones.
    pub fn load(project: &Path, name: &str) -> Checked<Self> {
        let folder = project.join("templates").join(name);
        let is_plain = !name.is_empty() && !name.starts_with('.') && !name.contains(['/', '\\']);
        if is_plain && folder.is_dir() {
            return from_folder(&folder, name);
        }
        from_embedded(name).ok_or_else(|| {
            let mut known: Vec<String> = std::fs::read_dir(project.join("templates"))
                .into_iter()
                .flatten()
                .flatten()
                .filter(|entry| entry.path().is_dir())
                .filter_map(|entry| entry.file_name().into_string().ok())
                .chain([DEFAULT.to_owned()])
                .collect();
            known.sort();
            known.dedup();
            let help = match closest(name, known.iter().map(String::as_str)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!(
                    "there are: {}; or create the folder `templates/{name}`",
                    known.join(", ")
                ),
            };
            Finding::error("unknown-template", format!("there is no template `{name}`"), help)
                .into()
        })
    }
}

/// The files of a built-in template, for copying: path below its folder, and content.
pub fn embedded(name: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let prefix = format!("{name}/");
    EMBEDDED
        .iter()
        .filter_map(move |(path, text)| Some((path.strip_prefix(prefix.as_str())?, *text)))
}

fn from_embedded(name: &str) -> Option<Template> {
    let source = |path: &str| {
        embedded(name)
            .find(|(file, _)| *file == path)
            .map(|(_, text)| Source::new(format!("(built in) templates/{name}/{path}"), text))
    };
    let components = embedded(name).filter_map(|(path, _)| {
        let stem = path.strip_prefix("components/")?.strip_suffix(".html")?;
        Some(Component { html: source(path)?, text: source(&format!("components/{stem}.txt"))? })
    });
    Some(Template {
        name: name.to_owned(),
        page: source("page.html")?,
        text_page: source("page.txt")?,
        components: components.collect(),
    })
}

fn from_folder(folder: &Path, name: &str) -> Checked<Template> {
    let shown = |path: &str| format!("templates/{name}/{path}");
    let read = |path: &str| read_text(&folder.join(path), &shown(path));
    let mut components = Vec::new();
    let mut stems: Vec<String> = std::fs::read_dir(folder.join("components"))
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter_map(|file| file.strip_suffix(".html").map(str::to_owned))
        .collect();
    stems.sort();
    for stem in stems {
        let path = |ending: &str| format!("components/{stem}.{ending}");
        components.push(Component { html: read(&path("html"))?, text: read(&path("txt"))? });
    }
    // A template of one's own may use the built-in components without copying them.
    if let Some(built_in) = from_embedded(DEFAULT) {
        let own: Vec<String> = components.iter().map(|component| stem(&component.html)).collect();
        components.extend(
            built_in
                .components
                .into_iter()
                .filter(|component| !own.contains(&stem(&component.html))),
        );
    }
    Ok(Template {
        name: name.to_owned(),
        page: read("page.html")?,
        text_page: read("page.txt")?,
        components,
    })
}

fn stem(source: &Source) -> String {
    let file = source.name().rsplit('/').next().unwrap_or("");
    file.trim_end_matches(".html").to_owned()
}

/// Reads a file of text that a person wrote, under the name that messages show.
pub fn read_text(path: &Path, shown: &str) -> Checked<Source> {
    let bytes = std::fs::read(path).map_err(|error| {
        Finding::error(
            "unreadable-file",
            format!("cannot read `{shown}`: {}", plain(&error)),
            "check the name and that you may read the file",
        )
    })?;
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Source::new(shown, text)),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let good = String::from_utf8_lossy(&error.as_bytes()[..at]).into_owned();
            let place = Source::new(shown, good).place(at..at);
            Err(Finding::error(
                "not-utf8",
                format!("`{shown}` is not UTF-8 text from here on"),
                "save the file as UTF-8 in your editor",
            )
            .at(place)
            .into())
        }
    }
}

/// An operating-system error without its number.
pub fn plain(error: &std::io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_lowercase()
}
