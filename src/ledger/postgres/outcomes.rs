//! What became of claims, as the database takes it.

use tokio_postgres::types::ToSql;

use crate::ledger::entry::{Outcome, Record, State};

/// The longest reply that is kept, in bytes.
const REPLY_MAX: usize = 1000;

/// Outcomes, column by column.
#[derive(Default)]
pub(super) struct Told {
    ids: Vec<i64>,
    holders: Vec<i64>,
    states: Vec<&'static str>,
    ats: Vec<i64>,
    codes: Vec<Option<i64>>,
    enhanced: Vec<Option<String>>,
    texts: Vec<Option<String>>,
    retries: Vec<Option<i64>>,
}

impl Told {
    /// Those of records.
    pub(super) fn of(records: &[&Record]) -> Self {
        let mut told = Self::default();
        for Record { claim, outcome, reply, at } in records {
            let (state, retry_at) = match *outcome {
                Outcome::Sent => (State::Sent, None),
                Outcome::Failed => (State::Failed, None),
                Outcome::Deferred { retry_at } => (State::Deferred, Some(retry_at)),
                Outcome::InDoubt => (State::InDoubt, None),
                // Any later run may look whether the row is complete by then.
                Outcome::Skipped => (State::Skipped, Some(0)),
            };
            told.ids.push(claim.recipient);
            told.holders.push(claim.run.0);
            told.states.push(state.as_str());
            told.ats.push(*at);
            told.codes.push(reply.code.map(i64::from));
            told.enhanced.push(reply.enhanced.as_deref().map(text));
            told.texts.push(reply.text.as_deref().map(|said| text(shortened(said))));
            told.retries.push(retry_at);
        }
        told
    }

    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// As `RECORD` wants them.
    pub(super) fn given(&self) -> [&(dyn ToSql + Sync); 8] {
        [
            &self.ids,
            &self.holders,
            &self.states,
            &self.ats,
            &self.codes,
            &self.enhanced,
            &self.texts,
            &self.retries,
        ]
    }
}

fn shortened(text: &str) -> &str {
    &text[..text.floor_char_boundary(REPLY_MAX)]
}

/// A text as PostgreSQL takes it: without NUL.
pub(super) fn text(text: &str) -> String {
    text.replace('\0', "")
}
