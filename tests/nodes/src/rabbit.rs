//! A RabbitMQ node of one's own.

use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
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
pub struct RabbitOptions {
    /// Also listen for TLS with these; a client has to show a certificate of their authority.
    pub tls: Option<Certificates>,
    /// How long a delivery may stay unsettled. The node looks once a second.
    pub consumer_timeout: Option<Duration>,
}

/// A private RabbitMQ node with its own data, cookie and port mapper.
#[derive(Debug)]
pub struct Rabbit {
    folder: TempDir,
    options: RabbitOptions,
    name: String,
    port: u16,
    tls_port: u16,
    dist_port: u16,
    epmd_port: u16,
    process: Mutex<Option<Group>>,
    /// Erlang's port mapper: started by us, or the node would leave one behind.
    _epmd: Group,
}

impl Rabbit {
    /// Starts one; it takes connections when this returns, after some five seconds.
    ///
    /// # Errors
    ///
    /// If RabbitMQ is not installed or does not come up.
    pub fn start() -> anyhow::Result<Self> {
        Self::start_with(RabbitOptions::default())
    }

    /// Starts one set up in a certain way.
    ///
    /// # Errors
    ///
    /// If RabbitMQ is not installed or does not come up.
    pub fn start_with(options: RabbitOptions) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir().context("a folder for RabbitMQ")?;
        let (port, epmd_port) = (ports::free()?, ports::free()?);
        let mut epmd = Command::new("epmd");
        epmd.args(["-address", "127.0.0.1", "-port", &epmd_port.to_string()])
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let epmd = Group::start(epmd, folder.path()).context(INSTALL)?;
        let node = Self {
            options,
            name: format!("longhaul-{port}@localhost"),
            port,
            tls_port: ports::free()?,
            dist_port: ports::free()?,
            epmd_port,
            process: Mutex::new(None),
            _epmd: epmd,
            folder,
        };
        node.configure()?;
        node.launch()?;
        Ok(node)
    }

    /// A node the test may break, or none where the suite runs against a given broker: then it
    /// prints that the test is skipped.
    ///
    /// # Errors
    ///
    /// Like [`Rabbit::start`].
    pub fn of_its_own(test: &str) -> anyhow::Result<Option<Self>> {
        Self::of_its_own_with(test, RabbitOptions::default())
    }

    /// Likewise, set up in a certain way.
    ///
    /// # Errors
    ///
    /// Like [`Rabbit::start`].
    pub fn of_its_own_with(test: &str, options: RabbitOptions) -> anyhow::Result<Option<Self>> {
        crate::shared::unless_given("LONGHAUL_TEST_AMQP_URL", test, || Self::start_with(options))
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.port).into()
    }

    /// Where it listens for TLS, if it was given certificates.
    #[must_use]
    pub fn tls_address(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.tls_port).into()
    }

    /// Its URL: the default user and virtual host.
    #[must_use]
    pub fn url(&self) -> String {
        format!("amqp://guest:guest@{}/%2f", self.address())
    }

    /// Its URL for TLS.
    #[must_use]
    pub fn tls_url(&self) -> String {
        format!("amqps://guest:guest@localhost:{}/%2f", self.tls_port)
    }

    /// Kills the whole node at once (SIGKILL) and waits until its port is free.
    pub fn kill(&self) {
        let process = self.process.lock().unwrap_or_else(PoisonError::into_inner).take();
        if process.is_some() {
            drop(process);
            // Not our child but its script's: it cannot be waited for.
            let _freed = until("the port is free", Duration::from_secs(10), || {
                Ok(TcpStream::connect(self.address()).is_err().then_some(()))
            });
        }
    }

    /// Stops it in good order.
    ///
    /// # Errors
    ///
    /// If it does not end.
    pub fn stop(&self) -> anyhow::Result<()> {
        match self.process.lock().unwrap_or_else(PoisonError::into_inner).take() {
            Some(mut process) => process.stop(Duration::from_secs(60)),
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

    /// Stops its process from running, connections open (SIGSTOP).
    ///
    /// # Errors
    ///
    /// If it does not run.
    pub fn suspend(&self) -> anyhow::Result<()> {
        self.signal(Signal::SIGSTOP)
    }

    /// Lets a suspended node go on.
    ///
    /// # Errors
    ///
    /// If it does not run.
    pub fn resume(&self) -> anyhow::Result<()> {
        self.signal(Signal::SIGCONT)
    }

    /// Raises or clears the memory alarm: while it is up, connections that publish are blocked.
    ///
    /// # Errors
    ///
    /// If the node refuses.
    pub fn memory_alarm(&self, up: bool) -> anyhow::Result<()> {
        let limit: &[&str] = if up { &["absolute", "1MB"] } else { &["0.6"] };
        self.ctl(&[&["set_vm_memory_high_watermark"], limit].concat()).map(drop)
    }

    /// Closes every client's connection.
    ///
    /// # Errors
    ///
    /// If the node refuses.
    pub fn close_connections(&self) -> anyhow::Result<()> {
        self.ctl(&["close_all_connections", "closed by a test"]).map(drop)
    }

    /// Runs `rabbitmqctl` on this node and returns what it printed. Takes a second or two.
    ///
    /// # Errors
    ///
    /// With its output, if it fails.
    pub fn ctl(&self, arguments: &[&str]) -> anyhow::Result<String> {
        // A node takes connections some moments before it calls itself started.
        until("rabbitmqctl", Duration::from_secs(60), || {
            let mut command = self.command("rabbitmqctl");
            let output = command.args(["--quiet", "-n", &self.name]).args(arguments).output()?;
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            let complaint = String::from_utf8_lossy(&output.stderr);
            match output.status.success() {
                true => Ok(Some(text)),
                false if complaint.contains("to be running on the target node") => Ok(None),
                false => bail!("rabbitmqctl {arguments:?}: {text}{complaint}"),
            }
        })
    }

    fn signal(&self, signal: Signal) -> anyhow::Result<()> {
        let process = self.process.lock().unwrap_or_else(PoisonError::into_inner);
        process.as_ref().context("RabbitMQ does not run")?.signal(signal)
    }

    fn configure(&self) -> anyhow::Result<()> {
        let mut settings = format!("listeners.tcp.1 = {}\n", self.address());
        // Small enough for many nodes on one disk.
        settings.push_str("raft.wal_max_size_bytes = 33554432\n");
        if let Some(limit) = self.options.consumer_timeout {
            writeln!(settings, "consumer_timeout = {}", limit.as_millis())?;
        }
        if let Some(tls) = &self.options.tls {
            writeln!(settings, "listeners.ssl.1 = {}", self.tls_address())?;
            writeln!(settings, "ssl_options.cacertfile = {}", tls.authority.display())?;
            writeln!(settings, "ssl_options.certfile = {}", tls.server.certificate.display())?;
            writeln!(settings, "ssl_options.keyfile = {}", tls.server.key.display())?;
            settings.push_str("ssl_options.verify = verify_peer\n");
            settings.push_str("ssl_options.fail_if_no_peer_cert = true\n");
        }
        std::fs::write(self.file("rabbitmq.conf"), settings)?;
        // How often a node looks for deliveries that took too long; a minute by default.
        std::fs::write(
            self.file("advanced.config"),
            "[{rabbit, [{channel_tick_interval, 1000}]}].\n",
        )?;
        std::fs::write(self.file("plugins"), "[].\n")?;
        Ok(())
    }

    fn launch(&self) -> anyhow::Result<()> {
        let log = std::fs::File::create(self.file("output.log"))?;
        let mut command = self.command("rabbitmq-server");
        command.stdout(Stdio::from(log.try_clone()?)).stderr(Stdio::from(log));
        let mut process = Group::start(command, self.folder.path()).context(INSTALL)?;
        until("RabbitMQ comes up", Duration::from_secs(120), || {
            if process.ended()? {
                let output = std::fs::read_to_string(self.file("output.log"))?;
                bail!("RabbitMQ ended: {output}");
            }
            // The port for TLS is opened after the other.
            let sealed = || TcpStream::connect(self.tls_address()).is_ok();
            let ready = greets(self.address()) && (self.options.tls.is_none() || sealed());
            Ok(ready.then_some(()))
        })?;
        *self.process.lock().unwrap_or_else(PoisonError::into_inner) = Some(process);
        Ok(())
    }

    /// One of RabbitMQ's own scripts, for this node.
    fn command(&self, script: &str) -> Command {
        // What stands in the path is a wrapper that changes to the system's own user.
        let real = Path::new("/usr/lib/rabbitmq/bin").join(script);
        let mut command = Command::new(if real.exists() { real } else { PathBuf::from(script) });
        command
            .env("HOME", self.folder.path())
            .env("ERL_EPMD_ADDRESS", "127.0.0.1")
            .env("ERL_EPMD_PORT", self.epmd_port.to_string())
            .env("RABBITMQ_NODENAME", &self.name)
            .env("RABBITMQ_CONF_ENV_FILE", "/dev/null")
            .env("RABBITMQ_MNESIA_BASE", self.file("data"))
            .env("RABBITMQ_LOG_BASE", self.file("log"))
            .env("RABBITMQ_PID_FILE", self.file("pid"))
            .env("RABBITMQ_CONFIG_FILE", self.file("rabbitmq.conf"))
            .env("RABBITMQ_ADVANCED_CONFIG_FILE", self.file("advanced.config"))
            .env("RABBITMQ_ENABLED_PLUGINS_FILE", self.file("plugins"))
            .env("RABBITMQ_DIST_PORT", self.dist_port.to_string())
            // Also without busy waiting: many nodes share few cores.
            .env(
                "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS",
                "-kernel inet_dist_use_interface {127,0,0,1} +sbwt none +sbwtdcpu none +sbwtdio none",
            );
        command
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

impl Drop for Rabbit {
    fn drop(&mut self) {
        self.kill();
    }
}

const INSTALL: &str = "install the package rabbitmq-server to run this test";

/// Whether it answers the protocol header with a method frame: it listens only when it is ready.
fn greets(address: SocketAddr) -> bool {
    let ask = || -> std::io::Result<bool> {
        let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(1))?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        stream.write_all(b"AMQP\x00\x00\x09\x01")?;
        let mut kind = [0];
        stream.read_exact(&mut kind)?;
        Ok(kind == [1])
    };
    ask().unwrap_or(false)
}
