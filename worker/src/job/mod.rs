//! A job: from a delivered message to its answer.

mod answer;
mod control;
mod handle;
mod prepare;

pub(crate) use control::Control;
pub(crate) use handle::Jobs;
