//! All that reads.

use std::collections::HashMap;
use std::ops::ControlFlow;

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::address::Address;
use crate::finding::Finding;
use crate::ledger::book::Book;
use crate::ledger::entry::{
    CampaignRecord, Fingerprint, Holder, Recipient, Reply, RunId, State, Suppression, TokenMaker,
    Totals, Waiting,
};
use crate::ledger::past::{RunRecord, Runner, StageTime};
use crate::ledger::spelling::{Spelling, counting};
use crate::ledger::standing::Standing;
use crate::ledger::subscription::{Subscription, may_come_back};

use super::Sqlite;
use super::budgets;
use super::claims::stored;
use super::meetings;
use super::runs::{self, Runs};
use super::schema::{self, WITH_IDENTITIES};
use super::subscriptions;
use super::suppressions::{self, Lookup};
use super::tokens;
use super::trouble::Trouble;

/// In seconds. A run shows itself far more often, so its outcomes are no later
/// than this after its last heartbeat.
const DAY: i64 = 86_400;

impl Book for Sqlite {
    fn campaigns(&self) -> Result<Vec<CampaignRecord>, Finding> {
        self.ask(|connection| {
            let mut query = connection.prepare(
                "SELECT name, subject, content_hash, since FROM campaigns ORDER BY id DESC",
            )?;
            let campaigns = query.query_map([], campaign_record)?;
            Ok(campaigns.collect::<Result<_, _>>()?)
        })
    }

    fn campaign(&self, id: &str) -> Result<Option<CampaignRecord>, Finding> {
        self.ask(|connection| {
            let mut query = connection.prepare(
                "SELECT name, subject, content_hash, since FROM campaigns WHERE name = ?1",
            )?;
            Ok(query.query_row([id], campaign_record).optional()?)
        })
    }

    fn totals(&self, campaign: &str, now: i64) -> Result<Totals, Finding> {
        self.ask(|connection| {
            let mut totals = Totals::default();
            let Some(campaign) = campaign_id(connection, campaign)? else { return Ok(totals) };
            let mut runs = Runs::new(connection, now);
            for (run, state, count) in tallies(connection, campaign)? {
                totals.add(runs.seen_as(state, run)?, count);
            }
            Ok(totals)
        })
    }

    fn domains(
        &self,
        campaign: &str,
        now: i64,
        limit: usize,
    ) -> Result<Vec<(String, Totals)>, Finding> {
        self.ask(|connection| {
            let Some(campaign) = campaign_id(connection, campaign)? else { return Ok(Vec::new()) };
            let mut runs = Runs::new(connection, now);
            let live = live(connection)?;
            let mut largest = connection.prepare(&format!(
                "SELECT domain FROM recipients WHERE campaign = ?1 AND {live}
                 GROUP BY domain ORDER BY count(*) DESC, domain LIMIT ?2"
            ))?;
            let names: Vec<String> = largest
                .query_map(params![campaign, i64::try_from(limit).unwrap_or(i64::MAX)], |row| {
                    row.get(0)
                })?
                .collect::<Result<_, _>>()?;
            let places: HashMap<String, usize> =
                names.iter().cloned().enumerate().map(|(place, name)| (name, place)).collect();
            let mut domains: Vec<(String, Totals)> =
                names.into_iter().map(|name| (name, Totals::default())).collect();
            let mut query = connection.prepare(&format!(
                "SELECT domain, state, run, count(*) FROM recipients
                 WHERE campaign = ?1 AND {live} GROUP BY domain, state, run"
            ))?;
            let mut rows = query.query([campaign])?;
            while let Some(row) = rows.next()? {
                let Some(&place) = places.get(row.get_ref(0)?.as_str().unwrap_or_default()) else {
                    continue;
                };
                let state = runs.seen_as(row.get(1)?, RunId(row.get(2)?))?;
                domains[place].1.add(state, count(row, 3)?);
            }
            Ok(domains)
        })
    }

