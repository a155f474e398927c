//! What Prometheus itself thinks of our metrics. Needs the Debian package `prometheus`.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::Duration;

use longhaul_core::Side;
use longhaul_core::state::MailboxState;
use longhaul_telemetry::labels::{
    Operation, PublishOutcome, RequestOutcome, SliceEnd, StoreCall, StoreOutcome,
};
use longhaul_telemetry::{exposition, metrics};

#[test]
fn promtool_accepts_every_metric() {
    let metrics = metrics();
    let time = Duration::from_millis(3);
    metrics.slices.record(time, SliceEnd::Done);
    let request = (Side::Source, Operation::GetItem, RequestOutcome::Answered);
    metrics.requests.record(time, request);
    metrics.store_calls.record(time, (StoreCall::Commit, StoreOutcome::Done));
    metrics.publishes.record(time, PublishOutcome::Confirmed);
    metrics.mailboxes.tally([MailboxState::Copying]);
    let text = exposition();

    let mut promtool = Command::new("promtool")
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("promtool runs: install the package `prometheus`");
    promtool.stdin.take().expect("piped").write_all(text.as_bytes()).expect("written");
    let output = promtool.wait_with_output().expect("ended");
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    assert!(output.status.success() && said.trim().is_empty(), "{said}\n{text}");
}
