//! Which feature of the table each word of HTML and CSS is. What is not here,
//! nobody has tried, and nothing is said of it.

use super::table::feature;

type Names = &'static [(&'static str, &'static str)];

const ELEMENTS: Names = &[
    ("abbr", "html-abbr"),
    ("acronym", "html-acronym"),
    ("address", "html-address"),
    ("article", "html-semantics"),
    ("aside", "html-semantics"),
    ("audio", "html-audio"),
    ("base", "html-base"),
    ("bdi", "html-bdi"),
    ("blockquote", "html-blockquote"),
    ("code", "html-code"),
    ("del", "html-del"),
    ("details", "html-semantics"),
    ("dfn", "html-dfn"),
    ("dialog", "html-dialog"),
    ("figcaption", "html-semantics"),
    ("figure", "html-semantics"),
    ("footer", "html-semantics"),
    ("form", "html-form"),
    ("header", "html-semantics"),
    ("hr", "html-hr"),
    ("main", "html-semantics"),
    ("map", "html-image-maps"),
    ("mark", "html-semantics"),
    ("marquee", "html-marquee"),
    ("meter", "html-meter"),
    ("nav", "html-semantics"),
    ("object", "html-object"),
    ("picture", "html-picture"),
    ("pre", "html-pre"),
    ("progress", "html-progress"),
    ("rp", "html-rp"),
    ("rt", "html-rt"),
    ("ruby", "html-ruby"),
    ("section", "html-semantics"),
    ("select", "html-select"),
    ("small", "html-small"),
    ("strike", "html-strike"),
    ("strong", "html-strong"),
    ("summary", "html-semantics"),
    ("svg", "html-svg"),
    ("textarea", "html-textarea"),
    ("time", "html-semantics"),
    ("video", "html-video"),
    ("wbr", "html-wbr"),
];

const ATTRIBUTES: Names = &[
    ("aria-describedby", "html-aria-describedby"),
    ("aria-hidden", "html-aria-hidden"),
    ("aria-label", "html-aria-label"),
    ("aria-labelledby", "html-aria-labelledby"),
    ("aria-live", "html-aria-live"),
    ("hidden", "html-hidden"),
    ("loading", "html-loading-attribute"),
    ("popover", "html-popover"),
    ("required", "html-required"),
    ("role", "html-role"),
    ("target", "html-target"),
    ("valign", "html-valign"),
];

const INPUTS: Names = &[
    ("checkbox", "html-input-checkbox"),
    ("radio", "html-input-radio"),
    ("reset", "html-input-reset"),
    ("submit", "html-input-submit"),
    ("text", "html-input-text"),
];

const IMAGES: Names = &[
    ("apng", "image-apng"),
    ("avif", "image-avif"),
    ("bmp", "image-bmp"),
    ("hdr", "image-hdr"),
    ("heic", "image-heif"),
    ("heif", "image-heif"),
    ("ico", "image-ico"),
    ("jpeg", "image-jpg"),
    ("jpg", "image-jpg"),
    ("mp4", "image-mp4"),
    ("png", "image-png"),
    ("svg", "image-svg"),
    ("tif", "image-tiff"),
    ("tiff", "image-tiff"),
    ("webp", "image-webp"),
];

const UNITS: Names = &[
    ("ch", "css-unit-ch"),
    ("rem", "css-unit-rem"),
    ("vh", "css-unit-vh"),
    ("vmax", "css-unit-vmax"),
    ("vmin", "css-unit-vmin"),
    ("vw", "css-unit-vw"),
];

const FUNCTIONS: Names = &[
    ("calc", "css-unit-calc"),
    ("clamp", "css-function-clamp"),
    ("conic-gradient", "css-conic-gradient"),
    ("lab", "css-modern-color"),
    ("lch", "css-modern-color"),
    ("light-dark", "css-function-light-dark"),
    ("linear-gradient", "css-linear-gradient"),
    ("max", "css-function-max"),
    ("min", "css-function-min"),
    ("oklab", "css-modern-color"),
    ("oklch", "css-modern-color"),
    ("radial-gradient", "css-radial-gradient"),
    ("repeating-conic-gradient", "css-conic-gradient"),
    ("repeating-linear-gradient", "css-linear-gradient"),
    ("repeating-radial-gradient", "css-radial-gradient"),
    ("rgb", "css-rgb"),
    ("rgba", "css-rgba"),
    ("var", "css-variables"),
];

/// Properties whose feature has another name than they.
const PROPERTIES: Names = &[
    ("block-size", "css-block-inline-size"),
    ("border-block", "css-border-inline-block"),
    ("border-inline", "css-border-inline-block"),
    ("inline-size", "css-inline-size"),
    ("margin-block", "css-margin-inline-block"),
    ("margin-block-end", "css-margin-block-start-end"),
    ("margin-block-start", "css-margin-block-start-end"),
    ("margin-inline", "css-margin-inline-block"),
    ("margin-inline-end", "css-margin-inline-start-end"),
    ("margin-inline-start", "css-margin-inline-start-end"),
    ("padding-block", "css-padding-inline-block"),
    ("padding-block-end", "css-padding-block-start-end"),
    ("padding-block-start", "css-padding-block-start-end"),
    ("padding-inline", "css-padding-inline-block"),
    ("padding-inline-end", "css-padding-inline-start-end"),
    ("padding-inline-start", "css-padding-inline-start-end"),
];

