//! The only clock and the only source of randomness: time and chance come
//! into every other room as arguments, so that a test can say what time it is.

use std::convert::Infallible;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use rsa::rand_core::{TryCryptoRng, TryRng};

/// Seconds since 1970-01-01 UTC.
#[allow(clippy::disallowed_methods, reason = "this is the one clock")]
pub fn unix_now() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}

/// The time since 1970-01-01 UTC.
#[allow(clippy::disallowed_methods, reason = "this is the one clock")]
pub fn since_1970() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

/// A moment to measure from; says nothing about the calendar.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts now.
    #[allow(clippy::disallowed_methods, reason = "this is the one clock")]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// The time since the start.
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

/// A number that nobody outside this process can guess well enough to matter
/// for names of runs and temporary files. Not for secrets.
pub fn random_u64() -> u64 {
    RandomState::new().build_hasher().finish()
}

/// A secret key, from the operating system's generator.
pub fn random_secret() -> [u8; 32] {
    let mut key = [0; 32];
    getrandom::fill(&mut key).expect("the operating system has randomness");
    key
}

/// The operating system's generator, for crates that make keys.
#[derive(Clone, Copy, Debug)]
pub struct Chance;

impl TryRng for Chance {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        getrandom::fill(bytes).expect("the operating system has randomness");
        Ok(())
    }
}

impl TryCryptoRng for Chance {}
