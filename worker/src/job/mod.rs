//! A job: from a delivered message to its answer.

mod answer;
#[cfg(test)]
mod chain;
mod control;
mod copying;
mod handle;
#[cfg(test)]
mod model;
mod prepare;

pub(crate) use control::Control;
pub(crate) use copying::Copying;
pub(crate) use handle::Jobs;
