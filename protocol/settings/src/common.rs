//! The settings both programs take, and how either program reads its file.

use std::ffi::OsString;
use std::ops::RangeInclusive;
use std::path::Path;
use std::time::Duration;

use longhaul_core::{Bytes, code};

use crate::backend::{Backend, BackendUrl, Kind};
use crate::{
    Flags, Mistake, Mistakes, Place, Reader, Table, Tree, address, duration, folder_of, read_text,
    size, within,
};

/// What an override begins with: `LONGHAUL_QUEUE__URL` sets `queue.url`.
pub const ENV_PREFIX: &str = "LONGHAUL_";

/// Every key of a settings file. Coordinator and workers can share one file, so each knows the
/// other's keys.
const KEYS: &[&str] = &[
    "data",
    "listen",
    "advertise",
    "token",
    "lease",
    "workers",
    "slots",
    "bytes_in_flight",
    "grace",
    "upload_time",
    "folder_lease",
    "settle",
    "wait",
    "queue",
    "store",
    "admin",
];
/// Keys that hold tables.
const TABLES: [&str; 3] = ["queue", "store", "admin"];
/// Keys whose variables the command line reads itself.
const OF_THE_COMMAND_LINE: [&str; 2] = ["data", "token"];

/// What a limit may be.
const NUMBERS: RangeInclusive<u16> = 1..=64;
/// Shorter, a pause of the store or of the machine would cost folders their owner. There is no
/// need for it to outlast an upload: before one is sent, the worker lengthens the lease to that.
const FOLDER_LEASES: RangeInclusive<Duration> = Duration::from_secs(10)..=Duration::from_secs(600);
/// How long a start may wait for queue and store.
const WAITS: RangeInclusive<Duration> = Duration::ZERO..=Duration::from_secs(3600);

/// Settings of both programs.
#[derive(Clone, Debug)]
pub struct Common {
    /// The job queue.
    pub queue: Backend,
    /// The store.
    pub store: Backend,
    /// The address of the admin port, if there is to be one: host and port.
    pub admin: Option<String>,
    /// Folders a worker copies at a time.
    pub slots: u16,
    /// Content a worker holds in memory at a time.
    pub bytes_in_flight: Bytes,
    /// How long a stop may take.
    pub grace: Duration,
    /// What an upload request may take, on top of the time its bytes need.
    pub upload_time: Duration,
    /// How long a worker's lease on a folder runs without a heartbeat, and so how long the folder
    /// of a worker that was killed stands still. With an upload under way it is twice what the
    /// upload may take, if that is longer.
    pub folder_lease: Duration,
    /// How long after an upload's deadline its effect may still appear in the destination.
    pub settle: Duration,
    /// How long a start waits for a queue or store that does not answer.
    pub wait: Duration,
}

impl Default for Common {
    fn default() -> Self {
        Self {
            queue: Backend::default(),
            store: Backend::default(),
            admin: None,
            slots: 4,
            bytes_in_flight: Bytes::mib(256),
            grace: Duration::from_secs(30),
            upload_time: Duration::from_secs(60),
            folder_lease: Duration::from_secs(120),
            settle: Duration::from_secs(120),
            wait: Duration::from_secs(60),
        }
    }
}

