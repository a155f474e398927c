//! Memory of a process, as the kernel counts it.

use anyhow::Context as _;

/// Resident memory of a process now, in bytes.
pub(crate) fn resident(pid: u32) -> anyhow::Result<u64> {
    field(pid, "VmRSS:")
}

/// The most resident memory a process has had, in bytes.
pub(crate) fn peak(pid: u32) -> anyhow::Result<u64> {
    field(pid, "VmHWM:")
}

fn field(pid: u32, name: &str) -> anyhow::Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find(|line| line.starts_with(name)).context("no such field")?;
    let kib = line.split_whitespace().nth(1).context("no value")?;
    Ok(kib.parse::<u64>()? * 1024)
}
