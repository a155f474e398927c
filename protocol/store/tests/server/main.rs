//! The Redis store on servers and networks that misbehave.

mod differential;
mod going_back;
mod large;
mod lost_replies;
mod opening;
mod outages;
mod racing;
mod secured;
mod support;
mod wrong_clock;
