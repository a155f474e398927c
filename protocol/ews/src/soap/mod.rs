//! SOAP: the envelope of requests, and the three layers of answers.

mod answer;
mod envelope;
mod fault;
mod message;
#[cfg(test)]
mod tests;

pub(crate) use answer::Answer;
pub(crate) use envelope::{close_body, envelope, open_body};
pub(crate) use message::Message;