    fn recipients(
        &self,
        campaign: &str,
        only: Option<State>,
        now: i64,
        each: &mut dyn FnMut(Recipient) -> ControlFlow<()>,
    ) -> Result<(), Finding> {
        self.ask(|connection| {
            let Some(campaign) = campaign_id(connection, campaign)? else { return Ok(()) };
            let mut runs = Runs::new(connection, now);
            let mut query = connection.prepare(&format!(
                "SELECT email, state, run, code, enhanced, reply, at, retry_at FROM recipients
                 WHERE campaign = ?1 AND state = ?2 AND {} ORDER BY run, id",
                live(connection)?
            ))?;
            for stored in State::ALL {
                let may_be_shown = match only {
                    Some(State::InDoubt) => matches!(stored, State::InDoubt | State::Claimed),
                    Some(only) => only == stored,
                    None => true,
                };
                if !may_be_shown {
                    continue;
                }
                let mut rows = query.query(params![campaign, stored])?;
                while let Some(row) = rows.next()? {
                    let state = runs.seen_as(row.get(1)?, RunId(row.get(2)?))?;
                    if only.is_none_or(|only| only == state)
                        && each(recipient(row, state)?).is_break()
                    {
                        return Ok(());
                    }
                }
            }
            Ok(())
        })
    }

    fn waiting(&self, campaign: &str, now: i64) -> Result<Waiting, Finding> {
        self.ask(|connection| {
            let Some(campaign) = campaign_id(connection, campaign)? else {
                return Ok(Waiting::default());
            };
            let sql = format!(
                "SELECT count(CASE WHEN retry_at <= ?2 THEN 1 END),
                        min(CASE WHEN retry_at > ?2 THEN retry_at END)
                 FROM recipients WHERE campaign = ?1 AND state = 'deferred' AND {}",
                live(connection)?
            );
            Ok(connection.query_row(&sql, params![campaign, now], |row| {
                Ok(Waiting { due: count(row, 0)?, next: row.get(1)? })
            })?)
        })
    }

    fn runs(&self, campaign: &str, now: i64) -> Result<Vec<RunRecord>, Finding> {
        self.ask(|connection| match campaign_id(connection, campaign)? {
            Some(campaign) => runs::records(connection, campaign, now),
            None => Ok(Vec::new()),
        })
    }

    fn at_work(&self, campaign: &str, now: i64) -> Result<Vec<RunId>, Finding> {
        self.ask(|connection| runs::at_work(connection, campaign, now))
    }

    fn runners(&self, now: i64) -> Result<Vec<Runner>, Finding> {
        self.ask(|connection| runs::runners(connection, now))
    }

    fn tallies(&self, campaign: &str) -> Result<Vec<(RunId, State, u64)>, Finding> {
        self.ask(|connection| {
            let Some(campaign) = campaign_id(connection, campaign)? else { return Ok(Vec::new()) };
            tallies(connection, campaign)
        })
    }

    fn settled_since(&self, campaign: &str, moment: i64) -> Result<u64, Finding> {
        self.ask(|connection| {
            let Some(campaign) = campaign_id(connection, campaign)? else { return Ok(0) };
            let sql = format!(
                "SELECT count(*) FROM recipients
                 WHERE campaign = ?1 AND at >= ?2 AND state NOT IN ('claimed', 'skipped') AND {}",
                live(connection)?
            );
            Ok(connection.query_row(&sql, params![campaign, moment], |row| count(row, 0))?)
        })
    }

    fn stages(&self, campaign: &str) -> Result<Vec<StageTime>, Finding> {
        self.ask(|connection| match campaign_id(connection, campaign)? {
            Some(campaign) => runs::stages(connection, campaign),
            None => Ok(Vec::new()),
        })
    }

    fn promised(&self, now: i64) -> Result<u64, Finding> {
        self.ask(|connection| budgets::promised(connection, None, now))
    }

    fn sent_since(&self, moment: i64) -> Result<u64, Finding> {
        self.ask(|connection| sent_since(connection, moment))
    }

