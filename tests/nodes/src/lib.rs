//! Private nodes of the real programs for tests: RabbitMQ, Redis, and a proxy in front of them.
//!
//! A node runs the installed program on free loopback ports with a temporary folder of its own,
//! and ends with its value, or with the test process however that ends. The machine's own
//! services are never touched. Where a program is not installed, starting fails with a message
//! that says what to install.
//!
//! With `LONGHAUL_TEST_AMQP_URL` or `LONGHAUL_TEST_REDIS_URL` set, [`amqp_url`] and [`redis_url`]
//! hand out that service instead, so that a suite runs against another version; a test that has
//! to break a node asks [`Rabbit::of_its_own`] or [`Redis::of_its_own`] and is skipped then, with
//! a line that says so.
//!
//! Everything blocks the calling thread, a start of RabbitMQ for some seconds; in a test on one
//! thread use `tokio::task::spawn_blocking` where other tasks have to go on meanwhile.

mod certificates;
mod example;
mod ports;
mod process;
mod proxy;
mod rabbit;
mod redis;
mod scissors;
mod shared;

pub use certificates::{Certificates, Pem};
pub use example::example;
pub use proxy::{Direction, Flow, Proxy};
pub use rabbit::{Rabbit, RabbitOptions};
pub use redis::{Redis, RedisBackup, RedisOptions};
pub use scissors::{Cut, Scissors};
pub use shared::{amqp_url, redis_url};
