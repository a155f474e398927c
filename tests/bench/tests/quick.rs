//! The benchmarks run, on the smallest sizes. How fast is never a test.

use std::collections::BTreeSet;
use std::process::Command;

use anyhow::{Context as _, ensure};
use serde_json::Value;

/// Runs `bench copy --quick` and gives its lines.
fn quick(figures: &[&str]) -> anyhow::Result<Vec<Value>> {
    bench(&[&["copy", "--quick"], figures].concat())
}

/// Runs `bench --json` and gives its lines.
fn bench(arguments: &[&str]) -> anyhow::Result<Vec<Value>> {
    let output =
        Command::new(env!("CARGO_BIN_EXE_bench")).args(arguments).arg("--json").output()?;
    let stderr = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{}: {stderr}", output.status);
    let stdout = String::from_utf8(output.stdout)?;
    let lines = stdout.lines().map(|line| {
        serde_json::from_str(line).with_context(|| format!("not a line of JSON: {line:?}"))
    });
    lines.collect()
}

#[test]
fn every_figure_is_a_line_with_its_goal_and_whether_it_is_valid() -> anyhow::Result<()> {
    let lines = quick(&["--scheme", "https"])?;
    let mut goals = BTreeSet::new();
    for line in &lines {
        let keys: BTreeSet<&str> =
            line.as_object().context("an object")?.keys().map(String::as_str).collect();
        let expected = ["bench", "figure", "goal", "holds", "unit", "valid", "value"];
        ensure!(keys == BTreeSet::from(expected), "{line}");
        ensure!(
            line["bench"] == "copy" && line["value"].as_f64().is_some_and(|v| v >= 0.0),
            "{line}"
        );
        ensure!(line["holds"].is_boolean() && line["valid"].is_boolean(), "{line}");
        if line["goal"] != "" {
            goals.insert(line["figure"].as_str().context("a name")?);
        }
    }
    let expected = [
        "cpu per GiB, in pumps, HTTPS",
        "from 1 to 4 workers, HTTPS",
        "part of the bare loop's rate, HTTPS",
        "peak memory, a folder of 1,000,000 items, HTTPS",
        "peak memory, items of 150 MB, HTTPS",
        "slots idle while work exists, HTTPS",
    ];
    ensure!(goals == BTreeSet::from(expected), "{goals:?}");
    Ok(())
}

#[test]
fn a_figure_can_be_measured_alone_and_over_one_scheme() -> anyhow::Result<()> {
    let lines = quick(&["cpu", "--scheme", "http"])?;
    let all = lines.len();
    let ours = |line: &&Value| line["figure"].as_str().is_some_and(|name| name.ends_with(", HTTP"));
    ensure!(all > 0 && lines.iter().filter(ours).count() == all, "{lines:?}");
    Ok(())
}

#[test]
fn a_pass_over_unchanged_mailboxes_costs_the_source_one_request_each() -> anyhow::Result<()> {
    let sizes = ["--mailboxes", "3", "--folders", "4", "--items", "6"];
    let lines = bench(&[&["noop"][..], &sizes].concat())?;
    let requests = lines.iter().find(|line| line["figure"] == "requests to the source");
    let requests = requests.context("the figure")?;
    ensure!(requests["value"] == 3.0 && requests["holds"] == true, "{requests}");
    Ok(())
}
