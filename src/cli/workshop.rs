//! How commands come by the project, and by the list that was typed.

use std::path::PathBuf;

use super::Global;
use crate::finding::Checked;
use crate::workshop::{ListChoice, Workshop};

/// What the list options of several commands are.
#[derive(Clone, Debug, Default, clap::Args)]
pub(super) struct ListArgs {
    /// The list: a CSV file, or a query: `members.db?query=SELECT …`, `postgres://…?query=…`
    #[arg(long, value_name = "FILE")]
    pub(super) list: Option<PathBuf>,
    /// The column that holds the addresses
    #[arg(long, value_name = "NAME")]
    pub(super) email_column: Option<String>,
    /// The first line is a person and names no columns
    #[arg(long)]
    pub(super) no_header: bool,
    /// The encoding of the list: `windows-1250`, `cp850`, `utf-8`, …
    #[arg(long, value_name = "LABEL")]
    pub(super) encoding: Option<String>,
}

impl ListArgs {
    /// Which list that is.
    pub(super) fn choice(&self) -> ListChoice {
        ListChoice {
            file: self.list.clone(),
            email_column: self.email_column.clone(),
            no_header: self.no_header,
            encoding: self.encoding.clone(),
        }
    }
}

/// Finds and reads the project.
pub(super) fn open(global: &Global) -> Checked<Workshop> {
    Workshop::open(global.config.as_deref(), global.ledger.as_deref())
}
