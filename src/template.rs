//! A template: the frame around a campaign. A folder with `page.html`,
//! `page.txt` and `components/NAME.html` + `NAME.txt`; the built-in ones are
//! the same folders, embedded in the program. Pure: `files` reads folders.

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
const EMBEDDED: [(&str, &str); 28] = [
    ("letter/page.html", include_str!("../templates/letter/page.html")),
    ("letter/page.txt", include_str!("../templates/letter/page.txt")),
    ("letter/components/button.html", include_str!("../templates/letter/components/button.html")),
    ("letter/components/button.txt", include_str!("../templates/letter/components/button.txt")),
    ("letter/components/callout.html", include_str!("../templates/letter/components/callout.html")),
    ("letter/components/callout.txt", include_str!("../templates/letter/components/callout.txt")),
    ("letter/components/column.html", include_str!("../templates/letter/components/column.html")),
    ("letter/components/column.txt", include_str!("../templates/letter/components/column.txt")),
    ("letter/components/columns.html", include_str!("../templates/letter/components/columns.html")),
    ("letter/components/columns.txt", include_str!("../templates/letter/components/columns.txt")),
    ("letter/components/divider.html", include_str!("../templates/letter/components/divider.html")),
    ("letter/components/divider.txt", include_str!("../templates/letter/components/divider.txt")),
    ("letter/components/event.html", include_str!("../templates/letter/components/event.html")),
    ("letter/components/event.txt", include_str!("../templates/letter/components/event.txt")),
    ("letter/components/image.html", include_str!("../templates/letter/components/image.html")),
    ("letter/components/image.txt", include_str!("../templates/letter/components/image.txt")),
    ("letter/components/letter.html", include_str!("../templates/letter/components/letter.html")),
    ("letter/components/letter.txt", include_str!("../templates/letter/components/letter.txt")),
    (
        "letter/components/progress.html",
        include_str!("../templates/letter/components/progress.html"),
    ),
    ("letter/components/progress.txt", include_str!("../templates/letter/components/progress.txt")),
    ("letter/components/quote.html", include_str!("../templates/letter/components/quote.html")),
    ("letter/components/quote.txt", include_str!("../templates/letter/components/quote.txt")),
    ("letter/components/share.html", include_str!("../templates/letter/components/share.html")),
    ("letter/components/share.txt", include_str!("../templates/letter/components/share.txt")),
    (
        "letter/components/signature.html",
        include_str!("../templates/letter/components/signature.html"),
    ),
    (
        "letter/components/signature.txt",
        include_str!("../templates/letter/components/signature.txt"),
    ),
    ("letter/components/social.html", include_str!("../templates/letter/components/social.html")),
    ("letter/components/social.txt", include_str!("../templates/letter/components/social.txt")),
];

/// How the names of embedded files begin.
const BUILT_IN: &str = "(built in) ";

/// Whether a file is one of the program's own.
pub(crate) fn is_built_in(file: &str) -> bool {
    file.starts_with(BUILT_IN)
}

impl Template {
    /// A template that is embedded in the program.
    pub fn built_in(name: &str) -> Option<Self> {
        let source = |path: &str| {
            embedded(name)
                .find(|(file, _)| *file == path)
                .map(|(_, text)| Source::new(format!("{BUILT_IN}templates/{name}/{path}"), text))
        };
        let components = embedded(name).filter_map(|(path, _)| {
            let stem = path.strip_prefix("components/")?.strip_suffix(".html")?;
            Some(Component {
                html: source(path)?,
                text: source(&format!("components/{stem}.txt"))?,
            })
        });
        Some(Self {
            name: name.to_owned(),
            page: source("page.html")?,
            text_page: source("page.txt")?,
            components: components.collect(),
        })
    }
}

impl Component {
    /// The name of its files, without ending.
    pub fn stem(&self) -> &str {
        let file = self.html.name().rsplit('/').next().unwrap_or("");
        file.strip_suffix(".html").unwrap_or(file)
    }
}

/// The files of a built-in template: path below its folder, and content.
fn embedded(name: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let prefix = format!("{name}/");
    EMBEDDED
        .iter()
        .filter_map(move |(path, text)| Some((path.strip_prefix(prefix.as_str())?, *text)))
}
