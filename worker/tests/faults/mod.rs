//! What the service does wrong, and what becomes of the folder.

mod crashes;
mod items;
mod refused;
mod requests;
mod throttling;
mod uncertain;
