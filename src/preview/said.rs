//! A finding as the page shows it: with the line it is about, and a way there.

use serde::Serialize;

use crate::finding::{Finding, Severity};
use crate::place::Place;

/// A finding, and where to mend it.
#[derive(Serialize)]
pub(super) struct Said {
    severity: Severity,
    code: &'static str,
    message: String,
    help: String,
    file: Option<String>,
    line: Option<usize>,
    column: Option<usize>,
    excerpt: Option<String>,
    mark: Option<(usize, usize)>,
    path: Option<String>,
    editor: Option<String>,
}

impl Said {
    /// `editor` is a URL that opens an editor, as the settings have it.
    pub(super) fn of(finding: Finding, editor: Option<&str>) -> Self {
        let place = finding.place.as_ref();
        let shown = place.and_then(Place::shown_line);
        let file = place.map(|place| place.file.clone());
        let full = place.and_then(|place| {
            let path = std::path::absolute(&place.file).ok()?;
            path.is_file().then(|| path.display().to_string())
        });
        let at =
            |path: &String| place.map(|place| format!("{path}:{}:{}", place.line, place.column));
        let opened = |path: &String, editor: &str| {
            let place = place?;
            let encoded = percent_encoding::utf8_percent_encode(path, PATH).to_string();
            let url = editor
                .replace("{file}", &encoded)
                .replace("{line}", &place.line.to_string())
                .replace("{column}", &place.column.to_string());
            // Whatever else it may be, it runs nothing in the page.
            (!url.trim_start().to_ascii_lowercase().starts_with("javascript:")).then_some(url)
        };
        Self {
            severity: finding.severity,
            code: finding.code,
            line: place.map(|place| place.line),
            column: place.map(|place| place.column),
            mark: shown.as_ref().map(|(_, mark)| (mark.start + 1, mark.end + 1)),
            excerpt: shown.map(|(line, _)| line),
            path: full.as_ref().and_then(at).or_else(|| file.as_ref().and_then(at)),
            editor: full.as_ref().zip(editor).and_then(|(path, editor)| opened(path, editor)),
            file,
            message: finding.message,
            help: finding.help,
        }
    }
}

/// What a path keeps in a URL.
const PATH: &percent_encoding::AsciiSet = &percent_encoding::NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'.')
    .remove(b'-')
    .remove(b'_')
    .remove(b'~')
    .remove(b':');
