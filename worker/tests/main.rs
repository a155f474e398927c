//! Whole slices between two simulated tenants, one program: copying, stopping, and what the
//! service does wrong.

mod copying;
mod faults;
mod stopping;
mod support;
