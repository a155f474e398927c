//! What the simulator was asked: counted per operation and mailbox.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use serde::Serialize;

use crate::tenant::lock;

/// Numbers of one operation at one mailbox.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Count {
    /// Requests that reached the operation.
    pub(crate) calls: u64,
    /// Of these, answered with anything but HTTP 200.
    pub(crate) refused: u64,
    /// Items or folders in answers, errors included.
    pub(crate) items: u64,
    /// Of these, answered with an error or a warning.
    pub(crate) errors: u64,
    /// Bytes of XML received.
    pub(crate) received_bytes: u64,
    /// Bytes of XML sent, before compression.
    pub(crate) sent_bytes: u64,
    /// Most requests of one application running at once.
    pub(crate) max_concurrency: u32,
}

/// All numbers.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    by_call: Mutex<BTreeMap<(String, String), Count>>,
    token_requests: AtomicU64,
    unauthorized: AtomicU64,
    tokens: AtomicI64,
}

impl Counters {
    /// Changes the numbers of an operation at a mailbox.
    pub(crate) fn note(&self, operation: &str, mailbox: &str, change: impl FnOnce(&mut Count)) {
        let mut counts = lock(&self.by_call);
        change(counts.entry((operation.to_owned(), mailbox.to_lowercase())).or_default());
    }

    /// A token was asked for.
    pub(crate) fn token_request(&self) {
        self.token_requests.fetch_add(1, Ordering::Relaxed);
    }

    /// An EWS request was answered with 401.
    pub(crate) fn unauthorized(&self) {
        self.unauthorized.fetch_add(1, Ordering::Relaxed);
    }

    /// A number for a new token.
    pub(crate) fn next_token(&self) -> i64 {
        self.tokens.fetch_add(1, Ordering::Relaxed)
    }

    /// The number the next token will get.
    pub(crate) fn coming_token(&self) -> i64 {
        self.tokens.load(Ordering::Relaxed)
    }

    /// Sets all numbers back, except those of tokens.
    pub(crate) fn reset(&self) {
        lock(&self.by_call).clear();
        self.token_requests.store(0, Ordering::Relaxed);
        self.unauthorized.store(0, Ordering::Relaxed);
    }

    /// The numbers as JSON.
    pub(crate) fn list(&self) -> serde_json::Value {
        let calls: Vec<_> = lock(&self.by_call)
            .iter()
            .map(|((operation, mailbox), count)| {
                let mut entry = serde_json::to_value(count).unwrap_or_default();
                entry["operation"] = operation.as_str().into();
                entry["mailbox"] = mailbox.as_str().into();
                entry
            })
            .collect();
        serde_json::json!({
            "token_requests": self.token_requests.load(Ordering::Relaxed),
            "unauthorized": self.unauthorized.load(Ordering::Relaxed),
            "calls": calls,
        })
    }
}
