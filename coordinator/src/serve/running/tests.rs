use super::*;

/// A part that has ended cannot be waited for again.
#[tokio::test]
async fn a_server_of_which_a_part_has_ended_stops_like_any_other() {
    for part in 0..3 {
        let data = tempfile::tempdir().expect("a folder");
        let settings = Settings {
            data: Some(data.path().to_owned()),
            listen: "127.0.0.1:0".to_owned(),
            ..Settings::default()
        };
        let mut running = Running::start(settings).await.expect("started");
        match part {
            0 => running.replica.stop.cancel(),
            1 => running.served.stop.cancel(),
            _ => running.replica.task.abort(),
        }
        let broken = running.broken().await;
        assert!(broken.text.ends_with("ended"), "{}", broken.text);
        assert!(running.stop().await, "{}: the rest did not end", broken.text);
    }
}
