//! What an operator sees of a copy in Prometheus, and that it tells nobody's secrets.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use longhaul_e2e::{
    Mailboxes, ProjectFile, Prometheus, Server, Simulator, assert_equal_sides, check_metrics,
    longhaul, wait_until,
};
use serde_json::Value;

const SETTINGS: &[(&str, &str)] = &[("LONGHAUL_ADMIN__LISTEN", "127.0.0.1:0")];

/// Where the admin port is, as the log says.
fn admin(server: &Server) -> anyhow::Result<String> {
    wait_until("the admin port is logged", Duration::from_secs(10), || {
        let log = server.log();
        let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let mut fields = lines.map(|line| line["fields"].clone());
        let said = fields.find(|fields| fields["message"] == "the admin port listens");
        Ok(said.and_then(|fields| fields["address"].as_str().map(str::to_owned)))
    })
}

#[test]
fn prometheus_sees_a_copy_and_no_address_or_secret() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let simulator = Simulator::start(&Mailboxes { count: 2, items: 150, ..Mailboxes::default() })?;
    let server = Server::start(folder.path(), SETTINGS)?;
    let admin = admin(&server)?;
    let prometheus = Prometheus::start(folder.path(), &admin)?;
    let mut project = ProjectFile::for_simulator(&simulator, folder.path())?;
    project.text += "options:\n  associated_items: true\n";
    project.write(folder.path())?;
    longhaul(folder.path(), &["project", "submit", "project.yaml"])?.success()?;
    longhaul(folder.path(), &["pass", "start", "--kind", "full", "--wait"])?.success()?;
    let items = assert_equal_sides(&simulator)? as f64;

    prometheus.value("up", |up| up == 1.0)?;
    prometheus.value("longhaul_items_total{outcome='copied'}", |copied| copied == items)?;
    prometheus.value("longhaul_content_copied_bytes_total", |bytes| bytes > items)?;
    prometheus.value("longhaul_coordinator_leading", |leading| leading == 1.0)?;
    prometheus.value("longhaul_passes{state='running'}", |passes| passes == 0.0)?;
    prometheus.value("longhaul_slots", |slots| slots == 4.0)?;
    prometheus.value("longhaul_slots_busy", |busy| busy == 0.0)?;
    prometheus.value("longhaul_content_in_flight_bytes", |bytes| bytes == 0.0)?;
    prometheus.value("longhaul_store_state{state='up'}", |up| up == 1.0)?;
    prometheus.value("longhaul_queue_state{state='up'}", |up| up == 1.0)?;
    for some in [
        "longhaul_slice_duration_seconds_count{end='done'}",
        "longhaul_slot_time_seconds_total{state='busy'}",
        "sum(longhaul_service_request_duration_seconds_count{side='source'})",
        "sum(longhaul_service_request_duration_seconds_count{operation='UploadItems',side='destination',outcome='answered'})",
        "longhaul_store_call_duration_seconds_count{call='commit',outcome='done'}",
        "longhaul_queue_publish_duration_seconds_count{outcome='confirmed'}",
        "longhaul_queue_answers_total{answer='acknowledged'}",
        "process_cpu_time_seconds_total",
        "process_memory_usage_bytes",
        "target_info{service_name='longhaul'}",
    ] {
        prometheus.value(some, |value| value > 0.0)?;
    }
    for none in [
        "sum(longhaul_invariant_violations_total)",
        "longhaul_items_total{outcome='failed'}",
        "sum(longhaul_throttle_hints_total)",
        "sum(longhaul_reconciliation_items_total)",
    ] {
        prometheus.value(none, |value| value == 0.0)?;
    }

    let text = reqwest::blocking::get(format!("http://{admin}/metrics"))?.text()?;
    check_metrics(&text)?;
    let token = std::fs::read_to_string(folder.path().join("longhaul-data/token"))?;
    let mut secrets = vec![token.trim().to_owned(), "contoso".to_owned(), "@".to_owned()];
    for tenant in &simulator.tenants {
        secrets.extend(
            [&tenant.client_secret, &tenant.client_id, &tenant.tenant_id].map(Clone::clone),
        );
        secrets.extend(tenant.domains.clone());
    }
    for secret in secrets {
        ensure!(!text.contains(&secret), "the metrics tell {secret}");
    }
    let ready = reqwest::blocking::get(format!("http://{admin}/ready"))?;
    ensure!(ready.status() == 200, "{:?}", ready.text());
    let stopped = server.stop(Duration::from_secs(35))?;
    ensure!(stopped.code() == Some(0), "it ended with {stopped}");
    let closed = reqwest::blocking::get(format!("http://{admin}/live"));
    closed.err().context("the admin port is closed")?;
    Ok(())
}
