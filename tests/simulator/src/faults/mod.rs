//! Faults to be injected: rules that say when, and what then happens.
//!
//! A rule names an operation and a mailbox (or any), counts the calls that match, and fires at
//! the nth, at every nth, or by chance from a seed. What fires during one call makes up a
//! [`Plan`]; the pipeline asks the plan before, during and after the work.

mod plan;
mod rule;
mod rules;

pub(crate) use plan::{DataFault, Early, ItemFault, Late, Plan};
pub(crate) use rule::Rule;
pub(crate) use rules::{Faults, TokenFault};
