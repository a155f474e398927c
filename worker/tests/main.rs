//! Whole slices between two simulated tenants, one program: copying, changes between passes,
//! stopping, and what the service does wrong.

mod changes;
mod copying;
mod faults;
mod stopping;
mod support;
