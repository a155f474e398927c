//! The other side of a comparison: programs that do the least that can be done.
//!
//! They are hidden commands of this program, so that each runs as a process of its own whose
//! processor time is its own: a [`sink`] that serves and takes bytes, a [`pump`] that moves them,
//! and a bare loop ([`bare`]) that copies in the simulator without checking or noting anything.
//! The work comes as JSON on stdin, the result goes as one JSON line to stdout.

mod bare;
mod http;
mod pump;
mod sink;

use std::io::Write as _;
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, ensure};
use clap::Subcommand;
use serde::Serialize;
use serde::de::DeserializeOwned;

pub(crate) use bare::Loop;
pub(crate) use pump::Work;
pub(crate) use sink::Sink;

/// The program to be.
#[derive(Clone, Copy, Subcommand)]
pub(crate) enum Role {
    /// Serves and takes bytes
    Sink,
    /// Moves bytes between itself and a sink
    Pump,
    /// Copies in the simulator
    Loop,
}

/// Runs as one of the programs.
pub(crate) fn run(role: Role) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Runtime::new()?;
    match role {
        Role::Sink => runtime.block_on(sink::run(read()?)),
        Role::Pump => write(&runtime.block_on(pump::run(read()?))?),
        Role::Loop => write(&runtime.block_on(bare::run(read()?))?),
    }
}

/// Runs one of the programs with `work` to its end.
fn call<T: DeserializeOwned>(role: &str, work: &impl Serialize) -> anyhow::Result<T> {
    let output = start(role, work)?.wait_with_output()?;
    ensure!(output.status.success(), "the {role} failed: {}", output.status);
    let line = String::from_utf8(output.stdout)?;
    serde_json::from_str(&line).with_context(|| format!("the {role} said {line:?}"))
}

fn start(role: &str, work: &impl Serialize) -> anyhow::Result<Child> {
    let mut child = Command::new(std::env::current_exe()?)
        .args(["floor", role])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("start the {role}"))?;
    let mut stdin = child.stdin.take().context("its input")?;
    stdin.write_all(&serde_json::to_vec(work)?)?;
    Ok(child)
}

fn read<T: DeserializeOwned>() -> anyhow::Result<T> {
    Ok(serde_json::from_reader(std::io::stdin())?)
}

fn write(result: &impl Serialize) -> anyhow::Result<()> {
    println!("{}", serde_json::to_string(result)?);
    Ok(())
}
