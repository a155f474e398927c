//! The catalogue as a page for operators.

use std::fmt::Write as _;

use crate::catalogue;
use crate::instrument::Kind;

const HEAD: &str = "\
# Metrics

Generated from the catalogue (`protocol/telemetry/src/catalogue.rs`) by
`cargo run -p longhaul-telemetry --example metrics-page > protocol/telemetry/METRICS.md`.

Every program answers `GET /metrics` on its admin port. Counters count from the start of the
process. Labels have the values listed and no other: never an address, a subject or an id.

";

/// The page `protocol/telemetry/METRICS.md`.
#[must_use]
pub fn page() -> String {
    let mut page = HEAD.to_owned();
    for entry in catalogue::entries() {
        let kind = match entry.kind {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
            Kind::Histogram => "histogram",
        };
        let unit = entry.unit;
        // Writing to a string cannot fail.
        let _ = writeln!(page, "## {}\n\n{}\n", entry.prometheus(), entry.sentence);
        let _ = writeln!(page, "OpenTelemetry: `{}`, {kind}, unit `{unit}`\n", entry.name);
        for (label, values) in &entry.labels {
            let values: Vec<_> = values.iter().map(|value| format!("`{value}`")).collect();
            let _ = writeln!(page, "- `{label}`: {}", values.join(", "));
        }
        if !entry.labels.is_empty() {
            page.push('\n');
        }
    }
    page.truncate(page.trim_end().len());
    page.push('\n');
    page
}
