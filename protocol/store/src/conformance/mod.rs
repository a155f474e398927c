//! What every backend must do, as one test per promise.
//!
//! A backend runs the suite from its `tests/` folder:
//!
//! ```text
//! async fn setup() -> MySetup { … }
//! longhaul_store::conformance!(#[tokio::test] setup);
//! ```
//!
//! Each test uses ids of its own, so they may share a store. A failed promise is a panic with a
//! sentence.

mod batches;
mod changes;
mod claiming;
mod documents;
mod failures;
mod guards;
mod leases;
mod model;
mod passes;
mod slices;
mod support;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::Store;

pub use batches::*;
pub use changes::*;
pub use claiming::*;
pub use documents::*;
pub use failures::*;
pub use guards::*;
pub use leases::*;
pub use model::*;
pub use passes::*;
pub use slices::*;

/// A backend under test.
#[async_trait]
pub trait Setup: Send + Sync {
    /// The store as it is now; the suite keeps no handle over a restart.
    fn store(&self) -> Arc<dyn Store>;

    /// Lets at least `time` pass on the store's clock: moves it, or waits. The suite asks for
    /// some seconds at most.
    async fn pass(&self, time: Duration);

    /// Stops the store as hard as it can and starts it again, breaking every lease; `false` if
    /// the backend does not do that.
    async fn restart(&self) -> bool {
        false
    }
}

/// Expands to one test per promise: the test attribute, then the async function that makes a
/// [`Setup`].
#[macro_export]
macro_rules! conformance {
    (#[$attribute:meta] $make:path) => {
        $crate::conformance! { @each [#[$attribute]] $make;
            only_one_of_two_owners_is_granted
            every_owner_has_a_greater_fence
            an_expired_lease_can_be_taken_over
            an_expired_lease_nobody_took_still_writes
            an_owner_that_asks_again_gets_a_new_fence
            a_lease_is_lengthened_and_never_shortened
            a_released_folder_is_free_at_once
            a_stale_owner_is_refused_every_write
            an_unknown_folder_cannot_be_claimed
            a_message_of_the_present_slice_is_granted
            a_message_of_an_earlier_slice_is_told_what_is_there
            a_message_that_knows_more_than_the_store_finds_it_behind
            a_message_of_another_pass_is_over
            an_ended_folder_is_over
            a_slice_that_must_wait_is_not_granted_early
            a_first_pass_begins_at_the_beginning
            the_same_pass_begins_once
            the_same_bounds_go_on_from_the_position
            other_bounds_begin_an_epoch
            recorded_failures_begin_an_epoch
            a_conflict_begins_no_epoch
            a_folder_without_a_position_begins_an_epoch
            a_new_pass_breaks_the_lease_and_keeps_intents
            a_cancelled_folder_is_over_and_keeps_its_intents
            a_cancel_for_another_pass_changes_nothing
            a_folder_that_was_given_up_can_be_taken_up_again
            only_the_present_slice_is_marked_published
            an_overview_has_every_folder_of_its_mailbox_and_no_other
            a_commit_is_written_whole
            a_repeated_commit_writes_nothing
            a_refused_commit_writes_nothing
            batches_commit_in_any_order
            the_ledger_is_read_in_pieces_and_never_past_its_length
            a_batch_given_up_is_as_good_as_committed
            an_intent_ends_within_its_lease
            an_intent_again_only_lengthens_its_deadline
            a_used_batch_number_is_refused
            an_earlier_owners_intent_is_settled_by_the_present_one
            failures_are_replaced_cleared_and_counted
            conflicts_are_counted_among_the_failures
            failures_are_read_in_pages
            a_slice_that_goes_on_frees_the_folder
            a_new_epoch_forgets_the_position_only
            a_folder_is_not_done_while_an_intent_is_open
            a_folder_is_not_done_before_the_lists_end
            a_parked_folder_keeps_its_intents
            a_record_is_written_only_over_what_was_seen
            one_of_two_writers_of_a_record_wins
            a_removed_record_is_gone_and_its_versions_with_it
            records_are_listed_by_prefix_in_order_and_in_pages
            a_guarded_handle_writes_while_its_guard_stands
            a_guard_that_changed_refuses_every_write
            a_folder_with_a_ledger_is_surveyed_copied_and_swept
            a_stage_is_left_only_when_it_is_done
            an_invalid_list_is_surveyed_anew
            what_entries_do_is_counted
            entries_that_take_more_than_there_is_are_refused
            random_calls_answer_as_the_model_says
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
