//! How long a server that is away is waited for when a command begins: what passes by itself
//! (a restart, a failover, too many connections) must not end it, while a wrong host or port is
//! to be told within seconds. Nothing is printed: the finding that comes in the end says it all.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::sleep;

use super::server::Server;
use crate::clock::Stopwatch;

/// How long a server is waited for that says itself that it will be back.
const ANNOUNCED: Duration = Duration::from_mins(1);
/// How long one is waited for of which nothing is heard: it is between its end and its
/// beginning, or the port is wrong.
const UNHEARD: Duration = Duration::from_secs(12);
/// The first pause before another try, and the longest.
const PAUSES: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(1));

/// Who was waited for in vain. They are asked once from then on, until they answer: a preview
/// asks at every look.
static GIVEN_UP: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Why something may go another time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Passing {
    /// The server says that it starts, ends, or has too many connections at the moment.
    Announced,
    /// Nobody listens, or the connection broke.
    Unheard,
}

/// Tries until it works, or is not worth to be waited for any longer. What is tried can be
/// told twice.
pub(crate) async fn patiently<T, E>(
    server: &Server,
    mut attempt: impl AsyncFnMut() -> Result<T, E>,
    passing: impl Fn(&E) -> Option<Passing>,
) -> Result<T, E> {
    let name = server.to_string();
    let was_given_up = remembered(|given_up| given_up.contains(&name));
    let (since, mut patience) = (Stopwatch::start(), Patience::default());
    loop {
        let error = match attempt().await {
            Ok(value) => {
                if was_given_up {
                    remembered(|given_up| given_up.retain(|known| *known != name));
                }
                return Ok(value);
            }
            Err(error) => error,
        };
        let Some(passing) = passing(&error) else { return Err(error) };
        let pause = patience.pause(passing, since.elapsed()).filter(|_| !was_given_up);
        let Some(pause) = pause else {
            if !was_given_up {
                remembered(|given_up| given_up.push(name));
            }
            return Err(error);
        };
        sleep(pause).await;
    }
}

fn remembered<T>(look: impl FnOnce(&mut Vec<String>) -> T) -> T {
    look(&mut GIVEN_UP.lock().unwrap_or_else(PoisonError::into_inner))
}

/// What was waited so far.
#[derive(Default)]
struct Patience {
    /// When the server said something last.
    heard: Duration,
    pauses: u32,
}

impl Patience {
    /// How long to wait before the next try; nothing when it was long enough.
    fn pause(&mut self, passing: Passing, elapsed: Duration) -> Option<Duration> {
        if passing == Passing::Announced {
            self.heard = elapsed;
        }
        let is_over = elapsed >= ANNOUNCED || elapsed.saturating_sub(self.heard) >= UNHEARD;
        let pause = PAUSES.0.saturating_mul(1 << self.pauses.min(16)).min(PAUSES.1);
        self.pauses += 1;
        (!is_over).then_some(pause)
    }
}

#[cfg(test)]
mod tests {
    use super::Passing::{Announced, Unheard};
    use super::*;

    /// How long a server is waited for that is as it is told at each second, from then on as at
    /// the last one.
    fn waited(seconds: &[Passing]) -> u64 {
        let mut patience = Patience::default();
        let at = |second: u64| seconds[usize::try_from(second).unwrap().min(seconds.len() - 1)];
        (0..1000)
            .find(|&second| patience.pause(at(second), Duration::from_secs(second)).is_none())
            .unwrap()
    }

    #[test]
    fn who_is_not_heard_of_is_given_up_in_seconds_and_who_says_when_in_a_minute() {
        assert_eq!(waited(&[Unheard]), 12);
        assert_eq!(waited(&[Announced]), 60);
        // It ends, is away for a while, and starts for long.
        let restart = [[Announced; 8], [Unheard; 8], [Announced; 8]].concat();
        assert_eq!(waited(&restart), 60);
        assert_eq!(waited(&[Announced, Announced, Announced, Unheard]), 2 + 12);
    }

    #[test]
    fn pauses_become_longer_but_never_long() {
        let mut patience = Patience::default();
        let pauses: Vec<u128> = (0..40)
            .filter_map(|_| patience.pause(Announced, Duration::ZERO))
            .map(|pause| pause.as_millis())
            .collect();
        assert_eq!(pauses[..6], [50, 100, 200, 400, 800, 1000]);
        assert_eq!((pauses.len(), pauses[39]), (40, 1000));
    }
}