    fn nth_sent_since(&self, moment: i64, nth: u64) -> Result<Option<i64>, Finding> {
        self.ask(|connection| {
            let mut query = connection.prepare(
                "SELECT at FROM recipients
                 WHERE state = 'sent' AND at >= ?1
                   AND campaign IN (SELECT campaign FROM runs WHERE heartbeat_at >= ?2)
                 ORDER BY at LIMIT 1 OFFSET ?3",
            )?;
            let offset = stored(nth.saturating_sub(1));
            let found = query
                .query_row([moment, moment.saturating_sub(DAY), offset], |row| row.get(0))
                .optional()?;
            Ok(found)
        })
    }

    fn standings(
        &self,
        campaign: &str,
        addresses: &[&Address],
        now: i64,
    ) -> Result<Vec<Standing>, Finding> {
        self.ask(|connection| {
            let campaign = campaign_id(connection, campaign)?;
            let scope = meetings::scope(connection)?;
            let lookup = Lookup::of(connection)?;
            let mut runs = Runs::new(connection, now);
            let mut standing_of = |address: &&Address| {
                let spelling = Spelling::of(address);
                let scope = scope(&spelling);
                let rows = match campaign {
                    Some(campaign) => {
                        meetings::rows(connection, campaign, &spelling, scope, None, &mut runs)?
                    }
                    None => Vec::new(),
                };
                let nothing =
                    Standing { state: None, retry_at: None, is_mine: false, is_suppressed: false };
                let standing = counting(&rows).map_or(nothing, |row| row.standing);
                let is_suppressed = lookup.finds(connection, &spelling)?;
                Ok(Standing { is_suppressed, ..standing })
            };
            addresses.iter().map(&mut standing_of).collect()
        })
    }

    fn has_stirred(&self) -> bool {
        self.still_without.as_ref().is_some_and(|wal| wal.exists())
    }

    fn failed_and_suppressed(&self, campaign: &str) -> Result<u64, Finding> {
        self.ask(|connection| {
            let Some(campaign) = campaign_id(connection, campaign)? else { return Ok(0) };
            let mut query = connection.prepare(&format!(
                "SELECT address FROM recipients WHERE campaign = ?1 AND state = 'failed' AND {}",
                live(connection)?
            ))?;
            let mut rows = query.query([campaign])?;
            let (lookup, mut count) = (Lookup::of(connection)?, 0);
            while let Some(row) = rows.next()? {
                // Whoever changes a row by hand may make one that is no address.
                let Ok(address) = Address::parse(&row.get::<_, String>(0)?) else { continue };
                let spelling = Spelling::of(&address);
                count += u64::from(lookup.finds(connection, &spelling)?);
            }
            Ok(count)
        })
    }

    fn is_suppressed(&self, address: &Address) -> Result<bool, Finding> {
        self.ask(|connection| suppressions::contains(connection, &Spelling::of(address)))
    }

    fn may_be_asked(&self, address: &Address) -> Result<bool, Finding> {
        self.ask(|connection| {
            let reasons = suppressions::reasons(connection, &Spelling::of(address))?;
            Ok(reasons.iter().all(|(reason, at)| may_come_back(reason, *at, i64::MAX)))
        })
    }

    fn subscriptions(
        &self,
        each: &mut dyn FnMut(Subscription) -> ControlFlow<()>,
    ) -> Result<(), Finding> {
        self.ask(|connection| subscriptions::each(connection, each))
    }

    fn holders(
        &self,
        maker: &TokenMaker,
        tokens: &[[u8; 16]],
    ) -> Result<Vec<Option<Holder>>, Finding> {
        self.ask(|connection| tokens::holders(connection, maker, tokens))
    }

