//! Two coordinators: what one cannot do, the other does.

use std::time::Duration;

use longhaul_core::{Timestamp, code};
use reqwest::StatusCode;
use tokio::net::TcpListener;

use crate::api::tests::{Server, TOKEN};
use crate::engine::{Refusal, RefusalKind};
use crate::lead::Leader;

fn leader(url: &str) -> Option<Leader> {
    Some(Leader { url: url.to_owned(), since: Timestamp(0) })
}

#[tokio::test]
async fn a_change_reaches_the_leader_through_a_follower() {
    let first = Server::start().await;
    let second = Server::start().await;
    second.follow(leader(&first.base));
    // The leader's own refusal, with its own words.
    let refusal = second.client(TOKEN).stop_project("none").await.expect_err("no such project");
    assert_eq!((refusal.code, refusal.kind), (code::NOT_FOUND, RefusalKind::NotFound));
    let unknown = crate::verify::VerificationId::generate();
    let refusal = second.client(TOKEN).verification(unknown).await.expect_err("no such");
    assert_eq!(refusal.code, code::NOT_FOUND);
    assert!(second.client(TOKEN).projects().await.expect("from the store").is_empty());
}

#[tokio::test]
async fn a_wrong_token_is_not_passed_on() {
    let second = Server::start().await;
    second.follow(leader("http://127.0.0.1:1"));
    let refusal = second.client("wrong").stop_project("any").await.expect_err("refused");
    assert_eq!(refusal.code, code::UNAUTHORISED);
}

#[tokio::test]
async fn without_a_leader_a_change_is_refused_for_now_and_a_question_answered() {
    let server = Server::start().await;
    server.follow(None);
    let request = server.request("POST", "/v1/projects/p/stop").bearer_auth(TOKEN);
    let answer = request.send().await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer.headers()["retry-after"], "1");
    let refusal: Refusal = answer.json().await.expect("a problem document");
    assert_eq!(refusal.code, code::NO_LEADER);
    assert!(server.client(TOKEN).projects().await.expect("from the store").is_empty());
}

#[tokio::test]
async fn two_that_take_each_other_for_the_leader_end_the_question() {
    let (first, second) = (Server::start().await, Server::start().await);
    first.follow(leader(&second.base));
    second.follow(leader(&first.base));
    let refusal = first.client(TOKEN).stop_project("any").await.expect_err("nobody leads");
    assert_eq!(refusal.code, code::NO_LEADER);
}

#[tokio::test]
async fn a_leader_that_cannot_be_reached_has_done_nothing() {
    let server = Server::start().await;
    server.follow(leader("http://127.0.0.1:1"));
    let refusal = server.client(TOKEN).stop_project("any").await.expect_err("nobody listens");
    assert_eq!(refusal.code, code::NO_LEADER);
}

#[tokio::test]
async fn a_leader_that_falls_silent_may_have_done_it() {
    // It takes connections and never answers, until another one leads.
    let silent = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}", silent.local_addr().expect("bound"));
    let server = Server::start().await;
    server.follow(leader(&url));
    let client = server.client(TOKEN);
    let asked = tokio::spawn(async move { client.stop_project("any").await });
    let (_connection, _) = silent.accept().await.expect("the request comes");
    server.follow(leader("http://127.0.0.1:1"));
    let refusal = asked.await.expect("no panic").expect_err("no answer");
    assert_eq!(refusal.code, code::CHANGE_UNANSWERED);
}

#[tokio::test]
async fn a_patient_client_waits_for_a_leader() {
    let (first, second) = (Server::start().await, Server::start().await);
    second.follow(None);
    let client = second.client(TOKEN).patient(Duration::from_secs(30));
    let asked = tokio::spawn(async move { client.stop_project("none").await });
    tokio::task::yield_now().await;
    second.follow(leader(&first.base));
    let refusal = asked.await.expect("no panic").expect_err("no such project");
    assert_eq!(refusal.code, code::NOT_FOUND);
}
