//! Reading the folders of a mailbox that was mapped before: one request for 1000 folders.
//!
//! The list begins above the folders that people see, because a deep list does not name the folder
//! it begins with, and that one may hold items too. Roles do not change, so they are asked for only
//! if there is a folder that is not mapped.

use std::collections::{HashMap, HashSet};

use longhaul_core::FolderKey;
use longhaul_ews::{Folder, FolderName, Mailbox};
use longhaul_store::records::FolderRecord;

use super::read::{READINGS, ROOT, node, read_below, read_roles, read_tree};
use super::{Node, Tree, classes};
use crate::engine::trouble::Trouble;

/// What stands above all folders of a mailbox.
const ABOVE: FolderName<'static> = FolderName::Distinguished("root");

/// The tree of a mailbox whose folders are recorded in `known`. `place` says whose, for errors. It
/// only reads.
pub(super) async fn read_mapped(
    mailbox: &Mailbox,
    place: &str,
    known: &HashMap<FolderKey, FolderRecord>,
) -> Result<Tree, Trouble> {
    for _ in 0..READINGS {
        if known.is_empty() {
            break;
        }
        let folders = read_below(mailbox, &ABOVE, place).await?;
        let Some((root, folders)) = below_root(folders) else {
            continue;
        };
        let nodes: Vec<Node> = folders.into_iter().map(|folder| recorded(folder, known)).collect();
        let is_new =
            |node: &Node| !known.contains_key(&node.key()) && classes::left_out(node).is_none();
        let nodes = match nodes.iter().any(is_new) {
            true => with_roles(nodes, &read_roles(mailbox, place).await?),
            false => nodes,
        };
        let root = Node { role: Some(ROOT.to_owned()), ..node(root, &HashMap::new()) };
        return Ok(Tree::build(root, nodes));
    }
    read_tree(mailbox, place).await
}

/// The root of what people see, and everything below it. `None` if the list does not say which that
/// is, or not of every folder where it stands: pages shift while folders come and go.
fn below_root(folders: Vec<Folder>) -> Option<(Folder, Vec<Folder>)> {
    let root = folders.iter().find(|folder| folder.distinguished.as_deref() == Some(ROOT))?.clone();
    let above = root.parent.clone()?;
    let mut parents: HashMap<&str, &str> = HashMap::with_capacity(folders.len());
    for folder in &folders {
        parents.insert(folder.id.as_str(), folder.parent.as_ref()?.as_str());
    }
    let mut inside: HashSet<String> = HashSet::new();
    for folder in &folders {
        let (mut at, mut steps) = (folder.id.as_str(), 0);
        while at != root.id.as_str() && at != above.as_str() {
            at = parents.get(at)?;
            steps += 1;
            if steps > folders.len() {
                return None;
            }
        }
        if at == root.id.as_str() && steps > 0 {
            inside.insert(folder.id.as_str().to_owned());
        }
    }
    let folders = folders.into_iter().filter(|folder| inside.contains(folder.id.as_str()));
    Some((root, folders.collect()))
}

/// A folder with the role that it was mapped with.
fn recorded(folder: Folder, known: &HashMap<FolderKey, FolderRecord>) -> Node {
    let mut node = node(folder, &HashMap::new());
    if let Some(record) = known.get(&node.key()) {
        node.role.clone_from(&record.distinguished);
    }
    node
}

fn with_roles(nodes: Vec<Node>, roles: &HashMap<FolderKey, &'static str>) -> Vec<Node> {
    let named = |node: Node| match roles.get(&node.key()) {
        Some(role) => Node { role: Some((*role).to_owned()), ..node },
        None => node,
    };
    nodes.into_iter().map(named).collect()
}
