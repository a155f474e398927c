//! Passes from their start to their end, undisturbed and killed in the middle.

use longhaul_core::state::MailboxState;

use longhaul::engine::Options;

use crate::scene::{Scene, copied, options, total};

#[tokio::test(flavor = "multi_thread")]
async fn a_full_pass_copies_every_item_and_a_second_one_copies_nothing() {
    let scene = Scene::generated(2, 60).await;
    let server = scene.submitted().await;
    let first = server.complete().await;
    assert_eq!(copied(&first), total(&first));
    assert!(copied(&first) > 60, "{first:#?}");
    server.assert_clean().await;
    let second = server.complete().await;
    assert_eq!(copied(&second), copied(&first));
    assert!(second.mailboxes.iter().all(|mailbox| mailbox.copied_in_pass == 0), "{second:#?}");
    server.assert_clean().await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pre_stage_and_a_full_pass_together_copy_everything_exactly_once() {
    let scene = Scene::generated(1, 80).await;
    let server = scene.submitted().await;
    let number = server.start_pre_stage().await;
    let staged = server.wait_until_over(number).await;
    assert_eq!(staged.mailboxes[0].state, MailboxState::PreStaged);
    assert!(copied(&staged) > 0 && copied(&staged) < total(&staged), "{staged:#?}");
    server.assert_clean().await;
    let full = server.complete().await;
    assert_eq!(copied(&full), total(&full));
    assert_eq!(full.mailboxes[0].copied_in_pass, total(&full) - copied(&staged));
    server.assert_clean().await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_again_and_again_a_pass_goes_on_and_copies_everything_once() {
    let scene = Scene::small(2, 60).await;
    let server = scene.submitted().await;
    let number = server.start_full().await;
    server.kill().await;
    for part in [4, 2] {
        let server = scene.server();
        server
            .wait_for("a part of the copy", |status| {
                total(status) > 0 && copied(status) >= total(status) / part
            })
            .await;
        server.kill().await;
    }
    let server = scene.server();
    let status = server.wait_until_over(number).await;
    assert_eq!(copied(&status), total(&status));
    for mailbox in &status.mailboxes {
        assert_eq!(mailbox.state, MailboxState::Completed, "{mailbox:#?}");
    }
    server.assert_clean().await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mailboxes_that_have_ended_keep_no_others_from_being_taken_up() {
    let scene = Scene::small(12, 20).await;
    // So small a fleet that what a few mailboxes ask for is all it can do.
    let server = scene.server_with(Options { slots: 1, ..options() });
    server.handle.submit(scene.spec()).await.unwrap();
    let status = server.complete().await;
    assert_eq!(copied(&status), total(&status));
    server.stop().await;
}
