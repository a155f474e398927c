//! The most memory a worker ever has.

use super::fleet::{Fleet, Scheme, Setup};
use super::judged;
use crate::figure::Figure;

const MIB: f64 = 1024.0 * 1024.0;
/// What a worker may have beside its bytes in flight.
const GOAL: u64 = 64;
/// The bytes-in-flight budget: a small one, so that what is not counted shows.
const IN_FLIGHT: u64 = 64;

pub(super) fn run(scheme: Scheme, quick: bool) -> anyhow::Result<Vec<Figure>> {
    let least = |quick_items, items| if quick { quick_items } else { items };
    Ok(vec![
        // The shortest items there are: their number is what counts.
        measure("a folder of 1,000,000 items", scheme, 1, least(2_000, 1_000_000))?,
        measure("items of 150 MB", scheme, least(30_000_000, 150_000_000), least(2, 12))?,
    ])
}

fn measure(what: &str, scheme: Scheme, bytes: u64, items: u64) -> anyhow::Result<Figure> {
    let fleet = Fleet::start(&Setup {
        scheme,
        items,
        profile: format!("bulk:{bytes}"),
        mib_in_flight: IN_FLIGHT,
        ..Setup::default()
    })?;
    let peak = fleet.copy()?.peak as f64 / MIB;
    let allowed = GOAL + IN_FLIGHT;
    Ok(judged(
        format!("peak memory, {what}, {}", scheme.name()),
        peak,
        "MiB",
        format!("<= {GOAL} + {IN_FLIGHT} MiB"),
        peak <= allowed as f64,
        true,
    ))
}
