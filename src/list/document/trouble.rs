//! What goes wrong while a document is read, and how that is said.

use std::io;

use super::json;
use crate::finding::Finding;
use crate::place::Place;

/// The largest workbook, as it is on the disk.
pub(super) const FILE_MAX: u64 = 200 << 20;
/// How much its parts may hold when they are unpacked, and how much may be read out of its rows.
pub(super) const UNPACKED_MAX: u64 = 2 << 30;

/// Why reading stopped.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The disk.
    Io(io::Error),
    /// Something is not as it should be: a phrase.
    Broken(String),
    /// Something is larger than it may be: a phrase that names the limit.
    TooLarge(String),
    /// A password protects it.
    Locked,
    /// It is not what it was a moment ago.
    Changed,
    /// JSON is wrong at a place.
    Json {
        /// The line, from 1.
        line: u64,
        /// The character in it, from 1.
        column: u64,
        /// What is wrong there.
        what: String,
    },
    /// A row of it is to be told, by its number.
    Row(u64, Box<Finding>),
    /// All is said already.
    Said(Vec<Finding>),
}

impl Trouble {
    /// Something is not as it should be.
    pub(super) fn broken(what: impl Into<String>) -> Self {
        Self::Broken(what.into())
    }

    /// The same for people who know which document it is.
    pub(super) fn findings(self, name: &str) -> Vec<Finding> {
        let anew = "open it in its own program and save it anew, or export it as CSV";
        match self {
            Self::Io(error) => vec![Finding::error(
                "list-unreadable",
                format!("the list `{name}` cannot be read: {error}"),
                "check the file's permissions, and that its disk is there",
            )],
            Self::Broken(what) => vec![Finding::error(
                "list-unreadable",
                format!("the list `{name}` is damaged: {what}"),
                anew,
            )],
            Self::TooLarge(what) => vec![Finding::error(
                "list-too-large",
                format!("the list `{name}` is too large: {what}"),
                "save it as CSV, of which the rows may be as many as you like",
            )],
            Self::Locked => vec![Finding::error(
                "list-password",
                format!("the list `{name}` is protected by a password"),
                "save a copy without one: `File`, `Save As` and the program's own options",
            )],
            Self::Changed => vec![Finding::error(
                "list-changed",
                format!("the list `{name}` changed while it was read"),
                "run the command again when the file is complete",
            )],
            Self::Json { line, column, what } => vec![json::finding(name, line, column, what)],
            Self::Row(number, finding) => {
                vec![finding.at(Place::row(name, usize::try_from(number).unwrap_or(usize::MAX)))]
            }
            Self::Said(findings) => findings,
        }
    }
}

/// A limit that was met below a reader that knows nothing of it; it travels as an [`io::Error`].
#[derive(Debug)]
pub(super) struct Excess(pub(super) &'static str);

impl std::fmt::Display for Excess {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(self.0)
    }
}

impl std::error::Error for Excess {}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        if let Some(Excess(what)) = error.get_ref().and_then(|inner| inner.downcast_ref()) {
            return Self::TooLarge((*what).to_owned());
        }
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Self::broken("it ends too early"),
            io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput | io::ErrorKind::Other => {
                Self::Broken(error.to_string())
            }
            _ => Self::Io(error),
        }
    }
}

impl From<Vec<Finding>> for Trouble {
    fn from(findings: Vec<Finding>) -> Self {
        Self::Said(findings)
    }
}

impl From<Finding> for Trouble {
    fn from(finding: Finding) -> Self {
        Self::Said(vec![finding])
    }
}
