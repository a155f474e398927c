//! Reading the settings.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use longhaul_core::code;
use longhaul_identity::Secret;
use longhaul_settings::{Common, Mistakes, Reader, Table, address, within};
use url::Url;

use super::{ServeFlags, UpFlags};

/// How long a leader leads without a heartbeat may be set to this.
const LEASES: std::ops::RangeInclusive<Duration> =
    Duration::from_secs(1)..=Duration::from_secs(600);

/// Settings of the server.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What coordinator and workers share.
    pub common: Common,
    /// The folder `up` keeps everything in; `serve` keeps nothing on this machine.
    pub data: Option<PathBuf>,
    /// The address the API listens on: host and port.
    pub listen: String,
    /// Where other coordinators reach this one; the address it listens on if none.
    pub advertise: Option<String>,
    /// The API's token; without one, `up` uses that of its data folder.
    pub token: Option<Secret>,
    /// How long a leader leads without a heartbeat: the longest time a fleet is without one after
    /// a crash.
    pub lease: Duration,
    /// Workers in this process; only `up` has any.
    pub workers: u16,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            common: Common::default(),
            data: Some(PathBuf::from("longhaul-data")),
            listen: "127.0.0.1:7300".to_owned(),
            advertise: None,
            token: None,
            lease: Duration::from_secs(15),
            workers: 1,
        }
    }
}

/// The settings of `up`. `data` and `token` are what the command line says about them; both may
/// stand in the file instead.
///
/// # Errors
///
/// [`Mistakes`]: all of them, in the order of their places.
pub fn load_up(
    flags: &UpFlags,
    data: Option<&Path>,
    token: Option<Secret>,
    env: impl IntoIterator<Item = (OsString, OsString)>,
) -> Result<Settings, Mistakes> {
    let (mut common, own) = longhaul_settings::load(&flags.common, env, |reader, table, _| {
        own(reader, table, token.is_some())
    })?;
    let flags = flags.clone();
    common.slots = flags.slots.unwrap_or(common.slots);
    common.bytes_in_flight = flags.bytes_in_flight.unwrap_or(common.bytes_in_flight);
    Ok(Settings {
        common,
        data: data.map(Path::to_owned).or(own.data),
        token: token.or(own.token),
        listen: flags.listen.unwrap_or(own.listen),
        workers: flags.workers.unwrap_or(own.workers),
        ..own
    })
}

/// The settings of `serve`, which needs a queue and a store of a fleet, and a token that all its
/// replicas know. `token` is what the command line says.
///
/// # Errors
///
/// [`Mistakes`]: all of them, in the order of their places.
pub fn load_serve(
    flags: &ServeFlags,
    token: Option<Secret>,
    env: impl IntoIterator<Item = (OsString, OsString)>,
) -> Result<Settings, Mistakes> {
    let given = token.is_some();
    let (common, own) = longhaul_settings::load(&flags.common, env, |reader, table, common| {
        let mut settings = own(reader, table, given);
        let flags = flags.clone();
        settings.listen = flags.listen.unwrap_or(settings.listen);
        settings.advertise = flags.advertise.or(settings.advertise);
        common.require_fleet(reader);
        if !given && settings.token.is_none() && !reports(reader, "token") {
            let text = "missing: all coordinators of a fleet share one API token; give it as \
                 `env:NAME` or `file:PATH`, or with `--token`";
            reader.report("token", code::MISSING_KEY, text);
        }
        if settings.advertise.is_none() && everywhere(&settings.listen) {
            let text = "missing: it listens on every address; say at which one the other \
                 coordinators reach it, such as `http://coordinator-0.contoso.com:7300`";
            reader.report("advertise", code::MISSING_KEY, text);
        }
        settings
    })?;
    Ok(Settings { common, data: None, token: token.or(own.token), workers: 0, ..own })
}

/// What only the coordinator reads. A token in the file is not looked for if one is given.
fn own(reader: &mut Reader<'_>, table: &mut Table, token_given: bool) -> Settings {
    let defaults = Settings::default();
    let data = reader.text(table, "", "data");
    Settings {
        common: Common::default(),
        data: data.map(|data| reader.folder.join(data)).or(defaults.data),
        listen: reader.parsed(table, "", "listen", address).unwrap_or(defaults.listen),
        advertise: reader.parsed(table, "", "advertise", web_address),
        token: if token_given { None } else { reader.resolved(table, "", "token") },
        lease: reader
            .parsed(table, "", "lease", |text| within(text, LEASES))
            .unwrap_or(defaults.lease),
        workers: reader.count(table, "workers", 1..=64).unwrap_or(defaults.workers),
    }
}

fn reports(reader: &Reader<'_>, key: &str) -> bool {
    reader.mistakes.iter().any(|mistake| mistake.key == key)
}

/// Whether an address stands for every address of the machine.
fn everywhere(listen: &str) -> bool {
    let host = listen.rsplit_once(':').map_or(listen, |(host, _)| host);
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_unspecified())
}

/// The address of a server: `http://coordinator-0.contoso.com:7300`.
///
/// # Errors
///
/// A fragment that says what is expected.
pub(super) fn web_address(text: &str) -> Result<String, String> {
    let url = Url::parse(text).ok().filter(|url| {
        matches!(url.scheme(), "http" | "https")
            && url.has_host()
            && url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none()
    });
    match url {
        Some(url) => Ok(url.as_str().trim_end_matches('/').to_owned()),
        None => Err("not an address such as `http://coordinator-0.contoso.com:7300`".to_owned()),
    }
}
