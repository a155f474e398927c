//! The token source against a scripted authority on the loopback interface.

use std::time::Duration;

use crate::support::{Fixture, SECRET, json, refusal, token};
use axum::response::IntoResponse as _;
use longhaul_core::code;
use longhaul_identity::{Authority, Error, TokenSource};

#[tokio::test]
async fn a_secret_grant_sends_the_documented_form() {
    let authority = Fixture::new(|n, _| token(n, 3600)).await;
    authority.tokens.token().await.expect("a token");
    let asked = authority.script.asked.lock().expect("no panic");
    let mut fields: Vec<(&str, &str)> =
        asked[0].iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    fields.sort_unstable();
    assert_eq!(
        fields,
        [
            ("client_id", crate::support::CLIENT_ID),
            ("client_secret", SECRET),
            ("grant_type", "client_credentials"),
            ("scope", "https://outlook.test/.default"),
        ]
    );
}

#[tokio::test]
async fn many_callers_cause_one_request() {
    let authority = Fixture::new(|n, _| token(n, 3600)).await;
    authority.script.gate.forget_permits(usize::MAX);
    let callers: Vec<_> = (0..20)
        .map(|_| {
            let tokens = authority.tokens.clone();
            tokio::spawn(async move { tokens.token().await.expect("a token").expose().to_owned() })
        })
        .collect();
    authority.script.arrived.notified().await;
    authority.script.gate.add_permits(100);
    for caller in callers {
        assert_eq!(caller.await.expect("no panic"), "token-0");
    }
    assert_eq!(authority.asked(), 1);
}

#[tokio::test]
async fn callers_who_waited_for_a_failure_share_it() {
    let authority = Fixture::new(|_, _| refusal("invalid_client", 7_000_215)).await;
    authority.script.gate.forget_permits(usize::MAX);
    let first = tokio::spawn({
        let tokens = authority.tokens.clone();
        async move { tokens.token().await.expect_err("refused") }
    });
    authority.script.arrived.notified().await;
    let mut second = std::pin::pin!(authority.tokens.token());
    // Polled once, so that it waits behind the first.
    assert!(poll_once(second.as_mut()).await.is_none());
    authority.script.gate.add_permits(100);
    first.await.expect("no panic");
    second.await.expect_err("the same refusal");
    assert_eq!(authority.asked(), 1);
}

/// Polls a future once.
async fn poll_once<F: Future>(mut future: std::pin::Pin<&mut F>) -> Option<F::Output> {
    std::future::poll_fn(|cx| {
        std::task::Poll::Ready(match future.as_mut().poll(cx) {
            std::task::Poll::Ready(output) => Some(output),
            std::task::Poll::Pending => None,
        })
    })
    .await
}

#[tokio::test]
async fn a_token_is_renewed_five_minutes_early() {
    let authority = Fixture::new(|n, _| token(n, 3600)).await;
    let tokens = &authority.tokens;
    assert_eq!(tokens.token().await.expect("a token").expose(), "token-0");
    authority.clock.advance(Duration::from_secs(3299));
    assert_eq!(tokens.token().await.expect("a token").expose(), "token-0");
    authority.clock.advance(Duration::from_secs(1));
    assert_eq!(tokens.token().await.expect("a token").expose(), "token-1");
}

#[tokio::test]
async fn a_short_token_is_renewed_at_half_its_life() {
    let authority = Fixture::new(|n, _| token(n, 100)).await;
    assert_eq!(authority.tokens.token().await.expect("a token").expose(), "token-0");
    authority.clock.advance(Duration::from_secs(49));
    assert_eq!(authority.tokens.token().await.expect("a token").expose(), "token-0");
    authority.clock.advance(Duration::from_secs(1));
    assert_eq!(authority.tokens.token().await.expect("a token").expose(), "token-1");
}

#[tokio::test]
async fn an_old_token_serves_while_the_authority_is_down() {
    let authority =
        Fixture::new(|n, _| if n == 0 { token(n, 3600) } else { json(503, "{}") }).await;
    authority.tokens.token().await.expect("a token");
    authority.clock.advance(Duration::from_secs(3400));
    assert_eq!(authority.tokens.token().await.expect("the old one").expose(), "token-0");
    assert_eq!(authority.tokens.token().await.expect("the old one").expose(), "token-0");
    assert_eq!(authority.asked(), 2, "it is left alone for a while");
    authority.clock.advance(Duration::from_secs(300));
    let error = authority.tokens.token().await.expect_err("the old one has ended");
    assert_eq!(error.code(), code::AUTHORITY_UNREACHABLE);
}

