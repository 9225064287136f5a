//! All that is asked. Long answers come in pieces by their key, so that a million
//! recipients take no room.

use std::collections::HashMap;
use std::ops::ControlFlow;

use tokio_postgres::Row;

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

use super::Postgres;
use super::budgets;
use super::claims::{state, stored};
use super::link::Link;
use super::meetings::{self, Campaign};
use super::runs::{self, Runs};
use super::subscriptions;
use super::suppressions;
use super::tokens;
use super::trouble::Trouble;

/// How many rows come at a time.
const PIECE: i64 = 2000;
/// In seconds. A run shows itself far more often, so its outcomes are no later than this
/// after its last heartbeat.
const DAY: i64 = 86_400;

impl Book for Postgres {
    fn campaigns(&self) -> Result<Vec<CampaignRecord>, Finding> {
        self.ask(&async |link| {
            let sql = "SELECT name, subject, content_hash, since FROM campaigns ORDER BY id DESC";
            link.rows(sql, &[]).await?.iter().map(campaign_record).collect()
        })
    }

    fn campaign(&self, id: &str) -> Result<Option<CampaignRecord>, Finding> {
        self.ask(&async |link| {
            let sql = "SELECT name, subject, content_hash, since FROM campaigns WHERE name = $1";
            link.row(sql, &[&id]).await?.as_ref().map(campaign_record).transpose()
        })
    }

