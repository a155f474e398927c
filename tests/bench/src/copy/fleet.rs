//! The programs under test, and a pass that they run.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use clap::ValueEnum;
use longhaul_e2e::{Coordinator, Finished, Mailboxes, Process, ProjectFile, Simulator, wait_until};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::metrics;
use super::traffic::Traffic;
use crate::process;

/// A pass that makes no progress for so long has failed.
const PATIENCE: Duration = Duration::from_secs(120);

/// How the services are reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Scheme {
    Http,
    Https,
}

impl Scheme {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Http => "HTTP",
            Self::Https => "HTTPS",
        }
    }

    pub(super) fn tls(self) -> bool {
        self == Self::Https
    }
}

/// What is set up.
#[derive(Clone, Debug)]
pub(super) struct Setup {
    pub(super) scheme: Scheme,
    /// Mailboxes of each tenant; the pass copies the first `copied` of them.
    pub(super) mailboxes: u32,
    pub(super) copied: usize,
    /// Items of each mailbox.
    pub(super) items: u64,
    /// What they are, in the simulator's words.
    pub(super) profile: String,
    pub(super) workers: usize,
    /// Folders each worker copies at a time.
    pub(super) slots: u16,
    /// Content each worker holds at a time.
    pub(super) mib_in_flight: u64,
    /// Requests of a mailbox at a time, on each side.
    pub(super) requests: u16,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            scheme: Scheme::Https,
            mailboxes: 1,
            copied: 1,
            items: 0,
            profile: "bulk".to_owned(),
            workers: 1,
            slots: 4,
            mib_in_flight: 256,
            requests: 4,
        }
    }
}

/// The running programs: clients are stopped before what they use.
#[derive(Debug)]
pub(super) struct Fleet {
    pub(super) workers: Vec<Worker>,
    coordinator: Coordinator,
    programs: longhaul_e2e::Fleet,
    pub(super) simulator: Simulator,
    folder: TempDir,
    items: u64,
}

/// A running worker.
#[derive(Debug)]
pub(super) struct Worker {
    process: Process,
    admin: SocketAddr,
}

impl Worker {
    /// The sum of a metric's series that carry `label`.
    pub(super) fn metric(&self, name: &str, label: &str) -> anyhow::Result<f64> {
        metrics::read(self.admin, name, label)
    }
}

/// A pass that has ended.
#[derive(Clone, Debug)]
pub(super) struct Copied {
    pub(super) items: u64,
    /// Content, as longhaul counts it.
    pub(super) bytes: u64,
    /// Items uploaded between the first look that saw any and the last, and the time between.
    pub(super) steady: (u64, Duration),
    pub(super) exports: Traffic,
    pub(super) uploads: Traffic,
    /// Processor time of the workers.
    pub(super) cpu: Duration,
    /// The most connections the workers had open to the services.
    pub(super) connections: usize,
    /// The most memory a worker had.
    pub(super) peak: u64,
}

impl Copied {
    /// Items per second.
    pub(super) fn rate(&self) -> f64 {
        let (items, took) = self.steady;
        items as f64 / took.as_secs_f64().max(0.001)
    }
}

