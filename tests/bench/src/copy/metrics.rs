//! What a worker says at its admin port.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};

/// Sums up the series of the metric `name` that carry `label`.
pub(super) fn read(admin: SocketAddr, name: &str, label: &str) -> anyhow::Result<f64> {
    let answer = reqwest::blocking::get(format!("http://{admin}/metrics"))?;
    let text = answer.error_for_status()?.text()?;
    let series = text.lines().filter_map(|line| line.strip_prefix(name));
    let values = series.filter_map(|rest| {
        let (labels, value) = rest.rsplit_once(' ')?;
        let ours = labels.is_empty() || labels.starts_with('{');
        (ours && labels.contains(label)).then(|| value.parse::<f64>().ok())?
    });
    Ok(values.sum())
}

/// A free port. Somebody may take it before it is used: then the program says so and ends.
pub(super) fn free() -> anyhow::Result<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}