    fn totals(&self, campaign: &str, now: i64) -> Result<Totals, Finding> {
        self.ask(&async |link| {
            let mut totals = Totals::default();
            let Some(campaign) = campaign_id(link, campaign).await? else { return Ok(totals) };
            let mut runs = Runs::new(link, now);
            let sql = format!(
                "SELECT state, run, count(*) FROM recipients
                 WHERE campaign = $1 AND {} GROUP BY state, run",
                link.holds().await?.live()
            );
            for row in link.rows(&sql, &[&campaign]).await? {
                let state = runs.seen_as(state(&row, 0)?, RunId(row.try_get(1)?)).await?;
                totals.add(state, count(&row, 2)?);
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
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.ask(&async |link| {
            let Some(campaign) = campaign_id(link, campaign).await? else { return Ok(Vec::new()) };
            let mut runs = Runs::new(link, now);
            let live = link.holds().await?.live();
            let sql = format!(
                "SELECT domain FROM recipients WHERE campaign = $1 AND {live}
                 GROUP BY domain ORDER BY count(*) DESC, domain LIMIT $2"
            );
            let names: Vec<String> = link
                .rows(&sql, &[&campaign, &limit])
                .await?
                .iter()
                .map(|row| row.try_get(0))
                .collect::<Result<_, _>>()?;
            let places: HashMap<String, usize> =
                names.iter().cloned().enumerate().map(|(place, name)| (name, place)).collect();
            let sql = format!(
                "SELECT domain, state, run, count(*) FROM recipients
                 WHERE campaign = $1 AND domain = ANY ($2::text[]) AND {live}
                 GROUP BY domain, state, run"
            );
            let rows = link.rows(&sql, &[&campaign, &names]).await?;
            let mut domains: Vec<(String, Totals)> =
                names.into_iter().map(|name| (name, Totals::default())).collect();
            for row in rows {
                let Some(&place) = places.get(row.try_get::<_, &str>(0)?) else { continue };
                let state = runs.seen_as(state(&row, 1)?, RunId(row.try_get(2)?)).await?;
                domains[place].1.add(state, count(&row, 3)?);
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
        let Some(campaign) = self.ask(&async |link| campaign_id(link, campaign).await)? else {
            return Ok(());
        };
        for stored in State::ALL {
            let may_be_shown = match only {
                Some(State::InDoubt) => matches!(stored, State::InDoubt | State::Claimed),
                Some(only) => only == stored,
                None => true,
            };
            if !may_be_shown {
                continue;
            }
            let mut after = (0, 0);
            loop {
                let piece =
                    self.ask(&async |link| piece(link, campaign, stored, after, now).await)?;
                let is_last = i64::try_from(piece.len()).is_ok_and(|found| found < PIECE);
                for (key, recipient) in piece {
                    after = key;
                    if only.is_none_or(|only| only == recipient.state) && each(recipient).is_break()
                    {
                        return Ok(());
                    }
                }
                if is_last {
                    break;
                }
            }
        }
        Ok(())
    }

    fn waiting(&self, campaign: &str, now: i64) -> Result<Waiting, Finding> {
        self.ask(&async |link| {
            let Some(campaign) = campaign_id(link, campaign).await? else {
                return Ok(Waiting::default());
            };
            let sql = format!(
                "SELECT count(CASE WHEN retry_at <= $2 THEN 1 END),
                        min(CASE WHEN retry_at > $2 THEN retry_at END)
                 FROM recipients WHERE campaign = $1 AND state = 'deferred' AND {}",
                link.holds().await?.live()
            );
            let row = link.one(&sql, &[&campaign, &now]).await?;
            Ok(Waiting { due: count(&row, 0)?, next: row.try_get(1)? })
        })
    }

    fn runs(&self, campaign: &str, now: i64) -> Result<Vec<RunRecord>, Finding> {
        self.ask(&async |link| match campaign_id(link, campaign).await? {
            Some(campaign) => runs::records(link, campaign, now).await,
            None => Ok(Vec::new()),
        })
    }

    fn at_work(&self, campaign: &str, now: i64) -> Result<Vec<RunId>, Finding> {
        self.ask(&async |link| runs::at_work(link, campaign, now).await)
    }

    fn runners(&self, now: i64) -> Result<Vec<Runner>, Finding> {
        self.ask(&async |link| runs::runners(link, now).await)
    }

    fn tallies(&self, campaign: &str) -> Result<Vec<(RunId, State, u64)>, Finding> {
        self.ask(&async |link| {
            let Some(campaign) = campaign_id(link, campaign).await? else { return Ok(Vec::new()) };
            let sql = format!(
                "SELECT run, state, count(*) FROM recipients
                 WHERE campaign = $1 AND {} GROUP BY state, run",
                link.holds().await?.live()
            );
            let rows = link.rows(&sql, &[&campaign]).await?;
            let tally = |row| Ok((RunId(Row::try_get(row, 0)?), state(row, 1)?, count(row, 2)?));
            rows.iter().map(tally).collect()
        })
    }

    fn settled_since(&self, campaign: &str, moment: i64) -> Result<u64, Finding> {
        self.ask(&async |link| {
            let Some(campaign) = campaign_id(link, campaign).await? else { return Ok(0) };
            let sql = format!(
                "SELECT count(*) FROM recipients WHERE campaign = $1 AND at >= $2
                     AND state NOT IN ('claimed', 'skipped') AND {}",
                link.holds().await?.live()
            );
            count(&link.one(&sql, &[&campaign, &moment]).await?, 0)
        })
    }

    fn stages(&self, campaign: &str) -> Result<Vec<StageTime>, Finding> {
        self.ask(&async |link| match campaign_id(link, campaign).await? {
            Some(campaign) => runs::stages(link, campaign).await,
            None => Ok(Vec::new()),
        })
    }

    fn promised(&self, now: i64) -> Result<u64, Finding> {
        self.ask(&async |link| budgets::promised(link, None, now).await)
    }

    fn sent_since(&self, moment: i64) -> Result<u64, Finding> {
        self.ask(&async |link| sent_since(link, moment).await)
    }

    fn nth_sent_since(&self, moment: i64, nth: u64) -> Result<Option<i64>, Finding> {
        self.ask(&async |link| {
            let sql = "SELECT at FROM recipients
                       WHERE state = 'sent' AND at >= $1
                         AND campaign IN (SELECT campaign FROM runs WHERE heartbeat_at >= $2)
                       ORDER BY at LIMIT 1 OFFSET $3";
            let offset = stored(nth.saturating_sub(1));
            let row = link.row(sql, &[&moment, &moment.saturating_sub(DAY), &offset]).await?;
            Ok(row.map(|row| row.try_get(0)).transpose()?)
        })
    }

    fn failed_and_suppressed(&self, campaign: &str) -> Result<u64, Finding> {
        self.ask(&async |link| {
            let otherwise = "OR suppressions.address = one.identity
                             OR suppressions.identity = coalesce(one.identity, one.address)";
            let holds = link.holds().await?;
            let sql = format!(
                "SELECT count(*) FROM recipients AS one
                 JOIN campaigns ON campaigns.id = one.campaign
                 WHERE campaigns.name = $1 AND one.state = 'failed' AND {}
                   AND EXISTS (SELECT 1 FROM suppressions
                               WHERE suppressions.address = one.address {})",
                holds.live(),
                if holds.identities { otherwise } else { "" }
            );
            count(&link.one(&sql, &[&campaign]).await?, 0)
        })
    }

    fn is_suppressed(&self, address: &Address) -> Result<bool, Finding> {
        self.ask(&async |link| {
            Ok(!suppressions::reasons(link, &Spelling::of(address)).await?.is_empty())
        })
    }

    fn standings(
        &self,
        campaign: &str,
        addresses: &[&Address],
        now: i64,
    ) -> Result<Vec<Standing>, Finding> {
        self.ask(&async |link| standings(link, campaign, addresses, now).await)
    }

    fn may_be_asked(&self, address: &Address) -> Result<bool, Finding> {
        self.ask(&async |link| {
            let reasons = suppressions::reasons(link, &Spelling::of(address)).await?;
            Ok(reasons.iter().all(|(reason, at)| may_come_back(reason, *at, i64::MAX)))
        })
    }

    fn subscriptions(
        &self,
        each: &mut dyn FnMut(Subscription) -> ControlFlow<()>,
    ) -> Result<(), Finding> {
        let mut after = String::new();
        loop {
            let piece = self.ask(&async |link| subscriptions::piece(link, &after, PIECE).await)?;
            let is_last = i64::try_from(piece.len()).is_ok_and(|found| found < PIECE);
            for (key, subscription) in piece {
                after = key;
                if subscription.is_some_and(|one| each(one).is_break()) {
                    return Ok(());
                }
            }
            if is_last {
                return Ok(());
            }
        }
    }

    fn holders(
        &self,
        maker: &TokenMaker,
        tokens: &[[u8; 16]],
    ) -> Result<Vec<Option<Holder>>, Finding> {
        self.ask(&async |link| tokens::holders(link, maker, tokens).await)
    }

    fn suppressions(
        &self,
        each: &mut dyn FnMut(Suppression) -> ControlFlow<()>,
    ) -> Result<(), Finding> {
        let mut after = String::new();
        loop {
            let rows = self.ask(&async |link| {
                let sql = "SELECT address, email, reason, at FROM suppressions
                           WHERE address COLLATE \"C\" > $1
                           ORDER BY address COLLATE \"C\" LIMIT $2";
                link.rows(sql, &[&after, &PIECE]).await
            })?;
            for row in &rows {
                let read = || -> Result<(String, String, String, i64), tokio_postgres::Error> {
                    Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?, row.try_get(3)?))
                };
                let (key, email, reason, at) =
                    read().map_err(|error| Trouble::from(error).into_finding(&self.server))?;
                after = key;
                // Whoever adds a row by hand may add one that is no address.
                let Ok(address) = Address::parse(&email) else { continue };
                if each(Suppression { address, reason, at }).is_break() {
                    return Ok(());
                }
            }
            if i64::try_from(rows.len()).is_ok_and(|found| found < PIECE) {
                return Ok(());
            }
        }
    }
}

/// A piece of the recipients in one state, behind a run and a recipient.
async fn piece(
    link: &Link,
    campaign: i64,
    stored: State,
    after: (i64, i64),
    now: i64,
) -> Result<Vec<((i64, i64), Recipient)>, Trouble> {
    let sql = format!(
        "SELECT email, run, id, code, enhanced, reply, at, retry_at FROM recipients
         WHERE campaign = $1 AND state = $2 AND (run, id) > ($3, $4) AND {}
         ORDER BY run, id LIMIT $5",
        link.holds().await?.live()
    );
    let rows = link.rows(&sql, &[&campaign, &stored.as_str(), &after.0, &after.1, &PIECE]).await?;
    let mut runs = Runs::new(link, now);
    let mut piece = Vec::with_capacity(rows.len());
    for row in rows {
        let key = (row.try_get(1)?, row.try_get(2)?);
        let state = runs.seen_as(stored, RunId(key.0)).await?;
        let code: Option<i64> = row.try_get(3)?;
        let recipient = Recipient {
            email: row.try_get(0)?,
            state,
            reply: Reply {
                code: code.and_then(|code| u16::try_from(code).ok()),
                enhanced: row.try_get(4)?,
                text: row.try_get(5)?,
            },
            at: row.try_get(6)?,
            retry_at: if state == State::Deferred { row.try_get(7)? } else { None },
        };
        piece.push((key, recipient));
    }
    Ok(piece)
}

/// Where addresses stand for a campaign, as somebody sees it who has no run in this ledger.
async fn standings(
    link: &Link,
    campaign: &str,
    addresses: &[&Address],
    now: i64,
) -> Result<Vec<Standing>, Trouble> {
    let readers: Vec<Spelling<'_>> =
        addresses.iter().map(|address| Spelling::of(address)).collect();
    let readers: Vec<&Spelling<'_>> = readers.iter().collect();
    let found = meetings::look(link, Campaign::Named(campaign), &readers, None, now).await?;
    let nothing = Standing { state: None, retry_at: None, is_mine: false, is_suppressed: false };
    let standing = |found: &meetings::Found| Standing {
        is_suppressed: found.is_suppressed,
        ..counting(&found.rows).map_or(nothing, |row| row.standing)
    };
    Ok(found.iter().map(standing).collect())
}

/// How many mails were sent since a moment.
pub(super) async fn sent_since(link: &Link, moment: i64) -> Result<u64, Trouble> {
    let sql = "SELECT count(*) FROM recipients
               WHERE state = 'sent' AND at >= $1
                 AND campaign IN (SELECT campaign FROM runs WHERE heartbeat_at >= $2)";
    count(&link.one(sql, &[&moment, &moment.saturating_sub(DAY)]).await?, 0)
}

/// The number of a campaign, if it ever had a run.
pub(super) async fn campaign_id(link: &Link, name: &str) -> Result<Option<i64>, Trouble> {
    let row = link.row("SELECT id FROM campaigns WHERE name = $1", &[&name]).await?;
    Ok(row.map(|row| row.try_get(0)).transpose()?)
}

/// A count.
pub(super) fn count(row: &Row, column: usize) -> Result<u64, Trouble> {
    Ok(row.try_get::<_, i64>(column)?.unsigned_abs())
}

fn campaign_record(row: &Row) -> Result<CampaignRecord, Trouble> {
    let fingerprint = Fingerprint { subject: row.try_get(1)?, content_hash: row.try_get(2)? };
    Ok(CampaignRecord { id: row.try_get(0)?, fingerprint, since: row.try_get(3)? })
}
