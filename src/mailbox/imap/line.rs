//! Whole responses out of a stream of bytes, bounded in length: a server may
//! announce gigabytes, and gets no memory for them.

use imap_codec::fragmentizer::{FragmentInfo, Fragmentizer};

use crate::wire::{Fault, Stream, closed_or};

/// What a response may have besides a mail, in bytes.
const AROUND: usize = 64 << 10;
/// How much is read at once.
const CHUNK: usize = 16 << 10;

/// A connection that is read response by response.
pub(super) struct Line {
    stream: Stream,
    fragments: Fragmentizer,
    max: usize,
    buffer: Vec<u8>,
    /// A response without bytes of value 0, where it had some.
    mended: Vec<u8>,
}

impl Line {
    /// Reads from a stream, at most so much of a mail at a time.
    pub(super) fn new(stream: Stream, max: usize) -> Self {
        let max = max + AROUND;
        Self {
            stream,
            fragments: Fragmentizer::new(u32::try_from(max).unwrap_or(u32::MAX)),
            max,
            buffer: vec![0; CHUNK],
            mended: Vec::new(),
        }
    }

    /// The stream below.
    pub(super) fn stream(&mut self) -> &mut Stream {
        &mut self.stream
    }

    /// The stream, to be encrypted; `None` if something stands in it that nobody
    /// asked for. Nothing that was read ahead survives.
    pub(super) fn into_stream(mut self) -> Option<Stream> {
        let has_more = self.fragments.progress().is_some();
        (!has_more && self.fragments.message_bytes().is_empty()).then_some(self.stream)
    }

    /// Reads one whole response. After an error the place in the stream is lost,
    /// and the line must not be used again.
    pub(super) async fn next(&mut self) -> Result<&[u8], Fault> {
        while !self.advance()? {
            let count = self.stream.read(&mut self.buffer).await.map_err(|why| closed_or(&why))?;
            if count == 0 {
                return Err(Fault::Closed);
            }
            self.fragments.enqueue_bytes(&self.buffer[..count]);
        }
        let bytes = self.fragments.message_bytes();
        if memchr::memchr(0, bytes).is_none() {
            return Ok(bytes);
        }
        // No mail may have them (RFC 3501 §4.3), some have, and the grammar stops there.
        self.mended.clear();
        self.mended.extend(bytes.iter().map(|byte| if *byte == 0 { b' ' } else { *byte }));
        Ok(&self.mended)
    }

    /// Goes through what was read; whether a response ends there.
    fn advance(&mut self) -> Result<bool, Fault> {
        while let Some(fragment) = self.fragments.progress() {
            if let FragmentInfo::Line { announcement: Some(announced), .. } = fragment
                && announced.length as usize > self.max
            {
                return Err(Fault::Protocol("it announces more than was asked for"));
            }
            if self.fragments.is_message_complete() {
                break;
            }
        }
        if self.fragments.is_max_message_size_exceeded() {
            return Err(Fault::Protocol("a reply has no end"));
        }
        Ok(self.fragments.is_message_complete())
    }

    /// Sends bytes.
    pub(super) async fn send(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        self.stream.write_all(bytes).await.map_err(|why| closed_or(&why))?;
        self.stream.flush().await.map_err(|why| closed_or(&why))
    }
}
