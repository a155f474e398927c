//! Preparing a mailbox: both trees read, the map decided, folders created, checkpoints begun, where
//! there is anything to do.
//!
//! Every step can be repeated: what was recorded is kept, what was created and not recorded is
//! found again by its name, a checkpoint that was begun is not begun anew.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use longhaul_core::code::{FOLDER_NOT_CREATED, NOT_FOUND};
use longhaul_core::{FolderKey, FolderRef, MailboxId};
use longhaul_ews::{CreatedFolder, FolderId, FolderName, Mailbox, NewFolder};
use longhaul_store::Expect;
use longhaul_store::folder::{Checkpoint, PassStart};
use longhaul_store::records::{self, FolderRecord, MailboxRecord, PassRecord, ProjectRecord, Side};

use super::follow::{Follower, Moved};
use super::quick::read_mapped;
use super::read::{read_below, read_tree};
use super::{Node, Parent, Target, Tree, classes, names, plan};
use crate::engine::context::Context;
use crate::engine::trouble::Trouble;

/// Names that are tried for a folder.
const NAMES: u32 = 100;

/// A mailbox that is prepared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::engine) struct Begun {
    /// Folders the pass has begun with.
    pub(in crate::engine) folders: u32,
    /// Folders that have not changed since the last pass.
    pub(in crate::engine) unchanged: u32,
}

/// Prepares a mailbox for a pass and returns how many folders the pass has begun with.
///
/// A folder is left alone if the source says that it has not changed since the last pass, and
/// nothing of it is open. That costs the source one request for 1000 folders and no job.
///
/// Cut off anywhere, it can be begun again.
pub(in crate::engine) async fn prepare(
    context: Arc<Context>,
    project: Arc<ProjectRecord>,
    pass: PassRecord,
    mailbox: MailboxId,
) -> Result<Begun, Trouble> {
    let store = &*context.store;
    let key = MailboxRecord::key_of(project.id, mailbox);
    let Some((mailbox, _)) = records::load::<MailboxRecord>(store, &key).await? else {
        return Err(Trouble::lasting(NOT_FOUND, "the mailbox is no longer in the project"));
    };
    let (source, source_place) = context.mailbox(&project, &mailbox, Side::Source)?;
    let (destination, place) = context.mailbox(&project, &mailbox, Side::Destination)?;
    let known: Vec<FolderRecord> = records::list(store, &FolderRecord::prefix(mailbox.id)).await?;
    let known: HashMap<FolderKey, FolderRecord> =
        known.into_iter().map(|record| (record.folder_key(), record)).collect();
    let (source_tree, tree) = tokio::try_join!(
        read_mapped(&source, &source_place, &known),
        read_tree(&destination, &place)
    )?;
    let checkpoints: HashMap<FolderKey, Checkpoint> =
        store.overview(mailbox.id).await?.into_iter().collect();
    let map = known
        .iter()
        .filter_map(|(key, record)| Some((*key, record.destination_id.clone()?)))
        .collect();
    let plan = plan(&source_tree, &tree, &map);
    let mut creator = Creator::new(&destination, &place, &tree, &plan);
    let follower = Follower {
        mailbox: &destination,
        place: &place,
        tree: &tree,
        source: &source_tree,
        known: &known,
    };
    let mut ids: Vec<String> = Vec::with_capacity(plan.steps.len());
    let mut place_of: HashMap<usize, String> = HashMap::new();
    let mut begun = Begun::default();
    for step in &plan.steps {
        let node = &source_tree.nodes()[step.source];
        let id = match &step.target {
            Target::Stands(id) => {
                let parent = source_tree.parent(step.source);
                let moved = known.get(&node.key()).zip(place_of.get(&parent));
                match moved {
                    Some((before, parent_id)) => {
                        let parent = source_tree.nodes()[parent].key();
                        let moved = Moved { before, node, parent, parent_id };
                        follower.follow(&moved, id).await?
                    }
                    None => id.clone(),
                }
            }
            Target::Create { parent, name, class } => {
                let parent = match parent {
                    Parent::Stands(id) => id,
                    Parent::Step(at) => &ids[*at],
                };
                creator.create(parent, name, class).await?
            }
        };
        ids.push(id.clone());
        place_of.insert(step.source, id.clone());
        let before = known.get(&node.key());
        if before.is_none() && !holds_anything(step.source, node, pass.associated_items) {
            continue;
        }
        let record = record(&source_tree, step.source, mailbox.id, id, &pass);
        if before != Some(&record) {
            records::save(store, &record, Expect::Any).await?;
        }
        let is_mapped_alike =
            before.is_some_and(|before| before.destination_id == record.destination_id);
        let is_up_to_date = checkpoints
            .get(&node.key())
            .zip(node.fingerprint)
            .is_some_and(|(checkpoint, seen)| checkpoint.is_up_to_date(pass.bounds(), &seen));
        if is_mapped_alike && is_up_to_date {
            begun.unchanged += 1;
            continue;
        }
        store.begin(record.folder, PassStart { pass: pass.id, bounds: pass.bounds() }).await?;
        begun.folders += 1;
    }
    let gone: Vec<_> =
        known.values().filter(|record| source_tree.find(&record.source_id).is_none()).collect();
    for record in &gone {
        let checkpoint = checkpoints.get(&record.folder_key());
        if checkpoint.is_some_and(|checkpoint| checkpoint.counters.items > 0) {
            // What was in it has left it: that is for the pass to deal with.
            store.begin(record.folder, PassStart { pass: pass.id, bounds: pass.bounds() }).await?;
            begun.folders += 1;
            continue;
        }
        if let Some(id) = record.destination_id.as_ref().filter(|_| project.options.deletions) {
            follower.delete(id).await?;
        }
        store.remove(&FolderRecord::key_of(record.folder)).await?;
    }
    tracing::info!(
        mailbox.id = %mailbox.id,
        gone = gone.len(),
        folders = begun.folders,
        unchanged = begun.unchanged,
        created = creator.created,
        left_out = plan.skipped.len(),
        "mailbox prepared"
    );
    Ok(begun)
}

