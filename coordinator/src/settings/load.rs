//! Reading the settings.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use longhaul_core::Bytes;
use longhaul_identity::{Secret, SecretRef};
use longhaul_settings::{Mistakes, Reader, Table, Tree, folder_of, read_text};

use super::{Flags, duration, size};

/// What an override begins with: `LONGHAUL_QUEUE__URL` sets `queue.url`.
pub const ENV_PREFIX: &str = "LONGHAUL_";

const KEYS: &[&str] = &[
    "data",
    "listen",
    "token",
    "workers",
    "slots",
    "bytes_in_flight",
    "grace",
    "upload_time",
    "settle",
    "queue",
    "store",
];
/// The variables that are settings. Others are left alone: Kubernetes sets some of its own for a
/// service that is called `longhaul`, and the command line has a few.
const VARIABLES: &[&str] = &[
    "LONGHAUL_LISTEN",
    "LONGHAUL_WORKERS",
    "LONGHAUL_SLOTS",
    "LONGHAUL_BYTES_IN_FLIGHT",
    "LONGHAUL_GRACE",
    "LONGHAUL_UPLOAD_TIME",
    "LONGHAUL_SETTLE",
    "LONGHAUL_QUEUE__URL",
    "LONGHAUL_STORE__URL",
];

/// The only value `queue.url` and `store.url` can have in this version.
const EMBEDDED: &str = "embedded";

/// Settings of the server.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The folder everything is kept in.
    pub data: PathBuf,
    /// The address the API listens on: host and port.
    pub listen: String,
    /// The API's token; without one, that of the data folder is used.
    pub token: Option<Secret>,
    /// Workers in this process.
    pub workers: u16,
    /// Folders each worker copies at a time.
    pub slots: u16,
    /// Content each worker holds in memory at a time.
    pub bytes_in_flight: Bytes,
    /// How long a stop may take.
    pub grace: Duration,
    /// What an upload request may take, on top of the time its bytes need.
    pub upload_time: Duration,
    /// How long after an upload's deadline its effect may still appear in the destination.
    pub settle: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        let worker = longhaul_worker::Options::default();
        Self {
            data: PathBuf::from("longhaul-data"),
            listen: "127.0.0.1:7300".to_owned(),
            token: None,
            workers: 1,
            slots: worker.slots,
            bytes_in_flight: worker.bytes_in_flight,
            grace: worker.grace,
            upload_time: worker.upload_time,
            settle: worker.settle,
        }
    }
}

/// The settings from a file, if one is named, from the environment and from flags. `data` and
/// `token` are what the command line says about them; both may stand in the file instead.
///
/// # Errors
///
/// [`Mistakes`]: all of them, in the order of their places.
pub fn load(
    flags: &Flags,
    data: Option<&Path>,
    token: Option<Secret>,
    env: impl IntoIterator<Item = (OsString, OsString)>,
) -> Result<Settings, Mistakes> {
    let known = |name: &OsString| VARIABLES.iter().any(|variable| name == variable);
    let env: Vec<_> = env.into_iter().filter(|(name, _)| known(name)).collect();
    let (file, text, folder) = match &flags.config {
        Some(path) => (path.display().to_string(), read_text(path)?, folder_of(path)),
        // No file is an empty one.
        None => ("settings.yaml".to_owned(), String::new(), folder_of(Path::new("."))),
    };
    let tree = Tree::read(&file, &text, ENV_PREFIX, env)?;
    let mut reader = Reader::new(&file, &folder, &tree.lines, ENV_PREFIX);
    let mut settings = read(&mut reader, tree.root);
    if !reader.mistakes.is_empty() {
        return Err(Mistakes::sorted(reader.mistakes));
    }
    if let Some(data) = data {
        settings.data = data.to_owned();
    }
    settings.token = token.or(settings.token);
    let flags = flags.clone();
    settings.listen = flags.listen.unwrap_or(settings.listen);
    settings.workers = flags.workers.unwrap_or(settings.workers);
    settings.slots = flags.slots.unwrap_or(settings.slots);
    settings.bytes_in_flight = flags.bytes_in_flight.unwrap_or(settings.bytes_in_flight);
    settings.grace = flags.grace.unwrap_or(settings.grace);
    Ok(settings)
}

fn read(reader: &mut Reader<'_>, root: Table) -> Settings {
    let defaults = Settings::default();
    let mut table = reader.known_keys("", root, KEYS, &[]);
    let data = reader.text(&mut table, "", "data");
    let token = reader.secret(&mut table, "", "token");
    let settings = Settings {
        data: data.map_or(defaults.data, |data| reader.folder.join(data)),
        listen: reader.text(&mut table, "", "listen").unwrap_or(defaults.listen),
        token: token.and_then(|reference| resolve(reader, &reference)),
        workers: count(reader, &mut table, "workers").unwrap_or(defaults.workers),
        slots: count(reader, &mut table, "slots").unwrap_or(defaults.slots),
        bytes_in_flight: with_unit(reader, &mut table, "bytes_in_flight", size)
            .unwrap_or(defaults.bytes_in_flight),
        grace: with_unit(reader, &mut table, "grace", duration).unwrap_or(defaults.grace),
        upload_time: with_unit(reader, &mut table, "upload_time", duration)
            .unwrap_or(defaults.upload_time),
        settle: with_unit(reader, &mut table, "settle", duration).unwrap_or(defaults.settle),
    };
    for backend in ["queue", "store"] {
        only_embedded(reader, &mut table, backend);
    }
    settings
}

fn resolve(reader: &mut Reader<'_>, reference: &SecretRef) -> Option<Secret> {
    match reference.resolve() {
        Ok(token) => Some(token),
        Err(error) => {
            reader.report("token", error.code(), &error.to_string());
            None
        }
    }
}

fn count(reader: &mut Reader<'_>, table: &mut Table, key: &str) -> Option<u16> {
    let value = reader.take(table, "", key)?;
    match value.into_uint().map(u16::try_from) {
        Ok(Ok(number @ 1..=64)) => Some(number),
        _ => {
            reader.bad(key, "not a number from 1 to 64");
            None
        }
    }
}

fn with_unit<T>(
    reader: &mut Reader<'_>,
    table: &mut Table,
    key: &str,
    parse: impl Fn(&str) -> Result<T, String>,
) -> Option<T> {
    let text = reader.text(table, "", key)?;
    parse(&text).map_err(|wrong| reader.bad(key, &wrong)).ok()
}

fn only_embedded(reader: &mut Reader<'_>, table: &mut Table, backend: &str) {
    let Some(value) = reader.take(table, "", backend) else {
        return;
    };
    let mut entries: BTreeMap<_, _> = reader.table(backend, value, &["url"]).unwrap_or_default();
    let url = reader.text(&mut entries, backend, "url");
    if url.is_some_and(|url| url != EMBEDDED) {
        // The value is not repeated: it may hold a password.
        let text = "only `embedded` is supported so far";
        reader.bad(&format!("{backend}.url"), text);
    }
}
