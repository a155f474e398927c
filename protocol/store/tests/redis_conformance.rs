//! The Redis store keeps every promise.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use longhaul_core::MailboxId;
use longhaul_store::conformance::Setup;
use longhaul_store::{Options, Redis, Store};

struct OnRedis(Redis);

#[async_trait]
impl Setup for OnRedis {
    fn store(&self) -> Arc<dyn Store> {
        Arc::new(self.0.clone())
    }

    async fn pass(&self, time: Duration) {
        self.0.advance(time);
    }
}

/// One server for all cases, where every case has a prefix of its own: also a server that is not
/// ours alone, and may hold what an earlier run left.
async fn setup() -> OnRedis {
    let url = tokio::task::spawn_blocking(longhaul_nodes::redis_url).await.expect("starts");
    let prefix = format!("conformance {}", MailboxId::generate());
    let options = Options { url, prefix, ..Options::default() };
    OnRedis(Redis::open(&options).await.expect("opens"))
}

longhaul_store::conformance!(
    #[tokio::test]
    setup
);
