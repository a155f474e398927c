//! What the kernel says about a process: processor time, memory, connections.

use std::collections::HashSet;
use std::time::Duration;

use anyhow::Context as _;

/// What `/proc/PID/stat` counts in. Source: proc(5): `sysconf(_SC_CLK_TCK)`, which Linux has held
/// at 100 for user space on every architecture Rust runs on.
const TICKS_PER_SECOND: u64 = 100;

/// The state of an established connection in `/proc/net/tcp`. Source: Linux `tcp_states.h`.
const ESTABLISHED: &str = "01";

/// Resident memory of a process now, in bytes.
pub(crate) fn resident(pid: u32) -> anyhow::Result<u64> {
    field(pid, "VmRSS:")
}

/// The most resident memory a process has had, in bytes.
pub(crate) fn peak(pid: u32) -> anyhow::Result<u64> {
    field(pid, "VmHWM:")
}

/// Processor time a process has used so far, in user and kernel mode, over all its threads.
pub(crate) fn cpu(pid: u32) -> anyhow::Result<Duration> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // The name before it may hold spaces; the state is the first field behind it.
    let (_, fields) = stat.rsplit_once(')').context("no name in stat")?;
    let fields: Vec<&str> = fields.split_whitespace().collect();
    let ticks = |at: usize| -> anyhow::Result<u64> {
        Ok(fields.get(at).context("stat is short")?.parse()?)
    };
    let (user, system) = (ticks(11)?, ticks(12)?);
    Ok(Duration::from_millis((user + system) * 1000 / TICKS_PER_SECOND))
}

/// Processor time of the whole machine so far: idle, and all of it, in ticks.
pub(crate) fn machine() -> anyhow::Result<(u64, u64)> {
    let stat = std::fs::read_to_string("/proc/stat")?;
    let line = stat.lines().next().context("stat is empty")?;
    let ticks: Vec<u64> =
        line.split_whitespace().skip(1).map(str::parse).collect::<Result<_, _>>()?;
    // Source: proc(5): user, nice, system, idle, iowait, …; guests are part of user.
    let idle = ticks.get(3..5).context("stat is short")?.iter().sum();
    Ok((idle, ticks.iter().take(8).sum()))
}

/// Open connections of a process to a port.
pub(crate) fn connections(pid: u32, port: u16) -> anyhow::Result<usize> {
    let mut sockets = HashSet::new();
    for entry in std::fs::read_dir(format!("/proc/{pid}/fd"))? {
        // A descriptor may be closed while we look.
        if let Ok(target) = entry.and_then(|entry| std::fs::read_link(entry.path()))
            && let Some(inode) = target.to_string_lossy().strip_prefix("socket:[")
        {
            sockets.insert(inode.trim_end_matches(']').to_owned());
        }
    }
    let port = format!(":{port:04X}");
    let table = std::fs::read_to_string("/proc/net/tcp")?;
    let ours = |line: &&str| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        matches!(fields.as_slice(), [_, _, peer, state, _, _, _, _, _, inode, ..]
            if peer.ends_with(&port) && *state == ESTABLISHED && sockets.contains(*inode))
    };
    Ok(table.lines().filter(ours).count())
}

fn field(pid: u32, name: &str) -> anyhow::Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find(|line| line.starts_with(name)).context("no such field")?;
    let kib = line.split_whitespace().nth(1).context("no value")?;
    Ok(kib.parse::<u64>()? * 1024)
}
