//! How long slots wait for a job while there is work.
//!
//! The jobs are the shortest there are, at a service that takes its time: what is measured is
//! whether coordinator and queue keep up, not how much the machine can do at once.

use std::time::{Duration, Instant};

use anyhow::ensure;
use longhaul_e2e::wait_until;
use serde_json::json;

use super::fleet::{Fleet, Scheme, Setup};
use super::{informs, judged};
use crate::figure::Figure;

/// The most a slot may wait, of its time.
const GOAL: f64 = 0.01;
/// Jobs ended a second for the figure to say something.
const LEAST: f64 = 500.0;
/// How late the simulator answers. A job takes two answers one after the other, and the slots
/// together end some 600 jobs a second.
const LATENCY: u64 = 200;
const SLOTS: u16 = 64;
/// Between two looks at the workers' metrics, which costs them time.
const LOOK: Duration = Duration::from_millis(250);
const PATIENCE: Duration = Duration::from_secs(120);

/// What the workers' slots have done so far.
#[derive(Clone, Copy, Debug)]
struct Seen {
    at: Instant,
    ended: f64,
    busy: f64,
    idle: f64,
}

impl Seen {
    fn now(fleet: &Fleet) -> anyhow::Result<Self> {
        let sum = |name: &str, label: &str| -> anyhow::Result<f64> {
            fleet.workers.iter().map(|worker| worker.metric(name, label)).sum()
        };
        Ok(Self {
            at: Instant::now(),
            ended: sum("longhaul_slice_duration_seconds_count", "")?,
            busy: sum("longhaul_slot_time_seconds_total", "state=\"busy\"")?,
            idle: sum("longhaul_slot_time_seconds_total", "state=\"idle\"")?,
        })
    }
}

pub(super) fn run(scheme: Scheme, quick: bool) -> anyhow::Result<Vec<Figure>> {
    // With windows of 8 folders these mailboxes fill what the fleet may have in the queue.
    let (mailboxes, folders) = if quick { (4, 10) } else { (128, 100) };
    let fleet = Fleet::start(&Setup {
        scheme,
        mailboxes,
        copied: mailboxes as usize,
        // The folders are empty but for one: the shortest jobs there are.
        items: 1,
        profile: format!("bulk:1:{folders}"),
        workers: 4,
        slots: SLOTS,
        ..Setup::default()
    })?;
    fleet.prepare()?;
    let latency = json!({ "action": { "kind": "latency", "milliseconds": LATENCY } });
    fleet.simulator.act("faults", &latency)?;
    let jobs = f64::from(mailboxes * folders);
    let before = Seen::now(&fleet)?.ended;
    fleet.begin()?;
    // From when all slots have had work to when it runs out.
    let until = |part: f64| {
        wait_until("jobs end", PATIENCE, || {
            #[expect(clippy::disallowed_methods, reason = "polls processes that cannot notify us")]
            std::thread::sleep(LOOK);
            let seen = Seen::now(&fleet)?;
            Ok((seen.ended - before >= jobs * part).then_some(seen))
        })
    };
    let (first, last) = (until(0.2)?, until(0.8)?);
    let (busy, idle) = (last.busy - first.busy, last.idle - first.idle);
    ensure!(busy + idle > 0.0, "the slots have no time");
    let rate = (last.ended - first.ended) / (last.at - first.at).as_secs_f64().max(0.001);
    let part = idle / (busy + idle);
    let name = |what: &str| format!("{what}, {}", scheme.name());
    Ok(vec![
        informs(name("jobs ended"), rate, "jobs/s"),
        judged(
            name("slots idle while work exists"),
            part * 100.0,
            "%",
            format!("< {} %, at {LEAST} jobs/s", GOAL * 100.0),
            part < GOAL,
            rate >= LEAST,
        ),
    ])
}
