//! A fleet: coordinators and workers as processes on RabbitMQ and Redis.
//!
//! With `LONGHAUL_TEST_AMQP_URL` or `LONGHAUL_TEST_REDIS_URL` set, that broker or store is used by
//! every fleet that does not have to break its own.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use anyhow::{Context as _, ensure};
use longhaul_nodes::{Rabbit, Redis};
use serde::Deserialize;
use serde_json::Value;

use crate::{Finished, Process, Settings, longhaul, program, wait_until};

/// The API token of every fleet under test.
const TOKEN: &str = "token-of-a-test";

/// Queue and store of a fleet, and what its programs are started with.
#[derive(Debug)]
pub struct Fleet {
    own: Option<(Rabbit, Redis)>,
    queue: String,
    store: String,
    /// What its names begin with on a broker and a store that are shared.
    prefix: String,
    folder: PathBuf,
    started: AtomicU32,
}

/// A running `longhaul serve`.
#[derive(Debug)]
pub struct Coordinator {
    /// Its process.
    pub process: Process,
    /// Where its API is.
    pub url: String,
}

#[derive(Deserialize)]
struct Ready {
    url: String,
}

impl Fleet {
    /// A fleet under names of its own on the broker and the store that the tests of this process
    /// share; logs and secrets of the programs go to `folder`.
    ///
    /// # Errors
    ///
    /// If `folder` has no name.
    ///
    /// # Panics
    ///
    /// If RabbitMQ or Redis is not installed or does not come up.
    pub fn start(folder: &Path) -> anyhow::Result<Self> {
        static FLEETS: AtomicU32 = AtomicU32::new(0);
        let number = FLEETS.fetch_add(1, Ordering::Relaxed);
        let name = folder.file_name().context("a folder with a name")?.to_string_lossy();
        // The folder's name is random; a given broker remembers earlier runs.
        let name: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
        Ok(Self {
            own: None,
            queue: longhaul_nodes::amqp_url(),
            store: longhaul_nodes::redis_url(),
            prefix: format!("longhaul.test.{name}.{}.{number}", std::process::id()),
            folder: folder.to_owned(),
            started: AtomicU32::new(0),
        })
    }

    /// A fleet on a broker and a store of its own, which a test may stop and break.
    ///
    /// # Errors
    ///
    /// If one of them is not installed or does not come up.
    pub fn of_its_own(folder: &Path) -> anyhow::Result<Self> {
        let (rabbit, redis) = (Rabbit::start()?, Redis::start()?);
        Ok(Self {
            queue: rabbit.url(),
            store: redis.url(),
            own: Some((rabbit, redis)),
            prefix: "longhaul".to_owned(),
            folder: folder.to_owned(),
            started: AtomicU32::new(0),
        })
    }

    /// Its own broker.
    ///
    /// # Errors
    ///
    /// If it shares one.
    pub fn rabbit(&self) -> anyhow::Result<&Rabbit> {
        self.own.as_ref().map(|(rabbit, _)| rabbit).context("a broker of its own")
    }

    /// Its own store.
    ///
    /// # Errors
    ///
    /// If it shares one.
    pub fn redis(&self) -> anyhow::Result<&Redis> {
        self.own.as_ref().map(|(_, redis)| redis).context("a store of its own")
    }

    /// The URL of its store.
    #[must_use]
    pub fn store_url(&self) -> &str {
        &self.store
    }

    /// How its programs find queue and store, beside their own settings.
    #[must_use]
    pub fn settings(&self) -> [(&str, &str); 4] {
        [
            ("LONGHAUL_QUEUE__URL", &self.queue),
            ("LONGHAUL_QUEUE__PREFIX", &self.prefix),
            ("LONGHAUL_STORE__URL", &self.store),
            ("LONGHAUL_STORE__PREFIX", &self.prefix),
        ]
    }

    /// Starts a coordinator and waits until its API answers.
    ///
    /// # Errors
    ///
    /// If it does not come up; its log is in the message.
    pub fn coordinator(&self, settings: Settings<'_>) -> anyhow::Result<Coordinator> {
        let mut command = self.command("longhaul", settings)?;
        command.args(["serve", "--listen", "127.0.0.1:0", "--output", "json"]);
        command.args(["--token", TOKEN]);
        let mut process = Process::start(command, &self.log("coordinator"))?;
        let Ready { url } = process.ready()?;
        Ok(Coordinator { process, url })
    }