/// Every folder is copied, empty or not; of the root, which holds no mail as a rule, only what
/// is there or was there.
fn holds_anything(index: usize, node: &Node, associated: bool) -> bool {
    index != 0 || node.items > 0 || (associated && node.associated > 0)
}

fn record(
    tree: &Tree,
    index: usize,
    mailbox: MailboxId,
    destination_id: String,
    pass: &PassRecord,
) -> FolderRecord {
    let node = &tree.nodes()[index];
    let associated = if pass.associated_items { node.associated } else { 0 };
    FolderRecord {
        folder: FolderRef { mailbox, folder: node.key() },
        source_id: node.id.clone(),
        destination_id: Some(destination_id),
        path: tree.path(index),
        parent: (index != 0).then(|| tree.nodes()[tree.parent(index)].key()),
        class: node.class.clone(),
        distinguished: node.role.clone(),
        items: node.items + associated,
        bytes: node.bytes,
    }
}

/// Creates folders in the destination.
struct Creator<'a> {
    mailbox: &'a Mailbox,
    place: &'a str,
    /// Destination folders that are some source folder's.
    taken: HashSet<FolderKey>,
    created: u32,
}

impl<'a> Creator<'a> {
    fn new(mailbox: &'a Mailbox, place: &'a str, tree: &Tree, plan: &super::Plan) -> Self {
        let stands = plan.steps.iter().filter_map(|step| match &step.target {
            Target::Stands(id) => Some(FolderKey::of(id)),
            Target::Create { .. } => None,
        });
        let taken = stands.chain(tree.nodes().first().map(Node::key)).collect();
        Self { mailbox, place, taken, created: 0 }
    }

    /// Creates a folder, or adopts one of that name that came into being meanwhile, if it fits
    /// and is nobody's; else tries the next number.
    async fn create(&mut self, parent: &str, name: &str, class: &str) -> Result<String, Trouble> {
        let parent = FolderId::new(parent);
        for count in 1..=NAMES {
            let folder = NewFolder {
                name: names::numbered(name, count),
                class: (!class.is_empty()).then(|| class.to_owned()),
            };
            let created = self.mailbox.create_folder(&FolderName::Id(&parent), &folder).await;
            let id = match created.map_err(|error| self.refused(&folder.name, &error))? {
                CreatedFolder::Created(id) => {
                    self.created += 1;
                    id.as_str().to_owned()
                }
                CreatedFolder::Exists => {
                    match self.adoptable(&parent, &folder.name, class).await? {
                        Some(id) => id,
                        None => continue,
                    }
                }
            };
            self.taken.insert(FolderKey::of(&id));
            return Ok(id);
        }
        let text = format!("{}: no name is free for folder {name:?}", self.place);
        Err(Trouble::lasting(FOLDER_NOT_CREATED, text))
    }

    async fn adoptable(
        &self,
        parent: &FolderId,
        name: &str,
        class: &str,
    ) -> Result<Option<String>, Trouble> {
        let below = read_below(self.mailbox, &FolderName::Id(parent), self.place).await?;
        let parent = FolderKey::of(parent.as_str());
        let found = below.into_iter().find(|folder| {
            let stands_in = folder.parent.as_ref().map(|id| FolderKey::of(id.as_str()));
            stands_in == Some(parent)
                && folder.name.as_deref().is_some_and(|other| names::key(other) == names::key(name))
        });
        Ok(found
            .filter(|folder| {
                folder.kind != longhaul_ews::FolderKind::Search
                    && folder.distinguished.is_none()
                    && classes::fit(class, folder.class.as_deref().unwrap_or_default())
                    && !self.taken.contains(&FolderKey::of(folder.id.as_str()))
            })
            .map(|folder| folder.id.as_str().to_owned()))
    }

    fn refused(&self, name: &str, error: &longhaul_ews::Error) -> Trouble {
        let place = format!("{}: folder {name:?}", self.place);
        let trouble = Trouble::call(&place, error);
        // A name the service does not take is about the folder, not about the request's form.
        let about_the_folder = !trouble.passing
            && matches!(
                error.class(),
                longhaul_ews::Class::SkipItem
                    | longhaul_ews::Class::Bug
                    | longhaul_ews::Class::Vanished
            );
        if about_the_folder {
            return Trouble { code: FOLDER_NOT_CREATED, ..trouble };
        }
        trouble
    }
}
