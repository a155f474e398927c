//! Small items per second, against a bare loop over the same simulator.

use super::fleet::{Fleet, Scheme, Setup};
use super::{informs, judged};
use crate::figure::Figure;
use crate::floor::Loop;

const ITEM: u64 = 4_000;
/// The least part of the bare loop's rate.
const GOAL: f64 = 0.5;
/// Items the bare loop asks for at a time: as many as longhaul.
const BATCH: usize = 100;

pub(super) fn run(scheme: Scheme, quick: bool) -> anyhow::Result<Vec<Figure>> {
    let fleet = Fleet::start(&Setup {
        scheme,
        // The first two are ours, the others the loop's.
        mailboxes: 4,
        copied: 2,
        items: if quick { 400 } else { 100_000 },
        profile: format!("bulk:{ITEM}:4"),
        ..Setup::default()
    })?;
    let copied = fleet.copy()?;
    let bare = Loop::over(&fleet.simulator, 2..4, copied.connections.max(1), BATCH).run()?;

    let ours = copied.rate();
    let loops = bare.items as f64 / bare.took.as_secs_f64();
    let part = ours / loops;
    let name = |what: &str| format!("{what}, {}", scheme.name());
    let cpu = copied.cpu.as_secs_f64() * 1_000_000.0 / copied.items as f64;
    Ok(vec![
        informs(name("4 KB items"), ours, "items/s"),
        informs(name("4 KB items of the bare loop"), loops, "items/s"),
        informs(name("cpu per 4 KB item"), cpu, "µs"),
        judged(
            name("part of the bare loop's rate"),
            part,
            "times",
            format!(">= {GOAL}, 4 KB items"),
            part >= GOAL,
            bare.items == copied.items && copied.steady.0 > copied.items / 2,
        ),
    ])
}