impl Fleet {
    pub(super) fn start(setup: &Setup) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let more = ["--profile", &setup.profile, "--max-request-bytes", "400000000"];
        let simulator = Simulator::start(&Mailboxes {
            count: setup.mailboxes,
            items: u32::try_from(setup.items)?,
            tls: setup.scheme.tls(),
            more: more.map(str::to_owned).to_vec(),
            ..Mailboxes::default()
        })?;
        simulator.set(&json!({ "compress": false }))?;
        let programs = longhaul_e2e::Fleet::of_its_own(folder.path())?;
        let coordinator = programs.coordinator(&[])?;
        let slots = setup.slots.to_string();
        let in_flight = format!("{}MiB", setup.mib_in_flight);
        let workers = (0..setup.workers).map(|_| {
            let admin = metrics::free()?;
            let process = programs.worker(&[
                ("LONGHAUL_SLOTS", &slots),
                ("LONGHAUL_BYTES_IN_FLIGHT", &in_flight),
                ("LONGHAUL_ADMIN__LISTEN", &admin.to_string()),
            ])?;
            Ok(Worker { process, admin })
        });
        let workers = workers.collect::<anyhow::Result<_>>()?;
        let items = setup.items * setup.copied as u64;
        let fleet = Self { workers, coordinator, programs, simulator, folder, items };
        fleet.submit(setup)?;
        Ok(fleet)
    }

    fn submit(&self, setup: &Setup) -> anyhow::Result<()> {
        let mut project = ProjectFile::for_simulator(&self.simulator, self.folder.path())?;
        let lines = project.text.lines().count();
        // Two lines for each mailbox, at the end.
        let kept = lines - 2 * (setup.mailboxes as usize - setup.copied);
        project.text = project.text.lines().take(kept).map(|line| format!("{line}\n")).collect();
        project.text += &format!("options:\n  mailbox_requests: {}\n", setup.requests);
        project.write(self.folder.path())?;
        self.longhaul(&["project", "submit", "project.yaml"])?;
        Ok(())
    }

    /// Runs a pass that creates every folder and copies nothing, so that a pass after it has
    /// nothing to prepare.
    pub(super) fn prepare(&self) -> anyhow::Result<()> {
        let arguments = ["pass", "start", "--kind", "pre-stage", "--cutoff", "1990-01-01"];
        self.longhaul(&[&arguments[..], &["--wait"]].concat())?;
        Ok(())
    }

    /// Starts a full pass.
    pub(super) fn begin(&self) -> anyhow::Result<()> {
        self.longhaul(&["pass", "start", "--kind", "full"])?;
        Ok(())
    }

    /// Runs a full pass to its end.
    pub(super) fn copy(&self) -> anyhow::Result<Copied> {
        let cpu = self.cpu()?;
        self.begin()?;
        let port = self.simulator.base_url.rsplit(':').next().context("a port")?.parse()?;
        let mut connections = 0;
        let mut begun = None;
        let mut seen = 0;
        while seen < self.items {
            let before = seen;
            seen = wait_until("the next items are uploaded", PATIENCE, || {
                let open = self.workers.iter().map(|w| process::connections(w.process.pid(), port));
                connections = connections.max(open.sum::<anyhow::Result<usize>>()?);
                let items = Traffic::of(&self.simulator, "UploadItems")?.items;
                Ok((items > before).then_some(items))
            })
            .with_context(|| self.status().map_or_else(|e| e.to_string(), |s| s.to_string()))?;
            begun.get_or_insert_with(|| (seen, Instant::now()));
        }
        let steady = begun.map(|(first, at)| (seen - first, at.elapsed()));
        let status = wait_until("the pass ends", PATIENCE, || {
            let status = self.status()?;
            let passes = status["passes"].as_array().context("passes")?;
            let over = passes.iter().all(|pass| pass["state"] == "Ended");
            Ok(over.then_some(status))
        })?;
        let peaks = self.workers.iter().map(|worker| process::peak(worker.process.pid()));
        let peaks: Vec<u64> = peaks.collect::<anyhow::Result<_>>()?;
        let sum = |name: &str| -> anyhow::Result<u64> {
            let mailboxes = status["mailboxes"].as_array().context("mailboxes")?;
            mailboxes.iter().map(|line| line["items"][name].as_u64().context("a number")).sum()
        };
        ensure!(sum("copied")? == self.items, "not everything was copied: {status}");
        Ok(Copied {
            items: self.items,
            bytes: sum("bytes_copied")?,
            steady: steady.unwrap_or_default(),
            exports: Traffic::of(&self.simulator, "ExportItems")?,
            uploads: Traffic::of(&self.simulator, "UploadItems")?,
            cpu: self.cpu()?.saturating_sub(cpu),
            connections,
            peak: peaks.into_iter().max().unwrap_or_default(),
        })
    }

    fn cpu(&self) -> anyhow::Result<Duration> {
        self.workers.iter().map(|worker| process::cpu(worker.process.pid())).sum()
    }

    fn status(&self) -> anyhow::Result<Value> {
        self.programs.status(&self.coordinator)
    }

    fn longhaul(&self, arguments: &[&str]) -> anyhow::Result<Finished> {
        self.programs.longhaul(&self.coordinator, arguments)?.success()
    }
}
