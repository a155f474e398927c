//! A Redis server of one's own.

use std::ffi::OsString;
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, bail};
use nix::sys::signal::Signal;
use tempfile::TempDir;

use crate::process::{Group, until};
use crate::{Certificates, ports};

/// How a node is set up.
#[derive(Clone, Debug, Default)]
pub struct RedisOptions {
    /// Also listen for TLS with these; a client has to show a certificate of their authority.
    pub tls: Option<Certificates>,
    /// Further settings, as in its file: they win over the node's own.
    pub settings: Vec<(String, String)>,
}

/// A private Redis that loses no acknowledged write: append-only, synced on every write.
#[derive(Debug)]
pub struct Redis {
    folder: TempDir,
    options: RedisOptions,
    port: u16,
    tls_port: u16,
    process: Mutex<Option<Group>>,
}

/// The data a Redis had at some moment.
#[derive(Debug)]
pub struct RedisBackup {
    copy: TempDir,
}

impl Redis {
    /// Starts one; it answers when this returns.
    ///
    /// # Errors
    ///
    /// If `redis-server` is not installed or does not come up.
    pub fn start() -> anyhow::Result<Self> {
        Self::start_with(RedisOptions::default())
    }

    /// Starts one set up in a certain way.
    ///
    /// # Errors
    ///
    /// Like [`Redis::start`].
    pub fn start_with(options: RedisOptions) -> anyhow::Result<Self> {
        let node = Self {
            folder: tempfile::tempdir().context("a folder for Redis")?,
            options,
            port: ports::free()?,
            tls_port: ports::free()?,
            process: Mutex::new(None),
        };
        node.launch()?;
        Ok(node)
    }

    /// A node the test may break, or none where the suite runs against a given Redis: then it
    /// prints that the test is skipped.
    ///
    /// # Errors
    ///
    /// Like [`Redis::start`].
    pub fn of_its_own(test: &str) -> anyhow::Result<Option<Self>> {
        crate::shared::unless_given("LONGHAUL_TEST_REDIS_URL", test, Self::start)
    }

