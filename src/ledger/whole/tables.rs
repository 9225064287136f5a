//! The tables that are carried, in an order in which every row finds those that it points at.
//! `docs/ledger.md` says what the columns mean.

/// A table.
#[derive(Debug, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// Its columns.
    pub columns: &'static [Column],
    /// By which columns its rows are put in order, the first ones of `columns`.
    pub(in super::super) key: usize,
}

/// A column.
#[derive(Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// What stands in it.
    pub(in super::super) kind: Kind,
    /// Whether nothing may stand in it.
    pub(in super::super) optional: bool,
}

/// What stands in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Kind {
    /// The number of a row.
    Id,
    /// A number that is not negative.
    Count,
    /// Any number: moments are of clocks that may be wrong.
    Integer,
    /// Yes or no.
    Flag,
    /// A text.
    Text,
    /// A state.
    State,
}

use Kind::{Count, Flag, Id, Integer, State, Text};

const fn must(name: &'static str, kind: Kind) -> Column {
    Column { name, kind, optional: false }
}

const fn may(name: &'static str, kind: Kind) -> Column {
    Column { name, kind, optional: true }
}

/// Columns that are not carried: the ledger that takes a row in makes them of the row's key,
/// and looks at all of them again when it is opened (`identifies`).
pub const MADE_ANEW: &[&str] = &["identity", "identifies"];

/// All of them.
pub const TABLES: &[Table] = &[
    Table {
        name: "campaigns",
        key: 1,
        columns: &[
            must("id", Id),
            must("name", Text),
            must("subject", Text),
            must("content_hash", Text),
            must("since", Integer),
        ],
    },
    Table {
        name: "runs",
        key: 1,
        columns: &[
            must("id", Id),
            must("campaign", Id),
            may("machine", Text),
            must("pid", Count),
            may("process_start", Integer),
            must("started_at", Integer),
            must("heartbeat_at", Integer),
            may("finished_at", Integer),
            may("planned", Count),
            may("beyond", Count),
        ],
    },
    Table {
        name: "stages",
        key: 2,
        columns: &[
            must("run", Id),
            must("stage", Text),
            must("count", Count),
            must("total_us", Count),
            must("longest_us", Count),
        ],
    },
    Table {
        name: "recipients",
        key: 1,
        columns: &[
            must("id", Id),
            must("campaign", Id),
            must("address", Text),
            must("email", Text),
            must("domain", Text),
            must("state", State),
            must("run", Id),
            must("attempts", Count),
            must("at", Integer),
            may("code", Integer),
            may("enhanced", Text),
            may("reply", Text),
            may("retry_at", Integer),
            may("prior_state", State),
            may("merged", Id),
        ],
    },
    Table {
        name: "suppressions",
        key: 1,
        columns: &[
            must("address", Text),
            must("email", Text),
            must("reason", Text),
            must("at", Integer),
        ],
    },
    Table {
        name: "bounces",
        key: 2,
        columns: &[
            must("digest", Text),
            must("recipient", Id),
            must("address", Text),
            must("is_final", Flag),
            must("at", Integer),
            may("enhanced", Text),
            may("reply", Text),
        ],
    },
    Table {
        name: "subscriptions",
        key: 1,
        columns: &[
            must("address", Text),
            must("email", Text),
            must("fields", Text),
            must("asked_at", Integer),
            must("confirmed_at", Integer),
        ],
    },
    Table { name: "paces", key: 1, columns: &[must("name", Text), must("next_us", Integer)] },
];

impl Table {
    /// The table of a name.
    pub(super) fn of(name: &str) -> Option<&'static Self> {
        TABLES.iter().find(|table| table.name == name)
    }

    /// Its place in the order.
    pub(super) fn place(&self) -> usize {
        TABLES.iter().position(|table| table.name == self.name).unwrap_or(TABLES.len())
    }

    /// Whether its rows have an identity, beside the columns that are carried.
    pub(in super::super) fn has_identity(&self) -> bool {
        matches!(self.name, "recipients" | "suppressions" | "subscriptions")
    }

    /// The names of its columns, as SQL lists them.
    pub(in super::super) fn names(&self) -> String {
        self.columns.iter().map(|column| column.name).collect::<Vec<_>>().join(", ")
    }
}
