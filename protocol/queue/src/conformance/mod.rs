//! What every backend must do, as one test per promise.
//!
//! A backend runs the suite from its `tests/` folder:
//!
//! ```text
//! async fn empty_queue() -> MyQueue { … }
//! longhaul_queue::conformance!(#[tokio::test] empty_queue);
//! ```
//!
//! Each test gets an empty queue of its own. Time is tokio's: under a paused clock the suite
//! takes no time, against a broker some seconds. A failed promise is a panic with a sentence.

mod burying;
mod delaying;
mod delivering;
mod settling;
mod support;

pub use burying::*;
pub use delaying::*;
pub use delivering::*;
pub use settling::*;

/// Expands to one test per promise: the test attribute, then the async function that makes an
/// empty queue.
#[macro_export]
macro_rules! conformance {
    (#[$attribute:meta] $make:path) => {
        $crate::conformance! { @each [#[$attribute]] $make;
            a_published_message_is_delivered_as_it_was
            a_waiting_consumer_is_woken
            urgent_messages_go_first
            two_consumers_share_the_messages
            a_cancelled_wait_loses_nothing
            depth_counts_what_is_ready
            an_acknowledged_message_is_gone
            a_dropped_delivery_comes_back
            a_consumer_that_is_gone_returns_its_deliveries
            no_more_than_prefetch_are_unsettled
            a_consumer_that_stops_hands_on_what_waits_and_answers_what_it_has
            a_parked_message_is_kept_with_its_reason
            a_retried_dead_letter_comes_back_on_its_lane
            a_dropped_dead_letter_is_gone
            letters_are_retried_and_dropped_together
            a_delayed_message_is_never_early
            a_long_delay_does_not_hold_up_a_short_one
        }
    };
    (@each $attribute:tt $make:path; $($case:ident)*) => {
        $($crate::conformance! { @case $attribute $make, $case })*
    };
    (@case [#[$attribute:meta]] $make:path, $case:ident) => {
        #[$attribute]
        async fn $case() {
            $crate::conformance::$case(&$make().await).await;
        }
    };
}
