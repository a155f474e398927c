//! The queue on RabbitMQ, 3.10 and later.
//!
//! Every lane is a quorum queue. What is to wait goes to a queue of its lane and rung whose
//! messages expire into the lane; what is set aside goes to one queue for both lanes, where the
//! broker also puts what was delivered too often. Names and arguments stand in `topology`.
//!
//! A process holds two connections: one publishes, one consumes. A broker with an alarm stops
//! reading from connections that publish, so on one connection nothing could be acknowledged.
//! A lost connection is made anew for ever, with growing waits; consumers subscribe again by
//! themselves, and publishing waits for a connection as long as a caller may be kept waiting.
//!
//! It promises at least once. Delivered twice is: what was published while the connection broke,
//! what was not acknowledged when it broke, and a dead letter whose retry was cut short.

mod address;
mod consumer;
mod dead;
mod dial;
mod link;
mod publisher;
mod queue;
mod refusal;
mod returns;
mod settle;
mod subscription;
mod tls;
mod topology;

pub use queue::Rabbit;
