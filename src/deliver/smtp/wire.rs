//! Bytes in and out, bounded in length and time.

use std::future::{poll_fn, ready};
use std::io::{self, IoSlice};
use std::net::SocketAddr;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use memchr::memchr;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::client::TlsStream;

use super::reply::{Lines, Unfinished};
use crate::wire::{Fault, Stream, closed_or};

/// The longest line of a reply. RFC 5321 §4.5.3.1.5 says 512 bytes; servers
/// that explain themselves at length exist.
const LINE_MAX: usize = 2048;

/// A TCP connection, encrypted or not, and what was read ahead from it.
#[derive(Debug)]
pub(super) struct Wire {
    stream: Stream,
    ahead: Vec<u8>,
}

/// Bytes that could not be written. What is not `accepted` surely never left.
pub(super) struct Unwritten {
    pub(super) accepted: usize,
    pub(super) fault: Fault,
}

impl Wire {
    pub(super) fn plain(stream: TcpStream) -> Self {
        Self { stream: Stream::Plain(stream), ahead: Vec::new() }
    }

    pub(super) fn tls(stream: TlsStream<TcpStream>) -> Self {
        Self { stream: Stream::Tls(Box::new(stream)), ahead: Vec::new() }
    }

    pub(super) fn is_encrypted(&self) -> bool {
        self.stream.is_encrypted()
    }

    /// Our end and theirs.
    pub(super) fn ends(&self) -> io::Result<(SocketAddr, SocketAddr)> {
        self.stream.ends()
    }

    /// The TCP connection below, to be encrypted. Nothing read ahead survives
    /// it, and an encrypted connection is not encrypted twice.
    pub(super) fn into_plain(self) -> Option<TcpStream> {
        self.stream.into_plain()
    }

    /// Whether a password may go over it.
    pub(super) fn may_log_in(&self) -> io::Result<bool> {
        self.stream.may_log_in()
    }

    /// Reads one whole reply. After an error the place in the stream is lost,
    /// and the wire must not be used again.
    pub(super) async fn reply(&mut self, limit: Duration) -> Result<Lines, Fault> {
        self.reply_while(limit, ready(None)).await.map(|(lines, _)| lines)
    }

    /// Reads one whole reply, and writes meanwhile what `ahead` gives, if it
    /// gives it before the reply is there. Says whether all of that could be written.
    pub(super) async fn reply_while(
        &mut self,
        limit: Duration,
        ahead: impl Future<Output = Option<String>>,
    ) -> Result<(Lines, bool), Fault> {
        let mut ahead = pin!(ahead);
        let mut is_waiting = true;
        let mut is_whole = true;
        let reading = async {
            let mut unfinished = Unfinished::default();
            loop {
                if let Some(lines) = self.take_reply(&mut unfinished)? {
                    return Ok((lines, is_whole));
                }
                tokio::select! {
                    filled = self.fill() => filled?,
                    group = &mut ahead, if is_waiting => {
                        is_waiting = false;
                        let group = group.unwrap_or_default();
                        is_whole = self.write(group.as_bytes(), limit).await.is_ok();
                    }
                }
            }
        };
        // One limit for the whole reply: a line every minute must not hold us for hours.
        timeout(limit, reading).await.unwrap_or(Err(Fault::TimedOut))
    }

    /// Whether something stands in the stream that nobody asked for yet. An
    /// end of the stream is told as a fault.
    pub(super) async fn has_unread(&mut self) -> Result<bool, Fault> {
        if !self.ahead.is_empty() {
            return Ok(true);
        }
        let mut buffer = [0; 512];
        let looked = {
            let mut read = pin!(self.stream.read(&mut buffer));
            poll_fn(|context| Poll::Ready(read.as_mut().poll(context))).await
        };
        match looked {
            Poll::Pending => Ok(false),
            Poll::Ready(Ok(0)) => Err(Fault::Closed),
            Poll::Ready(Ok(count)) => {
                self.ahead.extend_from_slice(&buffer[..count]);
                Ok(true)
            }
            Poll::Ready(Err(why)) => Err(closed_or(&why)),
        }
    }

    /// Writes all of it, with a limit for each step forward.
    pub(super) async fn write(&mut self, bytes: &[u8], limit: Duration) -> Result<(), Unwritten> {
        self.write_both([bytes, &[]], limit).await
    }

    /// The same for two pieces that leave as one, without copying them together.
    pub(super) async fn write_both(
        &mut self,
        [first, second]: [&[u8]; 2],
        limit: Duration,
    ) -> Result<(), Unwritten> {
        let mut accepted = 0;
        while accepted < first.len() + second.len() {
            let left = &first[accepted.min(first.len())..];
            let rest = &second[accepted.saturating_sub(first.len())..];
            let slices = [IoSlice::new(left), IoSlice::new(rest)];
            let slices = if left.is_empty() { &slices[1..] } else { &slices[..] };
            let fault = match timeout(limit, self.stream.write(slices)).await {
                Ok(Ok(0)) => Fault::Closed,
                Ok(Ok(count)) => {
                    accepted += count;
                    continue;
                }
                Ok(Err(why)) => closed_or(&why),
                Err(_) => Fault::TimedOut,
            };
            return Err(Unwritten { accepted, fault });
        }
        let flushed = timeout(limit, self.stream.flush()).await;
        let fault = match flushed {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(why)) => closed_or(&why),
            Err(_) => Fault::TimedOut,
        };
        Err(Unwritten { accepted, fault })
    }

    /// Ends the stream in order; whether the other side hears it does not matter.
    pub(super) async fn shutdown(mut self, limit: Duration) {
        let _ = timeout(limit, self.stream.shutdown()).await;
    }

    /// Takes the next reply from what was read ahead, if all of it is there.
    fn take_reply(&mut self, unfinished: &mut Unfinished) -> Result<Option<Lines>, Fault> {
        loop {
            let found = memchr(b'\n', &self.ahead);
            let end = match found {
                Some(end) if end < LINE_MAX => end,
                None if self.ahead.len() < LINE_MAX => return Ok(None),
                _ => return Err(Fault::Protocol("a reply line is too long")),
            };
            let line = self.ahead[..end].strip_suffix(b"\r").unwrap_or(&self.ahead[..end]);
            let reply = unfinished.take(line).map_err(Fault::Protocol)?;
            self.ahead.drain(..=end);
            if reply.is_some() {
                return Ok(reply);
            }
        }
    }

    /// Reads some bytes ahead; nothing is lost where this is dropped.
    async fn fill(&mut self) -> Result<(), Fault> {
        let mut buffer = [0; LINE_MAX];
        match self.stream.read(&mut buffer).await {
            Ok(0) => Err(Fault::Closed),
            Ok(count) => {
                self.ahead.extend_from_slice(&buffer[..count]);
                Ok(())
            }
            Err(why) => Err(closed_or(&why)),
        }
    }
}
