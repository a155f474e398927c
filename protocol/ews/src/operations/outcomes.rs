//! Outcomes of the items of a request, paired by position.
//!
//! The service answers in the order of the request, one response message per item; ids may be
//! spelt differently in the answer. Source: Microsoft: "ResponseMessages".

use crate::soap::Answer;
use crate::xml::Element;
use crate::{Error, ItemError};

/// Reads the outcomes of `asked` items. `read` looks for an item's result among the elements of
/// its message; a success without one is that item's error, named `what`.
pub(super) async fn results<T>(
    answer: &mut Answer,
    asked: usize,
    what: &'static str,
    mut read: impl FnMut(&Element) -> Option<T>,
) -> Result<Vec<Result<T, ItemError>>, Error> {
    let mut results = Vec::with_capacity(asked);
    answer.open_messages().await?;
    while let Some(mut message) = answer.message().await? {
        let mut result = None;
        while let Some(part) = answer.part(&mut message).await? {
            let part = answer.tree(part).await?;
            if result.is_none() {
                result = read(&part);
            }
        }
        let id = answer.request_id();
        results.push(
            message
                .outcome(id)
                .and_then(|()| result.ok_or_else(|| ItemError::missing(what, Some(id.to_owned())))),
        );
        check_count(answer, results.len() <= asked)?;
    }
    answer.finish().await?;
    check_count(answer, results.len() == asked)?;
    Ok(results)
}

/// Reads the outcomes of `asked` items that have no result but their success.
pub(super) async fn successes(
    answer: &mut Answer,
    asked: usize,
) -> Result<Vec<Result<(), ItemError>>, Error> {
    let mut results = Vec::with_capacity(asked);
    answer.open_messages().await?;
    while let Some(mut message) = answer.message().await? {
        while answer.part(&mut message).await?.is_some() {
            answer.skip().await?;
        }
        results.push(message.outcome(answer.request_id()));
        check_count(answer, results.len() <= asked)?;
    }
    answer.finish().await?;
    check_count(answer, results.len() == asked)?;
    Ok(results)
}

/// Without one message per item nothing can be paired.
pub(super) fn check_count(answer: &Answer, right: bool) -> Result<(), Error> {
    if right {
        return Ok(());
    }
    Err(answer.malformed("it has another number of response messages than the request has items"))
}
