//! A client that moves bytes and does nothing else: it sends requests like those of an export,
//! throws away what it gets, and sends bytes it has ready like those of an upload.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;

use super::sink::Sink;
use crate::process;

/// What to move.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Work {
    /// Connections at a time.
    pub(crate) connections: usize,
    /// Pairs of an export and an upload.
    pub(crate) pairs: u64,
    /// Bytes of an export's request and answer, then of an upload's.
    pub(crate) export: (usize, usize),
    pub(crate) upload: (usize, usize),
}

/// What moving it took.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Pumped {
    /// Bytes moved, both ways.
    pub(crate) bytes: u64,
    /// Processor time of the pump.
    pub(crate) cpu: Duration,
    /// Time on the clock.
    pub(crate) took: Duration,
}

#[derive(Deserialize, Serialize)]
struct Job {
    url: String,
    authority: Option<String>,
    work: Work,
}

impl Work {
    /// Has a pump do it, as a process of its own.
    pub(crate) fn pump(&self, sink: &Sink) -> anyhow::Result<Pumped> {
        let (url, authority) = (sink.url.clone(), sink.authority.clone());
        super::call("pump", &Job { url, authority, work: self.clone() })
    }
}

pub(super) async fn run(job: serde_json::Value) -> anyhow::Result<Pumped> {
    let Job { url, authority, work } = serde_json::from_value(job)?;
    let http = super::http::client(authority.as_deref())?;
    let left = Arc::new(AtomicU64::new(work.pairs));
    let body = |length: usize| Bytes::from(vec![b'A'; length]);
    let (question, content) = (body(work.export.0), body(work.upload.0));
    let pid = std::process::id();
    let (cpu, begun) = (process::cpu(pid)?, Instant::now());
    let mut lanes = JoinSet::new();
    for _ in 0..work.connections {
        let (http, left, url) = (http.clone(), Arc::clone(&left), url.clone());
        let (question, content) = (question.clone(), content.clone());
        let (exported, uploaded) = (work.export.1, work.upload.1);
        lanes.spawn(async move {
            while left
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| n.checked_sub(1))
                .is_ok()
            {
                exchange(&http, format!("{url}/{exported}"), question.clone()).await?;
                exchange(&http, format!("{url}/{uploaded}"), content.clone()).await?;
            }
            anyhow::Ok(())
        });
    }
    while let Some(ended) = lanes.join_next().await {
        ended??;
    }
    let each = work.export.0 + work.export.1 + work.upload.0 + work.upload.1;
    Ok(Pumped {
        bytes: each as u64 * work.pairs,
        cpu: process::cpu(pid)?.saturating_sub(cpu),
        took: begun.elapsed(),
    })
}

async fn exchange(http: &reqwest::Client, url: String, body: Bytes) -> anyhow::Result<()> {
    let mut response = http.post(url).body(body).send().await?.error_for_status()?;
    while response.chunk().await?.is_some() {}
    Ok(())
}
