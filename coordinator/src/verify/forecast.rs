//! What a pass would do with a mailbox (B-58): a dry run.
//!
//! Both trees are read, the folder map is decided and the source is listed as by a verification;
//! nothing is written to a tenant or to the store.

use std::collections::HashMap;

use futures::{StreamExt, TryStreamExt, stream};
use longhaul_core::code::AMBIGUOUS_UPLOAD;
use longhaul_core::{Bytes, FolderKey, FolderRef, ItemKey};
use longhaul_ews::FolderId;
use longhaul_store::folder::Bounds;
use longhaul_store::records::{self, FolderRecord, MailboxRecord, ProjectRecord, Side};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::cover::covers;
use super::folder::failures;
use super::list::{Pages, Place};
use super::pairs::{Known, Pairs};
use super::patience::patiently;
use super::{FolderReport, NotCopied, limits};
use crate::engine::{Context, Refusal, Target, Trouble, plan, read_tree};

/// Folders listed at a time.
const FOLDERS: usize = 2;

/// What a pass would do with a mailbox.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Forecast {
    /// The address in the source tenant.
    pub source: String,
    /// The address in the destination tenant.
    pub destination: String,
    /// Source folders that would be copied.
    pub folders: u64,
    /// How many folders would be created in the destination.
    pub created: u64,
    /// The first of them: display names from the root down.
    pub creates: Vec<Vec<String>>,
    /// Items that would be copied.
    pub items: u64,
    /// Their sizes, as the source states them.
    #[schema(value_type = u64)]
    pub bytes: Bytes,
    /// Those of them that are recorded as failed and would be tried again.
    pub retried: u64,
    /// Items that are copied already.
    pub copied: u64,
    /// What would stay behind, or would not show, with its reason.
    pub not_copied: Vec<NotCopied>,
}

/// What a folder holds for the pass.
#[derive(Debug, Default)]
struct Share {
    items: u64,
    bytes: Bytes,
    retried: u64,
    copied: u64,
    outside: FolderReport,
}

/// Says what a pass with these bounds would do with the mailbox.
///
/// # Errors
///
/// [`Refusal`] if the store or a tenant does not answer.
pub(crate) async fn forecast(
    context: &Context,
    project: &ProjectRecord,
    mailbox: &MailboxRecord,
    bounds: Bounds,
) -> Result<Forecast, Refusal> {
    Ok(look(context, project, mailbox, bounds).await?)
}

async fn look(
    context: &Context,
    project: &ProjectRecord,
    mailbox: &MailboxRecord,
    bounds: Bounds,
) -> Result<Forecast, Trouble> {
    let (source, source_name) = context.mailbox(project, mailbox, Side::Source)?;
    let (destination, name) = context.mailbox(project, mailbox, Side::Destination)?;
    let (tree, other) = tokio::try_join!(
        patiently(|| read_tree(&source, &source_name)),
        patiently(|| read_tree(&destination, &name))
    )?;
    let mapped: Vec<FolderRecord> =
        records::list(&*context.store, &FolderRecord::prefix(mailbox.id)).await?;
    let known: HashMap<FolderKey, String> = mapped
        .into_iter()
        .filter_map(|record| Some((record.folder_key(), record.destination_id?)))
        .collect();
    let decided = plan(&tree, &other, &known);
    let mut forecast = Forecast {
        source: mailbox.source.clone(),
        destination: mailbox.destination.clone(),
        folders: decided.steps.len() as u64,
        not_copied: limits::of_the_map(&tree, &decided, bounds.associated),
        ..Forecast::default()
    };
    for step in &decided.steps {
        let Target::Create { name, .. } = &step.target else { continue };
        forecast.created += 1;
        if forecast.creates.len() < FolderReport::LIST {
            let mut path = tree.path(step.source);
            path.pop();
            path.push(name.clone());
            forecast.creates.push(path);
        }
    }
    let (tree, source, source_name) = (&tree, &source, &source_name);
    let shares: Vec<Share> = stream::iter(decided.steps)
        .map(|step| async move {
            let node = &tree.nodes()[step.source];
            let folder = FolderRef { mailbox: mailbox.id, folder: node.key() };
            let path = tree.path(step.source);
            let name = format!("{source_name}, folder {:?}", path.join("/"));
            let place =
                Place { mailbox: source.clone(), folder: FolderId::new(node.id.as_str()), name };
            let mut share = share(context, folder, &place, bounds).await?;
            share.outside.path = path;
            Ok::<_, Trouble>(share)
        })
        .buffered(FOLDERS)
        .try_collect()
        .await?;
    for share in shares {
        forecast.items += share.items;
        forecast.bytes += share.bytes;
        forecast.retried += share.retried;
        forecast.copied += share.copied;
        forecast.not_copied.extend(limits::of_a_folder(&share.outside));
    }
    Ok(forecast)
}

async fn share(
    context: &Context,
    folder: FolderRef,
    place: &Place,
    bounds: Bounds,
) -> Result<Share, Trouble> {
    let store = &*context.store;
    let (mut pairs, failed) = match store.checkpoint(folder).await? {
        Some(checkpoint) => {
            let pairs = Pairs::read(store, folder, &checkpoint).await?;
            (pairs, failures(store, folder).await?)
        }
        None => Default::default(),
    };
    let mut share = Share::default();
    let mut pages = Pages::new(place, bounds.associated);
    while let Some(page) = pages.next().await? {
        for item in page {
            let key = ItemKey::of(&item.id.id);
            match (pairs.see_source(key), failed.get(&key)) {
                (Known::Again, _) => {}
                // The destination was not listed; that a line is there is what counts.
                (Known::Paired(_) | Known::CopyGone, _) => share.copied += 1,
                (Known::No, Some(&AMBIGUOUS_UPLOAD)) => share.outside.ambiguous += 1,
                (Known::No, tried) if covers(&bounds, &item) => {
                    share.items += 1;
                    share.bytes += item.size.unwrap_or_default();
                    share.retried += u64::from(tried.is_some());
                }
                (Known::No, _) => share.outside.outside += 1,
            }
        }
    }
    Ok(share)
}
