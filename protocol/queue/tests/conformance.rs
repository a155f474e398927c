//! Every queue keeps every promise.

mod embedded {
    use longhaul_queue::Embedded;

    async fn empty_queue() -> Embedded {
        Embedded::new()
    }

    longhaul_queue::conformance!(
        #[tokio::test(start_paused = true)]
        empty_queue
    );
}

mod rabbit {
    use longhaul_queue::{Options, Rabbit};

    /// On the node of this process, under names of its own.
    async fn empty_queue() -> Rabbit {
        let url = tokio::task::spawn_blocking(longhaul_nodes::amqp_url).await.expect("a node");
        let prefix = format!("conformance.{}", uuid::Uuid::new_v4());
        let options = Options { url, prefix, ..Options::default() };
        Rabbit::connect(&options).await.expect("connects")
    }

    longhaul_queue::conformance!(
        #[tokio::test]
        empty_queue
    );
}
