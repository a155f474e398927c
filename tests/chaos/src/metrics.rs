//! What programs count as broken invariants, by their own metrics and logs.

use std::path::Path;

use serde_json::Value;

/// The metric of broken invariants (`protocol/telemetry/METRICS.md`).
const VIOLATIONS: &str = "longhaul_invariant_violations_total";

/// Where the admin port of a program is, by its log.
pub(crate) fn admin(log: &str) -> Option<String> {
    let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let mut fields = lines.map(|line| line["fields"].clone());
    let said = fields.find(|fields| fields["message"] == "the admin port listens")?;
    said["address"].as_str().map(str::to_owned)
}

/// Broken invariants that the program at `admin` has counted; none if it does not answer.
pub(crate) fn violations(admin: &str) -> Option<f64> {
    let answer = reqwest::blocking::get(format!("http://{admin}/metrics")).ok()?;
    Some(sum(&answer.error_for_status().ok()?.text().ok()?))
}

fn sum(text: &str) -> f64 {
    let series = text.lines().filter_map(|line| line.strip_prefix(VIOLATIONS));
    series.filter_map(|rest| rest.rsplit_once(' ')?.1.parse::<f64>().ok()).sum()
}

/// Lines of the logs in `folder` that must not be there: broken invariants and panics, also those of
/// programs that were killed before anybody could ask them.
///
/// # Errors
///
/// If the folder cannot be read.
pub(crate) fn outcries(folder: &Path) -> anyhow::Result<Vec<String>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_none_or(|extension| extension != "log") {
            continue;
        }
        let text = String::from_utf8_lossy(&std::fs::read(&path)?).into_owned();
        let lines = text.lines().filter(|line| {
            ["invariant broken", "panicked at"].iter().any(|mark| line.contains(mark))
        });
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        found.extend(lines.map(|line| format!("{name}: {line}")));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn violations_of_all_invariants_are_summed_up() {
        let text = "# HELP longhaul_invariant_violations_total Broken invariants\n\
            longhaul_invariant_violations_total{invariant=\"CP-1\"} 2\n\
            longhaul_invariant_violations_total{invariant=\"CP-4\"} 1\n\
            longhaul_slots 4\n";
        assert!((sum(text) - 3.0).abs() < f64::EPSILON);
    }

    #[test]
    fn the_admin_port_is_read_from_the_log() {
        let log = "text\n{\"fields\":{\"message\":\"the admin port listens\",\
            \"address\":\"127.0.0.1:7\"}}\n";
        assert_eq!(admin(log).as_deref(), Some("127.0.0.1:7"));
    }

    #[test]
    fn panics_and_broken_invariants_in_logs_are_found() {
        let folder = tempfile::tempdir().expect("a folder");
        let line = "thread panicked at x.rs\nfine\n{\"message\":\"invariant broken\"}\n";
        std::fs::write(folder.path().join("worker-1.log"), line).expect("written");
        std::fs::write(folder.path().join("notes.txt"), line).expect("written");
        assert_eq!(outcries(folder.path()).expect("reads").len(), 2);
    }
}