    /// Starts a worker and waits until it takes jobs.
    ///
    /// # Errors
    ///
    /// If it does not come up; its log is in the message.
    pub fn worker(&self, settings: Settings<'_>) -> anyhow::Result<Process> {
        Ok(self.worker_with_admin(settings)?.0)
    }

    /// Likewise; with it the address of its admin port, if the settings give it one.
    ///
    /// # Errors
    ///
    /// Like [`Fleet::worker`].
    pub fn worker_with_admin(
        &self,
        settings: Settings<'_>,
    ) -> anyhow::Result<(Process, Option<String>)> {
        let mut command = self.command("longhaul-worker", settings)?;
        command.args(["--output", "json"]);
        let mut process = Process::start(command, &self.log("worker"))?;
        let ready: Value = process.ready()?;
        Ok((process, ready["admin"].as_str().map(str::to_owned)))
    }

    /// Runs a command of `longhaul` against a coordinator.
    ///
    /// # Errors
    ///
    /// If it cannot be started.
    pub fn longhaul(&self, at: &Coordinator, arguments: &[&str]) -> anyhow::Result<Finished> {
        self.longhaul_at(&at.url, arguments)
    }

    /// Runs a command of `longhaul` against the coordinator at `url`, if there is one.
    ///
    /// # Errors
    ///
    /// If it cannot be started.
    pub fn longhaul_at(&self, url: &str, arguments: &[&str]) -> anyhow::Result<Finished> {
        let server = ["--server", url, "--token", TOKEN];
        longhaul(&self.folder, &[arguments, &server].concat())
    }

    /// What `longhaul status` says at a coordinator.
    ///
    /// # Errors
    ///
    /// If it fails.
    pub fn status(&self, at: &Coordinator) -> anyhow::Result<Value> {
        self.longhaul(at, &["status", "--output", "json"])?.success()?.json()
    }

    /// What a coordinator says about the fleet: leader, members, queue and store.
    ///
    /// # Errors
    ///
    /// If it does not answer.
    pub fn members(&self, at: &Coordinator) -> anyhow::Result<Value> {
        let http = reqwest::blocking::Client::builder().no_proxy().build()?;
        let request = http.get(format!("{}/v1/fleet", at.url)).bearer_auth(TOKEN);
        Ok(request.send()?.error_for_status()?.json()?)
    }

    /// Waits until `at` sees itself lead.
    ///
    /// # Errors
    ///
    /// If it does not within `patience`.
    pub fn wait_for_lead(&self, at: &Coordinator, patience: Duration) -> anyhow::Result<()> {
        wait_until("it leads", patience, || {
            Ok((self.members(at)?["leader"] == *at.url).then_some(()))
        })
    }

    /// Waits until the last pass is over, and insists that every mailbox ended clean.
    ///
    /// # Errors
    ///
    /// If it is not over within `patience`, or a mailbox did not end clean.
    pub fn wait_for_pass(&self, at: &Coordinator, patience: Duration) -> anyhow::Result<()> {
        let status = wait_until("the pass is over", patience, || {
            let status = self.status(at)?;
            let last = status["passes"].as_array().and_then(|passes| passes.last());
            Ok(last.is_some_and(|pass| pass["state"] == "Ended").then_some(status))
        })?;
        for mailbox in status["mailboxes"].as_array().context("mailboxes")? {
            let state = &mailbox["state"];
            ensure!(state == "Completed" || state == "PreStaged", "{mailbox}");
        }
        Ok(())
    }

    /// What all programs of the fleet logged, for the message of a failed test.
    #[must_use]
    pub fn logs(&self) -> String {
        let Ok(entries) = std::fs::read_dir(&self.folder) else {
            return String::new();
        };
        let logs = entries.filter_map(|entry| {
            let path = entry.ok()?.path();
            let is_log = path.extension().is_some_and(|extension| extension == "log");
            let text = is_log.then(|| std::fs::read_to_string(&path).ok()).flatten()?;
            Some(format!("== {}\n{text}", path.file_name()?.display()))
        });
        logs.collect()
    }

    fn command(&self, name: &str, settings: Settings<'_>) -> anyhow::Result<Command> {
        let mut command = Command::new(program(name).context("the programs of a fleet")?);
        command.envs(self.settings()).envs(settings.iter().copied()).current_dir(&self.folder);
        Ok(command)
    }

    fn log(&self, kind: &str) -> PathBuf {
        let number = self.started.fetch_add(1, Ordering::Relaxed);
        self.folder.join(format!("{kind}-{number}.log"))
    }
}
