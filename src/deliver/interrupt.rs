//! Ctrl-C and SIGTERM. The first one lets the mail under way be finished; the
//! second one does not wait for it.

use std::future::poll_fn;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::finding::{Checked, Finding};

/// How often the user has asked to stop.
#[derive(Debug, Default)]
pub struct Interrupt {
    signals: Vec<Signal>,
    count: u32,
}

impl Interrupt {
    /// Listens from now on, for the rest of the program's life: the signals
    /// no longer end it by themselves.
    pub fn listen() -> Checked<Self> {
        let listen = |kind| {
            signal(kind).map_err(|error| {
                Finding::error("signals", format!("cannot listen for Ctrl-C: {error}"), "try again")
            })
        };
        let signals = vec![listen(SignalKind::interrupt())?, listen(SignalKind::terminate())?];
        Ok(Self { signals, count: 0 })
    }

    /// Listens to nothing.
    pub fn deaf() -> Self {
        Self::default()
    }

    /// Whether the user has asked to stop by now.
    pub(super) fn came(&mut self) -> bool {
        self.look(&mut Context::from_waker(Waker::noop()));
        self.count > 0
    }

    /// Waits for a future that may be dropped as soon as the user asks to stop.
    pub(super) async fn or_stopped<T>(&mut self, future: impl Future<Output = T>) -> Option<T> {
        self.with_patience(1, future, &mut || {}).await
    }

    /// Waits for a future that should come to its end: `first` hears of the
    /// first request to stop, and only the second drops the future.
    pub(super) async fn or_stopped_twice<T>(
        &mut self,
        future: impl Future<Output = T>,
        first: &mut (dyn FnMut() + Send),
    ) -> Option<T> {
        self.with_patience(2, future, first).await
    }

    async fn with_patience<T>(
        &mut self,
        patience: u32,
        future: impl Future<Output = T>,
        first: &mut (dyn FnMut() + Send),
    ) -> Option<T> {
        let mut future = pin!(future);
        poll_fn(|context| {
            if let Poll::Ready(value) = future.as_mut().poll(context) {
                return Poll::Ready(Some(value));
            }
            let before = self.count;
            self.look(context);
            if before == 0 && self.count > 0 {
                first();
            }
            if self.count >= patience { Poll::Ready(None) } else { Poll::Pending }
        })
        .await
    }

    fn look(&mut self, context: &mut Context<'_>) {
        for signal in &mut self.signals {
            while signal.poll_recv(context).is_ready() {
                self.count += 1;
            }
        }
    }
}