#[tokio::test]
async fn many_refusals_of_one_token_cause_one_renewal() {
    let authority = Fixture::new(|n, _| token(n, 3600)).await;
    let stale = authority.tokens.token().await.expect("a token");
    let first = authority.tokens.renewed_after(&stale).await.expect("a new one");
    let second = authority.tokens.renewed_after(&stale).await.expect("the same");
    assert_eq!((first.expose(), second.expose()), ("token-1", "token-1"));
    assert_eq!(authority.asked(), 2);
}

#[tokio::test]
async fn a_token_that_lasts_too_short_is_renewed_before_a_long_call() {
    let authority = Fixture::new(|n, _| token(n, 3600)).await;
    authority.tokens.token().await.expect("a token");
    authority.clock.advance(Duration::from_secs(3100));
    let needed = Duration::from_secs(600);
    assert_eq!(authority.tokens.valid_for(needed).await.expect("new").expose(), "token-1");

    let error = authority.tokens.valid_for(Duration::from_secs(7200)).await.expect_err("never");
    assert!(matches!(error, Error::TooShort { .. }), "{error:?}");
}

#[tokio::test]
async fn each_refusal_has_its_code() {
    for (aadsts, expected, transient) in [
        (7_000_215, code::CREDENTIAL_REFUSED, false),
        (700_016, code::CREDENTIAL_REFUSED, false),
        (700_027, code::CREDENTIAL_REFUSED, true),
        (90_002, code::TENANT_UNKNOWN, false),
        (900_023, code::TENANT_UNKNOWN, false),
        (50_196, code::AUTHORITY_UNREACHABLE, true),
    ] {
        let authority = Fixture::new(move |_, _| refusal("invalid_client", aadsts)).await;
        let error = authority.tokens.token().await.expect_err("refused");
        assert_eq!((error.code(), error.is_transient()), (expected, transient), "{aadsts}");
        assert!(error.to_string().contains(&format!("AADSTS{aadsts}")), "{error}");
        assert!(!format!("{error} {error:?}").contains("hunter2"), "the description is left out");
    }
}

#[tokio::test]
async fn a_busy_authority_is_transient_and_its_hint_is_kept() {
    for status in [429_u16, 500, 503] {
        let authority = Fixture::new(move |_, _| {
            let status = axum::http::StatusCode::from_u16(status).expect("a status");
            (status, [("retry-after", "17")], "busy").into_response()
        })
        .await;
        let error = authority.tokens.token().await.expect_err("busy");
        assert_eq!(error.code(), code::AUTHORITY_UNREACHABLE);
        assert!(error.is_transient());
        assert_eq!(error.hint(), Some(Duration::from_secs(17)), "{status}");
    }
}

#[tokio::test]
async fn an_answer_that_is_no_token_is_refused() {
    for body in [
        "",
        "<html>",
        r#"{"token_type":"Bearer","expires_in":3600}"#,
        r#"{"token_type":"mac","expires_in":3600,"access_token":"a"}"#,
        r#"{"token_type":"Bearer","expires_in":3600,"access_token":"a\nb"}"#,
    ] {
        let authority = Fixture::new(move |_, _| json(200, body)).await;
        let error = authority.tokens.token().await.expect_err(body);
        assert_eq!(error.code(), code::BAD_TOKEN_ANSWER, "{body}");
    }
    let authority = Fixture::new(|_, _| json(200, &"x".repeat(300_000))).await;
    let error = authority.tokens.token().await.expect_err("far too long");
    assert_eq!(error.code(), code::BAD_TOKEN_ANSWER);
}

#[tokio::test]
async fn an_authority_that_is_not_there_is_transient() {
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = closed.local_addr().expect("bound");
    drop(closed);
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("secret"), SECRET).expect("written");
    let tokens = TokenSource::new(
        longhaul_identity::http_client(None, "longhaul-test/0").expect("a client"),
        Authority {
            base: format!("http://{address}").parse().expect("an address"),
            tenant_id: "contoso.test".into(),
        },
        longhaul_identity::Credential::Secret {
            client_id: crate::support::CLIENT_ID.into(),
            secret: longhaul_identity::SecretRef::File(folder.path().join("secret")),
        },
        "scope".into(),
        std::sync::Arc::new(longhaul_core::SystemClock),
    );
    let error = tokens.token().await.expect_err("nobody listens");
    assert_eq!(error.code(), code::AUTHORITY_UNREACHABLE);
    assert!(error.is_transient());
}

#[tokio::test]
async fn nothing_that_prints_shows_a_secret_or_token() {
    let authority = Fixture::new(|n, _| token(n, 3600)).await;
    let token = authority.tokens.token().await.expect("a token");
    let printed = format!("{token:?} {:?}", authority.tokens);
    assert!(!printed.contains("token-0") && !printed.contains("hunter2"), "{printed}");
}
