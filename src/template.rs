//! A template: the frame around a campaign. A folder with `page.html`,
//! `page.txt` and `components/NAME.html` + `NAME.txt`; the built-in ones are
//! the same folders, embedded in the program. Pure: `files` reads folders.

pub mod colours;
pub mod leaving;
pub mod subscribing;
mod words;

use crate::place::Source;

pub use self::words::words;

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

/// A file of HTML and its form in text.
type Pair = (&'static str, &'static str);

/// A template that is embedded in the program.
struct Embedded {
    name: &'static str,
    page: Pair,
    components: &'static [(&'static str, Pair)],
}

/// Embeds folders of `templates/` by their names and those of their components.
macro_rules! embedded {
    ($($name:ident: $($component:ident)*;)*) => {
        &[$(Embedded {
            name: stringify!($name),
            page: embedded!(@ "../templates/" stringify!($name) "/page"),
            components: &[$((
                stringify!($component),
                embedded!(@ "../templates/" stringify!($name) "/components/" stringify!($component)),
            )),*],
        }),*]
    };
    (@ $($piece:expr)*) => {
        (include_str!(concat!($($piece,)* ".html")), include_str!(concat!($($piece,)* ".txt")))
    };
}

const EMBEDDED: &[Embedded] = embedded! {
    letter: button callout column columns divider event image letter progress quote share signature social;
    newsletter: ;
    plain: ;
};

/// How the names of embedded files begin.
const BUILT_IN: &str = "(built in) ";

/// Whether a file is one of the program's own.
pub(crate) fn is_built_in(file: &str) -> bool {
    file.starts_with(BUILT_IN)
}

impl Template {
    /// The names of those that are embedded in the program, the default first.
    pub fn built_in_names() -> impl Iterator<Item = &'static str> {
        EMBEDDED.iter().map(|embedded| embedded.name)
    }

    /// A template that is embedded in the program.
    pub fn built_in(name: &str) -> Option<Self> {
        let found = EMBEDDED.iter().find(|embedded| embedded.name == name)?;
        let (page, text_page) = sources(name, "page", found.page);
        Some(Self::complete(name, page, text_page, own_components(found)))
    }

    /// A template of these files. What it does not have of its own, it has from the default.
    pub fn complete(name: &str, page: Source, text_page: Source, own: Vec<Component>) -> Self {
        let mut components = own;
        for shared in EMBEDDED.iter().filter(|embedded| embedded.name == DEFAULT) {
            for component in own_components(shared) {
                if components.iter().all(|own| own.stem() != component.stem()) {
                    components.push(component);
                }
            }
        }
        Self { name: name.to_owned(), page, text_page, components }
    }
}

/// Whether a name can be that of a template's folder, and of no other place.
pub fn is_name(name: &str) -> bool {
    let is_plain = |c: char| !c.is_control() && !matches!(c, '/' | '\\' | ':');
    !name.is_empty() && !name.starts_with(['.', '-']) && name.chars().all(is_plain)
}

fn own_components(embedded: &Embedded) -> Vec<Component> {
    let component = |(stem, pair): &(&str, Pair)| {
        let (html, text) = sources(embedded.name, &format!("components/{stem}"), *pair);
        Component { html, text }
    };
    embedded.components.iter().map(component).collect()
}

fn sources(template: &str, stem: &str, (html, text): Pair) -> (Source, Source) {
    let name = |ending: &str| format!("{BUILT_IN}templates/{template}/{stem}.{ending}");
    (Source::new(name("html"), html), Source::new(name("txt"), text))
}

impl Component {
    /// The name of its files, without ending.
    pub fn stem(&self) -> &str {
        let file = self.html.name().rsplit('/').next().unwrap_or("");
        file.strip_suffix(".html").unwrap_or(file)
    }
}
