//! What users of both sides do between passes, and what the next pass makes of it.

mod crashes;
mod deletions;
mod items;
mod model;
mod moves;
mod users;
