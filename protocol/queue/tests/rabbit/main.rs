//! What the queue on RabbitMQ promises beyond the suite: failures of the broker and of the way
//! to it, what an operator may get wrong, and the dead letters.

mod breaking;
mod connecting;
mod cutting;
mod delaying;
mod letters;
mod sharing;
mod support;
mod topology;
