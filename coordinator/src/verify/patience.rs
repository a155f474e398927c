//! Waiting out what passes by itself.

use std::time::Duration;

use crate::engine::Trouble;

/// Tries that count; throttling does not.
const TRIES: u32 = 8;
/// Longest wait between two tries, unless the service asks for more.
const LONGEST: Duration = Duration::from_secs(60);

/// Calls until it works, or until it shows that it will not. Waits as long as the service asks.
pub(super) async fn patiently<T, Call>(mut call: impl FnMut() -> Call) -> Result<T, Trouble>
where
    Call: Future<Output = Result<T, Trouble>>,
{
    let mut tries = 0;
    let mut wait = Duration::from_secs(1);
    loop {
        let trouble = match call().await {
            Ok(answer) => return Ok(answer),
            Err(trouble) => trouble,
        };
        tries += u32::from(!trouble.throttled);
        if !trouble.passing || tries == TRIES {
            return Err(trouble);
        }
        tokio::time::sleep(wait.max(trouble.hint.unwrap_or_default())).await;
        wait = (wait * 2).min(LONGEST);
    }
}

#[cfg(test)]
mod tests {
    use longhaul_core::code::{EWS_UNREACHABLE, MAILBOX_NOT_FOUND, THROTTLED};
    use tokio::time::Instant;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_hint_is_waited_for_in_full_and_costs_no_try() {
        let begun = Instant::now();
        let mut calls = 0;
        let answer = patiently(|| {
            calls += 1;
            let throttled = Trouble {
                throttled: true,
                hint: Some(Duration::from_secs(300)),
                ..Trouble::passing(THROTTLED, "busy")
            };
            std::future::ready(if calls > 20 { Ok(calls) } else { Err(throttled) })
        })
        .await;
        assert_eq!(answer, Ok(21));
        assert!(begun.elapsed() >= Duration::from_secs(20 * 300));
    }

    #[tokio::test(start_paused = true)]
    async fn trouble_that_lasts_is_reported() {
        let mut calls = 0;
        let mut fail = |trouble: Trouble| {
            calls += 1;
            std::future::ready(Err::<(), _>(trouble))
        };
        let away = Trouble::passing(EWS_UNREACHABLE, "away");
        assert_eq!(patiently(|| fail(away.clone())).await, Err(away.clone()));
        let gone = Trouble::lasting(MAILBOX_NOT_FOUND, "gone");
        assert_eq!(patiently(|| fail(gone.clone())).await, Err(gone.clone()));
        assert_eq!(calls, TRIES + 1);
    }
}
