//! A store each of whose calls waits to be let through, and may find the store away.

use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::Poll;

use longhaul_core::code::STORE_UNREACHABLE;
use longhaul_store::{Around, Error};
use longhaul_telemetry::labels::StoreCall;

/// Lets one call through at a time.
#[derive(Debug, Default)]
pub(super) struct Gate {
    open: AtomicBool,
    /// Somebody stands before it.
    waited_at: AtomicBool,
    /// The store is away for so many calls.
    away: AtomicUsize,
    /// A call was refused because another owns the folder.
    refused: AtomicBool,
    /// A call found the store away.
    failed: AtomicBool,
}

impl Gate {
    /// Opens it for one call.
    pub(super) fn open(&self) {
        self.open.store(true, Ordering::SeqCst);
        self.waited_at.store(false, Ordering::SeqCst);
    }

    /// Whether a call stands before it.
    pub(super) fn is_waited_at(&self) -> bool {
        self.waited_at.load(Ordering::SeqCst)
    }

    /// The next calls of the store fail. Every other one is carried out all the same: the reply
    /// is what was lost.
    pub(super) fn close_store_for(&self, calls: usize) {
        self.away.store(calls, Ordering::SeqCst);
    }

    /// Whether a call was refused, since this was last asked, because another owns the folder.
    pub(super) fn take_refusal(&self) -> bool {
        self.refused.swap(false, Ordering::SeqCst)
    }

    /// Whether a call found the store away since this was last asked.
    pub(super) fn take_failure(&self) -> bool {
        self.failed.swap(false, Ordering::SeqCst)
    }

    /// A call comes. Who drives the jobs polls it again.
    pub(super) async fn pass(&self) {
        poll_fn(|_| {
            if self.open.swap(false, Ordering::SeqCst) {
                return Poll::Ready(());
            }
            self.waited_at.store(true, Ordering::SeqCst);
            Poll::Pending
        })
        .await;
    }

    /// How many calls fail, this one included.
    fn count_down(&self) -> usize {
        let less = |left: usize| left.checked_sub(1);
        self.away.fetch_update(Ordering::SeqCst, Ordering::SeqCst, less).unwrap_or_default()
    }
}

impl Around for Gate {
    async fn call<T: Send>(
        &self,
        call: StoreCall,
        inner: impl Future<Output = Result<T, Error>> + Send,
    ) -> Result<T, Error> {
        // The clock is no step of its own.
        if call == StoreCall::Now {
            return inner.await;
        }
        self.pass().await;
        match self.count_down() {
            0 => {
                let answer = inner.await;
                let refused = matches!(answer, Err(Error::StaleOwner));
                self.refused.fetch_or(refused, Ordering::SeqCst);
                answer
            }
            left => {
                self.failed.store(true, Ordering::SeqCst);
                if left % 2 == 0 {
                    drop(inner.await);
                }
                let source = std::io::Error::from(std::io::ErrorKind::ConnectionRefused);
                let source = Arc::new(Error::Unreachable { source: Box::new(source) });
                Err(Error::Away { code: STORE_UNREACHABLE, source })
            }
        }
    }
}
