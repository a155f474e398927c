//! Ports nobody listens on.

use std::net::{Ipv4Addr, TcpListener};

/// A free loopback port, below the range the kernel takes outgoing ports from, so that no
/// connection takes it while its node is down for a restart.
///
/// # Errors
///
/// If none is free.
pub(crate) fn free() -> anyhow::Result<u16> {
    for _ in 0..100 {
        let port = rand::random_range(20_000..32_000);
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return Ok(port);
        }
    }
    anyhow::bail!("no free port between 20000 and 32000")
}