    /// Like [`Redis::of_its_own`], set up in a certain way.
    ///
    /// # Errors
    ///
    /// Like [`Redis::start`].
    pub fn of_its_own_with(test: &str, options: RedisOptions) -> anyhow::Result<Option<Self>> {
        let start = || Self::start_with(options);
        crate::shared::unless_given("LONGHAUL_TEST_REDIS_URL", test, start)
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.port).into()
    }

    /// Its URL.
    #[must_use]
    pub fn url(&self) -> String {
        format!("redis://{}", self.address())
    }

    /// Its URL for TLS, if it was set up for that.
    #[must_use]
    pub fn tls_url(&self) -> String {
        format!("rediss://127.0.0.1:{}", self.tls_port)
    }

    /// Kills it at once (SIGKILL).
    pub fn kill(&self) {
        drop(self.process.lock().unwrap_or_else(PoisonError::into_inner).take());
    }

    /// Stops it in good order.
    ///
    /// # Errors
    ///
    /// If it does not end.
    pub fn stop(&self) -> anyhow::Result<()> {
        match self.process.lock().unwrap_or_else(PoisonError::into_inner).take() {
            Some(mut process) => process.stop(Duration::from_secs(30)),
            None => Ok(()),
        }
    }

    /// Starts it again with the data it has; kills it first if it runs.
    ///
    /// # Errors
    ///
    /// If it does not come up.
    pub fn restart(&self) -> anyhow::Result<()> {
        self.kill();
        self.launch()
    }

    /// Kills it and starts it again at the same place, with nothing in it.
    ///
    /// # Errors
    ///
    /// If its files cannot be removed or it does not come up.
    pub fn restart_empty(&self) -> anyhow::Result<()> {
        self.kill();
        std::fs::remove_dir_all(self.data())?;
        self.launch()
    }

    /// Copies the data it has at this moment, as a backup does.
    ///
    /// # Errors
    ///
    /// If its files cannot be copied.
    pub fn backup(&self) -> anyhow::Result<RedisBackup> {
        let copy = tempfile::tempdir().context("a folder for the backup")?;
        let running = self.suspend().is_ok();
        let copied = copy_files(&self.data(), copy.path());
        if running {
            self.resume()?;
        }
        copied.context("the backup")?;
        Ok(RedisBackup { copy })
    }

    /// Kills it and starts it again at the same place with the data of a backup: a store that went
    /// back.
    ///
    /// # Errors
    ///
    /// If files cannot be copied or it does not come up.
    pub fn restart_from(&self, backup: &RedisBackup) -> anyhow::Result<()> {
        self.kill();
        std::fs::remove_dir_all(self.data())?;
        std::fs::create_dir(self.data())?;
        copy_files(backup.copy.path(), &self.data())?;
        self.launch()
    }

    /// Stops its process from running, connections open (SIGSTOP).
    ///
    /// # Errors
    ///
    /// If it does not run.
    pub fn suspend(&self) -> anyhow::Result<()> {
        self.signal(Signal::SIGSTOP)
    }

    /// Lets a suspended process go on.
    ///
    /// # Errors
    ///
    /// If it does not run.
    pub fn resume(&self) -> anyhow::Result<()> {
        self.signal(Signal::SIGCONT)
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("appendonlydir")
    }

    fn signal(&self, signal: Signal) -> anyhow::Result<()> {
        let process = self.process.lock().unwrap_or_else(PoisonError::into_inner);
        process.as_ref().context("Redis does not run")?.signal(signal)
    }

    fn launch(&self) -> anyhow::Result<()> {
        let folder = self.folder.path();
        let log = std::fs::File::create(folder.join("redis.log"))?;
        let mut command = Command::new("redis-server");
        command
            .args(["--bind", "127.0.0.1", "--port", &self.port.to_string(), "--dir"])
            .arg(folder)
            .args(["--appendonly", "yes", "--appendfsync", "always", "--save", ""])
            .args(["--maxmemory-policy", "noeviction", "--daemonize", "no"])
            .args(self.tls_settings())
            .args(
                self.options
                    .settings
                    .iter()
                    .flat_map(|(name, value)| [format!("--{name}"), value.clone()]),
            )
            .stdout(Stdio::from(log.try_clone()?))
            .stderr(Stdio::from(log));
        let mut process = Group::start(command, folder)
            .context("install the package redis-server to run this test")?;
        let address = self.address();
        until("Redis comes up", Duration::from_secs(30), || {
            if process.ended()? {
                bail!("Redis ended: {}", std::fs::read_to_string(folder.join("redis.log"))?);
            }
            Ok(answers(address).then_some(()))
        })?;
        *self.process.lock().unwrap_or_else(PoisonError::into_inner) = Some(process);
        Ok(())
    }
}

impl Redis {
    fn tls_settings(&self) -> Vec<OsString> {
        let Some(tls) = &self.options.tls else {
            return Vec::new();
        };
        let settings = [
            ("--tls-port", OsString::from(self.tls_port.to_string())),
            ("--tls-cert-file", tls.server.certificate.clone().into()),
            ("--tls-key-file", tls.server.key.clone().into()),
            ("--tls-ca-cert-file", tls.authority.clone().into()),
        ];
        settings.into_iter().flat_map(|(name, value)| [name.into(), value]).collect()
    }
}

fn copy_files(from: &Path, to: &Path) -> std::io::Result<()> {
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        std::fs::copy(entry.path(), to.join(entry.file_name()))?;
    }
    Ok(())
}

/// Whether it answers a ping with a pong (and not with "loading").
fn answers(address: SocketAddr) -> bool {
    use std::io::{Read as _, Write as _};
    let ask = || -> std::io::Result<bool> {
        let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(1))?;
        stream.set_read_timeout(Some(Duration::from_secs(1)))?;
        stream.write_all(b"PING\r\n")?;
        let mut answer = [0; 5];
        stream.read_exact(&mut answer)?;
        Ok(&answer == b"+PONG")
    };
    ask().unwrap_or(false)
}
