//! A folder, some mails at a time: their numbers are asked for by their places,
//! which move up when somebody takes a mail away meanwhile.

use std::collections::BTreeSet;
use std::io;
use std::ops::ControlFlow;

use super::Account;
use super::reply::Reply;
use super::session::{Heard, Session, go_on};
use super::trouble::Stage;
use crate::finding::Finding;

/// How many mails are asked for at once: their numbers fit a line that every
/// server reads (RFC 7162 §4 says 8192 bytes).
const MAILS: u32 = 500;

/// How far a folder was gone through.
#[derive(Debug)]
pub(super) struct Window {
    /// The place of the next mail.
    next: u32,
    /// The place of the last one. What comes meanwhile is another run's.
    last: u32,
    /// The highest number that was read.
    read: u32,
}

impl Window {
    /// A folder with so many mails.
    pub(super) fn over(count: u32) -> Self {
        Self { next: 1, last: count, read: 0 }
    }

    /// The places of the next mails, if there are any.
    pub(super) fn next(&mut self) -> Option<(u32, u32)> {
        let first = self.next;
        if first > self.last || first == u32::MAX {
            return None;
        }
        let last = first.saturating_add(MAILS - 1).min(self.last);
        self.next = last.saturating_add(1);
        Some((first, last))
    }

    /// A mail is gone: all behind it have moved up.
    fn expunged(&mut self, place: u32) {
        if place < self.next {
            self.next = self.next.saturating_sub(1).max(1);
        }
        if place <= self.last {
            self.last -= 1;
        }
    }

    /// The numbers of mails that were not read yet, of those that a server named.
    fn fresh(&mut self, found: Vec<u32>) -> BTreeSet<u32> {
        let mut fresh: BTreeSet<u32> = found.into_iter().filter(|uid| *uid > self.read).collect();
        // A server that names more than was asked for gets no larger command.
        while fresh.len() > MAILS as usize {
            fresh.pop_last();
        }
        self.read = fresh.last().copied().unwrap_or(self.read);
        fresh
    }
}

impl Session {
    /// The numbers of the mails at these places.
    pub(super) async fn search(
        &mut self,
        account: &Account,
        (first, last): (u32, u32),
        window: &mut Window,
    ) -> Result<BTreeSet<u32>, Finding> {
        let since = account.since.as_ref().map(|day| format!(" SINCE {day}")).unwrap_or_default();
        let command = format!("UID SEARCH {first}:{last}{since}");
        let mut all = Vec::new();
        let end = self
            .command(Stage::Search, &command, &mut |reply| {
                match reply {
                    Reply::Found(uids) => {
                        let room = (2 * MAILS as usize).saturating_sub(all.len());
                        all.extend(uids.into_iter().take(room));
                    }
                    Reply::Expunge(place) => window.expunged(place),
                    _ => {}
                }
                go_on()
            })
            .await?;
        if end.is_ok {
            Ok(window.fresh(all))
        } else {
            Err(account.trouble.refused(Stage::Search, &end.words))
        }
    }

    /// Reads mails by their numbers. Says whether to go on.
    pub(super) async fn fetch(
        &mut self,
        uids: &BTreeSet<u32>,
        max: usize,
        window: &mut Window,
        give: &mut dyn FnMut(u32, io::Result<&[u8]>) -> bool,
    ) -> Result<bool, Finding> {
        let command = format!("UID FETCH {} (UID BODY.PEEK[]<0.{max}>)", set(uids));
        let mut missing = uids.clone();
        let (mut goes_on, mut was_gibberish) = (true, false);
        let end = self
            .command(Stage::Fetch, &command, &mut |reply| {
                match reply {
                    Reply::Mail { uid, bytes } if missing.remove(&uid) => {
                        // One without a body is gone.
                        goes_on = bytes.is_none_or(|bytes| give(uid, Ok(&bytes)));
                        return if goes_on {
                            ControlFlow::Continue(Heard::Useful)
                        } else {
                            ControlFlow::Break(())
                        };
                    }
                    Reply::Expunge(place) => window.expunged(place),
                    Reply::Gibberish => was_gibberish = true,
                    _ => {}
                }
                go_on()
            })
            .await?;
        // What is missing was taken away meanwhile, unless there is another reason.
        if goes_on && (!end.is_ok || was_gibberish) {
            let why =
                if end.is_ok { "the server's answer cannot be read".into() } else { end.words };
            for uid in missing {
                goes_on = goes_on && give(uid, Err(io::Error::other(why.clone())));
            }
        }
        Ok(goes_on)
    }
}

/// Numbers as commands name them: `1:3,7`.
fn set(uids: &BTreeSet<u32>) -> String {
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    for uid in uids {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == *uid => *last = *uid,
            _ => ranges.push((*uid, *uid)),
        }
    }
    let range = |(first, last): &(u32, u32)| {
        if first == last { first.to_string() } else { format!("{first}:{last}") }
    };
    ranges.iter().map(range).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_named_in_ranges() {
        assert_eq!(set(&BTreeSet::from([1, 2, 3, 7, 9, 10])), "1:3,7,9:10");
        assert_eq!(set(&BTreeSet::from([u32::MAX])), u32::MAX.to_string());
    }

    #[test]
    fn a_folder_is_gone_through_once_also_when_mails_go_meanwhile() {
        let mut window = Window::over(1200);
        assert_eq!(window.next(), Some((1, 500)));
        // Two that were read, and one that was not, are taken away.
        for place in [4, 4, 900] {
            window.expunged(place);
        }
        assert_eq!(window.next(), Some((499, 998)));
        assert_eq!(window.next(), Some((999, 1197)));
        assert_eq!(window.next(), None);
        assert_eq!(Window::over(0).next(), None);
    }

    #[test]
    fn a_server_that_names_too_many_or_old_ones_is_not_followed() {
        let mut window = Window::over(1000);
        assert_eq!(window.fresh(vec![5, 3, 3]), BTreeSet::from([3, 5]));
        assert_eq!(window.fresh(vec![5, 4, 9]), BTreeSet::from([9]));
        assert_eq!(window.fresh((10..5000).collect()).len(), MAILS as usize);
    }

    #[test]
    fn places_that_no_folder_has_end_somewhere() {
        let mut window = Window { next: u32::MAX - 1, last: u32::MAX, read: 0 };
        assert_eq!(window.next(), Some((u32::MAX - 1, u32::MAX)));
        assert_eq!(window.next(), None);
        window.expunged(1);
    }
}