/// Pseudo-classes and pseudo-elements that the inliner cannot put into attributes.
const SELECTORS: Names = &[
    ("after", "css-pseudo-element-after"),
    ("before", "css-pseudo-element-before"),
    ("checked", "css-pseudo-class-checked"),
    ("has", "css-pseudo-class-has"),
    ("target", "css-pseudo-class-target"),
];

/// Features that the finders name by themselves.
pub(super) const ANCHOR: &str = "html-anchor-links";
pub(super) const AT_FONT_FACE: &str = "css-at-font-face";
pub(super) const AT_IMPORT: &str = "css-at-import";
pub(super) const BACKGROUND_ATTRIBUTE: &str = "html-background";
pub(super) const BACKGROUND_IMAGE: &str = "css-background-image";
pub(super) const BASE64: &str = "image-base64";
pub(super) const BUTTON_RESET: &str = "html-button-reset";
pub(super) const BUTTON_SUBMIT: &str = "html-button-submit";
pub(super) const CONIC_GRADIENT: &str = "css-conic-gradient";
pub(super) const DISPLAY_NONE: &str = "css-display-none";
pub(super) const FLEX: &str = "css-display-flex";
pub(super) const FLEX_DIRECTION: &str = "css-flex-direction";
pub(super) const FLEX_WRAP: &str = "css-flex-wrap";
pub(super) const FLOAT: &str = "css-float";
pub(super) const GRID: &str = "css-display-grid";
pub(super) const LINEAR_GRADIENT: &str = "css-linear-gradient";
pub(super) const LINK: &str = "html-link";
pub(super) const MAILTO: &str = "html-mailto-links";
pub(super) const MARGIN: &str = "css-margin";
pub(super) const MODERN_COLOR: &str = "css-modern-color";
pub(super) const NESTING: &str = "css-nesting";
pub(super) const POSITION: &str = "css-position";
pub(super) const RADIAL_GRADIENT: &str = "css-radial-gradient";
pub(super) const RGB: &str = "css-rgb";
pub(super) const RGBA: &str = "css-rgba";
pub(super) const SRCSET: &str = "html-srcset";
pub(super) const SYSTEM_UI: &str = "css-sytem-ui";
pub(super) const TEXT_ALIGN: &str = "css-text-align";
pub(super) const VISIBILITY: &str = "css-visibility";

fn of(names: Names, name: &str) -> Option<&'static str> {
    names.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, slug)| *slug)
}

pub(super) fn element(name: &str) -> Option<&'static str> {
    of(ELEMENTS, name)
}

pub(super) fn attribute(name: &str) -> Option<&'static str> {
    of(ATTRIBUTES, name)
}

pub(super) fn input(kind: &str) -> Option<&'static str> {
    of(INPUTS, kind)
}

pub(super) fn unit(name: &str) -> Option<&'static str> {
    of(UNITS, name)
}

pub(super) fn function(name: &str) -> Option<&'static str> {
    of(FUNCTIONS, name)
}

pub(super) fn selector(name: &str) -> Option<&'static str> {
    of(SELECTORS, name)
}

/// The feature of a property, which is in small letters.
pub(super) fn property(name: &str) -> Option<&'static str> {
    if let Some(slug) = of(PROPERTIES, name) {
        return Some(slug);
    }
    let is_border = name.starts_with("border-inline-") || name.starts_with("border-block-");
    if is_border {
        // `border-inline-color` is one of three words, `border-inline-end-color` of four.
        return Some(if name.split('-').count() == 3 {
            "css-border-inline-block-individual"
        } else {
            "css-border-inline-block-longhand"
        });
    }
    feature(&format!("css-{name}")).filter(|feature| feature.title == name).map(|it| it.slug)
}

/// The format of an image, by what its address says.
pub(super) fn image(source: &str) -> Option<&'static str> {
    if let Some(data) = source.get(..5).filter(|start| start.eq_ignore_ascii_case("data:")) {
        let kind = source[data.len()..].split([';', ',']).next().unwrap_or("");
        return Some(if kind.eq_ignore_ascii_case("image/svg+xml") { "image-svg" } else { BASE64 });
    }
    let path = source.split(['?', '#']).next().unwrap_or("");
    // `https://example.webp` is a host.
    let path = path
        .split_once("//")
        .map_or(path, |(_, rest)| rest.split_once('/').map_or("", |(_, path)| path));
    let name = path.rsplit('/').next().unwrap_or("");
    of(IMAGES, name.rsplit_once('.')?.1)
}

/// Every slug that is named here.
#[cfg(test)]
pub(super) fn slugs() -> impl Iterator<Item = &'static str> {
    let tables = [ELEMENTS, ATTRIBUTES, INPUTS, IMAGES, UNITS, FUNCTIONS, PROPERTIES, SELECTORS];
    let single = [
        ANCHOR,
        AT_FONT_FACE,
        AT_IMPORT,
        BACKGROUND_ATTRIBUTE,
        BACKGROUND_IMAGE,
        BASE64,
        BUTTON_RESET,
        BUTTON_SUBMIT,
        CONIC_GRADIENT,
        DISPLAY_NONE,
        FLEX,
        FLEX_DIRECTION,
        FLEX_WRAP,
        FLOAT,
        GRID,
        LINEAR_GRADIENT,
        LINK,
        MAILTO,
        MARGIN,
        MODERN_COLOR,
        NESTING,
        POSITION,
        RADIAL_GRADIENT,
        RGB,
        RGBA,
        SRCSET,
        SYSTEM_UI,
        TEXT_ALIGN,
        VISIBILITY,
    ];
    tables.into_iter().flatten().map(|(_, slug)| *slug).chain(single)
}
