use std::path::Path;

use longhaul_core::code;

use super::folder::{self, ApiFile};
use super::*;
use crate::settings::Settings;

fn settings(data: &Path) -> Settings {
    Settings {
        data: Some(data.to_owned()),
        listen: "127.0.0.1:0".to_owned(),
        ..Settings::default()
    }
}

#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).expect("it exists").permissions().mode() & 0o777
}

#[test]
fn a_token_is_made_once_and_kept() {
    let data = tempfile::tempdir().expect("a folder");
    let first = folder::token(data.path()).expect("made");
    let second = folder::token(data.path()).expect("kept");
    assert_eq!(first.expose(), second.expose());
    assert_eq!(first.expose().len(), 43);
    let other = tempfile::tempdir().expect("a folder");
    assert_ne!(folder::token(other.path()).expect("made").expose(), first.expose());
}

#[tokio::test]
async fn a_server_is_found_by_its_folder_and_gone_when_it_stops() {
    let parent = tempfile::tempdir().expect("a folder");
    let data = parent.path().join("new/data");
    let running = Running::start(settings(&data)).await.expect("started");
    let file = ApiFile::read(&data).expect("written");
    assert_eq!(file.url, running.url());
    #[cfg(unix)]
    {
        assert_eq!(mode(&data), 0o700);
        assert_eq!(mode(&ApiFile::path(&data)), 0o600);
        assert_eq!(mode(&data.join("token")), 0o600);
    }
    let client = crate::api::Client::new(&file.url, longhaul_identity::Secret::new(file.token));
    let client = client.expect("a client");
    assert!(client.projects().await.expect("an answer").is_empty());

    assert!(running.stop().await, "everything ends by itself");
    assert!(ApiFile::read(&data).is_none());
    client.projects().await.expect_err("nobody listens");
    // The folder is free again, and the token is the same.
    let token = std::fs::read_to_string(data.join("token")).expect("kept");
    let again = Running::start(settings(&data)).await.expect("started again");
    assert_eq!(ApiFile::read(&data).expect("written").token, token);
    again.stop().await;
}

#[tokio::test]
async fn a_second_server_on_the_same_folder_is_refused() {
    let data = tempfile::tempdir().expect("a folder");
    let running = Running::start(settings(data.path())).await.expect("started");
    let refusal = Running::start(settings(data.path())).await.expect_err("in use");
    assert_eq!(refusal.code, code::STORE_IN_USE);
    assert_eq!(ApiFile::read(data.path()).expect("untouched").url, running.url());
    running.stop().await;
}

#[tokio::test]
async fn a_port_that_is_taken_leaves_the_folder_free() {
    let (one, two) = (tempfile::tempdir().expect("one"), tempfile::tempdir().expect("two"));
    let first = Running::start(settings(one.path())).await.expect("started");
    let listen = first.url().trim_start_matches("http://").to_owned();
    let second = Settings { listen, ..settings(two.path()) };
    let refusal = Running::start(second).await.expect_err("taken");
    assert_eq!(refusal.code, code::ADDRESS_TAKEN);
    assert!(ApiFile::read(two.path()).is_none());
    Running::start(settings(two.path())).await.expect("the folder is free").stop().await;
    first.stop().await;
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_is_named() {
    let parent = tempfile::tempdir().expect("a folder");
    let file = parent.path().join("file");
    std::fs::write(&file, "").expect("written");
    let refusal = Running::start(settings(&file.join("data"))).await.expect_err("not a folder");
    assert_eq!(refusal.code, code::STORE_NOT_WRITABLE);
    assert!(refusal.text.contains("file/data"), "{}", refusal.text);
}