    fn suppressions(
        &self,
        each: &mut dyn FnMut(Suppression) -> ControlFlow<()>,
    ) -> Result<(), Finding> {
        self.ask(|connection| {
            let mut query = connection
                .prepare("SELECT email, reason, at FROM suppressions ORDER BY address")?;
            let mut rows = query.query([])?;
            while let Some(row) = rows.next()? {
                let email: String = row.get(0)?;
                // Whoever adds a row by hand may add one that is no address.
                let Ok(address) = Address::parse(&email) else { continue };
                let suppression = Suppression { address, reason: row.get(1)?, at: row.get(2)? };
                if each(suppression).is_break() {
                    break;
                }
            }
            Ok(())
        })
    }
}

/// How many of a campaign are in which state, by the run that put them there. Merged rows are
/// taken off again instead of left out: an index answers both.
fn tallies(connection: &Connection, campaign: i64) -> Result<Vec<(RunId, State, u64)>, Trouble> {
    const ALL: &str = "SELECT run, state, count(*) FROM recipients
                       WHERE campaign = ?1 GROUP BY state, run";
    const MERGED: &str = "SELECT run, state, count(*) FROM recipients
                          WHERE campaign = ?1 AND merged IS NOT NULL GROUP BY state, run";
    let counted = |sql: &str| -> Result<Vec<(RunId, State, u64)>, Trouble> {
        let mut query = connection.prepare(sql)?;
        let tallies = query
            .query_map([campaign], |row| Ok((RunId(row.get(0)?), row.get(1)?, count(row, 2)?)))?;
        Ok(tallies.collect::<Result<_, _>>()?)
    };
    let mut tallies = counted(ALL)?;
    if schema::version(connection)? >= WITH_IDENTITIES {
        for (run, state, merged) in counted(MERGED)? {
            let those = tallies.iter_mut().find(|one| (one.0, one.1) == (run, state));
            if let Some((_, _, count)) = those {
                *count = count.saturating_sub(merged);
            }
        }
    }
    tallies.retain(|(_, _, count)| *count > 0);
    Ok(tallies)
}

/// The condition that a row counts: it is not merged into another.
fn live(connection: &Connection) -> Result<&'static str, Trouble> {
    let is_before = schema::version(connection)? < WITH_IDENTITIES;
    Ok(if is_before { "TRUE" } else { "merged IS NULL" })
}

/// How many mails were sent since a moment.
pub(super) fn sent_since(connection: &Connection, moment: i64) -> Result<u64, Trouble> {
    Ok(connection.query_row(
        "SELECT count(*) FROM recipients
         WHERE state = 'sent' AND at >= ?1
           AND campaign IN (SELECT campaign FROM runs WHERE heartbeat_at >= ?2)",
        [moment, moment.saturating_sub(DAY)],
        |row| count(row, 0),
    )?)
}

/// The number of a campaign, if it ever had a run.
pub(super) fn campaign_id(connection: &Connection, name: &str) -> Result<Option<i64>, Trouble> {
    let mut query = connection.prepare_cached("SELECT id FROM campaigns WHERE name = ?1")?;
    Ok(query.query_row([name], |row| row.get(0)).optional()?)
}

fn count(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    Ok(row.get::<_, i64>(column)?.unsigned_abs())
}

fn campaign_record(row: &Row<'_>) -> rusqlite::Result<CampaignRecord> {
    let fingerprint = Fingerprint { subject: row.get(1)?, content_hash: row.get(2)? };
    Ok(CampaignRecord { id: row.get(0)?, fingerprint, since: row.get(3)? })
}

fn recipient(row: &Row<'_>, state: State) -> rusqlite::Result<Recipient> {
    Ok(Recipient {
        email: row.get(0)?,
        state,
        reply: Reply { code: row.get(3)?, enhanced: row.get(4)?, text: row.get(5)? },
        at: row.get(6)?,
        retry_at: if state == State::Deferred { row.get(7)? } else { None },
    })
}

impl ToSql for State {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.as_str().into())
    }
}

impl FromSql for State {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let text = value.as_str()?;
        Self::ALL
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or_else(|| FromSqlError::Other(format!("unknown state `{text}`").into()))
    }
}
