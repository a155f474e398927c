//! One node for all tests of a process, or the one the caller names.

use std::sync::OnceLock;

use crate::{Rabbit, Redis};

/// The URL of a RabbitMQ for tests that need no more than a broker: the one of
/// `LONGHAUL_TEST_AMQP_URL`, else a node shared by all tests of this process. Names in it are
/// for the test to choose apart.
///
/// # Panics
///
/// If RabbitMQ is not installed or does not come up.
#[must_use]
pub fn amqp_url() -> String {
    static NODE: OnceLock<Rabbit> = OnceLock::new();
    given("LONGHAUL_TEST_AMQP_URL").unwrap_or_else(|| {
        NODE.get_or_init(|| Rabbit::start().unwrap_or_else(|error| panic!("{error:#}"))).url()
    })
}

/// The URL of a Redis, likewise: the one of `LONGHAUL_TEST_REDIS_URL` or a shared node.
///
/// # Panics
///
/// If Redis is not installed or does not come up.
#[must_use]
pub fn redis_url() -> String {
    static NODE: OnceLock<Redis> = OnceLock::new();
    given("LONGHAUL_TEST_REDIS_URL").unwrap_or_else(|| {
        NODE.get_or_init(|| Redis::start().unwrap_or_else(|error| panic!("{error:#}"))).url()
    })
}

/// Starts a node unless `variable` names a service that is not ours to break.
pub(crate) fn unless_given<N>(
    variable: &str,
    test: &str,
    start: impl FnOnce() -> anyhow::Result<N>,
) -> anyhow::Result<Option<N>> {
    if given(variable).is_some() {
        println!("skipped: {test} needs a node of its own, and {variable} is set");
        return Ok(None);
    }
    start().map(Some)
}

fn given(variable: &str) -> Option<String> {
    std::env::var(variable).ok().filter(|url| !url.is_empty())
}