/// The settings from a file, if one is named, from the environment and from flags; the later one
/// wins. `own` takes what only this program reads out of the root table.
///
/// # Errors
///
/// [`Mistakes`]: all of them, in the order of their places.
pub fn load<T>(
    flags: &Flags,
    env: impl IntoIterator<Item = (OsString, OsString)>,
    own: impl FnOnce(&mut Reader<'_>, &mut Table, &Common) -> T,
) -> Result<(Common, T), Mistakes> {
    let env: Vec<_> = env.into_iter().filter(|(name, _)| is_setting(name)).collect();
    let (file, text, folder) = match &flags.config {
        Some(path) => (path.display().to_string(), read_text(path)?, folder_of(path)),
        // No file is an empty one.
        None => ("settings.yaml".to_owned(), String::new(), folder_of(Path::new("."))),
    };
    let tree = Tree::read(&file, &text, ENV_PREFIX, env)?;
    let mut reader = Reader::new(&file, &folder, &tree.lines, ENV_PREFIX);
    let mut table = reader.known_keys("", tree.root, KEYS, &[]);
    let mut common = Common::read(&mut reader, &mut table);
    common.take(flags, &mut reader);
    if common.queue.url.is_embedded() != common.store.url.is_embedded()
        && reader.mistakes.is_empty()
    {
        let (embedded, other) = match common.queue.url.is_embedded() {
            true => ("queue", "store"),
            false => ("store", "queue"),
        };
        let text = format!(
            "the {embedded} is embedded and the {other} is not; either both are, or neither is"
        );
        reader.bad(&format!("{embedded}.url"), &text);
    }
    let own = own(&mut reader, &mut table, &common);
    if reader.mistakes.is_empty() {
        return Ok((common, own));
    }
    Err(Mistakes::sorted(reader.mistakes))
}

/// Whether a variable is a setting. Others are left alone: Kubernetes sets some of its own for a
/// service that is called `longhaul`, and the command line has a few.
fn is_setting(name: &OsString) -> bool {
    let Some(name) = name.to_str().and_then(|name| name.strip_prefix(ENV_PREFIX)) else {
        return false;
    };
    let name = name.to_lowercase();
    match name.split_once("__") {
        Some((table, _)) => TABLES.contains(&table),
        None => {
            KEYS.contains(&name.as_str())
                && !TABLES.contains(&name.as_str())
                && !OF_THE_COMMAND_LINE.contains(&name.as_str())
        }
    }
}

impl Common {
    fn read(reader: &mut Reader<'_>, table: &mut Table) -> Self {
        let defaults = Self::default();
        Self {
            queue: Backend::read(reader, table, Kind::Queue),
            store: Backend::read(reader, table, Kind::Store),
            admin: admin(reader, table),
            slots: reader.count(table, "slots", NUMBERS).unwrap_or(defaults.slots),
            bytes_in_flight: reader
                .parsed(table, "", "bytes_in_flight", size)
                .unwrap_or(defaults.bytes_in_flight),
            grace: reader.parsed(table, "", "grace", duration).unwrap_or(defaults.grace),
            upload_time: reader
                .parsed(table, "", "upload_time", duration)
                .unwrap_or(defaults.upload_time),
            folder_lease: reader
                .parsed(table, "", "folder_lease", |text| within(text, FOLDER_LEASES))
                .unwrap_or(defaults.folder_lease),
            settle: reader.parsed(table, "", "settle", duration).unwrap_or(defaults.settle),
            wait: reader
                .parsed(table, "", "wait", |text| within(text, WAITS))
                .unwrap_or(defaults.wait),
        }
    }

    fn take(&mut self, flags: &Flags, reader: &mut Reader<'_>) {
        let here = folder_of(Path::new("."));
        let mut url = |text: &Option<String>, kind: Kind| {
            let text = text.as_ref()?;
            BackendUrl::read(text, kind, &here)
                .map_err(|(code, wrong)| {
                    let key = format!("{}.url", kind.key());
                    let place = Place::Flag(format!("--{}-url", kind.key()));
                    reader.mistakes.push(Mistake::new(key, code, wrong).at(place));
                })
                .ok()
        };
        if let Some(url) = url(&flags.queue_url, Kind::Queue) {
            self.queue.url = url;
        }
        if let Some(url) = url(&flags.store_url, Kind::Store) {
            self.store.url = url;
        }
        self.admin = flags.admin.clone().or_else(|| self.admin.take());
        self.grace = flags.grace.unwrap_or(self.grace);
    }

    /// Reports what keeps the process from being one of a fleet: queue and store in its own
    /// memory.
    pub fn require_fleet(&self, reader: &mut Reader<'_>) {
        let missing = [
            (Kind::Queue, &self.queue, "`amqp://` or `amqps://`"),
            (Kind::Store, &self.store, "`redis://` or `rediss://`"),
        ];
        for (kind, backend, schemes) in missing {
            let key = format!("{}.url", kind.key());
            let reported = reader.mistakes.iter().any(|mistake| mistake.key == key);
            if backend.url.is_embedded() && !reported {
                let text = format!(
                    "missing: a fleet needs a {} that several processes reach, {schemes}",
                    kind.key()
                );
                reader.report(&key, code::MISSING_KEY, &text);
            }
        }
    }
}

fn admin(reader: &mut Reader<'_>, table: &mut Table) -> Option<String> {
    let value = reader.take(table, "", "admin")?;
    let mut entries = reader.table("admin", value, &["listen"])?;
    reader.parsed(&mut entries, "admin", "listen", address)
}
