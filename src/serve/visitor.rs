//! Who asks, and how often they did what is counted: showed a token that is nobody's, or sent
//! the form. Guessing 128 bits is hopeless at any speed; the count keeps those who try from
//! filling logs and disks.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::http::HeaderMap;

use crate::clock::Stopwatch;

/// How often a visitor may do it in a window.
const MOST: u32 = 30;
/// How many visitors are counted at a time.
const VISITORS: usize = 10_000;

/// Who asks: the other end of the connection, or whom a proxy in front of us
/// names. Only one in our own network is believed; of what it passes on, the
/// last that is not in our network itself.
pub(super) fn visitor(peer: IpAddr, headers: &HeaderMap) -> IpAddr {
    let mut visitor = peer.to_canonical();
    let values = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
    let hops: Vec<&str> = values.flat_map(|value| value.split(',')).collect();
    for hop in hops.into_iter().rev() {
        if !is_ours(visitor) {
            break;
        }
        match parse(hop.trim()) {
            Some(before) => visitor = before.to_canonical(),
            None => break,
        }
    }
    visitor
}

/// An address, perhaps with a port, as proxies write them.
fn parse(hop: &str) -> Option<IpAddr> {
    let with_port = || hop.parse().ok().map(|socket: std::net::SocketAddr| socket.ip());
    let bare = hop.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(hop);
    bare.parse().ok().or_else(with_port)
}

fn is_ours(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(four) => four.is_loopback() || four.is_private() || four.is_link_local(),
        IpAddr::V6(six) => {
            six.is_loopback() || six.is_unique_local() || six.is_unicast_link_local()
        }
    }
}

/// How often each visitor did it of late.
pub(super) struct Visits {
    clock: Stopwatch,
    window: Duration,
    counts: Mutex<HashMap<IpAddr, Count>>,
}

struct Count {
    since: Duration,
    times: u32,
}

impl Visits {
    /// None yet; `window` is how long they are kept in mind.
    pub(super) fn within(window: Duration) -> Self {
        Self { clock: Stopwatch::start(), window, counts: Mutex::default() }
    }

    /// Counts one, and says whether those are too many.
    pub(super) fn add(&self, visitor: IpAddr) -> bool {
        self.add_at(visitor, self.clock.elapsed())
    }

    fn add_at(&self, visitor: IpAddr, now: Duration) -> bool {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let is_over = |count: &Count| now.saturating_sub(count.since) >= self.window;
        if counts.len() >= VISITORS {
            counts.retain(|_, count| !is_over(count));
        }
        if counts.len() >= VISITORS {
            // More come from everywhere than can be told apart.
            counts.clear();
        }
        let count = counts.entry(network(visitor)).or_insert(Count { since: now, times: 0 });
        if is_over(count) {
            *count = Count { since: now, times: 0 };
        }
        count.times = count.times.saturating_add(1);
        count.times > MOST
    }
}

/// Whoever has one IPv6 address has the 64 bits behind it too.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(six) => Ipv6Addr::from_bits(six.to_bits() & !u128::from(u64::MAX)).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(peer: &str, forwarded: &[&'static str]) -> String {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append("x-forwarded-for", value.parse().expect("a value"));
        }
        visitor(peer.parse().expect("an address"), &headers).to_string()
    }

    #[test]
    fn only_a_proxy_of_our_own_network_is_believed() {
        assert_eq!(seen("203.0.113.9", &["198.51.100.1"]), "203.0.113.9");
        assert_eq!(seen("127.0.0.1", &[]), "127.0.0.1");
        assert_eq!(seen("127.0.0.1", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(seen("::ffff:127.0.0.1", &["198.51.100.1:4711"]), "198.51.100.1");
        assert_eq!(seen("10.0.0.2", &["[2001:db8::1]:80"]), "2001:db8::1");
        // What a client wrote there itself stands before what our proxy saw.
        assert_eq!(seen("127.0.0.1", &["6.6.6.6, 198.51.100.1"]), "198.51.100.1");
        assert_eq!(seen("127.0.0.1", &["6.6.6.6", "198.51.100.1, 10.0.0.2"]), "198.51.100.1");
        assert_eq!(seen("127.0.0.1", &["unknown"]), "127.0.0.1");
    }

    #[test]
    fn a_visitor_who_was_refused_too_often_is_told_so_for_a_minute() {
        let window = Duration::from_mins(1);
        let refusals = Visits::within(window);
        let (one, other) = (IpAddr::from([198, 51, 100, 1]), IpAddr::from([198, 51, 100, 2]));
        let start = Duration::from_secs(5);
        assert!((0..MOST).all(|_| !refusals.add_at(one, start)));
        assert!(refusals.add_at(one, start) && !refusals.add_at(other, start));
        assert!(!refusals.add_at(one, start + window));
        let six = |text: &str| text.parse::<IpAddr>().expect("an address");
        assert!((0..MOST).all(|_| !refusals.add_at(six("2001:db8::1"), start)));
        assert!(refusals.add_at(six("2001:db8::2"), start), "one network");
        for number in 0..25_000_u32 {
            refusals.add_at(IpAddr::from(number.to_be_bytes()), start);
        }
        assert!(refusals.counts.lock().expect("ours").len() <= VISITORS);
    }
}
