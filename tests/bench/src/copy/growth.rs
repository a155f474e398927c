//! How much more four workers copy than one.
//!
//! Nobody can tell how a fleet grows on a machine that is used up: the figure is valid if the
//! processors had time left while four workers ran.

use serde_json::json;

use super::fleet::{Fleet, Scheme, Setup};
use super::{informs, judged};
use crate::figure::Figure;
use crate::process;

/// How late the simulator answers: so late that workers wait and processors do not matter.
const LATENCY: u64 = 100;
const WORKERS: usize = 4;
const GOAL: f64 = 3.6;
/// The least part of the processors' time that has to be left.
const LEFT: f64 = 0.1;

pub(super) fn run(scheme: Scheme, quick: bool) -> anyhow::Result<Vec<Figure>> {
    let (one, _) = rate(scheme, 1, quick)?;
    let (many, left) = rate(scheme, WORKERS, quick)?;
    let times = many / one;
    let name = |what: &str| format!("{what}, {}", scheme.name());
    Ok(vec![
        informs(name("1 worker, 100 ms latency"), one, "items/s"),
        informs(name("4 workers, 100 ms latency"), many, "items/s"),
        informs(name("processors idle beside 4 workers"), left * 100.0, "%"),
        judged(
            name("from 1 to 4 workers"),
            times,
            "times",
            format!(">= {GOAL}, 100 ms latency"),
            times >= GOAL,
            left >= LEFT,
        ),
    ])
}

/// Items per second of so many workers, from nothing, and which part of the machine's processor
/// time was left.
fn rate(scheme: Scheme, workers: usize, quick: bool) -> anyhow::Result<(f64, f64)> {
    // Folders of 25 items: each takes a few requests, and a worker's slots are always in some.
    let (mailboxes, folders) = if quick { (4, 2) } else { (16, 30) };
    let fleet = Fleet::start(&Setup {
        scheme,
        mailboxes,
        copied: mailboxes as usize,
        items: folders * 25,
        profile: format!("bulk:4000:{folders}"),
        workers,
        ..Setup::default()
    })?;
    fleet.prepare()?;
    let latency = json!({ "action": { "kind": "latency", "milliseconds": LATENCY } });
    fleet.simulator.act("faults", &latency)?;
    let before = process::machine()?;
    let rate = fleet.copy()?.rate();
    let after = process::machine()?;
    let left = (after.0 - before.0) as f64 / (after.1 - before.1).max(1) as f64;
    Ok((rate, left))
}
