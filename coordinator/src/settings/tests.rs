use std::ffi::OsString;
use std::path::Path;
use std::time::Duration;

use longhaul_core::Bytes;
use longhaul_identity::Secret;
use longhaul_settings::{Flags, Mistakes};

use super::*;

/// A settings file and the environment beside it.
fn env(pairs: &[(&str, &str)]) -> Vec<(OsString, OsString)> {
    pairs.iter().map(|(name, value)| (OsString::from(name), OsString::from(value))).collect()
}

fn serve(text: &str, variables: &[(&str, &str)]) -> Result<Settings, Mistakes> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("fleet.yaml");
    std::fs::write(&path, text).expect("written");
    let common = Flags { config: Some(path), ..Flags::default() };
    let token = Some(Secret::new("abc".into()));
    load_serve(&ServeFlags { common, ..ServeFlags::default() }, token, env(variables))
}

/// The keys that were reported, with their codes.
fn reported(mistakes: &Mistakes) -> Vec<String> {
    mistakes.list.iter().map(|mistake| format!("{} {}", mistake.code, mistake.key)).collect()
}

const FLEET: [(&str, &str); 2] =
    [("LONGHAUL_QUEUE__URL", "amqp://queue.test"), ("LONGHAUL_STORE__URL", "redis://store.test")];

#[test]
fn without_file_variable_or_flag_the_defaults_hold() {
    let settings = load_up(&UpFlags::default(), None, None, []).expect("no mistakes");
    assert_eq!(settings.data.as_deref(), Some(Path::new("longhaul-data")));
    assert_eq!(settings.listen, "127.0.0.1:7300");
    assert_eq!(settings.lease, Duration::from_secs(15));
    assert!(settings.common.queue.url.is_embedded());
    assert!(settings.token.is_none());
}

#[test]
fn what_both_programs_share_defaults_to_what_a_worker_does_by_itself() {
    let common = longhaul_settings::Common::default();
    let worker = longhaul_worker::Options::default();
    assert_eq!(
        (common.slots, common.bytes_in_flight, common.grace, common.upload_time, common.settle),
        (worker.slots, worker.bytes_in_flight, worker.grace, worker.upload_time, worker.settle)
    );
}

#[test]
fn a_flag_wins_over_a_variable_and_a_variable_over_the_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("server.toml");
    let text = "data = \"here\"\nworkers = 2\nslots = 3\nbytes_in_flight = \"64MiB\"\n\
         [queue]\nurl = \"embedded\"\n";
    std::fs::write(&path, text).expect("written");
    let common = Flags { config: Some(path), ..Flags::default() };
    let flags = UpFlags { common, slots: Some(9), ..UpFlags::default() };
    let env =
        env(&[("LONGHAUL_WORKERS", "5"), ("LONGHAUL_SLOTS", "7"), ("LONGHAUL_GRACE", "1m 30s")]);
    let token = Secret::new("abc".into());
    let settings = load_up(&flags, None, Some(token), env).expect("no mistakes");
    assert_eq!((settings.workers, settings.common.slots), (5, 9));
    assert_eq!(settings.common.bytes_in_flight, Bytes::mib(64));
    assert_eq!(settings.common.grace, Duration::from_secs(90));
    assert_eq!(settings.data, Some(folder.path().join("here")));
    assert_eq!(settings.token.expect("given").expose(), "abc");
}

#[test]
fn a_listen_address_that_is_none_is_a_mistake_with_its_place() {
    let mistakes = load_up(&UpFlags::default(), None, None, env(&[("LONGHAUL_LISTEN", "7300")]))
        .expect_err("no host");
    let expected = "LONGHAUL_LISTEN: listen: LH-0102: not a host and a port such as \
         `127.0.0.1:7300`";
    assert_eq!(mistakes.to_string(), expected);
}

#[test]
fn a_coordinator_of_a_fleet_needs_a_queue_a_store_and_a_token_that_others_share() {
    let mistakes = load_serve(&ServeFlags::default(), None, []).expect_err("nothing is set");
    assert_eq!(reported(&mistakes), ["LH-0103 queue.url", "LH-0103 store.url", "LH-0103 token"]);
}

#[test]
fn a_coordinator_that_listens_everywhere_must_say_where_it_is_reached() {
    let everywhere = [FLEET[0], FLEET[1], ("LONGHAUL_LISTEN", "[::]:7300")];
    let mistakes = serve("", &everywhere).expect_err("no address of its own");
    assert_eq!(reported(&mistakes), ["LH-0103 advertise"]);
    let settings = serve("advertise: http://one.test:7300/\n", &everywhere).expect("it says so");
    assert_eq!(settings.advertise.as_deref(), Some("http://one.test:7300"));
    assert!(serve("", &FLEET).expect("it listens at one address").advertise.is_none());
}

#[test]
fn the_lease_is_bounded() {
    for (text, fits) in [("1s", true), ("10m", true), ("500ms", false), ("11m", false)] {
        let settings = serve(&format!("lease: {text}\n"), &FLEET);
        assert_eq!(settings.is_ok(), fits, "{text}");
    }
}

#[test]
fn a_worker_s_keys_in_a_shared_file_are_no_mistakes() {
    let text = "slots: 8\nbytes_in_flight: 1GiB\nupload_time: 2m\nadmin: {listen: '[::1]:7301'}\n";
    let settings = serve(text, &FLEET).expect("no mistakes");
    assert_eq!(settings.common.admin.as_deref(), Some("[::1]:7301"));
    assert_eq!(settings.workers, 0);
}
