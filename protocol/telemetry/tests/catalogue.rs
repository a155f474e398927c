//! The catalogue, its page and what is really exposed agree.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use longhaul_core::Side;
use longhaul_telemetry::labels::{
    Operation, PublishOutcome, QueueState, RequestOutcome, SliceEnd, StoreCall, StoreOutcome,
    StoreState,
};
use longhaul_telemetry::{Label, catalogue, exposition, metrics, page};

/// Name and type of every exposed metric.
fn exposed(text: &str) -> BTreeMap<String, String> {
    text.lines()
        .filter_map(|line| line.strip_prefix("# TYPE "))
        .filter_map(|line| line.split_once(' '))
        .map(|(name, kind)| (name.to_owned(), kind.to_owned()))
        .collect()
}

/// Histograms and gauges show nothing before something was recorded.
fn record_something_everywhere() {
    let metrics = metrics();
    let time = Duration::from_millis(3);
    metrics.slices.record(time, SliceEnd::Done);
    let request = (Side::Source, Operation::GetItem, RequestOutcome::Answered);
    metrics.requests.record(time, request);
    metrics.store_calls.record(time, (StoreCall::Commit, StoreOutcome::Done));
    metrics.publishes.record(time, PublishOutcome::Confirmed);
    metrics.store_state.by(|| Some(StoreState::Up));
    metrics.queue_state.by(|| Some(QueueState::Up));
    metrics.jobs_waiting.set(1, ());
    drop(metrics.leading.hold(1, ()));
    metrics.passes.tally([]);
    metrics.mailboxes.tally([]);
    metrics.window.set(1, ());
    metrics.window_limit.set(1, ());
}

#[test]
fn what_is_exposed_is_what_the_catalogue_lists() {
    record_something_everywhere();
    let mut exposed = exposed(&exposition());
    assert_eq!(exposed.remove("target_info").as_deref(), Some("gauge"), "which program this is");
    let listed: BTreeMap<_, _> = catalogue::entries()
        .iter()
        .map(|entry| (entry.prometheus(), format!("{:?}", entry.kind).to_lowercase()))
        .collect();
    assert_eq!(exposed, listed);
}

#[test]
fn every_exposed_label_and_value_is_listed() {
    record_something_everywhere();
    let listed: BTreeMap<_, _> =
        catalogue::entries().into_iter().map(|entry| (entry.prometheus(), entry.labels)).collect();
    let text = exposition();
    let mut checked = 0;
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let Some((name, rest)) = line.split_once('{') else { continue };
        let name = ["_bucket", "_sum", "_count"]
            .iter()
            .find_map(|end| name.strip_suffix(end).filter(|name| listed.contains_key(*name)))
            .unwrap_or(name);
        let Some(labels) = listed.get(name) else { continue };
        let (shown, _) = rest.rsplit_once('}').expect("labels end");
        for pair in shown.split(',') {
            let (label, value) = pair.split_once('=').expect("a label has a value");
            let value = value.trim_matches('"');
            let known = labels.iter().find(|(known, _)| *known == label);
            let is_known = known.is_some_and(|(_, values)| values.contains(&value));
            assert!(is_known || label == "le", "{line}");
            checked += 1;
        }
    }
    assert!(checked > 50, "labels were looked at: {checked}");
}

#[test]
fn the_page_is_the_catalogue() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("METRICS.md");
    let written = std::fs::read_to_string(path).expect("the page is there");
    assert!(
        written == page(),
        "METRICS.md is old: run `cargo run -p longhaul-telemetry --example metrics-page > \
         protocol/telemetry/METRICS.md`"
    );
}

#[test]
fn names_units_and_sentences_follow_the_rules() {
    let entries = catalogue::entries();
    for entry in &entries {
        let name = entry.name;
        assert!(name.starts_with("longhaul.") || name.starts_with("process."), "{name}");
        let plain = |c: char| c.is_ascii_lowercase() || c == '.' || c == '_';
        assert!(name.chars().all(plain), "{name}");
        let annotation = entry.unit.starts_with('{') && entry.unit.ends_with('}');
        assert!(annotation || ["s", "By"].contains(&entry.unit), "{name}: {}", entry.unit);
        assert!(entry.sentence.ends_with('.') && entry.sentence.len() < 120, "{name}");
        assert!(entry.series() <= 150, "{name} may have {} series", entry.series());
        assert_eq!(entries.iter().filter(|other| other.name == name).count(), 1, "{name}");
    }
}

#[test]
fn an_operation_nobody_listed_counts_as_other() {
    for operation in Operation::ALL {
        assert_eq!(Operation::named(operation.value()), *operation);
    }
    assert_eq!(Operation::named("someone@source.test"), Operation::Other);
}
