//! The embedded queue keeps every promise.

use longhaul_queue::Embedded;

async fn empty_queue() -> Embedded {
    Embedded::new()
}

longhaul_queue::conformance!(
    #[tokio::test(start_paused = true)]
    empty_queue
);
