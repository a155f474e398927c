//! A private Prometheus that scrapes a program under test. Needs the Debian package `prometheus`.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use serde_json::Value;

/// Long enough for an empty database on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running `prometheus` on a free port of this machine.
#[derive(Debug)]
pub struct Prometheus {
    process: Child,
    url: String,
    http: reqwest::blocking::Client,
}

impl Prometheus {
    /// Starts one that scrapes `targets` (host and port) each second; its data is in `folder`.
    ///
    /// # Errors
    ///
    /// If it is not installed or does not come up.
    pub fn start(folder: &Path, targets: &[&str]) -> anyhow::Result<Self> {
        let config = folder.join("prometheus.yml");
        std::fs::write(
            &config,
            format!(
                "global: {{scrape_interval: 1s}}\nscrape_configs:\n  - job_name: longhaul\n    \
                 static_configs: [{{targets: ['{}']}}]\n",
                targets.join("', '")
            ),
        )?;
        let mut process = Command::new("prometheus")
            .arg(format!("--config.file={}", config.display()))
            .arg(format!("--storage.tsdb.path={}", folder.join("prometheus").display()))
            .args(["--web.listen-address=127.0.0.1:0", "--log.format=json"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .context("prometheus runs: install the package `prometheus`")?;
        let log = BufReader::new(process.stderr.take().context("its log")?);
        let mut running =
            Self { process, url: String::new(), http: reqwest::blocking::Client::new() };
        // Read to its end in a thread of its own: a full pipe would stop the program.
        let (found, address) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            for line in log.lines().map_while(Result::ok) {
                let line: Value = serde_json::from_str(&line).unwrap_or_default();
                if line["msg"] == "Listening on" {
                    let _ = found.send(line["address"].as_str().unwrap_or_default().to_owned());
                }
            }
        });
        let address = address.recv_timeout(PATIENCE).context("prometheus listens")?;
        running.url = format!("http://{address}");
        Ok(running)
    }

    /// The only value of a query, once there is one and it satisfies `wanted`.
    ///
    /// # Errors
    ///
    /// If that does not happen in time.
    pub fn value(&self, query: &str, wanted: impl Fn(f64) -> bool) -> anyhow::Result<f64> {
        let begun = Instant::now();
        loop {
            let seen = self.query(query)?;
            if let [value] = seen[..]
                && wanted(value)
            {
                return Ok(value);
            }
            if begun.elapsed() > PATIENCE {
                bail!("{query} gives {seen:?}");
            }
            std::thread::park_timeout(Duration::from_millis(200));
        }
    }

    fn query(&self, query: &str) -> anyhow::Result<Vec<f64>> {
        let url = format!("{}/api/v1/query", self.url);
        let request = self.http.get(url).query(&[("query", query)]);
        let answer: Value = match request.send() {
            Ok(answer) => answer.json()?,
            // It listens before it answers.
            Err(error) if error.is_connect() => return Ok(Vec::new()),
            Err(error) => return Err(error.into()),
        };
        let Some(series) = answer["data"]["result"].as_array() else {
            return Ok(Vec::new());
        };
        let values = series.iter().map(|series| {
            let value = series["value"][1].as_str().context("a value")?;
            Ok(value.parse()?)
        });
        values.collect()
    }
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// What `promtool check metrics` says against a text of metrics: nothing, if all is well.
///
/// # Errors
///
/// If it is not installed or complains.
pub fn check_metrics(text: &str) -> anyhow::Result<()> {
    let mut promtool = Command::new("promtool")
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context("promtool runs: install the package `prometheus`")?;
    promtool.stdin.take().context("its input")?.write_all(text.as_bytes())?;
    let output = promtool.wait_with_output()?;
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    ensure!(output.status.success() && said.trim().is_empty(), "{said}");
    Ok(())
}
