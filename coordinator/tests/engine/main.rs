//! The engine with real workers against the simulated service, all in one process.

#![expect(clippy::unwrap_used, reason = "tests")]
#![cfg(feature = "demo")]

mod changes;
mod copying;
mod explaining;
mod faults;
mod passes;
mod refusals;
mod scene;
mod steering;
mod unchanged;
mod verifying;
